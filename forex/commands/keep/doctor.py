"""`forex doctor`: what a killed run can leave behind is mended, so that the next one runs, and what it cannot mend is said.

Locks and their owners, half-written files, dvc.lock, outputs that are nowhere, the environment. The ledger and the stores are never
touched. Outputs need no mending: a stage whose outputs do not fit the lock runs again.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.keep.remedies import environment, leftovers, locks, pipeline
from forex.core import clock as clocks
from forex.core.clock import Clock

MENDED, WOULD_MEND, TO_DO = "MENDED", "WOULD_MEND", "TO_DO"


def view(*, dry_run: bool = False, clock: Clock = clocks.now) -> dict[str, Any]:
    """What was wrong, and whether it is mended.  dry_run: say it and mend nothing.

    Raises GateFailed where DVC runs right now, or git has no whole dvc.lock.
    """
    from dvc.repo import Repo

    with locks.no_dvc_running(), Repo(".") as repo:
        found = [
            *locks.examine(),
            *leftovers.examine(Path(repo.cache.local.path)),
            *pipeline.examine(repo),
            *environment.examine(clock),
        ]
        if not dry_run:
            for one in found:
                if one.mend is not None:
                    one.mend()
    mended = WOULD_MEND if dry_run else MENDED
    return {
        "dry_run": dry_run,
        "found": [
            {
                "about": one.about,
                "wrong": one.wrong,
                "remedy": one.remedy,
                "state": TO_DO if one.mend is None else mended,
            }
            for one in found
        ],
    }


def text(content: Mapping[str, Any]) -> str:
    return "\n".join(_line(one) for one in content["found"]) or "nothing to mend"


def _line(one: Mapping[str, str]) -> str:
    would = "would be " if one["state"] == WOULD_MEND else ""
    return f"{one['about']}: {one['wrong']}; {would}{one['remedy']}"
