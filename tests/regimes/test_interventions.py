"""Announced interventions: when each is known, how long it is news, what the list may hold; and that they are news at all."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.core.errors import DataError
from forex.observations.moves import daily_moves
from forex.regimes.interventions import days_since, is_complete, parse_interventions
from forex.regimes.regimes import classify
from forex.timeline import calendar
from tests.support.regimes.panels import INTERVENTIONS, LIST, MEETINGS, MOVE, PARAMS, sample, sample_panel

pytestmark = pytest.mark.slow

BUSINESS_DAYS = calendar.business_days("2008-01-02", "2026-12-31")
POSITION = {day: position for position, day in enumerate(BUSINESS_DAYS)}
HEAD = "announced,start,end,kind\n"


def test_each_is_known_from_the_business_day_after_its_announcement_else_from_its_start() -> None:
    assert INTERVENTIONS.known_from.astype(str).tolist() == [
        "2008-04-11", "2011-01-04", "2019-11-29", "2021-01-14", "2022-07-15", "2023-06-13", "2025-08-06",
    ]  # fmt: skip
    listed = parse_interventions(HEAD + "2022-07-15,2022-07-18,,sales\n,2023-06-17,,purchases\n", "list.csv")
    assert listed.known_from.astype(str).tolist() == [
        "2022-07-18",
        "2023-06-19",
    ]  # announced on a Friday; on a Saturday


@given(st.integers(0, 5000))
def test_days_since_equal_a_loop(offset: int) -> None:
    expected = []
    origins = BUSINESS_DAYS[offset % 4000 :][:250]
    for today in origins:
        days = np.nan
        for first, end in zip(INTERVENTIONS.known_from, INTERVENTIONS.end, strict=True):
            if first <= today:
                days = np.nan if end < today else POSITION[today] - POSITION[first]
        expected.append(days)
    np.testing.assert_array_equal(days_since(origins, INTERVENTIONS), expected)


def test_the_list_says_until_when_it_is_complete() -> None:
    origins = calendar.as_dates(["2008-04-09", "2008-04-10", "2025-08-08", "2025-08-11"])
    assert is_complete(origins, INTERVENTIONS).tolist() == [False, True, True, False]
    later = parse_interventions(LIST.read_text(encoding="utf-8") + ",2026-06-30,,none\n", LIST.name)
    assert is_complete(origins, later).tolist() == [False, True, True, True]
    assert later.known_from.tolist() == INTERVENTIONS.known_from.tolist()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the columns announced,start,end,kind; found nothing"),
        ("date,kind\n2020-01-29,sales\n", r"line 1: expected the columns .*; found 'date,kind'"),
        (HEAD, "no intervention is listed"),
        (HEAD + "29/11/2019,2019-12-02,,sales\n", "line 2: announced '29/11/2019' is not a date"),
        (HEAD + "2019-11-28,2019-12-2,,sales\n", "line 2: start '2019-12-2' is not a date"),
        (HEAD + "2019-11-28,2019-12-02,May,sales\n", "line 2: end 'May' is not a date"),
        (HEAD + "2019-11-28,,,sales\n", "line 2: start is empty"),
        (HEAD + "2019-11-28,2019-12-02,,swaps\n", "line 2: kind 'swaps' is not one of purchases, sales, none"),
        (HEAD + "2019-12-03,2019-12-02,,sales\n", "line 2: start 2019-12-02 is before its announcement on 2019-12-03"),
        (HEAD + "2019-11-28,2019-12-02,2019-12-01,sales\n", "line 2: end 2019-12-01 is before its start 2019-12-02"),
        (HEAD + ",2019-12-02,,sales\n,2019-12-02,,sales\n", "line 3: 2019-12-02 does not come after 2019-12-02"),
        (HEAD + "2019-11-28,2019-12-02\n", "line 2: 2 fields, 4 expected"),
    ],
)
def test_a_wrong_list_names_the_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_interventions(text, "list.csv")


def test_nothing_is_known_before_its_announcement() -> None:
    """Each row of the list deleted in turn: all origins before its first day have the same row; some after it do not."""
    panel = sample_panel(sample("usdclp"), as_of="2023-01-31")
    whole = classify(panel, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE)
    head, *rows = LIST.read_text(encoding="utf-8").splitlines()
    for row in rows[1:5]:
        first = parse_interventions(f"{head}\n{row}\n", "list.csv").known_from[0]
        rest = "\n".join([head, *(other for other in rows if other != row)]) + "\n"
        without = classify(panel, MEETINGS, parse_interventions(rest, "list.csv"), PARAMS, copper_move=MOVE)
        before = pl.col("origin_date") < first.item()
        assert without.filter(before).equals(whole.filter(before))
        assert not without["regime"].equals(whole["regime"])


def test_years_of_a_programme_are_no_years_of_intervention() -> None:
    """Called while it is news and the rate is restless; never later, however long the programme."""
    panel = sample_panel(sample("usdclp"))
    frame = classify(panel, MEETINGS, INTERVENTIONS, PARAMS, copper_move=MOVE).filter(pl.col("calendar_covered") == 0)
    called = frame.filter(pl.col("regime") == "BCCH_INTERVENTION")
    by_year = dict(called.group_by(pl.col("origin_date").dt.year()).len().iter_rows())
    assert by_year == {2008: 11, 2011: 10}
    assert (called["intervention_days"] <= PARAMS.intervention_hold).all()
    assert (called["volatility_ratio"] > PARAMS.meeting_ratio).all()


def test_an_announcement_moves_the_rate_for_two_weeks_and_not_longer() -> None:
    """What `intervention_hold` rests on: mean absolute moves over the six announcements of 2008 to 2023."""
    panel = sample_panel(sample("usdclp"))
    origins = calendar.as_dates(panel["origin_date"].to_numpy())
    moves = np.abs(daily_moves(panel["anchor"].to_numpy(), calendar.as_dates(panel["anchor_date"].to_numpy())))
    first = np.searchsorted(origins, INTERVENTIONS.known_from[:6])

    def mean(start: int, stop: int) -> float:
        return float(np.mean([np.nanmean(moves[at + start : at + stop]) for at in first]))

    before, news, later = mean(-20, 0), mean(0, 10), mean(10, 20)
    assert news > 1.2 * before
    assert later < before
