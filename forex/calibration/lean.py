"""Tails that lean: one side of an interval longer than the other, by how often outcomes were beyond it, at the same width.

Of the outcomes above the median, the share beyond the half-width h of an interval with coverage c is 1 − c where the distribution
is symmetric, and so is that below. Half the difference of the two says by how much probability the halves differ,

    a = n/(n + w·c/(1 − c)) · (below − above)/2,

shrunk towards 0 by the number n of independent outcomes: the variance of a share is c(1 − c)/n, so that a difference in proportion
to the tail 1 − c is the harder to see the smaller the tail is. The half above should then be the half-width at coverage c − a, that
below the one at c + a; with H the half-widths as a function of coverage,

    h·(1 + d) above, h·(1 − d) below, d = (H(c − a) − H(c + a)) / (2h):

what one side gains the other gives. The median stays where it is, and every interval as wide as it is.
"""

import numpy as np

from forex.observations.history import Floats, Ints
from forex.statistics.conformal import COVERAGE
from forex.statistics.feedback import matured_sums


def lean(signed: Floats, half_widths: Floats, matured: Ints, steps: Ints, weight: float) -> Floats:
    """d at every origin and pair of the grid, (n, 12), in [−1, 1]; 0 before anything has matured.

    signed: (n,), (outcome − median)/scale of the forecast made at each origin, NaN where it has none or is not to count.
    half_widths: (n, 12), in units of scale.  matured: (n,), the first origin that knows the outcome; n or more: never.
    steps: (n,), over which outcomes overlap.  weight: w, independent outcomes that symmetry counts for at c = 0.5.
    """
    signed = np.where(np.isfinite(half_widths).all(axis=1), signed, np.nan)  # without a width nothing is beyond it
    number = matured_sums(np.where(np.isfinite(signed), 1.0, np.nan), matured)
    independent = number / np.maximum(steps, 1)
    above, below = (_beyond(side * signed, half_widths, matured) for side in (1, -1))
    symmetry = weight * COVERAGE / (1 - COVERAGE)
    tilt = independent[:, None] / (independent[:, None] + symmetry) * (below - above) / 2
    longer, shorter = (_at(half_widths, COVERAGE - side * tilt) for side in (1, -1))
    leaning = np.divide(longer - shorter, 2 * half_widths, out=np.zeros_like(half_widths), where=half_widths > 0)
    return np.clip(leaning, -1.0, 1.0)  # a side has nothing more to give than its own length


def _beyond(signed: Floats, half_widths: Floats, matured: Ints) -> Floats:
    """Of the matured outcomes on the positive side the share beyond each half-width, (n, 12); the nominal one before any."""
    on_side = np.isfinite(signed) & (signed > 0)
    number = matured_sums(np.where(on_side, 1.0, np.nan), matured)[:, None]
    beyond = np.stack(
        [matured_sums(np.where(on_side, (signed > width).astype(float), np.nan), matured) for width in half_widths.T],
        axis=1,
    )
    return np.divide(beyond, number, out=np.broadcast_to(1 - COVERAGE, beyond.shape).copy(), where=number > 0)


def _at(half_widths: Floats, coverage: Floats) -> Floats:
    """H at other coverages (n, 12): linear between (0, 0) and the pairs of the grid, and no further than the last."""
    x = np.append(0.0, COVERAGE)
    y = np.concatenate([np.zeros((len(half_widths), 1)), half_widths], axis=1)
    asked = np.clip(coverage, 0.0, x[-1])
    left = np.clip(np.searchsorted(x, asked, side="right") - 1, 0, len(x) - 2)
    rows = np.arange(len(y))[:, None]
    part = (asked - x[left]) / (x[left + 1] - x[left])
    return y[rows, left] + part * (y[rows, left + 1] - y[rows, left])
