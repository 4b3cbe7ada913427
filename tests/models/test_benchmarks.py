"""The benchmarks equal their definition, and every model keeps the contract that calibration builds on."""

import datetime as dt
import math
import statistics
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from scipy import stats

from forex.core.errors import TooLittleData
from forex.core.quantiles import GRID, MEDIAN, central_pair
from forex.models.nowcast import Nowcast, Settings, series
from forex.models.predecessor import Predecessor
from forex.models.protocol import Model
from forex.models.random_walk import RandomWalk
from forex.models.random_walk_drift import RandomWalkDrift
from forex.models.registry import build
from forex.observations.history import History
from forex.statistics.predictive import LEVELS, Predictive
from forex.timeline import calendar
from tests.support.simulated import DAILY, fit_params, garch_returns, history_of, iid_normal, led_by_drivers, target_of

HORIZONS = ("1d", "7d", "15d", "30d", "90d")
MODELS = fit_params().models
FIRST = 600  # the first origin of the histories here
WIDEST = central_pair(0.95)


def model(name: str) -> Model:
    return build(fit_params(name))[name]


def forecasts(name: str, history: History, horizons: tuple[str, ...] = HORIZONS) -> dict[str, Predictive]:
    return model(name).forecast(history, np.arange(FIRST, len(history.days)), horizons)


def clp(history: History, predictive: Predictive) -> np.ndarray:
    return history.anchor[FIRST:, None] * np.exp(predictive.quantiles)


def width(predictive: Predictive) -> np.ndarray:
    return predictive.quantiles[:, WIDEST[1]] - predictive.quantiles[:, WIDEST[0]]


# --- the benchmarks, as anyone can recompute them ---------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What the published rows say at an origin: the newest value, its date, and the returns over √steps."""

    origin: dt.date
    anchor: float
    anchor_date: dt.date
    daily: list[float]

    def steps(self, start: dt.date, end: dt.date) -> int:
        days = [start + dt.timedelta(day) for day in range(1, (end - start).days + 1)]
        return int(calendar.is_business_day(days, known_at=self.origin).sum())


def known(target: pl.DataFrame, origin: dt.date, cut_off: str) -> Known:
    cut = calendar.cut_offs([origin], cut_off).tolist()[0].replace(tzinfo=dt.UTC)
    rows = [row for row in target.sort("date").iter_rows(named=True) if row["usable_at"] <= cut]
    at = Known(origin, rows[-1]["value"], rows[-1]["date"], [])
    for before, row in pairwise(rows):
        at.daily.append(math.log(row["value"] / before["value"]) / math.sqrt(at.steps(before["date"], row["date"])))
    return at


def benchmark(name: str, at: Known, horizon: str) -> list[float]:
    """The 25 quantiles in CLP per USD, by hand from the published rows."""
    due = max(at.origin + dt.timedelta(int(horizon[:-1])), at.anchor_date + dt.timedelta(1))
    while not calendar.is_business_day(due, known_at=at.origin):
        due += dt.timedelta(1)
    ahead = at.steps(at.anchor_date, due)
    daily = at.daily[-30:] if name == "predecessor" else at.daily
    drift = 0.0 if name == "random_walk" else statistics.fmean(daily) * ahead
    spread = statistics.stdev(daily) * math.sqrt(ahead)
    return [at.anchor * math.exp(drift + spread * quantile) for quantile in stats.t(30).ppf(GRID)]


@pytest.mark.slow
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_benchmarks_equal_their_definition(cut_off: str) -> None:
    rng = np.random.default_rng(1)
    gaps = rng.random(640) < 0.06
    gaps[[0, -1]] = False
    target = target_of(0.0004 + garch_returns(rng, 640), gaps=gaps)
    history = history_of(target, cut_off=cut_off)
    predicted = {name: forecasts(name, history) for name in ("random_walk", "random_walk_drift", "predecessor")}
    for position in range(0, len(history.days) - FIRST, 7):
        at = known(target, history.days[FIRST + position].item(), cut_off)
        for name, by_horizon in predicted.items():
            for horizon, made in by_horizon.items():
                expected = benchmark(name, at, horizon)
                case = f"{name} at {horizon} of {at.origin}"
                np.testing.assert_allclose(clp(history, made)[position], expected, rtol=1e-8, err_msg=case)


def test_the_expanding_deviation_stays_exact_on_returns_far_from_zero() -> None:
    history = history_of(target_of(0.002 + 1e-7 * np.random.default_rng(2).standard_normal(700)))
    predicted = RandomWalk().forecast(history, np.array([680]), ("1d",))["1d"]
    known = history.daily[: history.known[680]]
    np.testing.assert_allclose(predicted.scale, known.std(ddof=1) * np.sqrt(1), rtol=1e-6)


