"""Combining forecasts by what they scored: quantiles averaged with weights from past scores.

Everything is causal through `matured`: at an origin only forecasts whose target was known there have a say.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.observations.history import Floats
from forex.statistics.feedback import discounted_sums


@dataclass(frozen=True)
class Record:
    """Discounted mean score of each model over the forecasts matured at each origin (n, m), lower is better; and how many (n,)."""

    mean: Floats
    count: NDArray[np.int64]


def record(scores: Floats, matured: NDArray[np.int64], half_life: float) -> Record:
    """Mean of the matured scores with weights 0.5^(age/half-life), age in origins; NaN before the first.

    scores: (n, m), of the forecast made at each origin, NaN where there is none.  matured: (n,), first origin that knows them.
    """
    origins, models = scores.shape
    usable = np.isfinite(scores).all(axis=1) & (matured < origins)
    total = discounted_sums(np.where(usable, 1.0, np.nan), matured, half_life)
    sums = [discounted_sums(np.where(usable, scores[:, m], np.nan), matured, half_life) for m in range(models)]
    count = np.cumsum(np.bincount(matured[usable], minlength=origins))
    with np.errstate(invalid="ignore", divide="ignore"):
        return Record(np.stack(sums, axis=1) / total[:, None], count)


def weights(past: Record, *, sharpness: float, shrinkage: float) -> Floats:
    """wₘ ∝ exp(−sharpness·(scoreₘ/best − 1)), then moved towards equal weights by `shrinkage` (0 not at all, 1 all the way).

    Returns (n, m), rows adding up to 1; equal weights where nothing has matured.

    >>> past = Record(np.array([[10.0, 11.0], [np.nan, np.nan]]), np.array([300, 0]))
    >>> weights(past, sharpness=20.0, shrinkage=0.5).round(3).tolist()
    [[0.69, 0.31], [0.5, 0.5]]
    """
    best = np.where(past.count > 0, past.mean.min(axis=1), 1.0)
    excess = np.where(past.count[:, None] > 0, past.mean / best[:, None] - 1, 0.0)
    raw = np.exp(-sharpness * excess)
    return (1 - shrinkage) * raw / raw.sum(axis=1, keepdims=True) + shrinkage / past.mean.shape[1]


def average(quantiles: Floats, model_weights: Floats) -> Floats:
    """Quantile average (Vincentisation) of log-distances: quantiles (m, n, 25), weights (n, m); shape (n, 25)."""
    return np.einsum("mnq,nm->nq", quantiles, model_weights, optimize=False)
