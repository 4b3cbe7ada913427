"""Conformal calibration with delayed feedback: quantiles of past standardised errors, each used from the origin that knows it.

A forecast's score is z = |log(target/anchor) − location| / scale. It enters at the first origin at whose cut-off the target's
observado is known. Symmetric, weighted by age (Barber, Candès, Ramdas & Tibshirani 2023, "Conformal prediction beyond
exchangeability"), and where a horizon has few independent scores its quantiles lean on those pooled over shorter horizons.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.core.quantiles import GRID, MEDIAN
from forex.observations.history import Floats, Ints
from forex.statistics.feedback import discounted_sums

# Central coverage of the pairs of the grid, from the median outwards: |z| quantiles at these levels are half-widths.
COVERAGE = np.array([2 * level - 1 for level in GRID[MEDIAN + 1 :]])
BLOCK = 64  # origins whose weighted distribution functions are computed together

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Standardised:
    """Half-widths in units of scale at each origin (n, 12), for COVERAGE; and the effective number of scores behind them (n,)."""

    half_widths: Floats
    effective: Floats
    count: Ints


def standardised_quantiles(scores: Floats, matured: Ints, half_life: float, *, first: int = 0) -> Standardised:
    """Weighted quantiles of the scores matured at each origin from `first` on.

    The weighted distribution function is linear between (0, 0) and the points (zᵢ, Σ_{zⱼ≤zᵢ} wⱼ / Σ wⱼ), wᵢ = 0.5^(age/half-life),
    age in origins. The effective number n is Kish's (Σw)²/Σw². The quantile for a coverage c is read at c·(n + 1)/n, at most 1: the
    next score is one more, and is below the k-th of n with probability k/(n + 1) (Vovk, Gammerman & Shafer 2005). At 1 it is the
    largest of the scores, however old.

    scores: (n,), of the forecast made at each origin, NaN where there is none.
    matured: (n,), the first origin at which the score is known; n or more: never.
    Returns half-widths NaN where nothing has matured.
    """
    origins = len(scores)
    arrival = np.where(np.isfinite(scores), matured, origins)
    log_weight = np.arange(origins) / half_life * np.log(2.0)
    by_score = np.argsort(scores, kind="stable")
    by_score = by_score[arrival[by_score] < origins]
    arrived = arrival[by_score]
    half_widths = np.full((origins, len(COVERAGE)), np.nan)
    effective, count = _evidence(scores, arrival, half_life)
    finite = np.minimum(COVERAGE * (1 + 1 / np.maximum(effective, 1.0))[:, None], 1.0)
    for start in range(first, origins, BLOCK):
        block = np.arange(start, min(start + BLOCK, origins))
        known = arrived <= block[-1]
        if known.any():
            rows = by_score[known]
            # A common factor cancels. Relative to the block's start the weights stay in range however long the history is,
            # and have the same bits wherever it ends.
            weights = np.exp(log_weight[rows] - log_weight[start])
            half_widths[block] = _block(scores[rows], weights, arrived[known], block, finite[block])
    return Standardised(half_widths, effective, count)


def _block(scores: Floats, weights: Floats, arrival: Ints, block: Ints, coverage: Floats) -> Floats:
    """Half-widths (b, 12) at the origins of one block, from the scores (m,) known at its last one, ascending.

    coverage: (b, 12), at which the distribution function is read.

    What the first origin knows adds up to one running sum for the whole block, and only the few scores that arrive later
    differ by origin. The weight up to a point is `base` there plus `added` at the last arrival not above it. Scores that an
    origin does not know add an exact zero to either and are stepped over, so that its bits depend on its past alone.
    """
    point = np.cumsum(np.append(True, scores[1:] > scores[:-1]))  # ties are one point
    points = np.append(0.0, scores[_last_of_ties(point)])
    early = arrival <= block[0]
    base, base_point = _running(early, weights, point)
    late = np.flatnonzero(~early)
    added, added_point = _running(arrival[late] <= block[:, None], weights[late], point[late])
    at = point[late][_last_of_ties(point[late])]

    total = base[-1] + added[:, -1]
    largest = np.maximum(base_point[-1], added_point[:, -1])[:, None]  # of the points that an origin knows
    ranks = np.where(total > 0, total, np.nan)[:, None] * coverage
    # How many of the points `at` lie below a rank. From the last of them on, `base` has to make up for what is missing.
    passed = np.count_nonzero(base[at] < ranks[:, :, None] - added[:, None, 1:], axis=2)
    origin = np.arange(len(block))[:, None]
    missing = ranks - added[origin, passed]
    next_arrival = np.append(at, len(points) - 1)[passed]
    above = np.minimum(np.searchsorted(base, missing), next_arrival)
    below = np.maximum(base_point[above - 1], added_point[origin, passed])

    arriving = np.diff(added, append=added[:, -1:])[origin, passed]
    weight = base[above] - base[above - 1] + np.where(above == next_arrival, arriving, 0.0)
    share = np.minimum(np.divide(missing - base[above - 1], weight, out=np.ones_like(weight), where=weight > 0), 1.0)
    inside = points[below] + share * (points[above] - points[below])
    # At 1 the last bit of a rank would reach for a score that the origin does not know.
    return np.where(np.isnan(ranks), np.nan, np.where(coverage < 1, inside, points[largest]))


def _running(known: Bools, weights: Floats, point: Ints) -> tuple[Floats, Ints]:
    """Weight known up to each point and the last point known, along the last axis, with the point (0, 0) in front."""
    start = np.zeros((*known.shape[:-1], 1), np.int64)
    last = _last_of_ties(point)
    sums = np.cumsum(np.where(known, weights, 0.0), axis=-1)[..., last]
    newest = np.maximum.accumulate(np.where(known, point, 0), axis=-1)[..., last]
    return np.concatenate([start, sums], axis=-1), np.concatenate([start, newest], axis=-1)


def _last_of_ties(point: Ints) -> Bools:
    return np.diff(point, append=0) != 0


def _evidence(scores: Floats, arrival: Ints, half_life: float) -> tuple[Floats, Ints]:
    """Kish's effective number and the plain number of the scores matured at each origin."""
    counted = np.where(np.isfinite(scores), 1.0, np.nan)
    total, squares = discounted_sums(counted, arrival, half_life), discounted_sums(counted, arrival, half_life / 2)
    count = np.cumsum(np.bincount(arrival[arrival < len(scores)], minlength=len(scores)))
    return np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0), count


def pooled(own: Floats, independent: Floats, common: Floats, weight: float) -> Floats:
    """(n·own + weight·common) / (n + weight), n the effective number of independent scores; NaN of `common` counts for nothing.

    own, common: (n, 12).  independent: (n,).
    """
    lean = np.where(np.isfinite(common), weight, 0.0)
    own_weight = independent[:, None]
    return (own_weight * own + lean * np.nan_to_num(common)) / (own_weight + lean)


def quantiles(location: Floats, scale: Floats, half_widths: Floats, lean: Floats | float = 0.0) -> Floats:
    """The 25 quantiles as log-distances, shape (n, 25): location + scale·h·(1 + d) above, location − scale·h·(1 − d) below.

    lean: (n, 12), d in [−1, 1] (forex/calibration/lean.py); 0: symmetric.  No quantile crosses another one: a side that would
    turn back stays where it was.
    """
    spread = scale[:, None] * half_widths
    centre = location[:, None]
    above, below = (np.maximum.accumulate(spread * (1 + side * lean), axis=1) for side in (1, -1))
    return np.concatenate([centre - below[:, ::-1], centre, centre + above], axis=1)
