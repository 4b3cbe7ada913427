"""Files that a killed process was writing: ours beside the file that they were to become, DVC's in its cache.

Ours have the id of the process in their name (`forex.core.disk.ASIDE`). DVC's are leftovers, because no DVC is running while this
is asked; they are in its cache, and beside the outputs that it brings from there.
"""

import os
import re
from functools import partial
from pathlib import Path

from forex.commands.keep.remedies import places
from forex.commands.keep.remedies.finding import Finding
from forex.core.disk import ASIDE
from forex.core.owner import named, owns

DVCS = re.compile(r"\.[A-Za-z0-9_-]{22}\.tmp")  # beside an output that it brings from its cache


def examine(cache: Path) -> list[Finding]:
    """Every half-written file: those of killed processes, and those of ours that are still being written.

    cache: the folder in which DVC keeps its objects.
    """
    found, dvcs = [], sorted(cache.glob("*/*.tmp"))
    for path in places.files():
        found += _ours(path)
        if DVCS.fullmatch(path.name):
            dvcs.append(path)
    return [*found, *(_removed(path, "half-written by a DVC that was killed") for path in dvcs)]


def _ours(path: Path) -> list[Finding]:
    match = ASIDE.fullmatch(path.name)
    if match is None:
        return []
    pid, name = int(match["pid"]), match["name"]
    try:
        written = path.stat().st_mtime
    except FileNotFoundError:  # its writer has finished it since
        return []
    if pid != os.getpid() and owns(pid, written):  # this process writes nothing now
        return [Finding(str(path), f"{name} is being written by {named(pid)}", "wait until it has ended")]
    wrong = f"half of {name}, left behind by process {pid}, which has ended"
    if places.untouchable(path):
        return [Finding(str(path), wrong, "left where it is, in the ledger or a store; no command reads it, delete it")]
    return [_removed(path, wrong)]


def _removed(path: Path, wrong: str) -> Finding:
    return Finding(str(path), wrong, "removed", partial(path.unlink, missing_ok=True))
