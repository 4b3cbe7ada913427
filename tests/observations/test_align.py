"""The panel, origin by origin: what was known at each cut-off, equal to a loop, and blind to everything later."""

import datetime as dt
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.core.errors import TooLittleData, UsageError
from forex.core.files import read_parquet, write_parquet
from forex.core.reports import write_report
from forex.observations.align import panel
from forex.timeline import calendar
from stages import align
from tests.support.forecasts_made_up import manifest
from tests.support.made_up import (
    AFTER_THE_CUT_OFF,
    EVENING,
    NOON,
    Project,
    made_up_history,
    observations,
    published,
    utc,
)
from tests.support.regimes.loop_panel import Row, loop_panel

pytestmark = pytest.mark.slow


def at(frame: pl.DataFrame, origin: str) -> Row:
    return frame.row(by_predicate=pl.col("origin_date") == dt.date.fromisoformat(origin), named=True)


QUOTES = {"usdclp_spot"}


def of(target: pl.DataFrame, as_of: str, cut_off: str = "15:00", **drivers: pl.DataFrame) -> pl.DataFrame:
    return panel(target, drivers, {"tpm"}, QUOTES, as_of=as_of, cut_off=cut_off)


WEEK = ["2024-11-25", "2024-11-26", "2024-11-27", "2024-11-28", "2024-11-29", "2024-12-02"]
VALUES = [942.0, 941.0, 934.0, 978.0, 975.0, 976.0]


# --- the anchor -------------------------------------------------------------------------------------------------------


def test_at_15_00_the_anchor_is_in_force_today_at_18_30_tomorrow() -> None:
    target = published(WEEK, VALUES)
    early, late = of(target, "2024-11-29"), of(target, "2024-11-29", "18:30")
    assert (at(early, "2024-11-27")["anchor"], at(early, "2024-11-27")["anchor_age"]) == (934.0, 0)
    assert (at(late, "2024-11-27")["anchor"], at(late, "2024-11-27")["anchor_age"]) == (978.0, -1)
    friday = at(late, "2024-11-29")
    assert (friday["anchor"], friday["anchor_date"], friday["anchor_age"]) == (976.0, dt.date(2024, 12, 2), -1)
    assert at(of(target, "2024-11-29", "17:59"), "2024-11-29")["anchor"] == 975.0
    assert at(of(target, "2024-11-29", "18:00"), "2024-11-29")["anchor"] == 976.0


def test_a_date_that_cannot_be_in_force_yet_is_no_anchor_and_no_row() -> None:
    target = observations(
        [*((day, 900.0, utc(f"{day}T09:00")) for day in WEEK[:3]), ("2025-03-03", 990.0, utc("2024-11-26T09:00"))]
    )
    frame = of(target, "2024-11-27")
    assert frame["origin_date"].cast(pl.String).to_list() == WEEK[:4]
    assert frame["anchor"].to_list() == [900.0, 900.0, 900.0, None]


def test_a_missing_value_leaves_the_older_anchor_with_its_age() -> None:
    frame = of(published(WEEK[:2] + WEEK[4:], VALUES[:2] + VALUES[4:]), "2024-12-02")
    assert frame["anchor"].to_list() == [942.0, 941.0, 941.0, 941.0, 975.0, 976.0]
    assert frame["anchor_age"].to_list() == [0, 0, 1, 2, 0, 0]
    assert frame["observado"].to_list() == [942.0, 941.0, None, None, 975.0, 976.0]
    assert frame["return_steps"].to_list() == [0, 1, 0, 0, 3, 1]
    assert frame["log_return"][4] == pytest.approx(math.log(975 / 941))


def test_age_across_the_september_holidays_counts_business_days() -> None:
    frame = of(published(["2024-09-16", "2024-09-17"], [930.0, 931.0]), "2024-09-24")
    assert frame["origin_date"].cast(pl.String).to_list() == ["2024-09-16", "2024-09-17", "2024-09-23", "2024-09-24"]
    assert frame["anchor_age"].to_list() == [0, 0, 1, 2]


