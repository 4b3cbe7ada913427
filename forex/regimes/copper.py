"""Copper's moves, and whether USD/CLP still goes with them.

Dearer copper usually means a dearer peso, so the correlation of its moves with USD/CLP's is negative. The link is broken
where the correlation is weaker than at the origins before its own window, or has turned; a link that is tighter than before
is not broken.
"""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view

from forex.observations.moves import Floats, daily_moves, moves_over
from forex.params import Regimes
from forex.statistics.rolling import reference_volatility, rolling_volatility
from forex.timeline.calendar import Dates


class Correlation(NamedTuple):
    """A correlation over the last `copper_correlation_window` rows, and the band of what it was before; (n,), NaN where unknown."""

    current: Floats
    low: Floats
    high: Floats

    @property
    def broken(self) -> Floats:
        """1 where the correlation is beyond the band, on the side away from its usual sign, else 0; NaN where unknown.

        The usual sign is that of the band's middle.

        >>> current, low, high = np.array([[-0.7, -0.4, 0.1], [-0.6] * 3, [-0.1] * 3])
        >>> Correlation(current, low, high).broken.tolist()
        [0.0, 0.0, 1.0]
        """
        away = np.where(self.low + self.high <= 0, self.current > self.high, self.current < self.low)
        return np.where(np.isnan(self.current) | np.isnan(self.low), np.nan, away.astype(np.float64))


def copper_signals(values: Floats, dates: Dates, params: Regimes) -> tuple[Floats, Floats]:
    """Copper's log-move over `copper_window`, and that move over its own reference volatility × √(business days); (n,) each."""
    current = rolling_volatility(daily_moves(values, dates), params.fast_window, params.min_fast)
    reference = reference_volatility(current, params, params.copper_min_reference)
    move, steps = moves_over(values, dates, params.copper_window)
    scale = reference * np.sqrt(steps)
    return move, np.divide(move, scale, out=np.full(move.size, np.nan), where=scale > 0)


def correlation(usdclp_move: Floats, copper_move: Floats, params: Regimes) -> Correlation:
    """The correlation of two series of moves over `copper_window`, and the central `copper_correlation_band` of its earlier values.

    Those values are the correlations at the `reference_window` rows that end one correlation window before each row, so
    that the two share no move but those across the boundary; at least `copper_min_reference` of them.

    usdclp_move, copper_move: shape (n,).
    """
    current = rolling_correlation(usdclp_move, copper_move, params.copper_correlation_window)
    earlier = pl.Series(current).fill_nan(None).shift(params.copper_correlation_window)
    low, high = (
        earlier.rolling_quantile(
            (1 + side * params.copper_correlation_band) / 2,
            interpolation="linear",
            window_size=params.reference_window,
            min_samples=params.copper_min_reference,
        )
        .fill_null(np.nan)
        .to_numpy()
        for side in (-1, 1)
    )
    return Correlation(current, low, high)


def rolling_correlation(left: Floats, right: Floats, window: int) -> Floats:
    """Correlation over the last `window` rows; NaN where one of them is unknown or either side does not move."""
    out = np.full(left.size, np.nan)
    if left.size < window:
        return out
    a, b = (sliding_window_view(side, window) for side in (left, right))
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    np.divide((a * b).sum(axis=1), scale, out=out[window - 1 :], where=scale > 0)
    return out
