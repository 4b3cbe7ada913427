"""One estimate with its interval, from resampled blocks of a dependent series.

Blocks are longer than the memory of volatility and than the overlap of the moves (Künsch 1989; Politis & Romano 1992), which
leaves few of them. So the interval is value ± t·s: s the standard deviation over the resamples, widened by √(b/(b − 1)), t
Student's quantile of (b − 1) degrees of freedom, b the number of blocks. In GARCH(1,1) series whose shocks halve in 34 days and
that last 21 years, intervals of probability 0.90 hold the truth in 81 to 87 % of cases; percentiles of the resamples did in 72 to
78 %, with blocks of half a year.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forex.observations.history import Floats
from forex.params import Estimation
from forex.statistics.inference import block_length, block_weights
from forex.timeline.calendar import Dates

MIN_BLOCKS = 4  # a spread from fewer says nothing; shorter series have shorter blocks


@dataclass(frozen=True)
class Estimate:
    """A value with its interval, the number of observations and the dates they span; None was not evaluated, and `why` says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    first: str | None = None
    last: str | None = None
    why: str | None = None


class Resamples:
    """How often each of n observations stands in each resample: `weights`, shape (draws, n)."""

    def __init__(self, n: int, settings: Estimation, *, steps: int):
        """steps: business days over which two observations overlap.  n is at least `settings.min_returns`."""
        wanted = max(settings.block_days, block_length(n, steps=steps, block_steps=settings.block_steps))
        length = min(wanted, n // MIN_BLOCKS)
        rng = np.random.default_rng(settings.seed)
        self.weights = block_weights(n, length=length, draws=settings.draws, rng=rng).astype(np.float64)
        self.blocks = n / length
        self.probability = settings.band

    def estimate(self, statistic: Callable[[Floats], Floats], dates: Dates, *, logs: bool = True) -> Estimate:
        """`statistic` of all observations once each, with its interval.

        statistic: from weights (draws, n) to values (draws,).  dates: of the observations that it uses.  logs: for a positive
        statistic, make the interval one of its logarithm.
        """
        from scipy.special import stdtrit

        value, drawn = float(statistic(np.ones((1, self.weights.shape[1])))[0]), statistic(self.weights)
        spread = float(np.std(np.log(drawn / value) if logs else drawn - value))
        reach = spread * np.sqrt(self.blocks / (self.blocks - 1)) * stdtrit(self.blocks - 1, (1 + self.probability) / 2)
        low, high = (value * np.exp(-reach), value * np.exp(reach)) if logs else (value - reach, value + reach)
        return Estimate(value, float(low), float(high), int(dates.size), str(dates[0]), str(dates[-1]))


def moments(values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean, standard deviation, skewness and excess kurtosis of `values` (n,) under each row of `weights` (draws, n).

    >>> [part.round(6).tolist() for part in moments(np.array([-1.0, 0.0, 1.0, 4.0]), np.ones((1, 4)))]
    [[1.0], [1.870829], [0.687243], [-1.0]]
    """
    total = weights.sum(axis=1)
    mean = weights @ values / total
    centre = float(values.mean())  # powers about it, not about zero, keep their digits
    shift = mean - centre
    second, third, fourth = (weights @ (values - centre) ** power / total for power in (2, 3, 4))
    variance = second - shift**2
    skew = (third - 3 * shift * second + 2 * shift**3) / variance**1.5
    kurtosis = (fourth - 4 * shift * third + 6 * shift**2 * second - 3 * shift**4) / variance**2 - 3
    return mean, np.sqrt(variance), skew, kurtosis


def quantile(values: Floats, weights: Floats, level: float) -> Floats:
    """The smallest value at or below which a share `level` of the weight lies, under each row of `weights` (draws, n).

    >>> quantile(np.array([3.0, 1.0, 2.0, 4.0]), np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 4.0]]), 0.5).tolist()
    [2.0, 4.0]
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[:, order], axis=1)
    at = np.argmax(below >= level * below[:, -1:] - 1e-9, axis=1)
    return np.asarray(values[order][at])


def correlation(left: Floats, right: Floats, weights: Floats) -> Floats:
    """Pearson's correlation under each row of `weights` (draws, n).

    >>> correlation(np.array([0.0, 1.0, 2.0]), np.array([0.0, -1.0, -4.0]), np.ones((1, 3))).round(4).tolist()
    [-0.9608]
    """
    a, b = left - left.mean(), right - right.mean()
    total = weights.sum(axis=1)
    mean_a, mean_b = weights @ a / total, weights @ b / total
    cross = weights @ (a * b) / total - mean_a * mean_b
    return np.asarray(cross / np.sqrt((weights @ a**2 / total - mean_a**2) * (weights @ b**2 / total - mean_b**2)))