def test_the_newest_origin_is_the_last_business_day_on_or_before_as_of() -> None:
    target = published(WEEK, VALUES)
    assert of(target, "2024-11-28").filter(pl.col("cut_off_at").is_not_null())["origin_date"].max() == dt.date(
        2024, 11, 28
    )
    assert of(target, "2024-12-01").filter(pl.col("cut_off_at").is_not_null())["origin_date"].max() == dt.date(
        2024, 11, 29
    )


def test_rows_after_the_newest_origin_hold_what_is_in_force_and_nothing_of_an_origin() -> None:
    aud = published(WEEK, [1.5] * 6, NOON)
    beyond = at(of(published(WEEK, VALUES), "2024-11-29", "18:30", aud=aud), "2024-12-02")
    assert beyond["observado"] == beyond["actual"] == 976.0
    assert beyond["observado_usable_at"] == utc("2024-11-29T21:00")
    assert beyond["log_return"] == pytest.approx(math.log(976 / 975))
    of_the_origin = {key for key in beyond if key.startswith(("anchor", "aud", "cut_off"))}
    assert {beyond[key] for key in of_the_origin} == {None}


def test_before_anything_is_known_there_is_no_anchor_and_no_age() -> None:
    late = observations(
        [("2024-11-25", 942.0, utc("2024-11-26T12:00")), ("2024-11-26", 941.0, utc("2024-11-26T12:00"))]
    )
    first = at(of(late, "2024-11-27", aud=published(["2024-11-27"], [1.5], NOON)), "2024-11-25")
    assert {first[key] for key in ("anchor", "anchor_date", "anchor_age", "aud", "aud_date", "aud_age")} == {None}


def test_too_little_data_and_taken_names_are_refused() -> None:
    target = published(WEEK, VALUES)
    with pytest.raises(TooLittleData, match="usdclp: no usable value on or before 2024-11-22"):
        of(target, "2024-11-22")
    with pytest.raises(TooLittleData, match="usdclp: no usable value"):
        of(target.clear(), "2024-11-22")
    for taken in ("anchor", "origin_date", "actual", "cut_off_at", "news_hours"):
        with pytest.raises(UsageError, match=rf"series\.yaml: the id '{taken}' needs .* Rename it"):
            of(target, "2024-11-27", **{taken: target})
    for taken in ("aud_age", "aud_gap"):
        with pytest.raises(UsageError, match=f"the id '{taken}' needs the panel's column '{taken}', which is taken"):
            of(target, "2024-11-27", aud=target, **{taken: target})


# --- revisions and late rows ------------------------------------------------------------------------------------------


def revised(*revisions: tuple[str, float, str]) -> pl.DataFrame:
    rows = [(row["date"], row["value"], row["known_at"]) for row in published(WEEK, VALUES).iter_rows(named=True)]
    return observations([*rows, *((date, value, utc(known)) for date, value, known in revisions)])


def test_a_revision_counts_from_its_own_instant() -> None:
    frame = of(revised(("2024-11-26", 940.0, "2024-11-26T18:00")), "2024-12-02")  # 15:00 sharp
    later = of(revised(("2024-11-26", 940.0, "2024-11-26T18:01")), "2024-12-02")
    assert at(frame, "2024-11-26")["anchor"] == 940.0
    assert at(later, "2024-11-26")["anchor"] == 941.0
    for made in (frame, later):
        row = at(made, "2024-11-26")
        assert (row["observado"], row["actual"]) == (941.0, 940.0)  # as first published; as it stands now
        assert row["observado_usable_at"] == utc("2024-11-25T21:00")


