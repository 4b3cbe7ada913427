"""Online correction of half-widths with a long-run guarantee: a quantile tracker with delayed feedback.

Each level has a factor q on its half-widths, 1 at first. When an outcome becomes known, the factor that its forecast was made
with is judged, and the one in force moves:

    q ← q + rate·(1{|z|/half-width > q} − (1 − level))

up by rate·level after a miss, down by rate·(1 − level) after a hit (Gibbs & Candès 2021, "Adaptive conformal inference under
distribution shift"; in this form, the quantile tracker of Angelopoulos, Candès & Tibshirani 2023, "Conformal PID control for
time series prediction").

The guarantee needs no model of the outcomes. Let every ratio |z|/half-width be at most R ≥ 1, and let at most D forecasts, the
newest among them, wait for their outcome at a time. Then over the first T outcomes, for every T,

    |misses/T − (1 − level)| ≤ (R + rate·D) / (rate·T),

because the sum of the moves is the way that q has gone, and q stays within [−rate·D, R + rate·D]: above R nothing is missed,
below 0 everything is, and what was under way when q left [0, R] takes it at most rate·D farther. It is a statement about the
average over the whole run. It promises nothing about any one year, and no sharpness.
"""

import numpy as np
from numpy.typing import NDArray

from forex.observations.history import Floats
from forex.statistics.conformal import COVERAGE


def factors(ratios: Floats, matured: NDArray[np.int64], levels: Floats, *, rate: float) -> Floats:
    """The factor q of each level at each origin, (n, k); a factor below 0 stands for an empty interval.

    ratios: (n, k), |z| over the half-width that is to be corrected; NaN where there is no outcome or was no half-width.
    matured: (n,), the first origin at which the outcome is known; n or more: never; always after its own origin.
    levels: (k,), central coverage.  rate: above 0, in half-widths per miss.

    >>> ratios, matured = np.array([[1.2], [0.9], [0.9], [0.9]]), np.array([1, 2, 3, 4])
    >>> factors(ratios, matured, np.array([0.8]), rate=0.1).ravel().round(2).tolist()
    [1.0, 1.08, 1.06, 1.04]
    """
    origins = len(ratios)
    judged = np.isfinite(ratios).all(axis=1) & (matured < origins)
    made = np.flatnonzero(judged)
    made = made[np.argsort(matured[made], kind="stable")]
    starts = np.searchsorted(matured[made], np.arange(origins + 1))
    path = np.empty(ratios.shape)
    factor, allowed = np.ones(len(levels)), 1 - levels
    for origin in range(origins):
        arriving = made[starts[origin] : starts[origin + 1]]
        if arriving.size:
            missed = ratios[arriving] > path[arriving]
            factor = factor + rate * (missed.sum(axis=0) - arriving.size * allowed)
        path[origin] = factor
    return path


def corrected(half_widths: Floats, scores: Floats, matured: NDArray[np.int64], *, rate: float) -> Floats:
    """The half-widths (n, 12) times their factors, at least 0 and in order again; as they are where `rate` is 0.

    Where one level's factor has carried it past its neighbour the two are swapped (Chernozhukov, Fernández-Val & Galichon 2010,
    "Quantile and probability curves without crossing": never farther from the truth); the guarantee is about the levels before.

    scores: (n,), |z| in the unit of the half-widths, or (n, 12), of each level; NaN where there is none.
    Half-widths NaN before there is a calibration.
    """
    if rate == 0:
        return half_widths
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = scores.reshape(len(scores), -1) / half_widths
    # A half-width of 0 (nothing has moved yet) cannot be scaled: its outcome teaches nothing.
    factor = factors(np.where(half_widths > 0, ratios, np.nan), matured, COVERAGE, rate=rate)
    return np.sort(half_widths * np.maximum(factor, 0), axis=1)


def bound(rate: float, *, largest: float, waiting: int, outcomes: int) -> float:
    """How far the share of misses among `outcomes` can be from what is allowed, whatever happens.

    largest: R, of the ratios, at least 1.  waiting: D, forecasts that wait for their outcome at a time.

    >>> round(bound(0.02, largest=4.0, waiting=5, outcomes=4000), 5)
    0.05125
    """
    return (largest + rate * waiting) / (rate * outcomes)
