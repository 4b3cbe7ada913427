"""One process at a time: an exclusive lock on a file, kept by the kernel and released with the process, however that ends.

It keeps out other processes and other threads of this one. It is not re-entrant: a holder that asks for it again waits in vain,
like anybody else. There is no shared form, for every caller reads, decides and writes under it.

The lock file is never removed: whoever was still waiting on the removed one would hold a lock of their own. It names its last
holder, for the message to those who wait in vain.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forex.core.errors import FileRefused, GateFailed, UsageError, os_fault

POLL_SECONDS = 0.01
LONGEST_NAME = 200  # bytes of the holder's name that are shown


@contextmanager
def held(path: Path, *, timeout: float) -> Iterator[int]:
    """Hold the lock on `path` (flock); its folder must exist.

    timeout: seconds to wait for it, trying every POLL_SECONDS.  Yields its descriptor: a process that inherits it keeps the lock
    if this one is killed.

    Raises GateFailed naming the holder where another still holds it by then; UsageError where `path` is a link or not a regular
    file; FileRefused where the system refuses.
    """
    from filelock import FileLock, Timeout

    _refuse_others(path)
    descriptors: list[int] = []
    # Never the soft kind, which a killed process would leave locked. It opens no link, not even one made since the check.
    lock = FileLock(
        path, timeout=timeout, poll_interval=POLL_SECONDS, fallback_to_soft=False, on_acquired=descriptors.append
    )
    try:
        lock.acquire()
    except Timeout as error:
        raise GateFailed(
            f"{path} is held by {_holder(path)}, and still was after {timeout:g} seconds. Wait until it has ended, then try again."
        ) from error
    except OSError as error:
        raise FileRefused(os_fault(error, path)) from error
    try:
        _sign(descriptors[-1], path)
        yield descriptors[-1]
    finally:
        lock.release()


def _refuse_others(path: Path) -> None:
    try:
        mode = os.lstat(path).st_mode
    except OSError:  # not there yet; any other trouble shows when the lock is taken
        return
    if not stat.S_ISREG(mode):
        what = "a link" if stat.S_ISLNK(mode) else "no file"
        raise UsageError(f"{path} is {what}, and a lock is a file of its own. Remove it, then try again.")


def _sign(descriptor: int, path: Path) -> None:
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {os.uname().nodename}\n".encode(), 0)
    except OSError as error:
        raise FileRefused(os_fault(error, path)) from error


def _holder(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return "another process"
    try:
        return os.read(descriptor, LONGEST_NAME).decode("utf-8", "replace").strip() or "another process"
    finally:
        os.close(descriptor)
