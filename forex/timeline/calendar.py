"""The Santiago business-day calendar and the instants that follow from it.

A business day is a weekday that the project's list of public and bank holidays, data/calendar/holidays_cl.csv, does not
hold. A process reads the list once, when it first needs it, from its working directory. A date beyond the list's years raises
DataError: nobody can say whether it is a business day. Dates are numpy datetime64[D]; instants are numpy datetime64[us] in UTC,
and come from wall-clock times through the zone's own rules, so daylight saving of Santiago and of New York is exact.
"""

import datetime as dt
import math
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forex.core.errors import DataError
from forex.timeline.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR, Holiday, parse_holidays

SANTIAGO = "America/Santiago"

Dates = NDArray[np.datetime64]
Instants = NDArray[np.datetime64]

FIRST, LAST = np.datetime64(f"{FIRST_YEAR}-01-01"), np.datetime64(f"{LAST_YEAR}-12-31")
WEEK_SHARE = 5 / 7  # business days in a calendar day, holidays aside


@cache
def _holidays() -> tuple[Holiday, ...]:
    from forex.core.files import read_text  # imports polars, which `forex --help` can do without

    return parse_holidays(read_text(HOLIDAYS), str(HOLIDAYS))


@cache
def _calendar() -> np.busdaycalendar:
    return np.busdaycalendar(holidays=np.array([holiday.date for holiday in _holidays()], dtype="datetime64[D]"))


def _covered(dates: Dates) -> Dates:
    """The dates.  Raises DataError naming the first of them that the list of holidays says nothing about."""
    outside = (dates < FIRST) | (dates > LAST)
    if outside.any():
        raise DataError(
            f"{HOLIDAYS}: {np.extract(outside, dates)[0]} is outside its range, {FIRST} to {LAST}. Correct the date, or extend "
            "the list: LAST_YEAR in forex/timeline/holidays.py, then `make calendar`."
        )
    return dates


def holidays_between(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """The holidays that fall on weekdays from `first` to `last`, both included, with their names.

    >>> holidays_between(dt.date(2024, 12, 24), dt.date(2024, 12, 25))
    [(datetime.date(2024, 12, 25), 'Navidad')]
    """
    _covered(np.array([first, last], dtype="datetime64[D]"))
    within = [holiday for holiday in _holidays() if first <= holiday.date <= last]
    return [(holiday.date, holiday.name) for holiday in within if holiday.date.weekday() < 5]


def as_dates(dates: ArrayLike) -> Dates:
    return np.asarray(dates, dtype="datetime64[D]")


def is_business_day(dates: ArrayLike) -> NDArray[np.bool_]:
    """Whether each date is a business day.

    >>> is_business_day(["2024-09-17", "2024-09-18", "2024-12-31"]).tolist()
    [True, False, False]
    """
    return np.is_busday(_covered(as_dates(dates)), busdaycal=_calendar())


def business_days(first: ArrayLike, last: ArrayLike) -> Dates:
    """Every business day from `first` to `last`, both included."""
    start = as_dates(first)
    days = start + np.arange(int((as_dates(last) - start).astype(np.int64)) + 1)
    return days[is_business_day(days)]


def on_or_before(dates: ArrayLike) -> Dates:
    return _covered(np.asarray(np.busday_offset(_covered(as_dates(dates)), 0, roll="backward", busdaycal=_calendar())))


def on_or_after(dates: ArrayLike) -> Dates:
    return _covered(np.asarray(np.busday_offset(_covered(as_dates(dates)), 0, roll="forward", busdaycal=_calendar())))


def shift(dates: ArrayLike, days: int) -> Dates:
    """Each date moved by `days` business days; a date that is none counts as between its neighbours; 0 leaves it as it is.

    >>> shift(["2024-09-23", "2024-09-18"], -1).tolist()
    [datetime.date(2024, 9, 17), datetime.date(2024, 9, 17)]
    """
    if days == 0:
        return as_dates(dates)
    roll: str = "forward" if days < 0 else "backward"
    moved = np.busday_offset(_covered(as_dates(dates)), days, roll=roll, busdaycal=_calendar())  # type: ignore[call-overload]
    return _covered(np.asarray(moved))


def steps_between(start: ArrayLike, end: ArrayLike) -> NDArray[np.int64]:
    """Business days from `start` (excluded) to `end` (included); both are business days, or count as the one before.

    Negative where `end` is the earlier one: minus the steps from `end` to `start`.

    >>> steps_between(["2024-11-27", "2024-12-02"], ["2024-12-02", "2024-11-27"]).tolist()
    [3, -3]
    """
    start, end = _covered(as_dates(start)), _covered(as_dates(end))
    one = np.timedelta64(1, "D")
    # Only ever counted forwards: backwards, numpy includes the other end.
    steps = np.busday_count(np.minimum(start, end) + one, np.maximum(start, end) + one, busdaycal=_calendar())
    return np.asarray(np.where(end < start, -steps, steps), dtype=np.int64)


def horizon_days(horizon: str) -> int:
    """Calendar days of a horizon such as "7d"."""
    return int(horizon.removesuffix("d"))


def usual_steps(horizon: str) -> int:
    """Business days that a horizon spans where no holiday falls into it.

    >>> [usual_steps(horizon) for horizon in ("1d", "7d", "15d", "30d", "90d")]
    [1, 5, 11, 22, 65]
    """
    return math.ceil(horizon_days(horizon) * WEEK_SHARE)


def target_dates(origins: ArrayLike, anchor_dates: ArrayLike, horizon: str) -> Dates:
    """The first business day on or after origin + horizon and later than the anchor's date.

    >>> target_dates(["2024-09-13"], ["2024-09-13"], "7d").tolist()
    [datetime.date(2024, 9, 23)]
    """
    due = as_dates(origins) + np.timedelta64(horizon_days(horizon), "D")
    return on_or_after(np.maximum(due, as_dates(anchor_dates) + np.timedelta64(1, "D")))


def instants(dates: ArrayLike, time: str, zone: str) -> Instants:
    """The UTC instants of a wall-clock time ("15:00") on each date in a zone ("America/Santiago").

    >>> instants(["2024-07-01", "2024-12-02"], "15:00", SANTIAGO).tolist()
    [datetime.datetime(2024, 7, 1, 19, 0), datetime.datetime(2024, 12, 2, 18, 0)]
    """
    hour, minute = (int(part) for part in time.split(":"))
    rules = ZoneInfo(zone)
    unique, inverse = np.unique(as_dates(dates), return_inverse=True)
    utc = [
        dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=rules).astimezone(dt.UTC).replace(tzinfo=None)
        for day in unique.tolist()
    ]
    return np.array(utc, dtype="datetime64[us]")[inverse]


def cut_offs(origins: ArrayLike, cut_off: str) -> Instants:
    """The instant up to which information counts at each origin."""
    return instants(origins, cut_off, SANTIAGO)