def test_a_return_is_between_values_as_known_when_the_later_one_appeared() -> None:
    before = of(revised(("2024-11-26", 940.0, "2024-11-26T20:59")), "2024-12-02")
    after = of(revised(("2024-11-26", 940.0, "2024-11-26T21:01")), "2024-12-02")
    assert at(before, "2024-11-27")["log_return"] == pytest.approx(math.log(934 / 940))
    assert at(after, "2024-11-27")["log_return"] == pytest.approx(math.log(934 / 941))
    for frame in (before, after):
        assert at(frame, "2024-11-26")["log_return"] == pytest.approx(math.log(941 / 942))
        assert at(frame, "2024-11-28")["log_return"] == pytest.approx(math.log(978 / 934))


def test_a_value_that_comes_after_the_next_one_has_no_return() -> None:
    rows = published(WEEK, VALUES)
    late = rows.with_columns(
        pl.when(pl.col("date") == dt.date(2024, 11, 27)).then(utc("2024-11-29T12:00")).otherwise(name).alias(name)
        for name in ("known_at", "usable_at")
    )
    frame = of(late, "2024-12-02")
    assert at(frame, "2024-11-27")["anchor"] == 941.0
    assert (at(frame, "2024-11-27")["log_return"], at(frame, "2024-11-27")["return_steps"]) == (None, 0)
    assert at(frame, "2024-11-27")["observado"] == 934.0
    assert at(frame, "2024-11-28")["log_return"] == pytest.approx(math.log(978 / 941))
    assert at(frame, "2024-11-28")["return_steps"] == 2
    assert at(frame, "2024-11-29")["log_return"] == pytest.approx(math.log(975 / 978))


def test_a_suspended_value_is_used_from_its_release() -> None:
    rows = published(WEEK, VALUES)
    held = pl.when(pl.col("value") == 978.0).then(utc("2024-11-28T21:00")).otherwise("usable_at").alias("usable_at")
    frame = of(rows.with_columns(held), "2024-12-02")
    assert at(frame, "2024-11-28")["anchor"] == 934.0
    assert at(frame, "2024-11-29")["anchor"] == 975.0
    assert at(frame, "2024-11-28")["return_steps"] == at(frame, "2024-11-29")["return_steps"] == 1  # both known at once
    assert at(frame, "2024-11-28")["observado_usable_at"] == utc("2024-11-28T21:00")


# --- moves by age -----------------------------------------------------------------------------------------------------


def test_moves_are_of_the_origins_own_day_and_of_the_one_before() -> None:
    row = at(
        of(published(WEEK, VALUES), "2024-11-29", mxn=published(WEEK, [20.0, 20.4, 20.1, 20.3, 20.2, 20.5], NOON)),
        "2024-11-28",
    )
    assert (row["mxn"], row["mxn_date"], row["mxn_age"]) == (20.3, dt.date(2024, 11, 28), 0)
    assert row["mxn_move_0"] == pytest.approx(math.log(20.3 / 20.1))
    assert row["mxn_move_1"] == pytest.approx(math.log(20.1 / 20.4))


def test_a_driver_that_closes_after_the_cut_off_has_yesterdays_move_only() -> None:
    vix = published(WEEK, [15.0, 16.0, 14.0, 14.5, 13.0, 13.5], AFTER_THE_CUT_OFF)
    row = at(of(published(WEEK, VALUES), "2024-11-29", vix=vix), "2024-11-28")
    assert (row["vix"], row["vix_age"], row["vix_move_0"]) == (14.0, 1, None)
    assert row["vix_move_1"] == pytest.approx(math.log(14 / 16))
    evening = at(of(published(WEEK, VALUES), "2024-11-29", "18:30", vix=vix), "2024-11-28")
    assert (evening["vix"], evening["vix_age"]) == (14.5, 0)
    assert evening["vix_move_0"] == pytest.approx(math.log(14.5 / 14))


