"""`forex doctor`: mends what a killed `dvc repro` can leave behind, so that the next one runs.

A process killed while DVC writes may leave an empty or cut-off dvc.lock, or a broken .dvc/tmp/rwlock. The first is in git; the
second says who reads and writes what at the moment, and nobody does once no DVC runs. Outputs need no mending: a stage whose
outputs do not fit the lock runs again.
"""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forex.core.errors import GateFailed

LOCK = Path("dvc.lock")
RUNNING = Path(".dvc/tmp/lock")
USERS = Path(".dvc/tmp/rwlock")


def view() -> dict[str, Any]:
    """What was wrong and is mended.  Raises GateFailed where DVC runs right now, or git has no whole dvc.lock."""
    mended: list[str] = []
    with _no_dvc_running():
        if USERS.exists() and not _in_use():
            USERS.unlink()
            mended.append(f"{USERS} was left behind by a process that has ended: removed")
        if not _readable(LOCK, _lock):
            _restore_lock()
            mended.append(f"{LOCK} was empty or broken: restored from git")
    return {"mended": mended}


def text(content: dict[str, Any]) -> str:
    return "\n".join(content["mended"]) or "nothing to mend"


def _no_dvc_running() -> Any:
    from contextlib import closing

    from zc.lockfile import LockError, LockFile

    RUNNING.parent.mkdir(parents=True, exist_ok=True)
    try:
        return closing(LockFile(str(RUNNING)))
    except LockError as error:
        raise GateFailed(
            f"{RUNNING} is held: DVC runs right now. Wait until it has ended, then run forex doctor."
        ) from error


def _in_use() -> bool:
    """Whether .dvc/tmp/rwlock names nobody, which is how a run that ended leaves it.

    Raises GateFailed where it names a process that runs: DVC holds its own lock only between the stages.
    """
    try:
        listed = re.findall(r'"pid": (\d+)', USERS.read_text(encoding="utf-8"))
        json.loads(USERS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    alive = [int(pid) for pid in listed if _runs(int(pid))]
    if alive:
        raise GateFailed(f"{USERS}: process {alive[0]} runs right now. Wait until it has ended, then run forex doctor.")
    return not listed


def _runs(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _lock(content: str) -> None:
    from ruamel.yaml import YAML

    if not {"schema", "stages"} <= set(YAML(typ="safe").load(content) or {}):
        raise ValueError


def _readable(path: Path, parse: Callable[[str], Any]) -> bool:
    from ruamel.yaml.error import YAMLError

    try:
        parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, YAMLError):
        return False
    return True


def _restore_lock() -> None:
    done = subprocess.run(["git", "checkout", "HEAD", "--", str(LOCK)], capture_output=True, text=True, check=False)
    if done.returncode or not _readable(LOCK, _lock):
        raise GateFailed(
            f"{LOCK} is broken and git does not have it: {done.stderr.strip()} Remove it and run dvc repro."
        )
