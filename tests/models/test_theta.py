"""The Theta method: as statsmodels computes it where that can, causal, and a model like any other in the pipeline."""

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri

from forex.calibration.calibrate import calibrate
from forex.core.errors import TooLittleData
from forex.core.quantiles import MEDIAN
from forex.models.registry import build
from forex.models.theta import Parameters, Settings, Theta, errors, expected, fit
from forex.observations.history import History
from forex.statistics.predictive import LEVELS
from tests.guarantee.test_lookahead import CHANGES, Change, history_changed
from tests.support.simulated import (
    DAILY,
    committed,
    fit_params,
    garch_returns,
    history_of,
    iid_normal,
    led_by_drivers,
    outcomes_of,
    target_of,
)

pytestmark = pytest.mark.slow

HORIZONS = ("1d", "7d", "90d")
SETTINGS = Settings(refit_every=63)
FIRST = 500


def model() -> Theta:
    return Theta(SETTINGS)


def smoothed(rng: np.random.Generator, days: int, alpha: float) -> np.ndarray:
    """Returns of a level that follows its own errors by `alpha`: an ARIMA(0,1,1) with MA α − 1."""
    shocks = DAILY * rng.standard_normal(days + 1)
    return shocks[1:] + (alpha - 1) * shocks[:-1]


# --- the method -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [0.3, 1.0, 1.4])
def test_point_forecast_equals_the_readable_recursion(alpha: float) -> None:
    returns = smoothed(np.random.default_rng(1), 300, 1.2)
    level = trend = np.log(900)
    newest = level
    for step in returns:
        newest += step
        level += alpha * (newest - level)
        trend += 0.0004
    for steps in (1, 7, 63):
        lag = sum((1 - alpha) ** j for j in range(len(returns) + 1))
        by_hand = level + 0.5 * 0.0004 * (steps - 1 + lag) - newest
        got = expected(errors(returns, alpha)[-1:], np.array([steps]), np.array([301]), Parameters(alpha, 0.0004))
        assert got[0] == pytest.approx(by_hand, abs=1e-14)


