"""The correction of published forecasts: what it touches, that it is causal, and that it brings coverage nearer to its level."""

from dataclasses import replace

import numpy as np

from forex.calibration.calibrate import calibrate
from forex.core.names import PUBLISHED
from forex.core.quantiles import MEDIAN, central_pair
from forex.observations.history import Floats
from studies.online_correction.trade import corrected
from tests.support.calibrated_world import HORIZONS, PARAMS, result, world


def published(horizon: str) -> Floats:
    return result()[0][horizon].quantiles[PUBLISHED]


def test_it_keeps_the_median_and_the_order_and_touches_nothing_before_an_outcome_taught() -> None:
    first = result()[1]
    for horizon in HORIZONS:
        usual, outcome = published(horizon), world()[1][horizon]
        ours = corrected(usual, outcome, first=first, rate=0.05)
        np.testing.assert_array_equal(ours[:, MEDIAN], usual[:, MEDIAN])
        assert np.isfinite(ours[first:]).all() and (np.diff(ours[first:], axis=1) >= 0).all()
        known = int(outcome.matured[first])
        np.testing.assert_allclose(ours[:known], usual[:known], rtol=0, atol=1e-15)
        assert (ours[known + 1 :] != usual[known + 1 :]).any(axis=1).mean() > 0.9


def test_rate_zero_is_the_published_forecast() -> None:
    for horizon in HORIZONS:
        ours = corrected(published(horizon), world()[1][horizon], first=result()[1], rate=0.0)
        np.testing.assert_allclose(ours, published(horizon), rtol=0, atol=1e-15)


def test_it_does_not_depend_on_what_is_known_later() -> None:
    rng, cut = np.random.default_rng(11), 600
    for horizon in HORIZONS:
        outcomes = world()[1][horizon]
        noise = 0.02 * rng.standard_normal(len(outcomes.steps))
        unsettled = replace(outcomes, log_return=np.where(outcomes.matured > cut, noise, outcomes.log_return))
        usual, other = (
            corrected(published(horizon), known, first=result()[1], rate=0.05) for known in (outcomes, unsettled)
        )
        np.testing.assert_array_equal(other[: cut + 1], usual[: cut + 1])
        assert (other[cut + 1 :] != usual[cut + 1 :]).any()


def test_it_brings_every_stretch_nearer_to_its_level() -> None:
    """Moves that are twice as large, then half as large, for 150 days each: coverage of such stretches is what it promises."""
    raw, outcomes = world()
    size = np.where(np.arange(len(outcomes["1d"].steps)) // 150 % 2 == 0, 2.0, 0.5)
    moved = replace(outcomes["1d"], log_return=outcomes["1d"].log_return * size)
    calibrated, first = calibrate({"1d": raw["1d"]}, {"1d": moved}, PARAMS)
    actual, off = moved.log_return, {}
    for rate in (0.0, 0.1):
        quantiles = corrected(calibrated["1d"].quantiles[PUBLISHED], moved, first=first, rate=rate)
        lower, upper = central_pair(0.8)
        hit = (actual >= quantiles[:, lower]) & (actual <= quantiles[:, upper])
        known = np.isfinite(actual) & (np.arange(len(actual)) >= first)
        off[rate] = np.mean([abs(hit[known & (size == factor)].mean() - 0.8) for factor in (0.5, 2.0)])
    assert off[0.0] > 0.12 and off[0.1] < 0.7 * off[0.0]
