"""From sizes to findings: which severity each reaches, and where it rises."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from forex.core.sentence import Sentence
from forex.core.status import ALERT_SEVERITIES
from forex.monitoring.alert_rules.protocol import Finding
from forex.observations.moves import Floats
from forex.params import Rung

Ints = NDArray[np.int64]


def severities(sizes: Floats, ladder: Mapping[Rung, float]) -> Ints:
    """The severity that each size reaches, as in `Finding`; NaN reaches none, 0.

    >>> severities(np.array([0.01, 0.02, np.nan, 0.05]), {"warning": 0.02, "critical": 0.04}).tolist()
    [0, 2, 0, 3]
    """
    reached = np.zeros(sizes.size, dtype=np.int64)
    for name, least in ladder.items():
        reached[sizes >= least] = ALERT_SEVERITIES.index(name.upper()) + 1
    return reached


def rising(reached: Ints, known: NDArray[np.bool_]) -> Ints:
    """Each severity where it is above that of the last known row, else 0; the first known row is no rise.

    >>> rising(np.array([2, 2, 0, 1, 1, 3]), np.array([True, True, False, True, True, True])).tolist()
    [0, 0, 0, 0, 0, 3]
    """
    rows = np.flatnonzero(known)
    risen = np.zeros_like(reached)
    risen[rows[1:]] = np.where(reached[rows[1:]] > reached[rows[:-1]], reached[rows[1:]], 0)
    return risen


def each(sizes: Floats, ladder: Mapping[Rung, float], reason: Callable[[int], Sentence]) -> Iterator[Finding]:
    """A finding at every row whose size reaches a severity."""
    return _found(severities(sizes, ladder), sizes, reason)


def where_rising(sizes: Floats, ladder: Mapping[Rung, float], reason: Callable[[int], Sentence]) -> Iterator[Finding]:
    """A finding where the severity is above that of the last row with a size."""
    return _found(rising(severities(sizes, ladder), ~np.isnan(sizes)), sizes, reason)


def _found(reached: Ints, sizes: Floats, reason: Callable[[int], Sentence]) -> Iterator[Finding]:
    for row in np.flatnonzero(reached).tolist():
        yield Finding(row, int(reached[row]), float(sizes[row]), reason(row))