def test_point_forecast_equals_statsmodels() -> None:
    """Where α is below one, which is as far as its ThetaModel goes."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    returns = 0.0005 + smoothed(np.random.default_rng(2), 800, 0.4)
    level = np.log(900) + np.concatenate(([0.0], np.cumsum(returns)))
    theirs = ThetaModel(level, deseasonalize=False).fit()
    slope, alpha = theirs.params
    ours = fit(returns, np.ones(len(returns)), None)
    assert ours.slope == pytest.approx(slope, rel=1e-9)
    assert ours.alpha == pytest.approx(alpha, abs=0.02)
    steps = np.arange(1, 64)
    got = expected(
        np.full(63, errors(returns, alpha)[-1]), steps, np.full(63, len(level)), Parameters(float(alpha), slope)
    )
    np.testing.assert_allclose(level[-1] + got, theirs.forecast(63).to_numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 1.3, 1.8])
def test_smoothing_is_found_within_its_whole_region(alpha: float) -> None:
    found = fit(smoothed(np.random.default_rng(3), 3000, alpha), np.ones(3000), None)
    assert found.alpha == pytest.approx(alpha, abs=0.05)


def test_slope_is_per_business_day_whatever_the_gaps() -> None:
    steps = np.tile([1.0, 1.0, 3.0], 200)
    found = fit(0.0005 * steps + 1e-6 * np.random.default_rng(4).standard_normal(600), steps, None)
    assert found.slope == pytest.approx(0.0005, rel=1e-3)


def test_smoothing_stays_where_it_was_if_the_search_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    usual = ETSModel.fit
    returns = smoothed(np.random.default_rng(5), 400, 1.3)

    def stopped(self: ETSModel, **options: object) -> object:
        return usual(self, maxiter=1, **options)

    free = fit(returns, np.ones(400), None)
    monkeypatch.setattr(ETSModel, "fit", stopped)
    assert fit(returns, np.ones(400), Parameters(1.11, 9.0)) == Parameters(1.11, free.slope)
    assert fit(returns, np.ones(400), None).alpha != 1.11


def test_a_level_that_never_moves_has_no_estimate() -> None:
    with pytest.raises(
        TooLittleData, match=r"theta has no estimate from the first 300 returns: raise fit\.first_origin"
    ):
        fit(np.zeros(300), np.ones(300), None)


# --- the model ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def history() -> History:
    rng = np.random.default_rng(6)
    gaps = rng.random(900) < 0.06
    gaps[[0, -1]] = False
    return history_of(target_of(0.0002 + smoothed(rng, 900, 1.25), gaps=gaps))


def test_forecast_equals_a_loop_over_origins(history: History) -> None:
    origins = np.arange(FIRST, len(history.days))
    predicted = model().forecast(history, origins, HORIZONS)
    fitted = None
    for row, origin in enumerate(origins):
        known = history.known[origin]
        if row % SETTINGS.refit_every == 0:
            fitted = fit(history.returns[:known], history.return_steps[:known], fitted)
        assert fitted is not None
        missed, squares = 0.0, 0.0
        for step, days in zip(history.returns[:known], history.return_steps[:known], strict=True):
            missed = step + (1 - fitted.alpha) * missed
            squares += missed**2 / days
        if row % 37:
            continue
        for horizon in HORIZONS:
            ahead = history.targets(horizon).steps[origin]
            lag = (1 - (1 - fitted.alpha) ** (known + 1)) / fitted.alpha
            centre = (fitted.alpha - 1) * missed + fitted.slope / 2 * (ahead - 1 + lag)
            spread = np.sqrt(squares / known * (1 + (ahead - 1) * fitted.alpha**2))
            np.testing.assert_allclose(predicted[horizon].quantiles[row], centre + spread * ndtri(LEVELS), rtol=1e-9)
            assert predicted[horizon].location[row] == pytest.approx(centre, rel=1e-9)
            assert predicted[horizon].scale[row] == pytest.approx(spread, rel=1e-9)


def test_quantiles_are_complete_and_grow_with_the_horizon(history: History) -> None:
    predicted = model().forecast(history, np.arange(FIRST, len(history.days)), HORIZONS)
    for forecast in predicted.values():
        assert np.isfinite(forecast.quantiles).all() and (np.diff(forecast.quantiles, axis=1) > 0).all()
        np.testing.assert_allclose(forecast.quantiles[:, MEDIAN], forecast.location, atol=1e-15)
    assert (predicted["1d"].scale < predicted["7d"].scale).all()
    assert (predicted["7d"].scale < predicted["90d"].scale).all()


def test_no_origins_no_forecasts(history: History) -> None:
    assert model().forecast(history, np.array([], dtype=np.int64), ("1d",))["1d"].quantiles.shape == (0, len(LEVELS))


def test_too_few_returns_are_counted(history: History) -> None:
    with pytest.raises(TooLittleData, match="249 returns, 250 needed"):
        model().forecast(history, np.flatnonzero(history.known == 249)[:1], ("1d",))


def test_nothing_depends_on_the_level() -> None:
    target = target_of(garch_returns(np.random.default_rng(7), 700))
    usual, other = (
        model().forecast(history_of(rows), np.arange(FIRST, 700), HORIZONS)
        for rows in (target, target.with_columns(pl.col("value") * 0.01))
    )
    for horizon in HORIZONS:
        # The panel has eight digits, and an optimiser turns a difference in the last into as much as 1e-4.
        np.testing.assert_allclose(other[horizon].quantiles, usual[horizon].quantiles, rtol=1e-4, atol=1e-4 * DAILY)


def test_it_finds_that_an_average_moves_on_and_claims_nothing_on_noise() -> None:
    def explained(returns: np.ndarray) -> float:
        world = history_of(target_of(returns))
        origins = np.arange(FIRST, len(world.days))
        actual = world.targets("1d").log_return[origins]
        missed = actual - model().forecast(world, origins, ("1d",))["1d"].location
        there = np.isfinite(actual)
        return float(1 - np.sum(missed[there] ** 2) / np.sum(actual[there] ** 2))

    # The observado in force tomorrow is known this evening only: at 15:00 the target is one step beyond the anchor.
    assert explained(smoothed(np.random.default_rng(8), 1500, 1.4)) == pytest.approx(0.16 / 1.16, abs=0.05)
    assert abs(explained(iid_normal(np.random.default_rng(9), 1500))) < 0.01


# --- the pipeline ---------------------------------------------------------------------------------------------------


@CHANGES
@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_forecasts_do_not_depend_on_what_is_known_later(cut_off: str, change: Change) -> None:
    target, drivers = led_by_drivers(10, 620)
    whole, first = history_of(target, drivers, cut_off=cut_off), 420
    usual = model().forecast(whole, np.arange(first, len(whole.days)), HORIZONS)
    for last in (first, 483, 560):  # alone, the first origin after a refit, somewhere
        part = history_changed(target, drivers, whole.days[last], cut_off, change)
        other = model().forecast(part, np.arange(first, len(part.days)), HORIZONS)
        rows = slice(last + 1 - first)
        for horizon in HORIZONS:
            for field in ("location", "scale", "quantiles"):
                np.testing.assert_array_equal(
                    getattr(other[horizon], field)[rows], getattr(usual[horizon], field)[rows]
                )
        if change.__name__ == "replaced" and last + 2 - first < len(usual["7d"].location):
            assert (other["7d"].location != usual["7d"].location)[last + 2 - first :].all()


def test_it_is_calibrated_and_published_like_any_other_model(history: History) -> None:
    settings = fit_params("garch_t", "theta").model_copy(update={"theta": SETTINGS})
    origins = np.arange(400, len(history.days))
    by_model = {name: forecaster.forecast(history, origins, HORIZONS) for name, forecaster in build(settings).items()}
    assert list(by_model) == ["garch_t", "theta"]
    raw = {horizon: {name: by_model[name][horizon] for name in by_model} for horizon in HORIZONS}
    rules = committed().calibrate
    rules = rules.model_copy(
        update={
            "min_scores": 100,
            "conformal": ("garch_t", "theta"),
            "ensemble": rules.ensemble.model_copy(update={"members": ("garch_t_conformal", "theta")}),
            "published": rules.published.model_copy(update={"model": "theta"}),
        }
    )
    made, first = calibrate(raw, outcomes_of(history, origins, HORIZONS), rules)
    for horizon in HORIZONS:
        np.testing.assert_array_equal(made[horizon].quantiles["published"], made[horizon].quantiles["theta"])
        assert np.isfinite(made[horizon].quantiles["theta"][first:]).all()