@pytest.mark.parametrize(
    ("benchmark_model", "least"), [(RandomWalk(), 250), (RandomWalkDrift(), 250), (Predecessor(), 30)]
)
def test_too_few_returns_are_counted_in_the_message(benchmark_model: Model, least: int) -> None:
    history = history_of(target_of(iid_normal(np.random.default_rng(3), 300)))
    enough = int(np.flatnonzero(history.known >= least)[0])
    assert np.isfinite(benchmark_model.forecast(history, np.array([enough]), ("1d",))["1d"].quantiles).all()
    with pytest.raises(TooLittleData, match=rf"{least - 1} returns, {least} needed: raise fit.first_origin"):
        benchmark_model.forecast(history, np.array([enough - 1]), ("1d",))


# --- what every model promises --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def led() -> History:
    return history_of(*led_by_drivers(4))


@pytest.mark.parametrize("name", MODELS)
def test_quantiles_are_complete_and_never_cross(name: str, led: History) -> None:
    predicted = forecasts(name, led)
    assert list(predicted) == list(HORIZONS)
    for forecast in predicted.values():
        assert forecast.quantiles.shape == (len(led.days) - FIRST, len(LEVELS))
        assert np.isfinite(forecast.quantiles).all()
        assert (np.diff(forecast.quantiles, axis=1) > 0).all()
        assert (forecast.scale > 0).all()
        np.testing.assert_allclose(forecast.quantiles[:, MEDIAN], forecast.location, atol=1e-15)


@pytest.mark.parametrize("name", MODELS)
def test_intervals_grow_with_the_horizon(name: str, led: History) -> None:
    predicted = forecasts(name, led)
    for shorter, longer in zip(HORIZONS, HORIZONS[1:], strict=False):
        assert (width(predicted[longer]) > width(predicted[shorter])).all()
        assert (predicted[longer].scale > predicted[shorter].scale).all()


@pytest.mark.parametrize("name", MODELS)
def test_nothing_depends_on_the_level(name: str) -> None:
    rng = np.random.default_rng(5)
    target, drivers = target_of(garch_returns(rng, 700)), led_by_drivers(5, 700)[1]
    history = history_of(target, drivers)
    usual = forecasts(name, history)
    for factor in (2.0, 0.01):
        moved = history_of(target.with_columns(pl.col("value") * factor), drivers)
        other = forecasts(name, moved)
        # The panel has eight digits, and an optimiser turns a difference in the last into as much as 1e-4.
        tolerance = 1e-4 if name == "garch_t" else 1e-6
        for horizon in HORIZONS:
            np.testing.assert_allclose(
                other[horizon].quantiles, usual[horizon].quantiles, rtol=tolerance, atol=tolerance * DAILY
            )


@pytest.mark.parametrize("name", MODELS)
def test_a_forecast_does_not_depend_on_which_other_horizons_are_asked_for(name: str, led: History) -> None:
    np.testing.assert_array_equal(
        forecasts(name, led, ("15d",))["15d"].quantiles, forecasts(name, led)["15d"].quantiles
    )


@pytest.mark.parametrize("name", MODELS)
def test_no_origins_no_forecasts(name: str, led: History) -> None:
    predicted = model(name).forecast(led, np.array([], dtype=np.int64), ("1d",))
    assert predicted["1d"].quantiles.shape == (0, len(LEVELS))


# --- the nowcast ----------------------------------------------------------------------------------------------------


def explained(history: History) -> float:
    """The share of the next observado's variance that the nowcast's median explains."""
    location = forecasts("nowcast", history, ("1d",))["1d"].location
    actual = history.targets("1d").log_return[FIRST:]
    there = np.isfinite(actual)
    return float(1 - np.mean((actual - location)[there] ** 2) / np.mean(actual[there] ** 2))


def test_nowcast_finds_what_the_drivers_have_already_said() -> None:
    assert explained(history_of(*led_by_drivers(6, 1500, share=0.6, gaps=0.0))) > 0.35
    assert explained(history_of(*led_by_drivers(6, 1500, share=0.05, gaps=0.0))) < 0.12


def test_nowcast_without_drivers_uses_the_own_last_returns_only() -> None:
    rng = np.random.default_rng(7)
    returns = iid_normal(rng, 1500)
    for day in range(1, len(returns)):
        returns[day] += 0.5 * returns[day - 1]
    history = history_of(target_of(returns))
    assert series(history) == ("usdclp",)
    last = history.daily[history.known - 1]
    location = forecasts("nowcast", history, ("1d",))["1d"].location
    assert np.corrcoef(location, last[FIRST:])[0, 1] > 0.9
    assert explained(history) > 0.1


