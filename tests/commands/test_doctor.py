"""`forex doctor` mends the two files that a killed `dvc repro` can break, and nothing else."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from zc.lockfile import LockFile

from forex.commands.keep import doctor
from forex.core.errors import GateFailed

pytestmark = pytest.mark.slow

LOCK = "schema: '2.0'\nstages: {}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    (tmp_path / "dvc.lock").write_text(LOCK)
    (tmp_path / ".dvc/tmp/rwlock").write_text("{}")
    for words in (
        ["init", "-q"],
        ["add", "dvc.lock"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *words], check=True, capture_output=True)
    return tmp_path


def test_a_sound_project_is_left_alone(project: Path) -> None:
    before = {path: path.read_bytes() for path in (project / "dvc.lock", project / ".dvc/tmp/rwlock")}
    assert doctor.text(doctor.view()) == "nothing to mend"
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("broken", ["", "schema: '2.0'\nstages:\n  ingest: {cmd: [", "just text"])
def test_a_broken_lock_comes_back_from_git(project: Path, broken: str) -> None:
    (project / "dvc.lock").write_text(broken)
    assert doctor.view() == {"mended": ["dvc.lock was empty or broken: restored from git"]}
    assert (project / "dvc.lock").read_text() == LOCK
    assert doctor.view() == {"mended": []}


@pytest.mark.parametrize("broken", ["", '{"data": {"re'])
def test_a_broken_list_of_readers_is_removed(project: Path, broken: str) -> None:
    (project / ".dvc/tmp/rwlock").write_text(broken)
    assert doctor.view() == {"mended": [".dvc/tmp/rwlock was left behind by a process that has ended: removed"]}
    assert not (project / ".dvc/tmp/rwlock").exists()


def listing(pid: int) -> str:
    return json.dumps({"write": {"data/panel.parquet": {"pid": pid, "cmd": "dvc repro"}}, "read": {}})


def test_a_list_of_processes_that_have_ended_is_removed(project: Path) -> None:
    ended = subprocess.Popen(["true"])
    (project / ".dvc/tmp/rwlock").write_text(listing(ended.pid))  # a zombie until it is waited for
    assert doctor.view()["mended"]
    ended.wait()
    (project / ".dvc/tmp/rwlock").write_text(listing(ended.pid))
    assert doctor.view()["mended"]


def test_a_process_that_runs_is_left_alone(project: Path) -> None:
    (project / ".dvc/tmp/rwlock").write_text(listing(os.getpid()))
    with pytest.raises(GateFailed, match=f"process {os.getpid()} runs right now"):
        doctor.view()
    assert (project / ".dvc/tmp/rwlock").exists()


def test_nothing_is_touched_while_dvc_runs(project: Path) -> None:
    (project / ".dvc/tmp/rwlock").write_text("")
    running = LockFile(str(project / ".dvc/tmp/lock"))
    with pytest.raises(GateFailed, match="DVC runs right now"):
        doctor.view()
    running.close()
    assert (project / ".dvc/tmp/rwlock").exists()


def test_a_lock_that_git_does_not_have_is_said_so(project: Path) -> None:
    subprocess.run(["git", "rm", "-q", "--cached", "dvc.lock"], check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "b"], check=True)
    (project / "dvc.lock").write_text("")
    with pytest.raises(GateFailed, match="Remove it and run dvc repro"):
        doctor.view()
