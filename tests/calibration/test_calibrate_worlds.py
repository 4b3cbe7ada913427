"""What calibrated intervals cover in simulated worlds; `make study` takes two hundred series of each."""

import math

import numpy as np
import pytest

from forex.calibration.calibrate import calibrate
from forex.core.quantiles import central_pair
from tests.support.calibrated_world import DEPENDENT, PARAMS, inputs
from tests.support.simulated import WORLDS

pytestmark = pytest.mark.slow

LEVELS = (0.5, 0.8, 0.95)
TOLERANCE = {"iid_normal": 0.005, "garch_t": 0.02, "regime_switch": 0.02, "jumps": 0.02}


def coverage(world: str, series: int, days: int, seed: int) -> tuple[dict[str, dict[float, float]], int]:
    """Model -> level -> share of one-step targets inside the central interval, over all series; how many targets."""
    inside: dict[str, dict[float, int]] = {name: dict.fromkeys(LEVELS, 0) for name in DEPENDENT}
    total = 0
    for number in range(series):
        log_returns = WORLDS[world](np.random.default_rng([seed, number]), days)
        raw, outcomes = inputs(log_returns, ("1d",), PARAMS.conformal)
        calibrated, first = calibrate(raw, outcomes, PARAMS)
        actual = outcomes["1d"].log_return
        scored = np.flatnonzero(np.isfinite(actual) & (np.arange(len(actual)) >= first))
        total += len(scored)
        for name in DEPENDENT:
            quantiles = calibrated["1d"].quantiles[name][scored]
            for level in LEVELS:
                lower, upper = central_pair(level)
                hit = (actual[scored] >= quantiles[:, lower]) & (actual[scored] <= quantiles[:, upper])
                inside[name][level] += int(hit.sum())
    return {name: {level: hits / total for level, hits in by.items()} for name, by in inside.items()}, total


@pytest.mark.parametrize("world", WORLDS)
def test_one_step_coverage_is_nominal_in_simulated_worlds(world: str) -> None:
    """A handful of series: the tolerance, plus three standard errors of a share."""
    measured, total = coverage(world, series=4, days=3000, seed=20)
    for name, by_level in measured.items():
        for level, share in by_level.items():
            bound = TOLERANCE[world] + 3 * math.sqrt(level * (1 - level) / total)
            assert abs(share - level) < bound, f"{name} covers {share:.4f} at {level:g} in {total} forecasts"


@pytest.mark.study
@pytest.mark.parametrize("world", WORLDS)
def test_one_step_coverage_is_nominal_over_two_hundred_series(world: str) -> None:
    measured, total = coverage(world, series=200, days=3000, seed=21)
    for name, by_level in measured.items():
        for level, share in by_level.items():
            assert abs(share - level) < TOLERANCE[world], f"{name} covers {share:.4f} at {level:g} in {total} forecasts"
