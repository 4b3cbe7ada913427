"""Questions to one predictive distribution: probabilities of a level, and settlement days between two horizons."""

import numpy as np
from numpy.typing import ArrayLike

from forex.core.quantiles import GRID
from forex.observations.history import Floats
from forex.statistics.scores import pit


def probability_above(quantiles: ArrayLike, value: float) -> float:
    """P(target > value), linear between the grid's quantiles; beyond the outermost ones the middle of what is left.

    >>> probability_above(900 + 100 * np.array(GRID), 980.0)
    0.2
    """
    return round(float(1 - pit(value, np.asarray(quantiles, dtype=np.float64))), 8)


def between_horizons(steps: ArrayLike, log_distances: ArrayLike, wanted: int) -> Floats:
    """Quantiles `wanted` business days ahead from those at the horizons around it.

    The median moves linearly in steps, each quantile's distance from it in variance: d² is linear in steps, from 0 at 0 steps.

    steps: (h,), ascending.  log_distances: (h, 25), log(quantile/anchor).  Returns (25,).
    Raises ValueError where `wanted` is not between 1 and the last horizon's steps.

    >>> grid = np.linspace(-0.024, 0.024, 25)
    >>> bool(np.allclose(between_horizons([4], [grid], 1), grid / 2))
    True
    """
    known = np.concatenate([[0.0], np.asarray(steps, dtype=np.float64)])
    if not 1 <= wanted <= known[-1]:
        raise ValueError(f"expected between 1 and {known[-1]:g} business days ahead, got {wanted}")
    table = np.asarray(log_distances, dtype=np.float64)
    median = table[:, [len(GRID) // 2]]
    centre = np.interp(wanted, known, np.concatenate([[0.0], median[:, 0]]))
    signed = np.concatenate([np.zeros((1, len(GRID))), np.sign(table - median) * (table - median) ** 2])
    spread = np.array([np.interp(wanted, known, column) for column in signed.T])
    return np.asarray(centre + np.sign(spread) * np.sqrt(np.abs(spread)))
