"""Benchmarks without a volatility model: the random walk, with drift, and the predecessor's rule."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from forex.core.errors import TooLittleData
from forex.observations.history import Floats, History, Ints
from forex.statistics.predictive import LEVELS, Predictive, scaled

# These three are definitions to compare with, not settings: DESIGN fixes them.
DEGREES_OF_FREEDOM = 30
MIN_RETURNS = 250
PREDECESSOR_WINDOW = 30


class RandomWalk:
    """anchor·exp(σ·√steps·t₃₀⁻¹(q)), σ the expanding standard deviation of r/√k; t is not rescaled to unit variance."""

    drift = False

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        known = history.known[origins]
        require(known, MIN_RETURNS)
        mean, sigma = _expanding(history.daily)
        return _student(history, origins, horizons, mean[known - 1] * self.drift, sigma[known - 1])


class RandomWalkDrift(RandomWalk):
    """The random walk plus the expanding mean of r/√k times steps."""

    drift = True


class Predecessor:
    """Mean and standard deviation of the last 30 daily returns, with t₃₀: the interval of the system before this one."""

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        known = history.known[origins]
        require(known, PREDECESSOR_WINDOW)
        windows = np.lib.stride_tricks.sliding_window_view(history.daily, PREDECESSOR_WINDOW)[
            known - PREDECESSOR_WINDOW
        ]
        return _student(history, origins, horizons, windows.mean(axis=1), windows.std(axis=1, ddof=1))


def require(known: NDArray[np.int64], least: int) -> None:
    """Raise TooLittleData where an origin knows fewer returns than `least`."""
    if known.size and known.min() < least:
        raise TooLittleData(f"the first origin has {known.min()} returns, {least} needed: raise fit.first_origin.")


def _expanding(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation (ddof 1) of values[:i + 1]; the deviation of a single value is NaN."""
    count = np.arange(1, len(values) + 1)
    centred = values - values[0] if len(values) else values  # shifted data keep the cancellation harmless
    mean = np.cumsum(centred) / count
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (np.cumsum(centred**2) - count * mean**2) / (count - 1)
    return mean + values[0], np.sqrt(np.maximum(variance, 0))


def _student(
    history: History, origins: Ints, horizons: Sequence[str], daily_mean: Floats, sigma_daily: Floats
) -> dict[str, Predictive]:
    standard = stdtrit(DEGREES_OF_FREEDOM, LEVELS)
    predictive = {}
    for horizon in horizons:
        steps = history.targets(horizon).steps[origins]
        predictive[horizon] = scaled(daily_mean * steps, sigma_daily * np.sqrt(steps), standard)
    return predictive
