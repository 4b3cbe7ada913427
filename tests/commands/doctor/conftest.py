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
    return sound(tmp_path)


def sound(folder: Path) -> Path:
    (folder / ".dvc/tmp").mkdir(parents=True)
    for name in ("params.yaml", "dvc.yaml", "requirements.lock", "data/calendar/holidays_cl.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "dvc.lock").write_text(LOCK)
    (folder / ".dvc/tmp/rwlock").write_text("{}")
    git(folder, "init", "-q")
    git(folder, "add", "dvc.lock")
    git(folder, "commit", "-qm", "a")
    return folder
