"""The calendar of monetary policy meetings of the Banco Central de Chile, and how far each origin is from them.

A decision is published at 18:00 Santiago, and the observado of a day averages the deals of the business day before it:
the first effect is in the observado in force two business days later. Scheduled meetings are announced long ahead and
count at every origin; a special one counts from its own day on, because nobody knew of it before.
"""

import datetime as dt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forex.core.edges.shown import shown
from forex.core.edges.table import records
from forex.core.edges.validators import iso_day
from forex.core.errors import DataError
from forex.timeline import calendar

COLUMNS = ("date", "kind")
KINDS = ("scheduled", "special")


class Meetings(NamedTuple):
    """Decision days, shape (m,), increasing, and whether each is a special meeting."""

    dates: calendar.Dates
    special: NDArray[np.bool_]


def parse_meetings(text: str, source: str) -> Meetings:
    """The meetings of a CSV text with the columns `date` and `kind`; `source` is the name that messages give the file.

    Raises DataError naming file, line and value where a column is missing, a date or kind cannot be read, dates do not
    increase, or no scheduled meeting is listed.

    >>> parse_meetings("date,kind\\n2020-01-29,scheduled\\n2020-03-16,special\\n", "meetings.csv").special.tolist()
    [False, True]
    """
    dates: list[dt.date] = []
    special: list[bool] = []
    for line, row in records(text, source, COLUMNS):
        where = f"{source}, line {line}"
        try:
            date = iso_day(row["date"])
        except ValueError as error:
            raise DataError(f"{where}: date {shown(row['date'])} is not a date like 2024-12-17. Correct it.") from error
        if row["kind"] not in KINDS:
            raise DataError(f"{where}: kind {shown(row['kind'])} is not one of {', '.join(KINDS)}. Correct it.")
        if dates and date <= dates[-1]:
            raise DataError(f"{where}: {date} does not come after {dates[-1]}. Sort the file and list each day once.")
        dates.append(date)
        special.append(row["kind"] == "special")
    if all(special):
        raise DataError(f"{source}: no scheduled meeting is listed. Restore the file with git.")
    return Meetings(np.array(dates, dtype="datetime64[D]"), np.array(special))


def is_covered(origins: calendar.Dates, meetings: Meetings) -> NDArray[np.bool_]:
    """Whether each origin lies between the first and the last scheduled meeting, both included."""
    scheduled = meetings.dates[~meetings.special]
    return np.asarray((origins >= scheduled[0]) & (origins <= scheduled[-1]))


def days_to_effects(origins: calendar.Dates, meetings: Meetings, *, effect: int) -> NDArray[np.float64]:
    """Business days from each of n origins to the effect of each of m decisions, shape (n, m).

    The effect is in the observado in force `effect` business days after the decision, by the holidays known at the origin.
    Negative after it; NaN where the meeting was not known yet.

    >>> meetings = parse_meetings("date,kind\\n2020-01-29,scheduled\\n2020-03-16,special\\n", "meetings.csv")
    >>> days_to_effects(calendar.as_dates(["2020-03-13", "2020-03-16"]), meetings, effect=2).tolist()
    [[-30.0, nan], [-31.0, 2.0]]
    """
    known_at = origins[:, None]
    effects = calendar.shift(meetings.dates[None, :], effect, known_at=known_at)
    days = calendar.steps_between(known_at, effects, known_at=known_at)
    unknown = meetings.special[None, :] & (origins[:, None] < meetings.dates[None, :])
    return np.where(unknown, np.nan, days)


def nearest(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row of `days_to_effects` the entry nearest to zero; the earlier meeting on a tie.

    >>> nearest(np.array([[-3.0, 2.0, np.nan], [-2.0, 2.0, 30.0]])).tolist()
    [2.0, -2.0]
    """
    column = np.argmin(np.where(np.isnan(days), np.inf, np.abs(days)), axis=1)
    return np.asarray(days[np.arange(days.shape[0]), column])