@pytest.mark.parametrize(
    ("week", "known"), [(["2024-07-15", "2024-07-17"], True), (["2024-01-15", "2024-01-16"], False)]
)
def test_a_settlement_is_of_age_0_or_1_with_the_daylight_saving_of_both_countries(week: list[str], known: bool) -> None:
    """COMEX settles at 13:30 in New York: 13:30 in Santiago in July, 15:30 in January (16 July is a holiday)."""
    comex = published(week, [4.0, 4.1], NOON | {"time": "13:30"})
    row = at(of(published(week, [900.0, 901.0]), week[1], copper_comex=comex), week[1])
    assert (row["copper_comex_age"] == 0) is known
    assert (row["copper_comex_move_0"] is not None) is known


def test_a_series_in_per_cent_moves_by_differences_and_may_be_zero_or_negative() -> None:
    row = at(
        of(published(WEEK, VALUES), "2024-11-28", tpm=published(WEEK, [0.5, 0.0, -0.25, 0.25, 0, 0], NOON)),
        "2024-11-28",
    )
    assert (row["tpm_move_0"], row["tpm_move_1"]) == (0.5, -0.25)


NEW_YORK = ["2024-09-16", "2024-09-17", "2024-09-18", "2024-09-19", "2024-09-20", "2024-09-23", "2024-09-24"]


def test_new_york_trades_while_santiago_rests() -> None:
    """18–20 September 2024: their moves are part of the business day that ends on Monday the 23rd."""
    target = published(
        ["2024-09-13", "2024-09-16", "2024-09-17", "2024-09-23", "2024-09-24"], [930.0, 931, 932, 933, 934]
    )
    mxn = published(NEW_YORK, [19.0, 19.1, 19.2, 19.3, 19.4, 19.5, 19.6], NOON)
    frame = of(target, "2024-09-24", mxn=mxn)
    assert frame["origin_date"].cast(pl.String).to_list() == [
        "2024-09-13",
        "2024-09-16",
        "2024-09-17",
        "2024-09-23",
        "2024-09-24",
    ]
    monday, tuesday = at(frame, "2024-09-23"), at(frame, "2024-09-24")
    assert monday["mxn_move_0"] == pytest.approx(math.log(19.5 / 19.1))
    assert monday["mxn_move_1"] == pytest.approx(math.log(19.1 / 19.0))
    assert tuesday["mxn_move_1"] == pytest.approx(monday["mxn_move_0"])
    assert (monday["mxn_age"], monday["observado"], monday["return_steps"]) == (0, 933.0, 1)


def test_santiago_works_while_new_york_rests() -> None:
    """28 November 2024, Thanksgiving: no move that day, and none of age 1 the day after."""
    mxn = published(WEEK[:3] + WEEK[4:], [20.0, 20.4, 20.1, 20.2, 20.5], NOON)
    frame = of(published(WEEK, VALUES), "2024-12-02", mxn=mxn)
    holiday, friday, monday = (at(frame, day) for day in ("2024-11-28", "2024-11-29", "2024-12-02"))
    assert (holiday["mxn"], holiday["mxn_age"], holiday["mxn_move_0"]) == (20.1, 1, None)
    assert holiday["mxn_move_1"] == pytest.approx(math.log(20.1 / 20.4))
    assert friday["mxn_move_0"] == pytest.approx(math.log(20.2 / 20.1))  # of two days, dated in the one that ends here
    assert friday["mxn_move_1"] is None
    assert monday["mxn_move_1"] == pytest.approx(friday["mxn_move_0"])


def test_a_driver_that_stopped_has_an_age_and_no_moves() -> None:
    row = at(of(published(WEEK, VALUES), "2024-12-02", mxn=published(WEEK[:2], [20.0, 20.4], NOON)), "2024-12-02")
    assert (row["mxn"], row["mxn_age"], row["mxn_move_0"], row["mxn_move_1"]) == (20.4, 4, None, None)


