"""One process at a time: an exclusive lock on a file, kept by the kernel and released with the process, however that ends.

The lock file is never removed: whoever still waited on the removed one would hold a lock of their own. It names its last
holder, for the message to those who wait in vain.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forex.core.errors import GateFailed

POLL_SECONDS = 0.01


@contextmanager
def held(path: Path, *, timeout: float) -> Iterator[int]:
    """Hold the lock on `path` (flock); its folder must exist.

    timeout: seconds to wait for it.  Yields its descriptor: a process that inherits it holds the lock, too, if this one is killed.
    Raises GateFailed naming the holder where it is still held by then.
    """
    from filelock import FileLock, Timeout

    descriptors: list[int] = []
    # Never the soft kind, which a killed process would leave locked.
    lock = FileLock(
        path, timeout=timeout, poll_interval=POLL_SECONDS, fallback_to_soft=False, on_acquired=descriptors.append
    )
    try:
        lock.acquire()
    except Timeout as error:
        holder = path.read_text(encoding="utf-8").strip() or "another process"
        raise GateFailed(
            f"{path} is held by {holder}, and still was after {timeout:g} seconds. Wait until it has ended, then try again."
        ) from error
    try:
        path.write_text(f"process {os.getpid()} on {os.uname().nodename}\n", encoding="utf-8")
        yield descriptors[-1]
    finally:
        lock.release()
