"""What the page says first: an answer whose every number is computed, and instants from which the page is old."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.forecast.ladder import ladder
from forex.forecast.report import Forecast
from forex.params import Limits
from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.report.headline import answer, main_level, run_age, shown_places, told_horizons
from forex.timeline import calendar
from tests.support.forecasts_made_up import entry, forecast

SANTIAGO = ZoneInfo("America/Santiago")
DAYS = {"1d": "2024-11-28", "7d": "2024-12-04", "15d": "2024-12-12", "30d": "2024-12-27", "90d": "2025-02-25"}
CODES: tuple[Code, ...] = ("es", "en")
LIMITS = Limits(caution=1, fault=3)


def of(*names: str, anchor: float = 900.0, sigma: float = 0.006) -> Forecast:
    horizons = {name: entry(DAYS[name], anchor=anchor, sigma=sigma) for name in names}
    return forecast(anchor=anchor, horizons=horizons, ladder=ladder(horizons))


# --- the answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("anchor", [5.2, 900.0, 152_000.0])
def test_every_number_of_the_answer_is_one_of_the_forecasts(code: Code, anchor: float) -> None:
    made, said = of(*DAYS, anchor=anchor), language(code)
    text = answer(made, said)
    expected = [said.level(0.95).removesuffix("\u202f%")]
    for horizon in ("7d", "30d"):
        ahead = made.horizons[horizon]
        low, high = ahead.intervals["0.95"]
        places = shown_places(high - low)
        expected += [said.number(low, places), said.number(high, places), str(ahead.target_date.day)]
        assert said.day_and_month(ahead.target_date) in text
    assert re.findall(r"\d[\d.,]*\d|\d", text) == expected


def test_the_answer_as_it_is_read() -> None:
    assert answer(of(*DAYS), language("es")) == (
        "Con 95\u202f% de probabilidad, el dólar observado estará entre 877 y 924 el 4 de diciembre y entre 853 y 950 el 27 de "
        "diciembre."
    )
    assert answer(of(*DAYS, anchor=5.2), language("en")) == (
        "With 95\u202f% probability, the dólar observado will be between 5.07 and 5.34 on 4 December and between 4.93 and 5.49 on "
        "27 December."
    )
    assert "entre 148.055 y 156.050" in answer(of(*DAYS, anchor=152_000.0), language("es"))


def test_another_forecast_has_another_answer() -> None:
    assert answer(of(*DAYS, sigma=0.012), language("es")) != answer(of(*DAYS), language("es"))


@given(st.floats(1e-4, 1e6))
def test_an_interval_has_two_digits_or_more(width: float) -> None:
    places = shown_places(width)
    assert round(width, places) >= 10 ** (1 - places) * 0.99 and (places == 0 or width < 10 ** (2 - places))


def test_an_interval_without_width_has_places_all_the_same() -> None:
    assert shown_places(0.0) == 2


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["1d", "7d", "15d", "30d", "90d"], ["7d", "30d"]),
        (["1d"], ["1d"]),
        (["90d"], ["90d"]),
        (["90d", "1d"], ["1d"]),
        (["15d", "1d"], ["1d", "15d"]),
    ],
)
def test_it_tells_about_a_week_and_about_a_month(names: list[str], told: list[str]) -> None:
    assert told_horizons(of(*names)) == told
    text = answer(of(*names), language("en"))
    assert text.count("between") == len(told)


@pytest.mark.parametrize(
    ("levels", "shown"), [([0.5, 0.8, 0.95], 0.8), ([0.95, 0.5], 0.95), ([0.9], 0.9), ([0.6, 0.9, 0.99], 0.9)]
)
def test_the_main_level_is_eighty_or_the_middle_one(levels: list[float], shown: float) -> None:
    assert main_level(levels) == shown


# --- when the page is old ---------------------------------------------------------------------------------------------


def made_on(day: str, cut_off: str = "15:00") -> Forecast:
    at = dt.datetime.fromisoformat(f"{day}T{cut_off}").replace(tzinfo=SANTIAGO).astimezone(dt.UTC)
    return forecast(origin_date=dt.date.fromisoformat(day), made_at=at)


@pytest.mark.parametrize(
    ("day", "cut_off", "caution", "fault"),
    [
        ("2024-11-27", "15:00", "2024-11-28T19:00", "2024-12-02T19:00"),  # Wednesday
        ("2024-11-29", "15:00", "2024-12-02T19:00", "2024-12-04T19:00"),  # over a weekend
        ("2024-04-05", "15:00", "2024-04-08T20:00", "2024-04-10T20:00"),  # clocks went back on 7 April
        ("2024-09-06", "15:00", "2024-09-09T19:00", "2024-09-11T19:00"),  # and forward on 8 September
        ("2024-09-06", "18:30", "2024-09-09T22:30", "2024-09-11T22:30"),
        ("2024-09-17", "15:00", "2024-09-23T19:00", "2024-09-25T19:00"),  # three holidays and a weekend
        ("2024-12-30", "15:00", "2025-01-02T19:00", "2025-01-06T19:00"),  # 31 December is a bank holiday
    ],
)
def test_it_is_old_from_the_cut_off_of_a_later_business_day_on(
    day: str, cut_off: str, caution: str, fault: str
) -> None:
    found = run_age(made_on(day, cut_off), LIMITS)
    assert [(old.state, f"{old.from_:%Y-%m-%dT%H:%M}") for old in found] == [("CAUTION", caution), ("FAULT", fault)]
    assert all(old.from_.tzinfo is dt.UTC for old in found)


@given(
    st.dates(dt.date(2010, 1, 4), dt.date(2026, 6, 30)), st.integers(1, 6), st.sampled_from(["09:30", "15:00", "18:30"])
)
def test_the_instants_are_those_of_a_loop(start: dt.date, days: int, cut_off: str) -> None:
    origin = start
    while not calendar.is_business_day(str(origin)):
        origin += dt.timedelta(days=1)
    day, left = origin, days
    while left:
        day += dt.timedelta(days=1)
        left -= calendar.is_business_day(str(day))
    hour, minute = map(int, cut_off.split(":"))
    expected = dt.datetime.combine(day, dt.time(hour, minute), SANTIAGO)
    found, _ = run_age(made_on(str(origin), cut_off), Limits(caution=days, fault=days + 1))
    assert found.from_ == expected + dt.timedelta(hours=1)  # for the run itself


def test_the_limits_are_those_of_params_and_part_of_a_day_counts_as_one() -> None:
    made = made_on("2024-11-27")
    two, five = run_age(made, Limits(caution=1.5, fault=5))
    assert (two.from_.date(), five.from_.date()) == (dt.date(2024, 11, 29), dt.date(2024, 12, 4))