def test_a_move_that_starts_too_early_is_none() -> None:
    """Silent on Tuesday and Wednesday: Thursday's value says nothing of Thursday alone, and Friday's does again."""
    mxn = published([WEEK[0], *WEEK[3:]], [20.0, 20.3, 20.2, 20.5], NOON)
    frame = of(published(WEEK, VALUES), "2024-12-02", mxn=mxn)
    thursday, friday, monday = (at(frame, day) for day in WEEK[3:])
    assert (thursday["mxn"], thursday["mxn_move_0"], thursday["mxn_move_1"]) == (20.3, None, None)
    assert friday["mxn_move_0"] == pytest.approx(math.log(20.2 / 20.3))
    assert friday["mxn_move_1"] is None
    assert monday["mxn_move_1"] == pytest.approx(friday["mxn_move_0"])


def test_a_move_that_starts_one_business_day_early_counts() -> None:
    mxn = published([*WEEK[:2], *WEEK[3:]], [20.0, 20.4, 20.3, 20.2, 20.5], NOON)
    frame = of(published(WEEK, VALUES), "2024-12-02", mxn=mxn)
    assert at(frame, WEEK[3])["mxn_move_0"] == pytest.approx(math.log(20.3 / 20.4))  # since Tuesday, not Wednesday
    assert at(frame, WEEK[4])["mxn_move_1"] == pytest.approx(math.log(20.3 / 20.4))


# --- the level of a quote ---------------------------------------------------------------------------------------------

AT_THE_CLOSE = {"business_days": 0, "time": "17:00", "zone": "America/Santiago"}
CLOSES = [940.0, 935.0, 977.0, 974.0, 979.0, 981.0]


def gaps(cut_off: str, quote: pl.DataFrame, target: pl.DataFrame | None = None) -> list[float | None]:
    """Of WEEK's origins, as levels on their anchors."""
    frame = of(published(WEEK, VALUES) if target is None else target, WEEK[-1], cut_off, usdclp_spot=quote)
    origins = frame.filter(pl.col("cut_off_at").is_not_null())
    levels = (pl.col("usdclp_spot_gap").exp() * pl.col("anchor")).round(4)
    return origins.select(levels).to_series().to_list()


def test_before_the_close_yesterdays_is_the_newest_quote_that_the_anchor_does_not_know() -> None:
    """Today's anchor averages yesterday's deals, which end at yesterday's close."""
    assert gaps("15:00", published(WEEK, CLOSES, AT_THE_CLOSE)) == [None, *CLOSES[:-1]]


def test_after_the_close_todays_is_the_quote() -> None:
    assert gaps("17:30", published(WEEK, CLOSES, AT_THE_CLOSE)) == CLOSES


def test_in_the_evening_the_anchor_averages_todays_deals_and_yesterdays_close_is_too_old() -> None:
    closes = published(WEEK, CLOSES, AT_THE_CLOSE)
    assert gaps("18:30", closes) == [*CLOSES[:-1], 981.0]  # the last day has no anchor for the next
    assert gaps("18:30", closes.filter(pl.col("date") != dt.date(2024, 11, 27)))[2] is None
    assert gaps("17:30", closes.filter(pl.col("date") != dt.date(2024, 11, 27)))[2] == 935.0


def test_a_quote_that_stopped_is_none_from_the_second_day_on() -> None:
    assert gaps("17:30", published(WEEK[:2], CLOSES[:2], AT_THE_CLOSE)) == [940.0, 935.0, 935.0, None, None, None]


def test_with_an_old_anchor_an_old_quote_still_says_something() -> None:
    """No rate after Wednesday's: Thursday's close is younger than the deals of Tuesday that it averages."""
    target = published(WEEK[:3], VALUES[:3])
    found = gaps("17:30", published(WEEK[:4], CLOSES[:4], AT_THE_CLOSE), target)
    assert found == [*CLOSES[:4], 974.0, 974.0]


def test_a_quote_that_stands_still_is_none_until_it_moves() -> None:
    stuck = published(WEEK, [940.0, 935.0, 935.0, 935.0, 936.0, 936.0], AT_THE_CLOSE)
    assert gaps("17:30", stuck) == [940.0, 935.0, None, None, 936.0, None]


