"""Conformal calibration with delayed feedback: quantiles of past standardised errors, each used from the origin that knows it.

A forecast's score is z = |log(target/anchor) − location| / scale. It enters at the first origin at whose cut-off the target's
observado is known. Symmetric, weighted by age (Barber, Candès, Ramdas & Tibshirani 2023, "Conformal prediction beyond
exchangeability"), and where a horizon has few independent scores its quantiles lean on those pooled over shorter horizons.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.feedback import discounted_sums
from forex.history import Floats
from forex.quantiles import GRID, MEDIAN

# Central coverage of the pairs of the grid, from the median outwards: |z| quantiles at these levels are half-widths.
COVERAGE = np.array([2 * level - 1 for level in GRID[MEDIAN + 1 :]])
BLOCK = 64  # origins whose weighted distribution functions are computed together


@dataclass(frozen=True)
class Standardised:
    """Half-widths in units of scale at each origin (n, 12), for COVERAGE; and the effective number of scores behind them (n,)."""

    half_widths: Floats
    effective: Floats
    count: NDArray[np.int64]


def standardised_quantiles(
    scores: Floats, matured: NDArray[np.int64], half_life: float, *, first: int = 0
) -> Standardised:
    """Weighted quantiles of the scores matured at each origin from `first` on.

    The weighted distribution function is linear between (0, 0) and the points (zᵢ, Σ_{zⱼ≤zᵢ} wⱼ / Σ wⱼ), wᵢ = 0.5^(age/half-life),
    age in origins. The effective number is Kish's (Σw)²/Σw².

    scores: (n,), of the forecast made at each origin, NaN where there is none.
    matured: (n,), the first origin at which the score is known; n or more: never.
    Returns half-widths NaN where nothing has matured.
    """
    origins = len(scores)
    arrival = np.where(np.isfinite(scores), matured, origins)
    log_weight = np.arange(origins) / half_life * np.log(2.0)
    by_score = np.argsort(scores, kind="stable")
    by_score = by_score[arrival[by_score] < origins]
    half_widths = np.full((origins, len(COVERAGE)), np.nan)
    for start in range(first, origins, BLOCK):
        block = np.arange(start, min(start + BLOCK, origins))
        rows = by_score[arrival[by_score] <= block[-1]]
        if not rows.size:
            continue
        # A common factor cancels. Relative to the block's start the weights stay in range however long the history is,
        # and have the same bits wherever it ends.
        weights = np.exp(log_weight[rows] - log_weight[start])
        last_of_ties = np.append(np.diff(scores[rows]) > 0, True)
        cumulative = np.cumsum(np.where(arrival[rows] <= block[:, None], weights, 0.0), axis=1)[:, last_of_ties]
        ranks = cumulative[:, -1:] * COVERAGE
        for i, origin in enumerate(block):
            if cumulative[i, -1] > 0:
                half_widths[origin] = _interpolate(ranks[i], cumulative[i], scores[rows[last_of_ties]])
    return Standardised(half_widths, *_evidence(scores, arrival, half_life))


def _interpolate(ranks: Floats, cumulative: Floats, sorted_scores: Floats) -> Floats:
    """np.interp with the point (0, 0) in front; scores not yet matured add no rank and are stepped over."""
    upper = np.searchsorted(cumulative, ranks, side="left")
    rank_above, score_above = cumulative[upper], sorted_scores[upper]
    lower = np.searchsorted(cumulative, rank_above, side="left") - 1
    rank_below = np.where(lower >= 0, cumulative[lower], 0.0)
    below = rank_below > 0
    at = np.searchsorted(cumulative, rank_below, side="left")
    score_below = np.where(below, sorted_scores[at], 0.0)
    return score_below + (score_above - score_below) * (ranks - rank_below) / (rank_above - rank_below)


def _evidence(scores: Floats, arrival: NDArray[np.int64], half_life: float) -> tuple[Floats, NDArray[np.int64]]:
    """Kish's effective number and the plain number of the scores matured at each origin."""
    one = np.where(np.isfinite(scores), 1.0, np.nan)
    total, squares = discounted_sums(one, arrival, half_life), discounted_sums(one, arrival, half_life / 2)
    count = np.cumsum(np.bincount(arrival[arrival < len(scores)], minlength=len(scores)))
    return np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0), count


def pooled(own: Floats, independent: Floats, common: Floats, weight: float) -> Floats:
    """(n·own + weight·common) / (n + weight), n the effective number of independent scores; NaN of `common` counts for nothing.

    own, common: (n, 12).  independent: (n,).
    """
    lean = np.where(np.isfinite(common), weight, 0.0)
    own_weight = independent[:, None]
    return (own_weight * own + lean * np.nan_to_num(common)) / (own_weight + lean)


def quantiles(location: Floats, scale: Floats, half_widths: Floats) -> Floats:
    """The 25 quantiles location ± scale·half-width as log-distances, shape (n, 25)."""
    spread = scale[:, None] * half_widths
    centre = location[:, None]
    return np.concatenate([centre - spread[:, ::-1], centre, centre + spread], axis=1)
