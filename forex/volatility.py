"""Volatility that reverts: from the current level of absolute returns to the long-run one, by a weight per horizon."""

import numpy as np
from scipy.signal import lfilter

from forex.history import Floats


def exponential_mean(values: Floats, decay: float) -> Floats:
    """mₜ = λ·mₜ₋₁ + (1 − λ)·xₜ, started at the first value; along axis 0.

    >>> exponential_mean(np.array([1.0, 3.0]), 0.5).tolist()
    [1.0, 2.0]
    """
    if not len(values):
        return values
    start = decay * values[:1]
    return np.asarray(lfilter([1 - decay], [1.0, -decay], values, axis=0, zi=start)[0])


def expanding_mean(values: Floats) -> Floats:
    """Mean of values[:i + 1], NaN entries left out; along axis 0, NaN before the first finite entry."""
    present = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.cumsum(np.where(present, values, 0.0), axis=0) / np.cumsum(present, axis=0)


def current(values: Floats, fast: float, slow: float) -> Floats:
    """The mean of a fast and a slow exponential mean: quick to rise, slow to forget."""
    return 0.5 * (exponential_mean(values, fast) + exponential_mean(values, slow))


def panel_movement(moves: Floats) -> Floats:
    """How much the panel moved, relative to its own past: mean over drivers of |move| / expanding mean |move|.

    moves: (n_days, n_drivers), NaN where absent.  Returns (n_days,): 1 is usual; where no driver moved, the last value stays.
    """
    size = np.abs(moves)
    usual = expanding_mean(size)
    relative = np.where(np.isfinite(size) & (usual > 0), size / np.where(usual > 0, usual, 1.0), np.nan)
    count = np.isfinite(relative).sum(axis=1)
    mean = np.where(count > 0, np.nansum(relative, axis=1) / np.maximum(count, 1), np.nan)
    last = np.maximum.accumulate(np.where(count > 0, np.arange(len(mean)), -1))
    return np.where(last >= 0, mean[last], 1.0)