def test_a_quotes_revision_counts_from_its_own_instant() -> None:
    rows = [(row["date"], row["value"], row["known_at"]) for row in published(WEEK, CLOSES, AT_THE_CLOSE).to_dicts()]
    seen = observations([*rows, ("2024-11-27", 976.0, utc("2024-11-27T20:15"))])  # 17:15 in Santiago
    unseen = observations([*rows, ("2024-11-27", 976.0, utc("2024-11-27T20:45"))])
    assert gaps("17:30", seen)[2] == 976.0
    assert gaps("17:30", unseen)[2] == 977.0
    assert gaps("18:30", unseen)[2] == 976.0


def test_only_a_quote_has_a_gap_and_it_is_no_news() -> None:
    both = {name: published(WEEK, CLOSES, NOON) for name in ("usdclp_spot", "usdclp_other")}
    frame = of(published(WEEK, VALUES), WEEK[-1], **both)
    assert "usdclp_spot_gap" in frame.columns and "usdclp_other_gap" not in frame.columns
    alone = of(published(WEEK, VALUES), WEEK[-1], usdclp_spot=both["usdclp_spot"])
    assert alone["news_hours"].null_count() == alone.height
    assert frame["news_hours"].drop_nulls().to_list() == [1.0] * 5  # noon in New York is 14:00 in Santiago


def test_the_hours_of_the_news_are_the_median_over_the_drivers_that_moved() -> None:
    """Known 6, 1 and 3 hours before the cut-off; on Thursday the second one is silent, on Friday all are."""
    earlier = {"business_days": 0, "zone": "America/Santiago"}
    drivers = {
        "aud": published(WEEK[:4], [1.5, 1.51, 1.52, 1.53], earlier | {"time": "09:00"}),
        "brl": published(WEEK[:3], [5.5, 5.51, 5.52], earlier | {"time": "14:00"}),
        "cad": published(WEEK[:4], [1.3, 1.31, 1.32, 1.33], earlier | {"time": "12:00"}),
    }
    frame = of(published(WEEK, VALUES), WEEK[4], **drivers)
    assert frame["news_hours"].to_list() == [None, 3.0, 3.0, 4.5, None, None]


def test_yesterdays_value_is_a_move_where_the_anchor_is_old_and_says_nothing_of_todays_hours() -> None:
    """Tuesday's rate did not come: the move since Friday's deals ends with Monday's value, a day before the cut-off."""
    target = published([WEEK[0], *WEEK[2:]], [VALUES[0], *VALUES[2:]])
    aud = published(["2024-11-21", "2024-11-22", WEEK[0]], [1.5, 1.51, 1.52], NOON)
    row = at(of(target, WEEK[2], aud=aud), WEEK[1])
    assert row["aud_move_0"] == pytest.approx(math.log(1.52 / 1.51))
    assert row["news_hours"] is None


# --- the readable loop ------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["15:00", "18:30", "09:00"]),
    st.sampled_from(["2024-11-15", "2024-11-03"]),
)
def test_the_panel_is_what_a_loop_over_origins_makes(seed: int, cut_off: str, as_of: str) -> None:
    target, drivers = made_up_history(seed, first="2024-09-02")
    frame = of(target, as_of, cut_off, **drivers)
    expected = loop_panel(target, drivers, dt.date.fromisoformat(as_of), *map(int, cut_off.split(":")), QUOTES)
    assert set(frame.columns) == set(expected[0])
    assert frame.height == len(expected)
    for found, wanted in zip(frame.to_dicts(), expected, strict=True):
        for name, value in wanted.items():
            told = f"{wanted['origin_date']} {name}"
            if isinstance(value, float):
                assert found[name] == pytest.approx(value, rel=5.1e-8, abs=1e-12), told  # eight significant digits
            else:
                assert found[name] == value, told


