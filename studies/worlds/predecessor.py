"""The predecessor's monitor of errors, as its description has it: the yardstick for ours."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

Floats = NDArray[np.float64]


def predecessor_p(errors: Floats, newest: NDArray[np.int64], *, recent: int = 14, baseline: int = 60) -> Floats:
    """p-value of the predecessor's monitor at each look, 1 where no change exceeds its 15 %; shape (looks, runs).

    It compares the last 14 errors with the 60 before them: RMSE, MAE and MAPE each by its change in per cent and a
    one-sided Mann–Whitney test, on |error| for the first two and on |error|/|actual| for MAPE. It calls a horizon
    DEGRADED or worse where any of them changes by more than 15 % with p < 0.05 (its section 9). `errors`: log-returns.
    """
    size = recent + baseline
    # (looks, size, runs)
    picked = np.stack([errors[position - size + 1 : position + 1] for position in newest.tolist()])
    absolute = np.abs(picked)
    relative = np.abs(np.expm1(-picked))  # |error| / |actual|
    found = np.ones((newest.size, errors.shape[1]))
    for values, change in (
        (absolute, np.sqrt(_ratio(absolute**2, recent))),
        (absolute, _ratio(absolute, recent)),
        (relative, _ratio(relative, recent)),
    ):
        rank_sum = rankdata(values, axis=1)[:, -recent:].sum(axis=1)
        z = (rank_sum - recent * (size + 1) / 2 - 0.5) / math.sqrt(recent * baseline * (size + 1) / 12)
        found = np.where(change > 1.15, np.minimum(found, ndtr(-z)), found)
    return found


def _ratio(values: Floats, recent: int) -> Floats:
    return np.asarray(values[:, -recent:].mean(axis=1) / values[:, :-recent].mean(axis=1))
