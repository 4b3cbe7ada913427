import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.forecast.fan import INTERVAL, MEDIAN_PART, OBSERVADO, by_length, fan
from forex.timeline import calendar
from tests.support.forecasts_made_up import ANCHOR_DATE, entry, forecast
from tests.support.pages.tables import panel


def test_on_a_target_date_the_fan_is_that_horizons_forecast():
    table = fan(panel(), forecast(), history_days=30)
    for horizon, expected in forecast().horizons.items():
        on_target = table.filter(pl.col("date") == expected.target_date)
        assert on_target.filter(part=MEDIAN_PART).row(0, named=True)["value"] == expected.median
        assert on_target.filter(part=MEDIAN_PART)["horizon"].to_list() == [horizon]
        for level, ends in expected.intervals.items():
            [row] = on_target.filter((pl.col("part") == INTERVAL) & (pl.col("level") == float(level))).to_dicts()
            assert (row["lower"], row["upper"]) == ends


def test_one_row_per_business_day_ahead_and_no_width_at_the_anchor():
    table = fan(panel(), forecast(), history_days=30)
    ahead = calendar.business_days(ANCHOR_DATE, "2024-12-27").astype(object).tolist()
    assert table.filter(part=MEDIAN_PART)["date"].to_list() == ahead
    for level in (0.5, 0.95):
        band = table.filter((pl.col("part") == INTERVAL) & (pl.col("level") == level))
        assert band["date"].to_list() == ahead
        assert band.row(0, named=True)["lower"] == band.row(0, named=True)["upper"] == 900.0
        assert band["lower"].is_sorted(descending=True)
        assert band["upper"].is_sorted()


def test_the_days_ahead_are_those_that_the_origin_knew():
    """The Monday after Friday 18 June 2021 became a holiday on the Saturday between: its forecast was for that Monday."""
    friday = dt.date(2021, 6, 18)
    shapes = {"1d": ("2024-11-28", dt.date(2021, 6, 21)), "2d": ("2024-11-29", dt.date(2021, 6, 22))}
    ahead = {name: entry(like).model_copy(update={"target_date": on}) for name, (like, on) in shapes.items()}
    made = forecast(as_of=friday, origin_date=friday, anchor_date=friday, horizons=ahead)
    table = fan(panel("2021-05-03", "2021-06-18"), made, history_days=10).filter(part=MEDIAN_PART)
    assert [date.day for date in table["date"]] == [18, 21, 22]
    assert table["horizon"].to_list() == [None, "1d", "2d"]


def test_the_wider_interval_comes_first_so_that_the_narrower_is_drawn_on_it():
    levels = fan(panel(), forecast(), history_days=30).filter(part=INTERVAL)["level"].to_list()
    assert levels == sorted(levels, reverse=True)
    assert set(levels) == {0.5, 0.95}


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 170), st.sets(st.integers(0, 100), max_size=10))
def test_history_holds_each_known_value_of_its_days_and_the_anchor(history_days, gaps):
    whole = panel()
    absent = tuple(str(whole["origin_date"][k]) for k in gaps)
    table = fan(panel(missing=absent), forecast(), history_days=history_days).filter(part=OBSERVADO)
    expected = []
    for row in whole.iter_rows(named=True):
        age = (dt.date.fromisoformat(ANCHOR_DATE) - row["origin_date"]).days
        if 0 < age <= history_days and str(row["origin_date"]) not in absent:
            expected.append((row["origin_date"], row["observado"]))
    expected.append((dt.date.fromisoformat(ANCHOR_DATE), 900.0))
    assert table.select("date", "value").rows() == expected


def test_what_was_published_after_the_anchor_does_not_show():
    later = pl.concat([panel(), pl.DataFrame({"origin_date": [dt.date(2024, 11, 28)], "observado": [1400.0]})])
    assert fan(later, forecast(), history_days=90).equals(fan(panel(), forecast(), history_days=90))


def test_two_horizons_with_one_target_share_a_dot_named_by_the_shorter():
    both = {"2d": entry("2024-11-29"), "1d": entry("2024-11-29")}
    table = fan(panel(), forecast(horizons=both), history_days=10)
    assert table["horizon"].drop_nulls().to_list() == ["1d"]


def test_an_anchor_of_the_coming_business_day_ends_the_history():
    table = fan(panel(last="2024-11-26"), forecast(), history_days=10).filter(part=OBSERVADO)
    assert table["date"].to_list()[-2:] == [dt.date(2024, 11, 26), dt.date(2024, 11, 27)]


def test_levels_are_distances_from_the_anchor_at_any_level_of_the_rate():
    horizons = {name: entry(str(like.target_date), anchor=1800.0) for name, like in forecast().horizons.items()}
    double = forecast(anchor=1800.0, horizons=horizons)
    usual, doubled = (fan(panel(), shown, history_days=5).filter(part=INTERVAL) for shown in (forecast(), double))
    assert np.allclose(doubled["upper"].to_numpy(), 2 * usual["upper"].to_numpy(), atol=2e-4)


@pytest.mark.parametrize("names", [["90d", "1d", "15d", "7d"], ["30d", "365d", "2d"]])
def test_horizons_by_length(names):
    assert list(by_length(dict.fromkeys(names))) == sorted(names, key=lambda name: int(name[:-1]))
