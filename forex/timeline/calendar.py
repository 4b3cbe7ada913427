"""The Santiago business-day calendar and the instants that follow from it.

A business day is a weekday that the project's list of public and bank holidays, data/calendar/holidays_cl.csv, does not
hold. A process reads the list once, when it first needs it, from its working directory. A date beyond the list's years raises
DataError: nobody can say whether it is a business day. Dates are numpy datetime64[D]; instants are numpy datetime64[us] in UTC,
and come from wall-clock times through the zone's own rules, so daylight saving of Santiago and of New York is exact.

Laws add holidays, some of them days before. `known_at`, an origin's date for each date, leaves out the holidays that nobody knew
of by then: whatever looks ahead from an origin gives it. Without it the complete list counts, which for days up to the origin is
the same: no holiday is known only after its day.
"""

import datetime as dt
import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forex.core.errors import DataError
from forex.core.installed import of_project
from forex.timeline.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR, Holiday, parse_holidays

SANTIAGO = "America/Santiago"

Dates = NDArray[np.datetime64]
Instants = NDArray[np.datetime64]

FIRST, LAST = np.datetime64(f"{FIRST_YEAR}-01-01"), np.datetime64(f"{LAST_YEAR}-12-31")
WEEK_SHARE = 5 / 7  # business days in a calendar day, holidays aside


@cache
def _holidays() -> tuple[Holiday, ...]:
    from forex.core.files import read_text  # imports polars, which `forex --help` can do without

    path = of_project(HOLIDAYS)
    return parse_holidays(read_text(path), str(path))


@cache
def _versions() -> tuple[Dates, tuple[np.busdaycalendar, ...]]:
    """The days on which holidays became known, increasing, and the calendar from each of them on: the last is the complete one."""
    dates = np.array([holiday.date for holiday in _holidays()], dtype="datetime64[D]")
    known_from = np.array([holiday.known_from for holiday in _holidays()], dtype="datetime64[D]")
    since = np.unique(known_from)
    return since, tuple(np.busdaycalendar(holidays=dates[known_from <= day]) for day in since)


def _by_version(function: Callable[..., Any], *dates: Dates, known_at: ArrayLike | None) -> NDArray:
    """What one of numpy's functions gives for the dates, each by the calendar of its `known_at`, or all by the complete one."""
    since, versions = _versions()
    if known_at is None:
        return np.asarray(function(*dates, busdaycal=versions[-1]))
    *dates_of, origins = np.broadcast_arrays(*dates, as_dates(known_at))
    version = np.maximum(np.searchsorted(since, origins, side="right") - 1, 0)
    found = np.array(function(*dates_of, busdaycal=versions[-1]))
    for earlier in np.unique(version[version < len(versions) - 1]):
        rows = version == earlier
        found[rows] = function(*(days[rows] for days in dates_of), busdaycal=versions[earlier])
    return found


def _covered(dates: Dates) -> Dates:
    """The dates.  Raises DataError naming the first of them that the list of holidays says nothing about."""
    outside = (dates < FIRST) | (dates > LAST)
    if outside.any():
        raise DataError(
            f"{HOLIDAYS}: {np.extract(outside, dates)[0]} is outside its range, {FIRST} to {LAST}. Correct the date, or extend "
            "the list: LAST_YEAR in forex/timeline/holidays.py, then `make calendar`."
        )
    return dates


def holidays_between(first: dt.date, last: dt.date, *, known_at: dt.date) -> list[tuple[dt.date, str]]:
    """The holidays that fall on weekdays from `first` to `last`, both included, with their names, as far as known at `known_at`.

    >>> holidays_between(dt.date(2022, 9, 15), dt.date(2022, 9, 19), known_at=dt.date(2022, 8, 30))
    [(datetime.date(2022, 9, 19), 'Día de las Glorias del Ejército')]
    >>> [day.day for day, _ in holidays_between(dt.date(2022, 9, 15), dt.date(2022, 9, 19), known_at=dt.date(2022, 8, 31))]
    [16, 19]
    """
    _covered(np.array([first, last], dtype="datetime64[D]"))
    within = [holiday for holiday in _holidays() if first <= holiday.date <= last and holiday.known_from <= known_at]
    return [(holiday.date, holiday.name) for holiday in within if holiday.date.weekday() < 5]


