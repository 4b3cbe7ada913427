"""Whose lock it is: a process that runs is named and left alone, an ended one's lock goes, a reused process id owns nothing."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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


def listing(pid: int, command: str = "/opt/bin/dvc repro") -> str:
    return json.dumps({"write": {"data/panel.parquet": {"pid": pid, "cmd": command}}, "read": {}})


@contextmanager
def sleeping(*words: str) -> Iterator[int]:
    """The id of a process with these words behind python's own."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", *words]) as process:
        yield process.pid
        process.kill()


def found() -> list[tuple[str, str, str]]:
    return [(finding["about"], finding["wrong"], finding["remedy"]) for finding in doctor.view()["found"]]


def test_a_sound_project_is_left_alone(project: Path) -> None:
    before = {path: path.read_bytes() for path in (project / "dvc.lock", project / USERS)}
    assert doctor.text(doctor.view()) == "nothing to mend"
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    "broken", ["", '{"data": {"re', "[]", "5", '{"write": {"a": {"pid": "1", "cmd": ""}}}', "[" * 10_000]
)
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


@pytest.mark.parametrize("words", [("repro",), ("exp", "run", "--queue")])
def test_a_process_that_runs_is_named_and_left_alone(words: tuple[str, ...], project: Path) -> None:
    with sleeping(*words) as pid:
        USERS.write_text(listing(pid, " ".join(["/opt/bin/dvc", *words])))
        with pytest.raises(GateFailed, match=rf"process {pid} \(.*, started \d{{4}}-.*Z\) runs right now"):
            doctor.view()
    assert USERS.exists()


@pytest.mark.parametrize(
    ("listed", "runs"), [("dvc repro", ("report",)), ("dvc repro", ("a", "irepro")), ("dvc", ("x",))]
)
def test_a_number_that_a_process_of_another_command_has_is_no_owner(
    listed: str, runs: tuple[str, ...], project: Path
) -> None:
    """It began before the list was written: its start time alone would make it the owner."""
    with sleeping(*runs) as pid:
        time.sleep(0.2)
        USERS.write_text(listing(pid, listed))
        assert found() == [(str(USERS), f"left behind by process {pid}, which has ended", "removed")]


def test_the_doctors_own_number_is_no_owner(project: Path) -> None:
    """As in a container, where every process that is started is the first one."""
    USERS.write_text(listing(os.getpid(), " ".join(sys.orig_argv)))
    assert found() == [(str(USERS), f"left behind by process {os.getpid()}, which has ended", "removed")]


def test_a_number_that_another_process_was_given_since_is_no_owner(project: Path) -> None:
    """The list was written an hour before the process of that number began, with the same command."""
    with sleeping("repro") as pid:
        USERS.write_text(listing(pid))
        began = start(pid)
        assert began is not None
        os.utime(USERS, (began - HOUR, began - HOUR))
        assert found() == [(str(USERS), f"left behind by process {pid}, which has ended", "removed")]


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
