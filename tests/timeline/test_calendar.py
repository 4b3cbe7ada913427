"""The business-day calendar, targets, and instants across the daylight saving of two countries."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from forex.core.errors import DataError
from forex.timeline import calendar
from forex.timeline.calendar import SANTIAGO
from forex.timeline.holidays import FIRST_YEAR, LAST_YEAR, parse_holidays
from tests.support.made_up import HOLIDAYS as HOLIDAYS_CSV
from tests.support.made_up import ROOT

HOLIDAYS = country_holidays("CL", categories=("public", "bank"), years=range(FIRST_YEAR, LAST_YEAR + 1))
ONE = dt.timedelta(days=1)
LISTED = parse_holidays((ROOT / HOLIDAYS_CSV).read_text(encoding="utf-8"), HOLIDAYS_CSV)
KNOWN_FROM = {holiday.date: holiday.known_from for holiday in LISTED}

days = st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31))
business = days.map(lambda day: next_business_day(day - ONE))
horizons = st.sampled_from(["1d", "7d", "15d", "30d", "90d"])


def is_business(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def next_business_day(day: dt.date) -> dt.date:
    """The first business day after `day`."""
    day += ONE
    while not is_business(day):
        day += ONE
    return day


def loop_steps(start: dt.date, end: dt.date) -> int:
    if end < start:
        return -loop_steps(end, start)
    return sum(is_business(start + k * ONE) for k in range(1, (end - start).days + 1))


# --- business days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "holiday",
    [
        "2024-09-18",  # Independence
        "2024-09-19",  # Army
        "2024-09-20",  # the bridge day of 2024
        "2010-09-17",
        "2010-09-20",  # the bicentenary's extra days
        "2024-10-31",  # Reformation, on its own date
        "2017-10-27",  # Reformation, moved from a Tuesday to the Friday before
        "2023-10-27",
        "2017-10-09",  # 12 October, moved to a Monday
        "2017-06-26",  # Saint Peter and Saint Paul, moved to a Monday
        "2017-01-02",  # the Monday after a Sunday 1 January
        "2017-04-19",  # a census
        "2024-03-29",  # Good Friday
        "2024-06-20",  # Indigenous Peoples
        "2024-05-21",
        "2020-12-31",  # the bank holiday, no public one
        "2024-12-31",
        "2003-12-31",
    ],
)
def test_holidays_are_no_business_days(holiday: str) -> None:
    assert np.datetime64(holiday).astype(object).weekday() < 5
    assert not calendar.is_business_day(holiday)


@pytest.mark.parametrize(
    "day",
    ["2024-09-17", "2024-09-23", "2024-11-28", "2023-10-31", "2017-10-31", "2024-07-04", "2024-12-30", "2025-01-02"],
)
def test_days_that_only_look_like_holidays_are_business_days(day: str) -> None:
    assert calendar.is_business_day(day)


def test_business_days_include_both_ends_and_nothing_else() -> None:
    assert calendar.business_days("2024-09-17", "2024-09-24").astype(str).tolist() == [
        "2024-09-17",
        "2024-09-23",
        "2024-09-24",
    ]
    assert calendar.business_days("2024-09-18", "2024-09-22").size == 0


def test_every_day_of_the_list_is_a_business_day_as_the_package_has_it() -> None:
    every = np.arange(calendar.FIRST, calendar.LAST + 1)
    assert every.size == 22281
    expected = [day for day in every.tolist() if is_business(day)]
    assert calendar.business_days(calendar.FIRST, calendar.LAST).tolist() == expected


@pytest.mark.parametrize("outside", ["1979-12-31", "2041-01-02"])
def test_a_date_beyond_the_list_is_refused(outside: str) -> None:
    inside = "2024-11-27"
    for ask in (
        lambda: calendar.is_business_day([inside, outside]),
        lambda: calendar.business_days(min(inside, outside), max(inside, outside)),
        lambda: calendar.holidays_between(
            *sorted(dt.date.fromisoformat(day) for day in (inside, outside)), known_at=dt.date(2024, 11, 27)
        ),
        lambda: calendar.on_or_before([inside, outside]),
        lambda: calendar.on_or_after([inside, outside]),
        lambda: calendar.shift([inside, outside], 1),
        lambda: calendar.steps_between([inside, inside], [inside, outside]),
        lambda: calendar.steps_between(outside, inside),
    ):
        with pytest.raises(DataError, match=r"holidays_cl.csv: .* is outside its range, 1980-01-01 to 2040-12-31"):
            ask()


def test_a_date_of_the_list_whose_answer_lies_beyond_it_is_refused() -> None:
    for ask in (
        lambda: calendar.shift("2040-12-28", 1),  # the last business day of the list
        lambda: calendar.on_or_after("2040-12-31"),
        lambda: calendar.target_dates("2040-10-15", "2040-10-15", "90d"),
        lambda: calendar.shift("1980-01-02", -1),  # the first
        lambda: calendar.on_or_before("1980-01-01"),
    ):
        with pytest.raises(DataError, match="make calendar"):
            ask()
    assert calendar.shift("2040-12-27", 1) == np.datetime64("2040-12-28")
    assert calendar.shift("2045-01-01", 0) == np.datetime64("2045-01-01")  # asks nothing of the list


@given(days)
def test_rolling_stops_at_the_nearest_business_day(day: dt.date) -> None:
    assert calendar.on_or_after(day) == next_business_day(day - ONE)
    back = day
    while not is_business(back):
        back -= ONE
    assert calendar.on_or_before(day) == back


# --- shift and steps --------------------------------------------------------------------------------------------------


@given(business, st.integers(-300, 300))
def test_a_shift_by_k_is_k_steps_away(day: dt.date, k: int) -> None:
    moved = calendar.shift(day, k)
    assert calendar.is_business_day(moved)
    assert calendar.steps_between(day, moved) == k
    assert calendar.steps_between(moved, day) == -k


@given(business, st.integers(-200, 200), st.integers(-200, 200))
def test_shifts_add_up(day: dt.date, first: int, second: int) -> None:
    assert calendar.shift(calendar.shift(day, first), second) == calendar.shift(day, first + second)


@given(days, st.integers(1, 30))
def test_a_shift_is_a_walk_over_business_days(day: dt.date, k: int) -> None:
    ahead, back = day, day
    for _ in range(k):
        ahead = next_business_day(ahead)
        back -= ONE
        while not is_business(back):
            back -= ONE
    assert calendar.shift(day, k) == ahead
    assert calendar.shift(day, -k) == back
    assert calendar.shift(day, 0) == day


@given(days, st.integers(-150, 150))
def test_steps_are_counted_one_by_one(start: dt.date, distance: int) -> None:
    end = start + distance * ONE
    assert calendar.steps_between(start, end) == loop_steps(start, end)


@given(business, business, business)
def test_steps_add_up(a: dt.date, b: dt.date, c: dt.date) -> None:
    assert calendar.steps_between(a, b) + calendar.steps_between(b, c) == calendar.steps_between(a, c)


# --- targets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "anchor", "horizon", "target"),
    [
        ("2024-11-26", "2024-11-26", "1d", "2024-11-27"),
        ("2024-11-29", "2024-11-29", "1d", "2024-12-02"),  # a Friday
        ("2024-09-17", "2024-09-17", "1d", "2024-09-23"),  # before the holidays
        ("2024-11-20", "2024-11-20", "7d", "2024-11-27"),
        ("2024-10-24", "2024-10-24", "7d", "2024-11-04"),  # 31 October and 1 November are holidays
        ("2024-10-02", "2024-10-02", "90d", "2025-01-02"),  # 31 December
        ("2024-11-26", "2024-11-27", "1d", "2024-11-28"),  # the evening's value is the anchor: the day after it
        ("2024-11-29", "2024-12-02", "1d", "2024-12-03"),
        ("2024-09-17", "2024-09-23", "1d", "2024-09-24"),
        ("2024-09-17", "2024-09-23", "7d", "2024-09-24"),  # origin + 7 is later than the anchor anyway
        ("2024-11-26", "2024-11-21", "1d", "2024-11-27"),  # an anchor that is days old changes nothing
    ],
)
def test_target_is_the_first_business_day_due_and_later_than_the_anchor(
    origin: str, anchor: str, horizon: str, target: str
) -> None:
    assert str(calendar.target_dates(origin, anchor, horizon)) == target


@given(business, st.integers(-10, 1), horizons)
def test_no_earlier_day_is_a_target(origin: dt.date, lag: int, horizon: str) -> None:
    anchor = calendar.shift(origin, lag, known_at=origin).item()
    target = calendar.target_dates(origin, anchor, horizon).item()
    fits = [
        day
        for day in (origin + k * ONE for k in range(1, 120))
        if day.weekday() < 5
        and not (day in KNOWN_FROM and KNOWN_FROM[day] <= origin)
        and day >= origin + int(horizon[:-1]) * ONE
        and day > anchor
    ]
    assert target == fits[0]
    assert calendar.steps_between(anchor, target, known_at=origin) >= 1


# --- instants ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "santiago", "new_york", "noon_there"),
    [
        ("2024-01-15", -3, -5, "14:00"),
        ("2024-03-20", -3, -4, "13:00"),
        ("2024-07-15", -4, -4, "12:00"),
        ("2005-03-21", -4, -5, "13:00"),
        ("2015-07-15", -3, -4, "13:00"),  # the year in which Chile stayed on summer time
        ("2024-11-04", -3, -5, "14:00"),  # the Monday after New York's change
        ("2024-09-09", -3, -4, "13:00"),  # the Monday after Santiago's
    ],
)
def test_new_york_noon_in_santiago(date: str, santiago: int, new_york: int, noon_there: str) -> None:
    noon = calendar.instants([date], "12:00", "America/New_York")[0]
    assert noon == np.datetime64(f"{date}T12:00") - np.timedelta64(new_york, "h")
    assert str(noon + np.timedelta64(santiago, "h"))[11:16] == noon_there
    cut = calendar.cut_offs([date], "15:00")[0]
    assert cut == np.datetime64(f"{date}T15:00") - np.timedelta64(santiago, "h")
    assert noon < cut


def test_new_york_noon_is_always_known_at_the_usual_cut_off_and_three_closes_are_not() -> None:
    all_days = np.arange(np.datetime64("2003-04-01"), np.datetime64("2024-11-30"))
    weekdays = all_days[np.is_busday(all_days)]
    cuts = calendar.cut_offs(weekdays, "15:00")

    def known(time: str) -> float:
        return float(np.mean(calendar.instants(weekdays, time, "America/New_York") <= cuts))

    assert known("12:00") == 1.0
    assert known("13:30") == pytest.approx(0.65, abs=0.01)  # COMEX
    assert known("14:30") == pytest.approx(0.41, abs=0.01)  # WTI
    assert known("16:15") == 0.0  # VIX
    assert known("17:00") == 0.0  # DXY


@given(st.lists(days, min_size=1, max_size=20), st.sampled_from([SANTIAGO, "America/New_York", "Europe/London", "UTC"]))
def test_an_instant_read_in_its_zone_is_the_wall_clock_again(dates: list[dt.date], zone: str) -> None:
    instants = calendar.instants(dates, "15:07", zone)
    assert instants.dtype == np.dtype("datetime64[us]")
    for date, instant in zip(dates, instants.tolist(), strict=True):
        there = instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
        assert (there.date(), there.hour, there.minute, there.second) == (date, 15, 7, 0)
