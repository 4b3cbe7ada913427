"""Every service with every fault: the store is never worse, and the message names service, series and next step.

`make faults` prints the table.
"""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from forex.commands.live import fetch
from forex.core.files import read_parquet
from forex.operations import declared_providers, load_operations
from forex.providers.network.net import Client
from tests.support.live.faults import FAULTS, NOT_OF, SERVES, route
from tests.support.live.project import Live, live_project
from tests.support.live.web import Web
from tests.support.live.whole_day import ACCOUNTS, Day
from tests.support.made_up import utc

pytestmark = pytest.mark.slow

BEFORE, NOW = utc("2024-11-26T18:05"), utc("2024-11-28T18:05")
TABLE: dict[tuple[str, str], str] = {}


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Printed where pytest does not capture."""
    yield
    width = max(map(len, FAULTS))
    print("\n\n" + " " * width, *(f"{name:<11}" for name in SERVES))
    for fault in FAULTS:
        print(f"{fault:<{width}}", *(f"{TABLE.get((name, fault), '-'):<11}" for name in SERVES))
    print(
        "failed: nothing stored, the day goes on; left out: what is wrong is not stored; stored: what came is true; -: cannot be"
    )


def test_every_service_is_in_the_matrix() -> None:
    assert set(SERVES) == set(declared_providers())


@pytest.mark.parametrize("name", SERVES)
def test_the_store_is_never_worse(name: str, tmp_path: Path, server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    series, code, _ = SERVES[name]
    monkeypatch.chdir(tmp_path)
    other = "bcch F073.TCO.PRE.Z.D" if name != "bcch" else "mindicador dolar"
    sources = {"usdclp": [other]} | {series: [f"{name} {code}"]}
    live = live_project(tmp_path, server, sources)
    live.set(
        fetch__first="2024-10-01",
        fetch__patience={},
        fetch__network={"attempts": 1, "read_timeout": 0.3, "deadline": 0.5, "max_bytes": 2_000_000}
        | {
            key: live.operations["fetch"]["network"][key]
            for key in ("hosts", "user_agent", "connect_timeout", "longest_wait")
        },
    )
    server.route = route(Day(BEFORE), "", FAULTS["500"])
    run(live, BEFORE, series)
    shutil.copytree(live.store, tmp_path / "before")
    server.route = route(Day(NOW), "", FAULTS["500"])
    run(live, NOW, series)
    truth = newest(live.store, series)
    for fault, wrong in FAULTS.items():
        if name in NOT_OF.get(fault, ()):
            continue
        shutil.rmtree(live.store)
        shutil.copytree(tmp_path / "before", live.store)
        server.route = route(Day(NOW), name, wrong)
        line, current = run(live, NOW, series, trusting=fault != "bad certificate")
        TABLE[name, fault] = outcome = judged(live.store, tmp_path / "before", series, truth, line)
        assert name in line, (fault, line)
        assert current or "was expected, the next fetch asks again" in line, (fault, line)
        assert outcome != "stored" or fault in ("missing day", "live duplicate", "stale"), (fault, line)


def run(live: Live, now: dt.datetime, series: str, *, trusting: bool = True) -> tuple[str, bool]:
    """What a fetch says of the series, and whether it is up to date."""
    network, said = load_operations().fetch.network, list[str]()
    verify = live.site.trust if trusting else True
    client = lambda: Client(network, verify=verify, sleep=live.site.waits.append)  # noqa: E731
    content = fetch.view(said.append, clock=lambda: now, environ=ACCOUNTS, client=client, strict=False)
    line = next(line for line in said if line.startswith(f"{series} "))
    return line, next(entry["current"] for entry in content["series"] if entry["series"] == series)


def judged(store: Path, before: Path, series: str, truth: dict[dt.date, float], line: str) -> str:
    """What became of the store, which is never worse: no row is lost, and no date has a value that is not true."""
    old, rows = read_parquet(before / f"{series}.parquet"), read_parquet(store / f"{series}.parquet")
    assert rows[: old.height].equals(old), line
    assert newest(store, series).items() <= truth.items(), line
    if "left out" in line or "not stored" in line:
        return "left out"
    return "stored" if rows.height > old.height or newest(store, series) == truth else "failed"


def newest(store: Path, series: str) -> dict[dt.date, float]:
    rows = read_parquet(store / f"{series}.parquet").sort("known_at", maintain_order=True)
    return dict(rows.filter(pl.col("value").is_not_null()).select("date", "value").iter_rows())
