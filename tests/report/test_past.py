"""What was forecast for the days that the fan shows: which forecast of which origin, how often it held, and nothing from later."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.forecast.fan import OBSERVADO, PAST, SCHEMA, fan, past_intervals
from forex.report.past import held, past_horizon, window
from tests.support.forecasts_made_up import ANCHOR_DATE, forecast
from tests.support.pages.tables import BEFORE, HALF_WIDTH, LEVEL, calibrated, fan_table, panel

LAST = dt.date.fromisoformat(ANCHOR_DATE)
ENDS = ["q0.025", "q0.975"]


def numbered(horizon: str = "30d") -> pl.DataFrame:
    """Forecasts whose lower end is the number of their origin."""
    return calibrated(horizon).with_row_index("number").with_columns(pl.col("number").cast(pl.Float64).alias(ENDS[0]))


def shown(rows: pl.DataFrame, first: dt.date = BEFORE, last: dt.date = LAST, horizon: str = "30d") -> pl.DataFrame:
    return past_intervals(rows, horizon, LEVEL, first, last)


def test_of_each_day_it_shows_the_newest_forecast_that_was_made_a_horizon_before() -> None:
    rows = numbered()
    expected: dict[dt.date, tuple[dt.date, float]] = {}
    for row in rows.iter_rows(named=True):
        target = row["target_date"]
        if BEFORE <= target <= LAST and (target not in expected or row["origin_date"] > expected[target][0]):
            expected[target] = (row["origin_date"], row[ENDS[0]])
    found = shown(rows.sample(fraction=1, shuffle=True, seed=2))
    assert found["date"].to_list() == sorted(expected)
    assert found["lower"].to_list() == [expected[day][1] for day in sorted(expected)]
    several = rows.group_by("target_date").len().filter(pl.col("len") > 1)
    assert several.height > 3  # Fridays, Thursdays and the Wednesdays before them aim at one Monday


def test_it_was_made_a_whole_horizon_before() -> None:
    rows = numbered()
    origins = dict(zip(rows[ENDS[0]].to_list(), rows["origin_date"].to_list(), strict=True))
    for day, lower in shown(rows).select("date", "lower").iter_rows():
        assert (day - origins[lower]).days >= 30


def test_other_models_and_horizons_are_not_shown() -> None:
    whole = pl.concat([calibrated(), calibrated(model="garch_t", off=50.0), calibrated("7d", off=90.0)])
    assert shown(whole).equals(shown(calibrated()))
    assert shown(calibrated(model="garch_t")).is_empty()
    assert set(shown(whole)["horizon"]) == {"30d"} and set(shown(whole)["part"]) == {PAST}


def test_the_interval_is_that_of_its_level() -> None:
    found = shown(calibrated())
    assert ((found["upper"] - found["lower"]) == 2 * HALF_WIDTH).all()
    assert set(found["level"]) == {LEVEL} and found.schema == pl.Schema(SCHEMA)


def test_nothing_made_or_known_later_changes_what_is_shown() -> None:
    """Forecasts of later days, and outcomes, may be anything."""
    cut = LAST - dt.timedelta(days=12)
    rows = calibrated().with_columns(actual=pl.lit(900.0))
    noise = rows.with_columns(
        pl.when(pl.col("target_date") > cut).then(-1.0).otherwise(pl.col(name)).alias(name) for name in ENDS
    ).with_columns(actual=pl.lit(1e9))
    assert not noise.equals(rows)
    assert shown(noise, last=cut).equals(shown(rows, last=cut))
    assert shown(noise).filter(pl.col("date") <= cut).equals(shown(rows).filter(pl.col("date") <= cut))


def test_the_window_is_that_of_the_observado() -> None:
    ahead = fan(panel(), forecast(), history_days=60)
    days = ahead.filter(part=OBSERVADO)["date"]
    assert window(ahead) == (days.min(), days.max()) == (dt.date(2024, 9, 30), LAST)
    found = shown(calibrated(), *window(ahead))
    assert found["date"].min() >= days.min() and found["date"].max() <= days.max()


@given(st.integers(0, 2**32 - 1), st.integers(0, 6))
def test_held_counts_as_a_loop_does(seed: int, missing: int) -> None:
    rng = np.random.default_rng(seed)
    days = shown(calibrated())["date"].to_list()
    known = {day: float(rng.choice([890.0, 905.0, 913.0, 921.0, 940.0])) for day in days}
    for day in rng.choice(np.array(days), size=missing, replace=False).tolist():
        del known[day]  # a day whose observado never came
    rows = [{"date": day, "part": OBSERVADO, "value": value} for day, value in known.items()]
    table = pl.concat([shown(calibrated()), pl.DataFrame(rows, SCHEMA)])
    inside = 0
    for day, lower, upper in shown(calibrated()).select("date", "lower", "upper").iter_rows():
        inside += day in known and lower <= known[day] <= upper
    found = held(table)
    assert found is not None
    assert (found.held, found.of, found.horizon, found.level) == (inside, len(days) - missing, "30d", LEVEL)


def test_an_end_of_the_interval_belongs_to_it() -> None:
    day, lower, upper = shown(calibrated()).select("date", "lower", "upper").row(0)
    for value, inside in ((lower, 1), (upper, 1), (lower - 0.0001, 0), (upper + 0.0001, 0)):
        known = pl.DataFrame([{"date": day, "part": OBSERVADO, "value": value}], SCHEMA)
        found = held(pl.concat([shown(calibrated()), known]))
        assert found is not None and (found.held, found.of) == (inside, 1)


def test_without_past_forecasts_nothing_is_said() -> None:
    assert held(fan(panel(), forecast(), history_days=60)) is None
    assert held(fan_table()) is not None


@pytest.mark.parametrize(
    ("horizons", "chosen"),
    [(["1d", "7d", "15d", "30d", "90d"], "30d"), (["90d", "1d"], "1d"), (["45d", "15d"], "45d"), (["365d"], "365d")],
)
def test_the_horizon_is_the_one_next_to_a_month(horizons: list[str], chosen: str) -> None:
    assert past_horizon(horizons) == chosen
