"""Which horizons a mail tells on which day, which way it points and how urgent it is, on every business day of two years."""

import datetime as dt
from collections import Counter

import pytest

from forex.mail.rules import Priority, bias, priority, read_on, told_horizons
from forex.report.state import Reports
from forex.timeline import calendar
from tests.support.mail.material import HORIZONS, alert, alerts_of, forecast_of, material, settings

DAY = dt.date(2024, 11, 27)
BUSINESS_DAYS = calendar.business_days("2023-12-29", "2025-12-29").astype(object).tolist()
BY_WEEKDAY = (["7d", "15d"], [], ["7d"], ["15d"], ["7d", "30d"])


def months_first(day: dt.date, before: dt.date) -> bool:
    """By a readable loop: whether the 1st or the 15th of a month lies after `before`, up to `day`."""
    while before < day:
        before += dt.timedelta(days=1)
        if before.day in (1, 15):
            return True
    return False


@pytest.mark.parametrize("origin", BUSINESS_DAYS, ids=str)
def test_the_weekday_and_the_month_of_the_day_on_which_it_is_read_decide(origin: dt.date) -> None:
    day = read_on(origin)
    wanted = ["1d", *BY_WEEKDAY[day.weekday()], *(["90d"] if months_first(day, origin) else [])]
    assert told_horizons(origin, HORIZONS, settings()) == wanted


def test_a_month_has_the_long_horizon_twice_whatever_falls_on_a_holiday() -> None:
    told = Counter(
        (read_on(day).year, read_on(day).month)
        for day in BUSINESS_DAYS
        if "90d" in told_horizons(day, HORIZONS, settings())
    )
    assert set(told.values()) == {2} and len(told) == 24


def test_it_is_read_on_the_next_business_day_as_known_on_the_origin() -> None:
    assert read_on(dt.date(2024, 9, 17)) == dt.date(2024, 9, 23)  # the national holidays
    assert read_on(dt.date(2021, 6, 18)) == dt.date(2021, 6, 21)  # a holiday by a law of the day after


def test_horizons_that_there_are_not_are_not_told() -> None:
    thursday = dt.date(2024, 11, 28)  # its mail is read on Friday
    assert told_horizons(thursday, ["1d", "30d"], settings()) == ["1d", "30d"]
    assert told_horizons(thursday, ["60d"], settings()) == ["60d"]


@pytest.mark.parametrize(
    ("share", "points"), [(0.0031, "up"), (-0.0031, "down"), (0.0029, "neutral"), (-0.0029, "neutral")]
)
def test_a_small_move_points_nowhere(share: float, points: str) -> None:
    assert bias(share, settings()) == points


def with_median(times: float) -> Reports:
    said = forecast_of(DAY)
    entry = said.horizons["7d"].model_copy(update={"median": said.anchor * times})
    return material(said=said.model_copy(update={"horizons": {**said.horizons, "7d": entry}})).reports


@pytest.mark.parametrize(
    ("reports", "state", "expected"),
    [
        (material().reports, "OK", "ROUTINE"),
        (material().reports, "CAUTION", "ROUTINE"),
        (material().reports, "FAULT", "URGENT"),
        (material(status="DEGRADED").reports, "CAUTION", "ATTENTION"),
        (material(alerts=alerts_of(DAY, alert("INFO"))).reports, "OK", "ROUTINE"),
        (material(alerts=alerts_of(DAY, alert("WARNING"), send=True)).reports, "CAUTION", "ATTENTION"),
        (material(alerts=alerts_of(DAY, alert("CRITICAL"), send=True)).reports, "CAUTION", "URGENT"),
        (material(alerts=alerts_of(DAY, alert("CRITICAL", "2024-11-26"))).reports, "OK", "ROUTINE"),
        (with_median(1.014), "OK", "ROUTINE"),
        (with_median(0.984), "OK", "ATTENTION"),
        (with_median(1.031), "OK", "URGENT"),
    ],
)
def test_how_urgent_it_is(reports: Reports, state: str, expected: Priority) -> None:
    assert priority(state, reports, ["1d", "7d"], settings()) == expected  # type: ignore[arg-type]


def test_a_horizon_that_is_not_told_makes_nothing_urgent() -> None:
    assert priority("OK", with_median(1.2), ["1d", "30d"], settings()) == "ROUTINE"