def as_dates(dates: ArrayLike) -> Dates:
    """The dates as numpy's datetime64[D].  Raises ValueError for what is no date."""
    return np.asarray(dates, dtype="datetime64[D]")


def is_business_day(dates: ArrayLike, *, known_at: ArrayLike | None = None) -> NDArray[np.bool_]:
    """Whether each date is a business day.

    >>> is_business_day(["2024-09-17", "2024-09-18", "2024-12-31"]).tolist()
    [True, False, False]
    >>> is_business_day("2021-06-21", known_at=["2021-06-18", "2021-06-19"]).tolist()
    [True, False]
    """
    return _by_version(np.is_busday, _covered(as_dates(dates)), known_at=known_at)


def business_days(first: ArrayLike, last: ArrayLike, *, known_at: ArrayLike | None = None) -> Dates:
    """Every business day from `first` to `last`, both included; `known_at` is one date."""
    start = as_dates(first)
    days = start + np.arange(int((as_dates(last) - start).astype(np.int64)) + 1)
    return days[is_business_day(days, known_at=known_at)]


def on_or_before(dates: ArrayLike) -> Dates:
    """The last business day on or before each date.

    >>> str(on_or_before("2024-09-18"))
    '2024-09-17'
    """
    return _offset(dates, 0, "backward", None)


def on_or_after(dates: ArrayLike, *, known_at: ArrayLike | None = None) -> Dates:
    """The first business day on or after each date, by the holidays known at `known_at`.

    >>> str(on_or_after("2024-09-18"))
    '2024-09-23'
    """
    return _offset(dates, 0, "forward", known_at)


def shift(dates: ArrayLike, days: int, *, known_at: ArrayLike | None = None) -> Dates:
    """Each date moved by `days` business days; 0 leaves every date as it is.

    A date that is not a business day counts as lying between its neighbours.

    >>> shift(["2024-09-23", "2024-09-18"], -1).tolist()
    [datetime.date(2024, 9, 17), datetime.date(2024, 9, 17)]
    """
    if days == 0:
        return as_dates(dates)
    return _offset(dates, days, "forward" if days < 0 else "backward", known_at)


def _offset(dates: ArrayLike, days: int, roll: str, known_at: ArrayLike | None) -> Dates:
    offset = partial(np.busday_offset, offsets=days, roll=roll)
    return _covered(_by_version(offset, _covered(as_dates(dates)), known_at=known_at))


def steps_between(start: ArrayLike, end: ArrayLike, *, known_at: ArrayLike | None = None) -> NDArray[np.int64]:
    """Business days from `start` (excluded) to `end` (included); both are business days, or count as the one before.

    Negative where `end` is the earlier one: minus the steps from `end` to `start`.

    >>> steps_between(["2024-11-27", "2024-12-02"], ["2024-12-02", "2024-11-27"]).tolist()
    [3, -3]
    """
    start, end = _covered(as_dates(start)), _covered(as_dates(end))
    day = np.timedelta64(1, "D")
    # Only ever counted forwards: backwards, numpy includes the other end.
    after, through = as_dates(np.minimum(start, end) + day), as_dates(np.maximum(start, end) + day)
    steps = _by_version(np.busday_count, after, through, known_at=known_at)
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
    """The first day on or after origin + horizon and later than the anchor's date that was a business day as known at the origin.

    >>> target_dates(["2024-09-13"], ["2024-09-13"], "7d").tolist()
    [datetime.date(2024, 9, 23)]
    >>> target_dates(["2021-06-14"], ["2021-06-14"], "7d").tolist()  # a holiday by a law of five days later
    [datetime.date(2021, 6, 21)]
    """
    due = as_dates(origins) + np.timedelta64(horizon_days(horizon), "D")
    return on_or_after(np.maximum(due, as_dates(anchor_dates) + np.timedelta64(1, "D")), known_at=origins)


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
