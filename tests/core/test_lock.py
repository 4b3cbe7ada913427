"""The lock keeps others out, names its holder, ends with its process, and its file stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forex.core.errors import GateFailed
from forex.core.lock import held

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
