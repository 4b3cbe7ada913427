"""The volatility rule of the system before this one, as a yardstick for ours."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

LOOKBACK, SHORT = 90, 30  # returns
THRESHOLD, PERCENTILE = 2.0, 80.0


def statistic(returns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """z and percentile after the last of each row's returns, shape (runs, at least 90) to (runs,) twice.

    z = (std(last 30) − std(last 90)) / std of the 61 overlapping 30-day standard deviations within the last 90;
    the percentile of std(last 30) among those 61.
    """
    last = returns[:, -LOOKBACK:]
    rolling = sliding_window_view(last, SHORT, axis=1).std(axis=2, ddof=1)
    short = rolling[:, -1]
    z = (short - last.std(axis=1, ddof=1)) / (rolling.std(axis=1, ddof=1) + 1e-10)
    return z, 100 * np.mean(rolling <= short[:, None], axis=1)


def high_vol(returns: np.ndarray) -> np.ndarray:
    """Whether its HIGH_VOL is on, (runs,)."""
    return is_high(*statistic(returns))


def is_high(z: np.ndarray, percentile: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """z above the threshold and the percentile above 80."""
    return (z > threshold) & (percentile > PERCENTILE)
