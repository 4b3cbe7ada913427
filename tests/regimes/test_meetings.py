"""The calendar of policy meetings: where it covers an origin, how days to a meeting count, and wrong files."""

import polars as pl
import pytest

from forex.core.errors import DataError
from forex.regimes.meetings import days_to_effects, is_covered, parse_meetings
from forex.timeline import calendar
from tests.support.regimes.panels import MEETINGS, PARAMS, classified_sample


@pytest.fixture(scope="module")
def on_sample() -> pl.DataFrame:
    return classified_sample()


def test_coverage_and_signed_days(on_sample: pl.DataFrame) -> None:
    covered = on_sample["calendar_covered"] == 1
    assert str(on_sample.filter(covered)["origin_date"][0]) == "2018-02-01"
    assert on_sample.filter(~covered)["meeting_days"].is_null().all()
    alone = on_sample.filter(~covered & (pl.col("regime") == "BCCH_INTERVENTION"))["intervention_days"]
    assert alone.len() > 0 and alone.is_not_null().all()
    assert on_sample.filter(covered)["meeting_days"].is_not_null().all()
    interventions = on_sample.filter(pl.col("regime") == "BCCH_INTERVENTION")
    near = interventions["meeting_days"].is_between(-PARAMS.meeting_after, PARAMS.meeting_before).fill_null(False)
    news = (interventions["intervention_days"] <= PARAMS.intervention_hold).fill_null(False)
    assert (near | news).all() and (near & ~news).any() and (news & ~near).any()
    assert (interventions["volatility_ratio"] > PARAMS.meeting_ratio).all()
    origins = calendar.as_dates(["2018-01-31", "2018-02-01", "2026-01-27", "2026-01-28"])
    assert is_covered(origins, MEETINGS).tolist() == [False, True, True, False]
    assert days_to_effects(origins[1:2], MEETINGS, effect=2)[0, 0] == 2


def test_an_effect_falls_on_a_day_that_was_a_business_day_as_far_as_known() -> None:
    """The Monday after Friday 18 June 2021 became a holiday on the Saturday between."""
    thursday = parse_meetings("date,kind\n2021-06-17,scheduled\n", "meetings.csv")
    origins = calendar.as_dates(["2021-06-17", "2021-06-18", "2021-06-22"])
    assert days_to_effects(origins, thursday, effect=2)[:, 0].tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the columns date,kind; found nothing"),
        ("day,kind\n2020-01-29,scheduled\n", r"line 1: expected the columns date,kind; found 'day,kind'"),
        ("date,kind\n29/01/2020,scheduled\n", "line 2: date '29/01/2020' is not a date"),
        ("date,kind\n2020-01-29,planned\n", "line 2: kind 'planned' is not one of scheduled, special"),
        ("date,kind\n2020-01-29,scheduled\n2020-01-29,special\n", "line 3: 2020-01-29 does not come after 2020-01-29"),
        ("date,kind\n2020-03-16,special\n", "no scheduled meeting"),
        ("date,kind\n2020-03-16\n", "line 2: 1 fields, 2 expected"),
    ],
)
def test_a_wrong_calendar_names_the_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_meetings(text, "meetings.csv")
