"""Ridge regression through the origin, with discounted weights, re-estimated on a schedule from matured rows only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forex.observations.history import Floats, Ints


@dataclass(frozen=True)
class Schedule:
    """When a ridge is refitted, and how its rows and features count."""

    refit_every: int  # rows
    half_life: float  # rows, of a row's weight
    penalty: float  # times the mean weight
    min_rows: int  # matured rows before the first estimate
    floor: float  # of a feature's size, times the size of the first feature

    @property
    def decay(self) -> float:
        """The factor by which a weight falls between two refits."""
        return float(0.5 ** (self.refit_every / self.half_life))


class Estimates(NamedTuple):
    """What a ridge said at every row, from the newest refit at or before it.

    predicted: (n,), x′β.  coefficients: (n, p), β.
    grams: (n_refits, p, p), Σ wᵢxᵢxᵢ′ at each refit; row t has that of t // refit_every.
    """

    predicted: Floats
    coefficients: Floats
    grams: Floats


def predictions(features: Floats, target: Floats, variance: Floats, matured: Ints, schedule: Schedule) -> Estimates:
    """x′β at every row, with β from the newest refit at or before it.

    β minimises Σ wᵢ(yᵢ − xᵢ′β)² + penalty·w̄·Σⱼ sⱼ²βⱼ² over rows matured at the refit, with wᵢ = 0.5^(age/half-life)/varianceᵢ and
    sⱼ the root mean square of feature j over its present rows; so the penalty acts on features in units of their own size. A
    feature smaller than `floor` times the first one counts as of that size: a driver that hardly moves is not blown up.

    features: (n, p), NaN where absent, which counts as "did not move".  target: (n,), NaN where it never appeared.
    variance: (n,), of the target, up to a factor.  matured: (n,), the first row at which the target is known.
    Coefficients are zeros before the first estimate.
    """
    count, width = features.shape
    present = np.isfinite(features)
    moved = np.where(present, features, 0.0)
    gram, moment = np.zeros((width, width)), np.zeros(width)
    squares, presences = np.zeros(width), np.zeros(width)
    weight_sum, rows = 0.0, 0
    coefficients = np.zeros((count, width))
    grams = []
    for refit, new, weights in _arrivals(target, variance, matured, schedule):
        weighted = moved[new] * weights[:, None]
        gram = gram * schedule.decay + weighted.T @ moved[new]
        moment = moment * schedule.decay + weighted.T @ target[new]
        weight_sum = weight_sum * schedule.decay + weights.sum()
        squares += (moved[new] ** 2).sum(axis=0)
        presences += present[new].sum(axis=0)
        rows += len(new)
        grams.append(gram)
        if rows < schedule.min_rows:
            continue
        seen = squares > 0
        if not seen.any():
            continue
        size = np.sqrt(squares[seen] / presences[seen])
        if seen[0]:
            size = np.maximum(size, schedule.floor * size[0])
        penalised = gram[np.ix_(seen, seen)] / np.outer(size, size)
        penalised[np.diag_indices_from(penalised)] += schedule.penalty * weight_sum / rows
        coefficients[refit : refit + schedule.refit_every, seen] = (
            np.linalg.solve(penalised, moment[seen] / size) / size
        )
    return Estimates((moved * coefficients).sum(axis=1), coefficients, np.array(grams).reshape(-1, width, width))


def earned(prediction: Floats, target: Floats, variance: Floats, matured: Ints, schedule: Schedule) -> Floats:
    """How much of a prediction its own record supports, in [0, 1] at every row: clip(b, 0, 1)·(1 − (s/b)²)⁺.

    b is the slope of outcome on prediction over matured rows, weighted as the ridge is, s its heteroskedasticity-robust standard
    error. It is near 1 where there is an edge and 0 where there is none, so that a useless prediction costs nothing.

    prediction: (n,), each made before its outcome was known; zeros have no say.  Returns (n,); 0 before `min_rows` matured ones.
    """
    share = np.zeros(len(prediction))
    mm, my = 0.0, 0.0  # Σ w·m², Σ w·m·y
    yy, ym, m4 = 0.0, 0.0, 0.0  # Σ w²m²·y², Σ w²m²·ym, Σ w²m²·m²
    rows = 0
    target = np.where(prediction != 0, target, np.nan)
    for refit, new, weights in _arrivals(target, variance, matured, schedule):
        m, y, decay = prediction[new], target[new], schedule.decay
        mm, my = mm * decay + (weights * m * m).sum(), my * decay + (weights * m * y).sum()
        leverage = (weights * m) ** 2
        yy = yy * decay**2 + (leverage * y * y).sum()
        ym = ym * decay**2 + (leverage * y * m).sum()
        m4 = m4 * decay**2 + (leverage * m * m).sum()
        rows += len(new)
        if rows < schedule.min_rows or my <= 0:
            continue
        slope = my / mm
        error = np.sqrt(max(yy - 2 * slope * ym + slope**2 * m4, 0.0)) / mm
        share[refit : refit + schedule.refit_every] = min(slope, 1.0) * max(1 - (error / slope) ** 2, 0.0)
    return share


def _arrivals(
    target: Floats, variance: Floats, matured: Ints, schedule: Schedule
) -> Iterator[tuple[int, NDArray[np.int64], Floats]]:
    """At each refit: its row, the rows that matured since the one before, and their weights now."""
    count = len(target)
    usable = np.isfinite(target) & np.isfinite(variance) & (variance > 0)
    arrival = np.where(usable, matured, count)
    order = np.argsort(arrival, kind="stable")
    arrived = np.searchsorted(arrival[order], np.arange(count), side="right")
    done = 0
    for refit in range(0, count, schedule.refit_every):
        new = order[done : arrived[refit]]
        yield refit, new, 0.5 ** ((refit - new) / schedule.half_life) / variance[new]
        done = arrived[refit]
