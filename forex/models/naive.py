"""What models without a model of volatility share: a Student-t around a mean and a size of the daily return."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from forex.core.errors import TooLittleData
from forex.observations.history import Floats, History, Ints
from forex.statistics.predictive import LEVELS, Predictive, scaled

# The benchmarks are definitions to compare with, not settings.
DEGREES_OF_FREEDOM = 30
MIN_RETURNS = 250


def require(known: NDArray[np.int64], least: int) -> None:
    """Raise TooLittleData where an origin knows fewer returns than `least`."""
    if known.size and known.min() < least:
        raise TooLittleData(f"the first origin has {known.min()} returns, {least} needed: raise fit.first_origin.")


def expanding(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation (ddof 1) of values[:i + 1]; the deviation of a single value is NaN."""
    count = np.arange(1, len(values) + 1)
    centred = values - values[0] if len(values) else values  # shifted data keep the cancellation harmless
    mean = np.cumsum(centred) / count
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (np.cumsum(centred**2) - count * mean**2) / (count - 1)
    return mean + values[0], np.sqrt(np.maximum(variance, 0))


def student(
    history: History, origins: Ints, horizons: Sequence[str], daily_mean: Floats, sigma_daily: Floats
) -> dict[str, Predictive]:
    """anchor·exp(mean·steps + σ·√steps·t₃₀⁻¹(q)).  daily_mean, sigma_daily: (n_origins,), log-returns."""
    standard = stdtrit(DEGREES_OF_FREEDOM, LEVELS)
    predictive = {}
    for horizon in horizons:
        steps = history.targets(horizon).steps[origins]
        predictive[horizon] = scaled(daily_mean * steps, sigma_daily * np.sqrt(steps), standard)
    return predictive
