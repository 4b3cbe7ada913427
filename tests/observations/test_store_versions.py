"""A live store under `dvc add`: each run takes the newest rows into its version, and an older version comes back whole."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forex.core.files import read_json
from forex.observations.store import read_series_list
from forex.providers.append import Arrived, additions, append, recorded_attempts, stored_rows
from forex.providers.protocol import Observation
from forex.timeline import calendar
from tests.support.changed_params import COMMITTED, Folder
from tests.support.made_up import AS_OF, ROOT, utc, with_holidays

pytestmark = pytest.mark.slow

STORE = Path("data/store")
DAYS = calendar.business_days("2024-11-01", "2024-11-28").tolist()


def command(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dvc(*words: str) -> str:
    return command(sys.executable, "-m", "dvc", *words)


def bring(days: list[dt.date]) -> None:
    """What a fetch appends."""
    arrived = [Arrived(Observation(day, 950.0 + day.day), "test:x", utc("2024-11-27T15:00")) for day in days]
    rule = read_series_list(STORE)["usdclp"].publication
    added = additions(stored_rows(STORE, "usdclp"), arrived, rule, recorded_attempts(STORE))
    append(STORE, "usdclp", added)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    for name in ("forex", "stages"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", ".dvcignore", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path / name)
    with_holidays(tmp_path)
    Folder(tmp_path, COMMITTED).write({"ingest.store": str(STORE), "as_of": AS_OF})
    (STORE / "fetches").mkdir(parents=True)
    listed = (ROOT / "data/live_series.yaml").read_text(encoding="utf-8").split("usdclp_spot:")[0]
    (STORE / "series.yaml").write_text(listed, encoding="utf-8")
    command("git", "init", "-q")
    dvc("init", "-q")
    bring(DAYS[:-4])
    return tmp_path


def test_a_store_under_dvc_add_is_versioned_by_every_run(project: Path) -> None:
    (STORE / "fetches/lock").write_text("process 1\n", encoding="utf-8")
    dvc("add", "-q", str(STORE))
    dvc("repro", "ingest")
    first, rows = Path("data/store.dvc").read_bytes(), read_json(Path("data/manifest.json"))["series"]["usdclp"]["rows"]
    assert rows == len(DAYS) - 4
    (STORE / "fetches/lock").write_text("process 2\n", encoding="utf-8")
    bring(DAYS)
    assert "Running stage 'ingest'" in dvc("repro", "ingest")
    assert (
        read_json(Path("data/manifest.json"))["series"]["usdclp"]["rows"] == len(DAYS) - 1
    )  # the 28th comes that evening
    assert Path("data/store.dvc").read_bytes() != first
    assert "Running stage" not in dvc("repro", "ingest")

    Path("data/store.dvc").write_bytes(first)
    dvc("checkout", "-q", "data/store.dvc")
    assert stored_rows(STORE, "usdclp")["date"].to_list() == DAYS[:-4]
    bring(DAYS)  # and can be added to
    assert np.all(stored_rows(STORE, "usdclp")["date"].to_numpy() == np.array(DAYS, dtype="datetime64[D]"))