def test_nowcast_claims_next_to_nothing_on_noise() -> None:
    history = history_of(target_of(iid_normal(np.random.default_rng(8), 1500)))
    location = forecasts("nowcast", history, ("1d",))["1d"].location
    assert np.sqrt(np.mean(location**2)) < 0.1 * DAILY
    assert explained(history) > -0.02


def test_nowcast_degrades_smoothly_as_drivers_go_stale() -> None:
    target, drivers = led_by_drivers(9, 1000)
    stop = target["date"][-120]
    stale = {name: rows.filter(pl.col("date") <= stop) for name, rows in drivers.items()}
    fresh, gone = history_of(target, drivers), history_of(target, stale)
    alone = forecasts("nowcast", history_of(target))
    with_fresh, with_stale = forecasts("nowcast", fresh), forecasts("nowcast", gone)
    before = fresh.days[FIRST:] <= np.datetime64(stop)
    for horizon in HORIZONS:
        assert np.isfinite(with_stale[horizon].quantiles).all()
        np.testing.assert_array_equal(with_stale[horizon].quantiles[before], with_fresh[horizon].quantiles[before])
        ratio = width(with_stale[horizon]) / width(alone[horizon])
        assert ((ratio > 0.5) & (ratio < 2.0)).all()
    # Some days after the last move the market says nothing any more beyond the target's own last return.
    long_gone = fresh.days[FIRST:] > np.datetime64(stop) + np.timedelta64(10, "D")
    stale_move, fresh_move = (np.std(made["1d"].location[long_gone]) for made in (with_stale, with_fresh))
    assert stale_move < 0.35 * fresh_move


def test_one_missing_driver_changes_the_forecast_by_its_own_part_only() -> None:
    target, drivers = led_by_drivers(10, gaps=0.0)
    day = drivers["zar"]["date"][-1]
    lacking = drivers | {"zar": drivers["zar"].filter(pl.col("date") != day)}
    whole, part = (forecasts("nowcast", history_of(target, rows), ("1d",))["1d"] for rows in (drivers, lacking))
    assert whole.location[-1] != part.location[-1]
    assert abs(whole.location[-1] - part.location[-1]) < 3 * whole.scale[-1]
    np.testing.assert_array_equal(whole.quantiles[:-1], part.quantiles[:-1])


def test_a_driver_of_constant_value_changes_nothing_but_the_last_digits() -> None:
    """A pegged currency has no moves: it has neither a coefficient nor a division by its size."""
    target, drivers = led_by_drivers(11)
    pegged = drivers["mxn"].with_columns(value=pl.lit(3.67))
    usual = forecasts("nowcast", history_of(target, drivers))
    beside = forecasts("nowcast", history_of(target, drivers | {"hkd": pegged}))
    for horizon in HORIZONS:
        np.testing.assert_allclose(beside[horizon].quantiles, usual[horizon].quantiles, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_contributions_sum_to_the_location_of_the_very_forecast(cut_off: str) -> None:
    history = history_of(*led_by_drivers(12, gaps=0.12), cut_off=cut_off)
    origins = np.arange(FIRST, len(history.days))
    nowcast = Nowcast(fit_params().own("nowcast", Settings))
    made, parts = nowcast.forecast(history, origins, HORIZONS), nowcast.contributions(history, origins, HORIZONS)
    assert series(history) == ("usdclp", "mxn", "zar")
    for horizon in HORIZONS:
        assert parts[horizon].shape == (len(origins), 3)
        # In this world the evening's rate contains everything that the drivers said.
        assert (np.abs(made[horizon].location).max() > DAILY) == (cut_off == "15:00")
        np.testing.assert_allclose(parts[horizon].sum(axis=1), made[horizon].location, rtol=1e-12, atol=1e-18)
    # A late anchor makes two steps to the next day, which have a mean of their own.
    assert {1, 2} <= set(history.targets("1d").steps[origins].tolist())


def test_a_contribution_is_that_of_both_ages_of_one_driver() -> None:
    """A driver without moves at an origin contributes nothing there, and the others what they did before."""
    target, drivers = led_by_drivers(13, gaps=0.0)
    stop = drivers["zar"]["date"][-2]
    lacking = drivers | {"zar": drivers["zar"].filter(pl.col("date") < stop)}
    parts = []
    for rows in (drivers, lacking):
        history = history_of(target, rows)
        origins = np.array([len(history.days) - 1])
        [contributions] = Nowcast(fit_params().own("nowcast", Settings)).contributions(history, origins, ("1d",))["1d"]
        parts.append(dict(zip(series(history), contributions.tolist(), strict=True)))
    whole, part = parts
    assert part["zar"] == 0 != whole["zar"]
    assert (part["usdclp"], part["mxn"]) == (whole["usdclp"], whole["mxn"])
