"""How old a series' newest value is when its publication is on time: whatever is older is late, and nothing else is."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.observations.store import Publication, usual_age
from forex.timeline import calendar
from tests.support.made_up import EVENING, NOON

SANTIAGO, NEW_YORK = ZoneInfo("America/Santiago"), ZoneInfo("America/New_York")
NEXT_DAY = {"business_days": 1, "time": "16:15", "zone": "America/New_York"}  # as FRED publishes closes
SETTLEMENT = {"business_days": 0, "time": "13:30", "zone": "America/New_York"}


def age(rule: dict[str, Any], day: str, cut_off: str = "15:00") -> int:
    at = dt.datetime.fromisoformat(f"{day}T{cut_off}").replace(tzinfo=SANTIAGO).astimezone(dt.UTC)
    return usual_age(Publication.model_validate(rule), dt.date.fromisoformat(day), at)


@pytest.mark.parametrize(
    ("rule", "day", "cut_off", "expected"),
    [
        (EVENING, "2024-11-27", "15:00", 0),  # published at 18:00 of the day before, in force today
        (EVENING, "2024-11-27", "17:59", 0),
        (EVENING, "2024-11-27", "18:00", -1),  # tomorrow's is out
        (EVENING, "2024-11-29", "18:30", -1),  # on a Friday, Monday's
        (EVENING, "2024-12-02", "15:00", 0),  # on that Monday
        (EVENING, "2024-09-17", "18:30", -1),  # before the holidays, that of the 23rd
        (EVENING, "2024-09-23", "15:00", 0),
        (NOON, "2024-11-27", "15:00", 0),  # noon in New York is 14:00 in Santiago in summer
        (NOON, "2024-11-27", "13:59", 1),
        (NOON, "2024-07-10", "12:00", 0),  # and 12:00 in winter
        (SETTLEMENT, "2024-11-27", "15:00", 1),  # 15:30 in summer
        (SETTLEMENT, "2024-07-10", "15:00", 0),  # 13:30 in winter
        (SETTLEMENT, "2024-04-05", "15:00", 0),  # both on daylight saving time: an hour apart
        (NEXT_DAY, "2024-11-27", "15:00", 2),  # Monday's close was published on Tuesday at 18:15
        (NEXT_DAY, "2024-11-27", "18:30", 1),
        (NEXT_DAY, "2024-12-02", "15:00", 2),  # over a weekend
    ],
)
def test_it_follows_rule_and_cut_off(rule: dict[str, Any], day: str, cut_off: str, expected: int) -> None:
    assert age(rule, day, cut_off) == expected


RULES = st.fixed_dictionaries(
    {
        "business_days": st.integers(-4, 12),
        "time": st.sampled_from(["00:00", "08:00", "12:00", "15:00", "16:15", "18:00", "23:30"]),
        "zone": st.sampled_from(["America/Santiago", "America/New_York", "Europe/Berlin", "Asia/Tokyo"]),
    }
)


@given(RULES, st.dates(dt.date(2012, 1, 2), dt.date(2026, 6, 30)), st.sampled_from(["09:00", "15:00", "18:30"]))
def test_it_is_the_age_that_a_loop_finds(rule: dict[str, Any], start: dt.date, cut_off: str) -> None:
    """The newest business day whose value is public: every one in the eight weeks around the origin is looked at."""
    day = start
    while not calendar.is_business_day(str(day)):
        day += dt.timedelta(days=1)
    at = dt.datetime.fromisoformat(f"{day}T{cut_off}").replace(tzinfo=SANTIAGO)
    around = [
        str(date) for date in calendar.business_days(str(day - dt.timedelta(days=40)), str(day + dt.timedelta(days=16)))
    ]
    hour, minute = map(int, rule["time"].split(":"))
    public = []
    for date in around:
        out = dt.date.fromisoformat(str(calendar.shift(date, rule["business_days"])))
        if dt.datetime.combine(out, dt.time(hour, minute), ZoneInfo(rule["zone"])) <= at:
            public.append(date)
    expected = around.index(str(day)) - around.index(public[-1])
    assert age(rule, str(day), cut_off) == expected
    assert rule["business_days"] - 1 <= expected <= rule["business_days"] + 2


@pytest.mark.parametrize("zone", ["America/Santiago", "America/New_York"])
def test_a_rule_of_the_cut_off_itself_counts(zone: str) -> None:
    """What is published at the very instant of the cut-off is known."""
    at = dt.datetime(2024, 11, 27, 15, tzinfo=SANTIAGO).astimezone(ZoneInfo(zone))
    assert age({"business_days": 0, "time": f"{at:%H:%M}", "zone": zone}, "2024-11-27") == 0
    later = at + dt.timedelta(minutes=1)
    assert age({"business_days": 0, "time": f"{later:%H:%M}", "zone": zone}, "2024-11-27") == 1
