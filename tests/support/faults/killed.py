"""A process that is killed at any moment of a piece of work: before and after each call that reaches the system.

The calls are found by a profile hook, which sees every call of a builtin, so that none that a later version makes is forgotten. For
scripts of their own: a test's process has threads, and a fork of it would be half a process.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import Any

from tests.support.made_up import ROOT

CALLS = (
    *("open", "write", "read", "fsync", "replace", "rename", "link", "unlink", "mkdir", "chmod", "fchmod", "fchown"),
    *("flock", "ftruncate", "pwrite", "close", "send", "recv", "connect", "do_handshake", "shutdown"),
)

Work = Callable[[], object]


def moments(work: Work, at: int = 0, calls: Iterable[str] = CALLS) -> int:
    """Do the work and count its moments; at the one with the number `at`, counted from 1, the process kills itself."""
    wanted, seen = frozenset(calls), 0

    def hook(frame: Any, event: str, function: Any) -> None:
        nonlocal seen
        if event in ("c_call", "c_return") and getattr(function, "__name__", "") in wanted:
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(hook)
    try:
        work()
    finally:
        sys.setprofile(None)
    return seen


def killed(work: Work, at: int, calls: Iterable[str] = CALLS) -> bool:
    """Whether a child that does the work died at that moment."""
    child = os.fork()
    if child == 0:
        moments(work, at, calls)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def script(code: str, *words: str, **environ: str) -> str:
    """What a process of its own with this code prints; it must end well."""
    run = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0 and run.stderr == "", run.stderr
    return run.stdout
