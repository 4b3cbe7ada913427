"""What the nowcast's regressions see: own returns, and the drivers' moves in the size that they have in the peso's market."""

from dataclasses import dataclass

import numpy as np

from forex.observations.history import Floats, History, Ints
from forex.statistics import volatility


@dataclass(frozen=True)
class Scaling:
    """How own returns and the drivers' moves enter.

    own_returns: how many of the last daily returns.  largest_move: of a driver, in mean sizes of its moves before.
    half_life: moves, of the current size.  largest_ratio: of the usual size to the current one, or back.
    """

    own_returns: int
    largest_move: float
    half_life: float
    largest_ratio: float


def own_returns(history: History, count: int) -> Floats:
    """The last `count` daily returns known at each day, the newest first: (n_days, count), NaN where there is none."""
    return np.stack([as_known(history.daily, history.known - back) for back in range(count)], axis=1)


def scaled_moves(moves: dict[int, Floats], history: History, scaling: Scaling) -> dict[int, Floats]:
    """Every driver's moves by age times √(r·rⱼ) of the day: by how much the observado moves more than usual, and the driver less.

    r: the mean |daily return| of the last ones known, over that of all of them.  rⱼ: mean |mⱼ| of all moves of age 0 up to the
    day's over that of the last ones, within [1/largest_ratio, largest_ratio]. Coefficients grow with the root of this ratio: a
    quiet driver's move says more in a storm of the peso than the same move of a wild one in a calm.

    A move counts for no more than `largest_move` times the mean size of those before it: a real day is hardly ever that large, and
    a glitch in one of many drivers must not move the forecast by more than such a day.

    moves: age -> (n_days, k), NaN where absent.  Returns the same shapes.
    """
    sizes = np.abs(history.daily)
    usual = volatility.expanding_mean(sizes)
    current = volatility.exponential_mean(sizes, scaling.half_life)
    own = as_known(np.divide(current, usual, out=np.ones_like(usual), where=usual > 0), history.known)
    limited = {age: _limited(values, scaling.largest_move) for age, values in moves.items()}
    ratios = (
        np.stack([_quietness(np.abs(driver), scaling) for driver in limited[0].T], axis=1)
        if limited[0].size
        else limited[0]
    )
    factor = np.sqrt(np.nan_to_num(own, nan=1.0)[:, None] * ratios)
    return {age: values * factor for age, values in limited.items()}


def _quietness(sizes: Floats, scaling: Scaling) -> Floats:
    """Usual over current size of one driver's moves at each day, 1 before its first."""
    present = np.isfinite(sizes)
    moved = sizes[present]
    usual = volatility.expanding_mean(moved)
    current = volatility.exponential_mean(moved, scaling.half_life)
    largest = scaling.largest_ratio
    ratio = np.clip(
        np.divide(usual, current, out=np.full_like(usual, largest), where=current > 0), 1 / largest, largest
    )
    known = np.cumsum(present)
    return np.append(1.0, ratio)[known]


def _limited(moves: Floats, largest: float) -> Floats:
    present = np.isfinite(moves)
    size = np.cumsum(np.where(present, np.abs(moves), 0.0), axis=0)
    count = np.cumsum(present, axis=0)
    before = np.where(
        count > 1, (size - np.where(present, np.abs(moves), 0.0)) / np.maximum(count - present, 1), np.inf
    )
    limit = np.where(count > volatility.WARM_UP, largest * before, np.inf)
    return np.clip(moves, -limit, limit)


def as_known(values: Floats, known: Ints) -> Floats:
    """A series along the returns (n_returns, ...), read at each day at the newest return known there; NaN before the first.

    known: (n_days,), how many of the returns each day knows.  Returns (n_days, ...).
    """
    if not len(values):
        return np.full((len(known), *values.shape[1:]), np.nan)
    seen = np.reshape(known > 0, (-1, *([1] * (values.ndim - 1))))
    return np.where(seen, values[np.maximum(known, 1) - 1], np.nan)
