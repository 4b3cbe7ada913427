"""The list of announced interventions of the Banco Central de Chile in the currency market.

An intervention is known from the first business day after its announcement, or from its start where the day of the
announcement is unknown; it is news for a while, and never after its end. The list says nothing beyond its last date: where
nothing has been announced since, a row of kind `none` moves that date to its own `start`.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forex.core.edges.shown import shown
from forex.core.edges.table import records
from forex.core.edges.validators import iso_day
from forex.core.errors import DataError
from forex.timeline import calendar

PURCHASES, SALES, NONE = "purchases", "sales", "none"
KINDS = (PURCHASES, SALES, NONE)
COLUMNS = ("announced", "start", "end", "kind")


class Interventions(NamedTuple):
    """Announcement, start and end of each, shape (m,), NaT where unknown; their kinds; the dates for which the list is complete."""

    announced: calendar.Dates
    start: calendar.Dates
    end: calendar.Dates
    kind: tuple[str, ...]
    complete_from: np.datetime64
    complete_until: np.datetime64

    @property
    def known_from(self) -> calendar.Dates:
        """The first business day on which each counts."""
        after = calendar.shift(np.where(np.isnat(self.announced), self.start, self.announced), 1)
        return np.where(np.isnat(self.announced), calendar.on_or_after(self.start), after)


def parse_interventions(text: str, source: str) -> Interventions:
    """The interventions of a CSV text with the columns `announced,start,end,kind`; `source` is what messages call it.

    `announced` and `end` may be empty: not known.

    Raises DataError naming file, line and value where a column is missing, a date or kind cannot be read, an end is
    before its start or a start before its announcement, rows do not increase, or nothing is listed.

    >>> listed = parse_interventions(
    ...     "announced,start,end,kind\\n2022-07-14,2022-07-18,2022-09-30,sales\\n,2023-06-13,,purchases\\n", "list.csv")
    >>> listed.known_from.tolist(), listed.complete_until.item()
    ([datetime.date(2022, 7, 15), datetime.date(2023, 6, 13)], datetime.date(2023, 6, 13))
    """
    rows: list[tuple[dt.date | None, dt.date, dt.date | None, str]] = []
    listed: list[dt.date] = []
    until = dt.date.min
    for line, row in records(text, source, COLUMNS):
        where = f"{source}, line {line}"
        announced, start, end = (_date(row[name], name, where) for name in ("announced", "start", "end"))
        if row["kind"] not in KINDS:
            raise DataError(f"{where}: kind {shown(row['kind'])} is not one of {', '.join(KINDS)}. Correct it.")
        if start is None:
            raise DataError(f"{where}: start is empty; every row needs one. Enter it.")
        if announced and announced > start:
            raise DataError(f"{where}: start {start} is before its announcement on {announced}. Correct one of them.")
        if end and end < start:
            raise DataError(f"{where}: end {end} is before its start {start}. Correct one of them.")
        date = announced or start
        if listed and date <= listed[-1]:
            raise DataError(f"{where}: {date} does not come after {listed[-1]}. Sort the file and list each once.")
        listed.append(date)
        until = max(until, start)
        if row["kind"] != NONE:
            rows.append((announced, start, end, row["kind"]))
    if not listed:
        raise DataError(f"{source}: no intervention is listed. Restore the file with git.")
    return Interventions(
        announced=_dates([row[0] for row in rows]),
        start=_dates([row[1] for row in rows]),
        end=_dates([row[2] for row in rows]),
        kind=tuple(row[3] for row in rows),
        complete_from=np.datetime64(listed[0]),
        complete_until=np.datetime64(until),
    )


def _date(text: str, name: str, where: str) -> dt.date | None:
    try:
        return iso_day(text) if text else None
    except ValueError as error:
        raise DataError(f"{where}: {name} {shown(text)} is not a date like 2022-07-14. Correct it.") from error


def _dates(dates: Sequence[dt.date | None]) -> calendar.Dates:
    return np.array(dates, dtype="datetime64[D]")


def is_complete(origins: calendar.Dates, interventions: Interventions) -> NDArray[np.bool_]:
    """Whether the list says what had been announced, for each of n origins."""
    return np.asarray((origins >= interventions.complete_from) & (origins <= interventions.complete_until))


def newest_known(origins: calendar.Dates, interventions: Interventions) -> NDArray[np.int64]:
    """The newest of the m interventions that each of n origins knew of, by position; −1 where it knew of none."""
    return np.searchsorted(interventions.known_from, origins, side="right") - 1


def days_since(origins: calendar.Dates, interventions: Interventions) -> NDArray[np.float64]:
    """Business days from the day on which the newest intervention was first known to each of n origins, shape (n,).

    NaN where none was known, and after its end.

    >>> listed = parse_interventions("announced,start,end,kind\\n2022-07-14,2022-07-18,2022-09-30,sales\\n", "list.csv")
    >>> days_since(calendar.as_dates(["2022-07-14", "2022-07-15", "2022-07-18", "2022-10-03"]), listed).tolist()
    [nan, 0.0, 1.0, nan]
    """
    days = np.full(origins.size, np.nan)
    at = newest_known(origins, interventions)
    rows = np.flatnonzero(at >= 0)
    at = at[rows]
    rows, at = (part[~(origins[rows] > interventions.end[at])] for part in (rows, at))  # NaT is not before anything
    days[rows] = calendar.steps_between(interventions.known_from[at], origins[rows])
    return days
