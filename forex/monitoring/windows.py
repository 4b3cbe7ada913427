"""A recent window of matured forecasts against those before it, for any number of looks at once.

A look at outcome t compares the `size` newest outcomes up to t, by target, with at most `baseline` outcomes before
them. What differs is judged by how much windows of that length differ among themselves in the baseline: they carry the
same overlap as the recent one, so it need not be modelled (subsampling, Politis & Romano 1994, with the overlapping
batch means of Meketon & Schmeiser 1984). Arrays have the outcomes along their first axis; further axes hold separate
series, a thousand simulated ones as well as a single real one.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, stdtr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Overlapping batches estimate a variance as well as half again as many separate ones (Meketon & Schmeiser 1984).
OVERLAP_GAIN = 1.5


@dataclass(frozen=True)
class Window:
    """A window of recent outcomes, and what it is compared with.

    size: outcomes in it.  steps: how many neighbouring outcomes overlap.  baseline: outcomes before it that it is
    compared with, at most.  critical_pct: the change, in per cent, that `p_critical` tests against.  clustering: business
    days over which the figure's large values come together, beyond the overlap.
    """

    size: int
    steps: int
    baseline: int
    critical_pct: float
    clustering: int = 0


@dataclass(frozen=True)
class Change:
    """How a window differs from its baseline at each look; shape (looks, ...).

    change_pct: positive is worse.  p: one-sided, small where the window is worse.  p_critical: of being worse by more
    than the critical change.  p_better: small where it is better.  NaN where the baseline cannot say.
    """

    change_pct: Floats
    p: Floats
    p_critical: Floats
    p_better: Floats


def independent(newest: Ints, window: Window) -> Floats:
    """Windows that share nothing in the baseline of each look: its outcomes / (size + steps − 1 + clustering).

    newest: (looks,), the position of the newest outcome; −1 where there is none.

    >>> independent(np.array([2599, 958]), Window(size=60, steps=1, baseline=2500, critical_pct=30)).round(2).tolist()
    [41.67, 14.98]
    """
    held = np.clip(newest + 1 - window.size, 0, window.baseline)
    return np.asarray(held / (window.size + window.steps - 1 + window.clustering))


def loss_change(loss: Floats, newest: Ints, window: Window) -> Change:
    """The mean of a loss: t = (log x̄ − m) / (s·√(1 + 1/k)) against t with 1.5·(k − 1) degrees of freedom.

    m and s: mean and standard deviation of the log means of the baseline's windows, s² enlarged by k/(k − 1);
    k: `independent`. For `p_critical` log(1 + critical_pct/100) is taken off the numerator. Logs, because means of
    losses are skewed.

    loss: (n, ...), not negative, in any unit.  newest: (looks,).  NaN where k < 2, or where a window's losses are all 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        recent, mean, spread, df = _against_baseline(np.log(_rolling_mean(loss, window.size)), newest, window)
        p, p_better = (stdtr(df, sign * (recent - mean) / spread) for sign in (-1, 1))
        critical = stdtr(df, -(recent - mean - math.log1p(window.critical_pct / 100)) / spread)
        change = 100 * (np.exp(recent) / _baseline_mean(loss, newest, window) - 1)
    return Change(change, p, critical, p_better)