# --- point in time ----------------------------------------------------------------------------------------------------


def perturbed(frame: pl.DataFrame, cut: dt.datetime, rng: np.random.Generator, how: str) -> pl.DataFrame:
    """`frame` with every row that is usable after `cut` deleted, or with another value and some of them usable later still."""
    later = pl.col("usable_at") > cut
    if how == "deleted":
        return frame.filter(~later)
    noise = pl.Series(900 + 100 * rng.standard_normal(frame.height)).abs() + 1
    delay = pl.Series(rng.integers(0, 3, frame.height)) * dt.timedelta(days=2)
    return frame.with_columns(
        value=pl.when(later).then(noise).otherwise("value"),
        usable_at=pl.when(later).then(pl.col("usable_at") + delay).otherwise("usable_at"),
    )


@settings(max_examples=25)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(3, 50),
    st.sampled_from(["changed", "deleted"]),
    st.sampled_from(["15:00", "18:30"]),
    st.booleans(),
)
def test_nothing_usable_after_an_origins_cut_off_changes_the_panel_up_to_it(
    seed: int, position: int, how: str, cut_off: str, then: bool
) -> None:
    """`then`: `as_of` is the origin itself in the perturbed store, as it was on that day."""
    rng = np.random.default_rng(seed)
    target, drivers = made_up_history(seed)
    whole = of(target, "2024-11-15", cut_off, **drivers)
    origin = whole["origin_date"][position]
    cut = whole["cut_off_at"][position]
    # A driver without any row left is one that `validate` has left out.
    kept = {name: perturbed(frame, cut, rng, how) for name, frame in drivers.items()}
    assert all(frame.height for frame in kept.values())
    as_of = str(origin) if then else "2024-11-15"
    part = of(perturbed(target, cut, rng, how), as_of, cut_off, **kept)

    later_vintages = {"actual"}
    in_force = ["observado", "observado_usable_at", "log_return", "return_steps"]
    at_origin = [name for name in whole.columns if name not in {*in_force, *later_vintages}]
    up_to = pl.col("origin_date") <= origin
    assert part.filter(up_to).select(at_origin).equals(whole.filter(up_to).select(at_origin))
    known = pl.col("observado_usable_at") <= cut
    assert (
        part.filter(known).select("origin_date", *in_force).equals(whole.filter(known).select("origin_date", *in_force))
    )


# --- the stage --------------------------------------------------------------------------------------------------------


def test_the_stage_joins_what_is_clean(project: Project) -> None:
    target, drivers = made_up_history(20241127)
    write_parquet(align.CLEAN / "usdclp.parquet", target)
    for name, frame in drivers.items():
        write_parquet(align.CLEAN / f"{name}.parquet", frame)
    units = {"usdclp": "CLP per USD", "mxn": "MXN per USD", "vix": "index", "tpm": "percent", "wti": "USD per barrel"}
    write_report(align.MANIFEST, manifest(units | {"usdclp_spot": "CLP per USD"}, QUOTES))
    project.set(as_of="2024-11-15", cut_off="18:30")
    assert project.run(align.main) == 0
    assert read_parquet(align.PANEL).equals(of(target, "2024-11-15", "18:30", **drivers))
    before = Path(align.PANEL).read_bytes()
    assert project.run(align.main) == 0
    assert Path(align.PANEL).read_bytes() == before


def test_an_observado_alone_makes_a_panel(project: Project) -> None:
    write_parquet(align.CLEAN / "usdclp.parquet", published(WEEK, VALUES, EVENING))
    write_report(align.MANIFEST, manifest({"usdclp": "CLP per USD"}))
    project.set(as_of="2024-11-27")
    assert project.run(align.main) == 0
    assert (
        read_parquet(align.PANEL)["origin_date"].to_list() == calendar.as_dates(WEEK[:4]).tolist()
    )  # the evening's value, too
