"""Sums over the forecasts that have matured, discounted by age: each enters at the first origin that knows its outcome.

A recursion along the origins, so that a sum has the same bits whatever comes after its origin, and weights stay in
range however long the history is.
"""

from itertools import accumulate

import numpy as np

from forex.observations.history import Floats, Ints


def discounted_sums(values: Floats, matured: Ints, half_life: float) -> Floats:
    """Σ 0.5^(age/half-life)·value over the forecasts matured at each origin, age in origins since the forecast was.

    values: (n,), of the forecast made at each origin; NaN where there is none.
    matured: (n,), the first origin at which its outcome is known; n or more: never.  Returns (n,).

    >>> discounted_sums(np.array([8.0, 4.0, np.nan]), np.array([1, 2, 2]), 1.0).tolist()
    [0.0, 4.0, 4.0]
    """
    origins = len(values)
    if not origins:
        return values
    made = np.flatnonzero(np.isfinite(values) & (matured < origins))
    arriving = values[made] * 0.5 ** ((matured[made] - made) / half_life)
    arrived = np.bincount(matured[made], arriving, minlength=origins).tolist()
    decay = 0.5 ** (1 / half_life)
    # Floats of Python: a few thousand steps take a millisecond, scipy.signal would take most of a second to import.
    return np.array(list(accumulate(arrived, lambda total, new: new + decay * total)))


def matured_sums(values: Floats, matured: Ints) -> Floats:
    """Σ value over the forecasts matured at each origin, however old.

    values, matured: as in `discounted_sums`.  Returns (n,).

    >>> matured_sums(np.array([8.0, 4.0, np.nan]), np.array([1, 2, 2])).tolist()
    [0.0, 8.0, 12.0]
    """
    origins = len(values)
    made = np.flatnonzero(np.isfinite(values) & (matured < origins))
    return np.cumsum(np.bincount(matured[made], values[made], minlength=origins))
