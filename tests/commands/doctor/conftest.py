"""A project in git and DVC with nothing wrong, as working directory."""

import shutil
from pathlib import Path

import pytest

from tests.support.committed_runs import git
from tests.support.made_up import ROOT

LOCK = "schema: '2.0'\nstages: {}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    for name in ("params.yaml", "dvc.yaml", "requirements.lock", "data/calendar/holidays_cl.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "dvc.lock").write_text(LOCK)
    (tmp_path / ".dvc/tmp/rwlock").write_text("{}")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "dvc.lock")
    git(tmp_path, "commit", "-qm", "a")
    return tmp_path
