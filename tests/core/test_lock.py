"""The lock keeps others out, names its holder, ends with its process, and its file stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forex.core.errors import GateFailed, UsageError
from forex.core.lock import held
from tests.support.faults.unprivileged import unprivileged

HOLDER = """
import sys, time
from pathlib import Path
from forex.core.lock import held
with held(Path(sys.argv[1]), timeout=5):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_who_waits_in_vain_is_told_who_holds_it_and_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with holder(path) as process:
        inode = path.stat().st_ino
        start = time.monotonic()
        with (
            pytest.raises(GateFailed, match=f"held by process {process.pid} on .* after 0.2 seconds"),
            held(path, timeout=0.2),
        ):
            pass
        assert 0.2 <= time.monotonic() - start < 5
        process.send_signal(signal.SIGKILL)
        process.wait()
    with held(path, timeout=5):
        assert path.read_text() == f"process {os.getpid()} on {os.uname().nodename}\n"
    assert path.stat().st_ino == inode  # never removed: waiters on two files would both hold "the" lock


def test_it_is_let_go_after_an_error_inside(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with pytest.raises(RuntimeError, match="inside"), held(path, timeout=1):
        raise RuntimeError("inside")
    with held(path, timeout=0.1):
        pass


# --- threads, links, the file itself ------------------------------------------------------------------------------------


def test_it_keeps_out_other_threads_too(tmp_path: Path) -> None:
    path, count = tmp_path / ".lock", [0]

    def add(_: int) -> None:
        with held(path, timeout=30):
            before = count[0]
            time.sleep(0.001)
            count[0] = before + 1

    before = len(os.listdir("/proc/self/fd"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(60)))
    assert count == [60] and len(os.listdir("/proc/self/fd")) == before


def test_who_holds_it_and_asks_again_waits_as_anybody_does(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with (
        held(path, timeout=1),
        pytest.raises(GateFailed, match=f"held by process {os.getpid()} "),
        held(path, timeout=0.1),
    ):
        pass
    with held(path, timeout=1):
        pass


@pytest.mark.parametrize("target", ["theirs", "nowhere"])
def test_a_link_is_no_lock_and_what_it_leads_to_stays_as_it_is(target: str, tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    path = tmp_path / ".lock"
    path.symlink_to(target)
    with pytest.raises(UsageError, match=r"\.lock is a link, and a lock is a file of its own"), held(path, timeout=1):
        pass
    assert path.is_symlink() and (tmp_path / "theirs").read_text() == "theirs" and not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_no_lock(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    make(path)
    with pytest.raises(UsageError, match=r"\.lock is no file"), held(path, timeout=1):
        pass


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"x" * 100_000])
def test_a_lock_file_may_say_anything(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with held(path, timeout=1):
        path.write_bytes(content)
        with pytest.raises(GateFailed, match="is held by") as waited, held(path, timeout=0.05):
            pass
        assert len(str(waited.value)) < 600
    with held(path, timeout=1):
        assert path.read_text() == f"process {os.getpid()} on {os.uname().nodename}\n"


MAY_NOT = """
from pathlib import Path
from forex.core.lock import held
from forex.core.errors import FileRefused
for name in ("closed/.lock", ".lock"):
    try:
        with held(Path(name), timeout=1):
            print("held")
    except FileRefused as error:
        print(error.exit_code, error)
"""


def test_a_lock_that_may_not_be_taken_is_told_in_the_systems_words(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o555)
    (tmp_path / ".lock").touch(0o400)
    done = unprivileged("-c", MAY_NOT, cwd=tmp_path)
    denied = "Permission denied. Check the path, its permissions and the disk."
    assert done.stdout.splitlines() == [f"2 {name}: {denied}" for name in ("closed/.lock", ".lock")], done.stderr
