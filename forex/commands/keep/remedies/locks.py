"""Locks: who holds them, and what is left of those that nobody holds.

The kernel releases a lock with its process, so that a file of ours never stays locked. DVC also writes a list of the processes that
read and write, .dvc/tmp/rwlock, which a killed process leaves as it was, or broken.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from forex.commands.keep.remedies import places
from forex.commands.keep.remedies.finding import Finding
from forex.core.disk import make_folder
from forex.core.errors import GateFailed
from forex.core.owner import named, owns

RUNNING = Path(".dvc/tmp/lock")
USERS = Path(".dvc/tmp/rwlock")
# The lock of a store's fetches or of the schedule, that of a day of live use, and all others.
NAME = re.compile(r"lock|\.advance|\.(.+\.)?lock")


@contextmanager
def no_dvc_running() -> Iterator[None]:
    """Hold DVC's own lock.  Raises GateFailed, naming its owner, where it is held already."""
    from zc.lockfile import LockError, LockFile

    make_folder(RUNNING.parent)
    written = _text(RUNNING)
    try:
        lock = LockFile(str(RUNNING))
    except LockError as error:
        owner = named(int(written)) if written.strip().isdigit() else "another process"
        raise GateFailed(
            f"{RUNNING} is held by {owner}: DVC runs right now. Wait until it has ended, then run forex doctor."
        ) from error
    with closing(lock):
        yield


def examine() -> list[Finding]:
    """What is wrong with DVC's list of processes and with the locks of the project.

    Raises GateFailed where the list names a process that is running: DVC holds its own lock only between the stages.
    """
    return [*_users(), *(found for path in places.files() if NAME.fullmatch(path.name) for found in _held(path))]


def _users() -> list[Finding]:
    if not USERS.exists():
        return []
    listed = _listed(_text(USERS))
    if listed is None:
        return [Finding(str(USERS), "cut off by a process that has ended", "removed", USERS.unlink)]
    written = USERS.stat().st_mtime
    for pid, command in listed:
        # This process is no run of DVC, though in a container it may have the number of one that was.
        if pid != os.getpid() and owns(pid, written, command):
            raise GateFailed(f"{USERS}: {named(pid)} runs right now. Wait until it has ended, then run forex doctor.")
    if not listed:
        return []
    return [
        Finding(str(USERS), f"left behind by process {listed[0][0]}, which has ended", "removed", USERS.unlink),
    ]


def _listed(content: str) -> list[tuple[int, str]] | None:
    """Id and command of every process that the list names; None where DVC cannot read it."""
    from dvc.rwlock import SCHEMA, Invalid

    try:
        whole = SCHEMA(json.loads(content))
    except (ValueError, RecursionError, Invalid):
        return None
    infos = [*whole["write"].values(), *(info for infos in whole["read"].values() for info in infos)]
    return [(info["pid"], info["cmd"]) for info in infos]


def _held(path: Path) -> list[Finding]:
    """A finding where another process holds the lock; reading it leaves its bytes and times as they are."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = re.match(r"process (\d+) ", _text(path))
        if pid and owns(int(pid[1]), path.stat().st_mtime):
            return [Finding(str(path), f"held by {named(int(pid[1]))}", "wait until it has ended")]
        return [
            Finding(
                str(path),
                f"held, though {pid[0].strip() if pid else 'whoever wrote it'} has ended",
                f"a process that it started still runs: `fuser {path}` names it",
            )
        ]
    return []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
