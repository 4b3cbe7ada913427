"""`forex fetch` as a process: two at once, one that waits, one killed at each write, a full disk, no secret shown."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from forex.core import lock
from forex.core.errors import GateFailed
from forex.core.files import read_parquet
from forex.providers.append import recorded_attempts
from tests.support.forex_command import forex_process
from tests.support.live.project import ACCOUNT, Live
from tests.support.live.services import DAYS, NOW, OBSERVADO, SERIES, Providers, stored
from tests.support.live.web import Answer, Query, Web
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow


def test_a_full_disk_is_one_message_and_the_store_is_as_it_was(live: Live) -> None:
    live.fetch(NOW)
    before = {path: path.read_bytes() for path in live.store.rglob("*.*") if path.is_file()}
    shutil.copy(ROOT / "dvc.yaml", live.root)
    certificate = live.root / "certificate.pem"
    certificate.write_bytes(live.site.certificate)
    # Python would leave torn bytecode of our own modules behind, for everyone else to stumble over.
    environ = {**os.environ, **ACCOUNT, "SSL_CERT_FILE": str(certificate), "PYTHONDONTWRITEBYTECODE": "1"}
    words = ["bash", "-c", 'ulimit -f 1; exec "$0" fetch', str(Path(sys.executable).parent / "forex")]
    done = subprocess.run(words, cwd=live.root, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert "Check the path, its permissions and the disk." in done.stderr.splitlines()[-1]
    assert {path: path.read_bytes() for path in live.store.rglob("*.*") if path.is_file()} == before


def test_a_fetch_that_waits_in_vain_says_who_holds_the_store(live: Live) -> None:
    live.fetch(NOW)
    live.set(fetch__lock_timeout=0.2)
    with (
        lock.held(live.store / "fetches/lock", timeout=1),
        pytest.raises(GateFailed, match=f"is held by process {os.getpid()}"),
    ):
        live.fetch(NOW)


def start(live: Live, *kill_at: int) -> subprocess.Popen[bytes]:
    """A fetch a minute later in a process of its own."""
    certificate = live.root / "certificate.pem"
    certificate.write_bytes(live.site.certificate)
    words = [live.site.url, str(certificate), (NOW + dt.timedelta(minutes=1)).isoformat(), *map(str, kill_at)]
    script = [sys.executable, "-m", "tests.support.live.fetch_process"]
    return subprocess.Popen([*script, *words], cwd=live.root, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_two_fetches_at_once_lose_and_double_nothing(live: Live) -> None:
    both = [start(live), start(live)]
    assert [process.wait(60) for process in both] == [0, 0]
    rows = read_parquet(live.store / "usdclp.parquet")
    assert rows.height == len(DAYS) and stored(live) == OBSERVADO
    assert recorded_attempts(live.store).filter(pl.col("series") == "usdclp").height == 2


def test_killed_at_any_write_the_store_holds_old_or_new_and_the_next_fetch_completes_it(
    live: Live, providers: Providers
) -> None:
    providers.bcch = providers.mindicador = {day: value for day, value in OBSERVADO.items() if day < DAYS[-1]}
    live.fetch(NOW)
    old, new = dict(providers.bcch), OBSERVADO
    providers.bcch = providers.mindicador = new
    state = {path: path.read_bytes() for path in live.store.rglob("*") if path.is_file()}
    killed = 0
    for calls in range(1, 200):
        for path in [path for path in live.store.rglob("*") if path.is_file() and path not in state]:
            path.unlink()
        for path, content in state.items():
            path.write_bytes(content)
        code = start(live, calls).wait(60)
        assert stored(live) in (old, new)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed += 1
        live.fetch(NOW + dt.timedelta(minutes=2))
        assert stored(live) == new
        assert read_parquet(live.store / "usdclp.parquet").height == len(new)
    else:
        raise AssertionError("the fetch never ended")
    assert killed >= 6


def test_as_a_process_that_fails_it_shows_and_stores_no_secret(live: Live, server: Web) -> None:
    """A server that fails in every way and repeats what it was asked; the certificate comes by SSL_CERT_FILE."""
    secrets = {"BCCH_USER": "u5er-of-ours", "BCCH_PASSWORD": "pa55-of-ours", "FRED_API_KEY": "k3y-of-ours"}
    live.set(
        fetch__network__attempts=1,
        fetch__series=SERIES | {"us_2y": ["fred DGS2"]},
    )
    (live.root / "data/live_series.yaml").write_text(
        (ROOT / "data/live_series.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    shutil.copy(ROOT / "dvc.yaml", live.root)
    certificate = live.root / "certificate.pem"
    certificate.write_bytes(live.site.certificate)
    faults = {
        "bcch": lambda said: Answer({"Codigo": -5, "Descripcion": f"no such account: {said}"}),
        "fred": lambda said: Answer({"error_code": 400, "error_message": f"not a key: {said}"}),
        "mindicador": lambda said: Answer(f"{said} is wrong"),
    }
    echoed = []

    def route(path: str, query: Query) -> Answer:
        said = " ".join(query.values())
        echoed.append(said)
        return faults.get(path.split("/")[1], lambda _: Answer(said, status=500))(said)

    server.route = route
    environ = {**os.environ, **secrets, "SSL_CERT_FILE": str(certificate)}
    done = forex_process("fetch", cwd=live.root, env=environ)
    assert done.returncode == 4 and done.stdout == ""
    assert "usdclp from bcch: " in done.stderr and "us_2y from fred: " in done.stderr and "brl " in done.stderr
    assert all(any(secret in said for said in echoed) for secret in secrets.values())
    written = b"".join(path.read_bytes() for path in live.root.rglob("*") if path.is_file())
    for secret in secrets.values():
        assert secret not in done.stderr and secret.encode() not in written
