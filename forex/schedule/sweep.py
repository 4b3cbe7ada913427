"""Removes what the schedule left behind once it is as old as `keep` in operations.yaml says.

That is records, logs, mails that were sent and mails that came too late to be, each known by its place and name. Ledger, store,
reports, mails that wait to be sent and whatever else somebody put there stay.
"""

import datetime as dt
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from forex.core.places import LOGS, RUNS, SENT, TOO_LATE
from forex.schedule.due import Kept

DAY = r"\d{4}-\d{2}-\d{2}"
RUN, LOG, MAIL = re.compile(DAY), re.compile(rf"{DAY}\.log"), re.compile(rf"[a-z]+-{DAY}\.(?:eml|json)")


def sweep(today: dt.date, kept: Kept) -> list[Path]:
    """Remove what is older than it is kept, and return what was removed."""
    runs = _older(RUNS.glob("*/"), RUN, today, kept.runs)
    logs = _older(LOGS.glob("*/*"), LOG, today, kept.logs)
    mails = _older([*SENT.glob("*"), *TOO_LATE.glob("*")], MAIL, today, kept.mails)
    for folder in runs:
        shutil.rmtree(folder)
    for file in [*logs, *mails]:
        file.unlink(missing_ok=True)
    return [*runs, *logs, *mails]


def _older(paths: Iterable[Path], named: re.Pattern[str], today: dt.date, days: int) -> list[Path]:
    """Those with such a name whose day is more than so many days before; none through a link, which may lead anywhere."""
    found = []
    for path in sorted(paths):
        if named.fullmatch(path.name) and not path.is_symlink():
            try:
                day = dt.date.fromisoformat(re.findall(DAY, path.name)[0])
            except ValueError:
                continue
            if (today - day).days > days:
                found.append(path)
    return found
