"""`forex doctor`: mends what a killed run can leave behind, so that the next one runs, and says what it cannot mend.

Locks and their owners, half-written files, dvc.lock, missing outputs, the environment. The ledger and the stores are never touched.
Outputs need no mending: a stage whose outputs do not fit the lock runs again.
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

    Raises GateFailed where DVC is running, or dvc.lock is broken and git has no whole one; FileRefused where dvc.lock may not be
    read.
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
            for finding in found:
                if finding.mend is not None:
                    finding.mend()
    mended = WOULD_MEND if dry_run else MENDED
    return {
        "dry_run": dry_run,
        "found": [
            {
                "about": finding.about,
                "wrong": finding.wrong,
                "remedy": finding.remedy,
                "state": TO_DO if finding.mend is None else mended,
            }
            for finding in found
        ],
    }


def text(content: Mapping[str, Any]) -> str:
    """A line for each finding: what is wrong, and how it was mended, would be, or is to be."""
    return "\n".join(_line(finding) for finding in content["found"]) or "nothing to mend"


def _line(finding: Mapping[str, str]) -> str:
    would = "would be " if finding["state"] == WOULD_MEND else ""
    return f"{finding['about']}: {finding['wrong']}; {would}{finding['remedy']}"
