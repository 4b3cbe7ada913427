"""Ridge regression through the origin, with discounted weights, re-estimated on a schedule from matured rows only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.history import Floats


@dataclass(frozen=True)
class Schedule:
    refit_every: int  # rows
    half_life: float  # rows, of a row's weight
    penalty: float  # times the mean weight
    min_rows: int  # matured rows before the first estimate


def predictions(
    features: Floats, target: Floats, variance: Floats, matured: NDArray[np.int64], schedule: Schedule
) -> tuple[Floats, Floats]:
    """x′β at every row, with β from the newest refit at or before it, and those β by row.

    β minimises Σ wᵢ(yᵢ − xᵢ′β)² + penalty·w̄·Σⱼ sⱼ²βⱼ² over rows matured at the refit, with wᵢ = 0.5^(age/half-life)/varianceᵢ and sⱼ
    the root mean square of feature j over its present rows; so the penalty acts on features in units of their own size.

    features: (n, p), NaN where absent, which counts as "did not move".  target: (n,), NaN where it never appeared.
    variance: (n,), of the target, up to a factor.  matured: (n,), the first row at which the target is known.
    Returns predictions (n,) and coefficients (n, p); zeros before the first estimate.
    """
    count, width = features.shape
    present = np.isfinite(features)
    moved = np.where(present, features, 0.0)
    usable = np.isfinite(target) & np.isfinite(variance) & (variance > 0)
    arrival = np.where(usable, matured, count)
    order = np.argsort(arrival, kind="stable")
    arrived = np.searchsorted(arrival[order], np.arange(count), side="right")  # rows matured at each row

    gram, moment = np.zeros((width, width)), np.zeros(width)
    squares, presences = np.zeros(width), np.zeros(width)
    weight_sum, done = 0.0, 0
    coefficients = np.zeros((count, width))
    for refit in range(0, count, schedule.refit_every):
        new = order[done : arrived[refit]]
        decay = 0.5 ** (schedule.refit_every / schedule.half_life)
        weights = 0.5 ** ((refit - new) / schedule.half_life) / np.where(usable[new], variance[new], 1.0)
        weighted = moved[new] * weights[:, None]
        gram = gram * decay + weighted.T @ moved[new]
        moment = moment * decay + weighted.T @ target[new]
        weight_sum = weight_sum * decay + weights.sum()
        squares += (moved[new] ** 2).sum(axis=0)
        presences += present[new].sum(axis=0)
        done = arrived[refit]
        if done < max(schedule.min_rows, 1):
            continue
        seen = squares > 0
        size = np.sqrt(squares[seen] / presences[seen])
        penalised = gram[np.ix_(seen, seen)] / np.outer(size, size)
        penalised[np.diag_indices_from(penalised)] += schedule.penalty * weight_sum / done
        coefficients[refit : refit + schedule.refit_every, seen] = np.linalg.solve(penalised, moment[seen] / size) / size
    return (moved * coefficients).sum(axis=1), coefficients
