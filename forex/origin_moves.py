"""Moves between what successive origins knew, and the volatilities they are measured against."""

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forex import calendar
from forex.calendar import Dates
from forex.params import Regimes

Floats = NDArray[np.float64]


def moves_over(values: Floats, dates: Dates, window: int) -> tuple[Floats, Floats]:
    """The log-move from the value `window` rows before to each row's, and the business days between their dates.

    values, dates: shape (n,), what each origin knew last and the day it is about; NaN and NaT where it knew nothing.
    Both returns have shape (n,); NaN where either value is unknown or the date did not advance: no news is no move.
    """
    moves, steps = np.full((2, values.size), np.nan)
    known = np.flatnonzero(~np.isnan(values[window:]) & ~np.isnan(values[:-window])) + window
    between = calendar.steps_between(dates[known - window], dates[known])
    new = known[between > 0]
    moves[new], steps[new] = np.log(values[new] / values[new - window]), between[between > 0]
    return moves, steps


def daily_moves(values: Floats, dates: Dates) -> Floats:
    """The log-moves r/√k into each new value, k business days after the one before it; NaN where there is none.

    >>> dates = calendar.as_dates(["2024-09-16", "2024-09-16", "2024-09-17", "2024-09-24"])
    >>> daily_moves(np.array([900.0, 900.0, 909.0, 891.0]), dates).round(4).tolist()
    [nan, nan, 0.01, -0.0141]
    """
    moves, steps = moves_over(values, dates, 1)
    return np.asarray(moves / np.sqrt(steps))


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
