"""When each forecast was issued: `data/issued_at.csv`, in git beside the ledger, whose own columns stay as they are.

The ledger is what was said and depends on no clock, so that a backfill can be compared with it byte for byte; when it was said
stands here, a line per row of the ledger. No stage reads it. It is kept in git and not in the store, because it is about the ledger
and belongs in the same commit; and not below data/ledger, where every file is a year's forecasts.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from forex.core.disk import exists, write_text
from forex.core.edges.limits import TEXT_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.edges.shown import shown
from forex.core.edges.table import records
from forex.core.edges.validators import horizon_name, iso_day
from forex.core.errors import DataError
from forex.core.lock import held
from forex.ledger.ledger import LEDGER, LOCK
from forex.ledger.rows import Issued, Key

FILE = Path("data/issued_at.csv")
FIRST_LINE = "origin_date,horizon,issued_at"
STAMP = "%Y-%m-%dT%H:%M:%SZ"
RESTORE = "Restore the file with git."


def record(rows: Iterable[Issued], at: dt.datetime, *, lock_timeout: float) -> None:
    """Enter that these rows of the ledger were issued `at` (UTC); the file only grows.  Raises what `recorded` and `held` raise."""
    added = "".join(f"{','.join(row.key)},{at:{STAMP}}\n" for row in rows)
    if added:
        with held(LEDGER / LOCK, timeout=lock_timeout):
            recorded()  # nothing is added to a file that cannot be read
            before = read_utf8(FILE, TEXT_BYTES, mend=RESTORE) if exists(FILE) else f"{FIRST_LINE}\n"
            write_text(FILE, before + added)


def recorded() -> dict[Key, dt.datetime]:
    """The recorded instants of issue (UTC), by origin and horizon; where there are two, which a merge can leave, the earlier.

    Raises DataError naming the line where the file is not as `record` leaves it.
    """
    if not exists(FILE):
        return {}
    found: dict[Key, dt.datetime] = {}
    for number, row in records(read_utf8(FILE, TEXT_BYTES, mend=RESTORE), FILE, FIRST_LINE.split(",")):
        origin, name, stamp = row.values()
        try:
            key = str(iso_day(origin)), horizon_name(name)
            at = dt.datetime.strptime(stamp, STAMP).replace(tzinfo=dt.UTC)
            if f"{at:{STAMP}}" != stamp:  # 8:05 for 08:05, or digits of another script
                raise ValueError(stamp)
        except ValueError as error:
            raise DataError(
                f"{FILE}, line {number}: {shown(','.join(row.values()))}, expected a line like "
                f"2024-11-27,1d,2024-11-27T18:05:00Z. {RESTORE}"
            ) from error
        found[key] = min(at, found.get(key, at))
    return found