def bias_change(error: Floats, newest: Ints, window: Window) -> Change:
    """The mean of signed errors: two-sided t of its distance from the baseline's, as in `loss_change` without logs.

    change_pct: that distance in per cent of the baseline's mean absolute error. `p_better` is NaN: less bias than usual
    is no finding.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        recent, mean, spread, df = _against_baseline(_rolling_mean(error, window.size), newest, window)
        typical = _baseline_mean(np.abs(error), newest, window)
        distance = np.abs(recent - mean)
        beyond = distance - window.critical_pct / 100 * typical
        p, critical = (np.minimum(2 * stdtr(df, -part / spread), 1.0) for part in (distance, beyond))
        return Change(100 * distance / typical, p, critical, np.full_like(p, np.nan))


def miss_change(missed: Bools, newest: Ints, window: Window, *, level: float) -> Change:
    """How many intervals of `level` missed: the binomial tail P(M ≥ m) at an effective sample size.

    P = I_α(m/v, (size − m + 1)/v), the regularised incomplete beta function with α = 1 − level, is the exact tail for
    v = 1. v is the variance of the baseline's window counts over that of independent misses, at least what the overlap
    alone makes it. The count is judged against the level and not against the baseline, because the level is what was
    promised. `p_critical` is the tail at (1 + critical_pct/100)·α; `p_better` is NaN: fewer misses do not make a better
    forecast.

    missed: (n, ...).
    """
    rate = 1 - level
    rates = (rate, min(rate * (1 + window.critical_pct / 100), 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        means = _rolling_mean(missed.astype(np.float64), window.size)
        recent, _, spread, _ = _against_baseline(means, newest, window)
        enough = (independent(newest, window) >= 2).reshape(-1, *(1,) * (missed.ndim - 1))
        measured = np.where(np.isfinite(spread), spread, 0.0) ** 2 / (rate * level / window.size)
        inflation = np.maximum(measured, overlap_inflation(window.size, window.steps))
        count = np.round(recent * window.size)
        outside, inside = np.maximum(count, 1) / inflation, (window.size - count + 1) / inflation
        p, critical = (
            np.where(enough, np.where(count > 0, betainc(outside, inside, tail), 1.0), np.nan) for tail in rates
        )
        return Change(100 * (recent / rate - 1), p, critical, np.full_like(p, np.nan))


def overlap_inflation(size: int, steps: int) -> float:
    """Variance of the mean of `size` errors that overlap over that of independent ones: Σ (1 − |j|/size)·(1 − |j|/steps).

    The sum runs over |j| < min(size, steps); errors j days apart have the share 1 − |j|/steps of their days in common.

    >>> overlap_inflation(60, 1), round(overlap_inflation(14, 65), 2)
    (1.0, 13.0)
    """
    lag = np.arange(1, min(size, steps))
    return float(1 + 2 * np.sum((1 - lag / size) * (1 - lag / steps)))


def _rolling_mean(values: Floats, size: int) -> Floats:
    """Means of each `size` consecutive values along the first axis, at the position of the last of them; NaN before."""
    total = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    means = np.full(values.shape, np.nan)
    means[size - 1 :] = (total[size:] - total[:-size]) / size if values.shape[0] >= size else np.nan
    return means


def _against_baseline(means: Floats, newest: Ints, window: Window) -> tuple[Floats, Floats, Floats, Floats]:
    """Per look: the newest window's mean, then mean, predictive spread and degrees of freedom of the baseline's windows.

    means: (n, ...), of the window that ends at each position.
    """
    end = newest + 1 - window.size  # where the window begins and the baseline ends
    begin = np.maximum(end - window.baseline, 0) + window.size - 1  # where the baseline's first window ends
    enough = end - begin >= 1
    end, begin = np.where(enough, end, 1), np.where(enough, begin, 0)
    k = independent(newest, window)
    usable, count, k = (
        np.asarray(part).reshape(-1, *(1,) * (means.ndim - 1)) for part in (enough & (k >= 2), end - begin, k)
    )
    if means.shape[0] < window.size or not enough.any():
        nothing = np.full((newest.size, *means.shape[1:]), np.nan)
        return nothing, nothing, nothing, np.ones_like(k)
    centred = means[window.size - 1 :] - means[window.size - 1]  # sums of small squares keep their digits
    begin, end = np.maximum(begin - window.size + 1, 0), np.maximum(end - window.size + 1, 1)
    first, second = (
        np.concatenate([np.zeros((1, *means.shape[1:])), np.cumsum(part, axis=0)]) for part in (centred, centred**2)
    )
    mean = (first[end] - first[begin]) / count
    variance = (second[end] - second[begin]) / count - mean**2
    variance = np.where(usable & (variance > 1e-20), variance, np.nan)  # what never varies has nothing to compare with
    spread = np.sqrt(variance * k / (k - 1) * (1 + 1 / k))
    recent = np.where(enough.reshape(usable.shape), means[newest], np.nan)
    return recent, mean + means[window.size - 1], spread, OVERLAP_GAIN * np.maximum(k - 1, 1)


def _baseline_mean(values: Floats, newest: Ints, window: Window) -> Floats:
    end = np.maximum(newest + 1 - window.size, 0)
    begin = np.maximum(end - window.baseline, 0)
    total = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    return np.asarray((total[end] - total[begin]) / (end - begin).reshape(-1, *(1,) * (values.ndim - 1)))
