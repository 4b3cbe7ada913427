"""Nothing is used before it was known: whatever becomes known after a cut-off, rows dated before it keep every bit.

Every public function that takes a history, with what is known after the cut-off of an origin replaced, and deleted.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.calibration.calibrate import calibrate
from forex.calibration.lean import lean
from forex.models.registry import build
from forex.observations import align
from forex.observations.history import History
from forex.regimes.interventions import parse_interventions
from forex.regimes.meetings import parse_meetings
from forex.regimes.regimes import classify
from forex.statistics import conformal, ensemble, ridge
from forex.statistics.feedback import discounted_sums, matured_sums
from forex.statistics.ridge import Schedule
from forex.validation.suspension import settle
from tests.support.made_up import AFTER_THE_CUT_OFF, ROOT, made_up_history, published
from tests.support.simulated import (
    SPOT,
    committed,
    fit_params,
    garch_returns,
    history_of,
    instant,
    led_by_drivers,
    outcomes_of,
    spot_of,
    target_of,
)

MODELS = fit_params().models
HORIZONS = ("1d", "7d", "30d")
LISTED = (ROOT / "data/calendar/bcch_interventions.csv").read_text(encoding="utf-8")
INTERVENTIONS = parse_interventions(LISTED, "bcch_interventions.csv")
COPPER_MOVE = committed().usdclp.thresholds.copper_move
MEETINGS = parse_meetings((ROOT / "data/calendar/bcch_meetings.csv").read_text(encoding="utf-8"), "bcch_meetings.csv")
Series = dict[str, pl.DataFrame]


# --- the fixture: other observations after a cut-off, or none -------------------------------------------------------


def replaced(rows: pl.DataFrame, cut: dt.datetime, rng: np.random.Generator) -> pl.DataFrame:
    """Every value that becomes usable after `cut` is replaced."""
    noise = pl.Series(np.exp(0.03 * rng.standard_normal(rows.height)))
    late = pl.col("usable_at") > cut
    return rows.with_columns(value=pl.when(late).then(pl.col("value") * noise).otherwise(pl.col("value")))


def deleted(rows: pl.DataFrame, cut: dt.datetime, rng: np.random.Generator) -> pl.DataFrame:
    return rows.filter(pl.col("usable_at") <= cut)


Change = Callable[[pl.DataFrame, dt.datetime, np.random.Generator], pl.DataFrame]
CHANGES = pytest.mark.parametrize("change", [replaced, deleted])


def history_changed(target: pl.DataFrame, drivers: Series, at: Any, cut_off: str, change: Change) -> History:
    rng, cut = np.random.default_rng(99), instant(at, cut_off)
    changed = {name: change(rows, cut, rng) for name, rows in drivers.items()}
    as_of = str(at) if change is deleted else str(target["date"].max())
    return history_of(change(target, cut, rng), changed, as_of=as_of, cut_off=cut_off)


# --- the panel, the regimes, the fate of rows -----------------------------------------------------------------------


@CHANGES
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
@pytest.mark.parametrize("seed", range(3))
def test_panel_rows_do_not_depend_on_what_is_known_later(seed: int, cut_off: str, change: Change) -> None:
    target, drivers = made_up_history(seed)
    whole = align.panel(target, drivers, {"tpm"}, {SPOT}, as_of="2024-11-15", cut_off=cut_off)
    assert {"news_hours", f"{SPOT}_gap"} <= {name for name in whole.columns if whole[name].null_count() < whole.height}
    for at in ("2024-09-04", "2024-09-20", "2024-10-11", "2024-11-07"):
        rng, cut = np.random.default_rng(seed), instant(at, cut_off)
        as_of = at if change is deleted else "2024-11-15"
        changed = {name: change(rows, cut, rng) for name, rows in drivers.items()}
        part = align.panel(change(target, cut, rng), changed, {"tpm"}, {SPOT}, as_of=as_of, cut_off=cut_off)
        in_force = ["observado", "observado_usable_at", "log_return", "return_steps", "actual"]
        before = pl.col("origin_date") <= dt.date.fromisoformat(at)
        assert part.filter(before).drop(in_force).equals(whole.filter(before).drop(in_force))
        known = before & (pl.col("observado_usable_at") <= cut)
        first_known = ["origin_date", "observado", "observado_usable_at", "log_return", "return_steps"]
        assert part.filter(known).select(first_known).equals(whole.filter(known).select(first_known))


@CHANGES
def test_regimes_do_not_depend_on_what_is_known_later(change: Change) -> None:
    target, drivers = led_by_drivers(1, 1400)
    drivers = {"copper_lme": drivers["mxn"]}
    whole_panel = align.panel(target, drivers, set(), as_of=str(target["date"].max()), cut_off="15:00")
    whole = classify(whole_panel, MEETINGS, INTERVENTIONS, committed().regimes, copper_move=COPPER_MOVE)
    assert len(set(whole["regime"])) > 2
    for row in (1100, 1337):
        at = whole["origin_date"][row]
        rng, cut = np.random.default_rng(2), instant(at, "15:00")
        as_of = str(at) if change is deleted else str(target["date"].max())
        changed = {name: change(rows, cut, rng) for name, rows in drivers.items()}
        part = align.panel(change(target, cut, rng), changed, set(), as_of=as_of, cut_off="15:00")
        assert (
            classify(part, MEETINGS, INTERVENTIONS, committed().regimes, copper_move=COPPER_MOVE)
            .head(row + 1)
            .equals(whole.head(row + 1))
        )


@CHANGES
def test_the_fate_of_rows_does_not_depend_on_what_is_known_later(change: Change) -> None:
    rng = np.random.default_rng(3)
    rows = target_of(garch_returns(rng, 400))
    jumpy = np.exp(np.cumsum(np.where(rng.random(400) < 0.05, 0.12, 0.0) * rng.choice([-1, 1], 400)))
    rows = rows.with_columns(value=pl.col("value") * pl.Series(jumpy))
    whole = settle(rows, 0.08)
    assert set(whole["fate"]) >= {"good", "released", "reverted"}
    for row in (100, 222, 399):
        cut = rows["known_at"][row]
        part = settle(change(rows, cut, rng), 0.08).filter(pl.col("usable_at") <= cut)
        assert part.equals(whole.filter(pl.col("usable_at") <= cut))


# --- models ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["drivers", "some days with a quote", "a quote alone"])
def led(request: pytest.FixtureRequest) -> tuple[pl.DataFrame, Series]:
    """In the second world `brl` joins late, and the quote comes and goes."""
    target, drivers = led_by_drivers(4, 620)
    if request.param == "a quote alone":
        return target, {SPOT: spot_of(target)}
    drivers["vix"] = published(*_columns(drivers["zar"]), AFTER_THE_CUT_OFF)
    if request.param == "drivers":
        return target, drivers
    spot = spot_of(target)[200:]
    kept = np.random.default_rng(6).random(spot.height) < 0.5
    return target, drivers | {"brl": drivers["mxn"][330:], SPOT: spot.filter(pl.Series(kept))}


def _columns(rows: pl.DataFrame) -> tuple[list[dt.date], list[float]]:
    return rows["date"].to_list(), rows["value"].to_list()


@CHANGES
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
@pytest.mark.parametrize("name", MODELS)
def test_forecasts_do_not_depend_on_what_is_known_later(
    name: str, cut_off: str, change: Change, led: tuple[pl.DataFrame, Series]
) -> None:
    target, drivers = led
    model, whole = build(fit_params(name))[name], history_of(target, drivers, cut_off=cut_off)
    first = 420
    usual = model.forecast(whole, np.arange(first, len(whole.days)), HORIZONS)
    for last in (first, 483, 560):  # alone, the first origin after a refit, somewhere
        part = history_changed(target, drivers, whole.days[last], cut_off, change)
        np.testing.assert_array_equal(part.days[: last + 1], whole.days[: last + 1])
        other = model.forecast(part, np.arange(first, len(part.days)), HORIZONS)
        for horizon in HORIZONS:
            for field in ("location", "scale", "quantiles"):
                ours, theirs = getattr(usual[horizon], field), getattr(other[horizon], field)
                np.testing.assert_array_equal(theirs[: last + 1 - first], ours[: last + 1 - first])


@pytest.mark.parametrize("name", MODELS)
def test_the_next_forecast_does_depend_on_it(name: str, led: tuple[pl.DataFrame, Series]) -> None:
    """So that the check above cannot pass by changing nothing."""
    target, drivers = led
    model, whole = build(fit_params(name))[name], history_of(target, drivers)
    part = history_changed(target, drivers, whole.days[500], "15:00", replaced)
    origins = np.arange(420, len(whole.days))
    usual, other = (model.forecast(history, origins, ("7d",))["7d"].quantiles for history in (whole, part))
    assert (usual[82:] != other[82:]).any(axis=1).all()


# --- estimates from matured rows ------------------------------------------------------------------------------------


def matured_at(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.arange(count) + rng.integers(1, 15, count)


@pytest.mark.parametrize("cut", [60, 149, 150, 251])
def test_ridge_does_not_depend_on_what_matures_later(cut: int) -> None:
    rng = np.random.default_rng(5)
    features, target, matured = rng.standard_normal((300, 3)), rng.standard_normal(300), matured_at(rng, 300)
    variance = np.exp(rng.standard_normal(300))
    schedule = Schedule(refit_every=10, half_life=80.0, penalty=5.0, min_rows=30, floor=0.5)
    usual = ridge.predictions(features, target, variance, matured, schedule)
    later, unknown = np.arange(300) > cut, matured > cut
    other = ridge.predictions(
        np.where(later[:, None], 9.0, features),
        np.where(unknown, 9.0, target),
        np.where(later, 9.0, variance),
        matured,
        schedule,
    )
    part = ridge.predictions(features[: cut + 1], target[: cut + 1], variance[: cut + 1], matured[: cut + 1], schedule)
    for ours, changed, short in zip(usual[:2], other[:2], part[:2], strict=True):
        np.testing.assert_array_equal(changed[: cut + 1], ours[: cut + 1])
        np.testing.assert_array_equal(short, ours[: cut + 1])
    refits = cut // schedule.refit_every + 1
    np.testing.assert_array_equal(other.grams[:refits], usual.grams[:refits])
    np.testing.assert_array_equal(part.grams, usual.grams[:refits])
    earned = [
        ridge.earned(predicted[0], outcome, variances, known, schedule)
        for predicted, outcome, variances, known in (
            (usual, target, variance, matured),
            (other, np.where(unknown, 9.0, target), np.where(later, 9.0, variance), matured),
            (part, target[: cut + 1], variance[: cut + 1], matured[: cut + 1]),
        )
    ]
    np.testing.assert_array_equal(earned[1][: cut + 1], earned[0][: cut + 1])
    np.testing.assert_array_equal(earned[2], earned[0][: cut + 1])


@pytest.mark.parametrize("cut", [20, 63, 64, 149, 251])
def test_conformal_and_record_do_not_depend_on_what_matures_later(cut: int) -> None:
    rng = np.random.default_rng(7)
    scores, matured = np.abs(rng.standard_normal((300, 2))), matured_at(rng, 300)
    changed = np.where((matured > cut)[:, None], 7.0, scores)
    first = min(11, cut)

    def estimates(scores: np.ndarray, matured: np.ndarray) -> list[np.ndarray]:
        own, few = (
            conformal.standardised_quantiles(scores[:, 0], matured, half_life, first=first) for half_life in (90.0, 6.0)
        )
        signed = np.where(scores[:, 1] > 1, scores[:, 0], -scores[:, 0])
        leaning = lean(signed, own.half_widths, matured, np.full(len(scores), 5), 20.0)
        past = ensemble.record(scores, matured, 90.0)
        weights = ensemble.weights(past, sharpness=5.0, shrinkage=0.3)
        sums = discounted_sums(scores[:, 0], matured, 90.0)
        plain = matured_sums(scores[:, 0], matured)
        widths = [own.half_widths, few.half_widths, own.effective, own.count, leaning]
        return [*widths, past.mean, past.count, weights, plain, sums]

    usual, other = estimates(scores, matured), estimates(changed, matured)
    short = estimates(scores[: cut + 1], matured[: cut + 1])
    for ours, theirs, part in zip(usual, other, short, strict=True):
        np.testing.assert_array_equal(theirs[: cut + 1], ours[: cut + 1])
        np.testing.assert_array_equal(part, ours[: cut + 1])
    assert (usual[-1][cut + 2 :] != other[-1][cut + 2 :]).any()


@pytest.mark.parametrize("cut", [420, 451, 512])
def test_calibration_does_not_depend_on_what_matures_later(cut: int) -> None:
    history = history_of(target_of(garch_returns(np.random.default_rng(8), 1000)))
    origins = np.arange(400, len(history.days))
    by_model = {
        name: model.forecast(history, origins, HORIZONS)
        for name, model in build(fit_params("garch_t", "nowcast")).items()
    }
    raw = {horizon: {name: by_model[name][horizon] for name in by_model} for horizon in HORIZONS}
    outcomes = outcomes_of(history, origins, HORIZONS)
    params = committed().calibrate.model_copy(update={"min_scores": 100})
    usual, first = calibrate(raw, outcomes, params)

    rng, later = np.random.default_rng(9), np.arange(len(origins)) > cut
    noisy = {
        horizon: {
            name: replace(
                forecast,
                location=np.where(later, 0.01 * rng.standard_normal(len(later)), forecast.location),
                scale=np.where(later, 0.02, forecast.scale),
                quantiles=np.where(later[:, None], 2 * forecast.quantiles, forecast.quantiles),
            )
            for name, forecast in models.items()
        }
        for horizon, models in raw.items()
    }
    unsettled = {
        horizon: replace(
            outcome,
            log_return=np.where(outcome.matured > cut, 0.01 * rng.standard_normal(len(later)), outcome.log_return),
        )
        for horizon, outcome in outcomes.items()
    }
    upto = slice(cut + 1)
    short = {
        horizon: {
            name: replace(
                forecast,
                location=forecast.location[upto],
                scale=forecast.scale[upto],
                quantiles=forecast.quantiles[upto],
            )
            for name, forecast in models.items()
        }
        for horizon, models in raw.items()
    }
    unknown = {
        horizon: replace(
            outcome,
            log_return=np.where(outcome.matured > cut, np.nan, outcome.log_return)[upto],
            matured=np.minimum(outcome.matured, cut + 1)[upto],
            steps=outcome.steps[upto],
        )
        for horizon, outcome in outcomes.items()
    }
    for other, other_first in (calibrate(noisy, unsettled, params), calibrate(short, unknown, params)):
        assert other_first == first <= cut
        for horizon in HORIZONS:
            for name, quantiles in usual[horizon].quantiles.items():
                np.testing.assert_array_equal(other[horizon].quantiles[name][upto], quantiles[upto])
            np.testing.assert_array_equal(other[horizon].weights[upto], usual[horizon].weights[upto])
