"""The online correction: which forecasts it touches, that it is causal, and that it brings coverage nearer to its level."""

from dataclasses import replace

import numpy as np

from forex.calibration.calibrate import calibrate
from forex.core.names import PUBLISHED
from forex.core.quantiles import central_pair
from forex.params import Calibrate
from tests.support.calibrated_world import DEPENDENT, HORIZONS, changed, result, world


def online(**rate: float) -> Calibrate:
    return changed(online={"rate": {horizon: rate.get(f"at_{horizon}", 0) for horizon in HORIZONS}})


def test_the_online_correction_touches_its_horizon_and_the_models_that_are_calibrated() -> None:
    first = result()[1]
    corrected, begins = calibrate(*world(), online(at_7d=0.05))
    assert begins == first
    for horizon in HORIZONS:
        for name, usual in result()[0][horizon].quantiles.items():
            ours = corrected[horizon].quantiles[name]
            if horizon == "7d" and name in DEPENDENT:
                assert np.isfinite(ours[first:]).all() and (np.diff(ours[first:], axis=1) >= 0).all()
                assert (ours[first + 30 :] != usual[first + 30 :]).any(axis=1).mean() > 0.9
            else:
                np.testing.assert_array_equal(ours, usual)


def test_the_online_correction_does_not_depend_on_what_is_known_later() -> None:
    raw, outcomes = world()
    params, cut = online(at_1d=0.05, at_7d=0.05, at_30d=0.05), 600
    rng = np.random.default_rng(11)
    unsettled = {
        horizon: replace(
            one, log_return=np.where(one.matured > cut, 0.02 * rng.standard_normal(len(one.steps)), one.log_return)
        )
        for horizon, one in outcomes.items()
    }
    usual, other = (calibrate(raw, known, params)[0] for known in (outcomes, unsettled))
    for horizon in HORIZONS:
        for name, quantiles in usual[horizon].quantiles.items():
            np.testing.assert_array_equal(other[horizon].quantiles[name][: cut + 1], quantiles[: cut + 1])
            if name in DEPENDENT:
                assert (other[horizon].quantiles[name][cut + 1 :] != quantiles[cut + 1 :]).any()


def test_the_online_correction_brings_every_stretch_nearer_to_its_level() -> None:
    """Moves that are twice as large, then half as large, for 150 days each: coverage of such stretches is what it promises."""
    raw, outcomes = world()
    size = np.where(np.arange(len(outcomes["1d"].steps)) // 150 % 2 == 0, 2.0, 0.5)
    moved = {"1d": replace(outcomes["1d"], log_return=outcomes["1d"].log_return * size)}
    off = {}
    for rate in (0.0, 0.1):
        calibrated, first = calibrate({"1d": raw["1d"]}, moved, online(at_1d=rate))
        quantiles, actual = calibrated["1d"].quantiles[PUBLISHED], moved["1d"].log_return
        lower, upper = central_pair(0.8)
        hit = (actual >= quantiles[:, lower]) & (actual <= quantiles[:, upper])
        known = np.isfinite(actual) & (np.arange(len(actual)) >= first)
        off[rate] = np.mean([abs(hit[known & (size == one)].mean() - 0.8) for one in (0.5, 2.0)])
    assert off[0.0] > 0.12 and off[0.1] < 0.7 * off[0.0]
