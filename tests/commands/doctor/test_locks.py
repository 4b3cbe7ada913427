"""Whose lock it is: who runs is named and left alone, what an ended process left goes, a number given out again is nobody's."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from zc.lockfile import LockFile

from forex.commands.keep import doctor
from forex.commands.keep.remedies import locks
from forex.core.errors import GateFailed
from forex.core.lock import held
from forex.core.owner import owns, start
from tests.core.test_lock import HOLDER
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

USERS = locks.USERS
HOUR = 3600


def listing(pid: int) -> str:
    return json.dumps({"write": {"data/panel.parquet": {"pid": pid, "cmd": "dvc repro"}}, "read": {}})


def found() -> list[tuple[str, str, str]]:
    return [(one["about"], one["wrong"], one["remedy"]) for one in doctor.view()["found"]]


def test_a_sound_project_is_left_alone(project: Path) -> None:
    before = {path: path.read_bytes() for path in (project / "dvc.lock", project / USERS)}
    assert doctor.text(doctor.view()) == "nothing to mend"
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("broken", ["", '{"data": {"re'])
def test_a_broken_list_of_readers_is_removed(project: Path, broken: str) -> None:
    USERS.write_text(broken)
    assert found() == [(str(USERS), "cut off by a process that has ended", "removed")]
    assert not USERS.exists()


def test_a_list_of_processes_that_have_ended_is_removed(project: Path) -> None:
    ended = subprocess.Popen(["true"])
    left = [(str(USERS), f"left behind by process {ended.pid}, which has ended", "removed")]
    time.sleep(0.2)
    USERS.write_text(listing(ended.pid))  # a zombie until it is waited for
    assert found() == left
    ended.wait()
    USERS.write_text(listing(ended.pid))
    assert found() == left and not USERS.exists()


def test_a_process_that_runs_is_named_and_left_alone(project: Path) -> None:
    USERS.write_text(listing(os.getpid()))
    with pytest.raises(GateFailed, match=rf"process {os.getpid()} \(.*, started \d{{4}}-.*Z\) runs right now"):
        doctor.view()
    assert USERS.exists()


def test_a_number_that_another_process_was_given_since_is_no_owner(project: Path) -> None:
    """The list was written an hour before the process of that number began."""
    USERS.write_text(listing(os.getpid()))
    began = start(os.getpid())
    assert began is not None
    os.utime(USERS, (began - HOUR, began - HOUR))
    assert found() == [(str(USERS), f"left behind by process {os.getpid()}, which has ended", "removed")]


def test_a_process_owns_what_was_written_after_it_began() -> None:
    began = start(os.getpid())
    assert began is not None
    assert owns(os.getpid(), began) and not owns(os.getpid(), began - HOUR)
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert start(ended.pid) is None and not owns(ended.pid, time.time())


def test_nothing_is_touched_while_dvc_runs_and_its_process_is_named(project: Path) -> None:
    USERS.write_text("")
    running = LockFile(str(project / ".dvc/tmp/lock"))
    with pytest.raises(GateFailed, match=rf"held by process {os.getpid()} \(.*\): DVC runs right now"):
        doctor.view()
    running.close()
    assert USERS.exists()


@pytest.mark.parametrize(
    "name",
    [
        "data/ledger/.lock",
        "data/ledger/.advance",
        "reports/weekly/.lock",
        "data/store/fetches/lock",
        ".forex/schedule/lock",
        ".forex/outbox/.sending.lock",
    ],
)
def test_who_holds_a_lock_of_ours_is_named_and_the_lock_untouched(name: str, project: Path) -> None:
    path = project / name
    path.parent.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        before = path.read_bytes(), path.stat().st_mtime_ns
        [(about, wrong, remedy)] = found()
        holder.kill()
    assert (about, remedy) == (name, "wait until it has ended")
    assert wrong.startswith(f"held by process {holder.pid} (")
    assert found() == []
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_lock_that_a_child_of_an_ended_process_holds_is_said_so(project: Path) -> None:
    path = project / "data/ledger/.lock"
    path.parent.mkdir(parents=True)
    with held(path, timeout=1):
        path.write_text("process 1 on elsewhere\n")
        os.utime(path, (0, 0))
        [(_, wrong, remedy)] = found()
    assert wrong == "held, though process 1 has ended" and "fuser" in remedy
