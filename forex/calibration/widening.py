"""How much wider intervals are in each regime than in NORMAL: what the scale and the multipliers together do, as measured."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forex.calibration.report import Widening
from forex.core.quantiles import central_pair
from forex.observations.history import Floats

LEVEL = 0.95  # the interval whose width is compared
CENTRAL_SHARE = 0.9  # of the origins, that the range holds
NORMAL = "NORMAL"

# The multipliers that the system before this one set by rule, and never applied; none of them was measured.
ASSUMED_BEFORE: Mapping[str, tuple[float, float]] = {
    "NORMAL": (1.0, 1.0),
    "HIGH_VOL": (1.5, 2.5),
    "COPPER_SHOCK": (1.5, 1.5),
    "BCCH_INTERVENTION": (2.0, 2.0),
    "UNKNOWN": (1.5, 1.5),
}


def widening(quantiles: Floats, regimes: NDArray[np.str_]) -> dict[str, Widening]:
    """By regime, half-widths over their median in NORMAL; empty where no origin is NORMAL.

    quantiles: (n, 25), log-distances.  regimes: (n,), of the origins.

    >>> width = np.array([1.0, 2.0, 3.0, 4.0, 4.0])
    >>> calls = np.array(["NORMAL", "NORMAL", "NORMAL", "HIGH_VOL", "HIGH_VOL"])
    >>> widening(0.01 * width[:, None] * np.linspace(-1, 1, 25), calls)["HIGH_VOL"].median
    2.0
    """
    lower, upper = central_pair(LEVEL)
    widths = quantiles[:, upper] - quantiles[:, lower]
    calm = widths[regimes == NORMAL]
    if not calm.size or not np.median(calm) > 0:
        return {}
    found = {}
    for regime in sorted(set(regimes.tolist())):
        ratios = widths[regimes == regime] / np.median(calm)
        low, high = np.quantile(ratios, [(1 - CENTRAL_SHARE) / 2, (1 + CENTRAL_SHARE) / 2])
        found[regime] = Widening(origins=ratios.size, median=float(np.median(ratios)), range=(float(low), float(high)))
    return found
