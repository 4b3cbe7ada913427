"""Rolling volatilities of moves, and the references they are measured against."""

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forex.params import Regimes

Floats = NDArray[np.float64]


def rolling_volatility(moves: Floats, window: int, at_least: int) -> Floats:
    """Root mean square of the moves in the last `window` rows; NaN where fewer than `at_least` of them are there.

    >>> rolling_volatility(np.array([0.01, np.nan, -0.02, 0.04]), 2, 1).round(4).tolist()
    [0.01, 0.01, 0.02, 0.0316]
    """
    rows = sliding_window_view(np.concatenate([np.full(window - 1, np.nan), moves]), window)
    known = np.count_nonzero(~np.isnan(rows), axis=1)
    squares = np.nansum(rows * rows, axis=1)
    return np.asarray(np.sqrt(np.divide(squares, known, out=np.full(moves.size, np.nan), where=known >= at_least)))


def reference_volatility(volatility: Floats, params: Regimes, at_least: int) -> Floats:
    """Median of the volatilities on the `reference_window` rows that end `fast_window` rows before each row."""
    earlier = pl.Series(volatility).fill_nan(None).shift(params.fast_window)
    medians = earlier.rolling_median(params.reference_window, min_samples=at_least)
    return medians.fill_null(np.nan).to_numpy()
