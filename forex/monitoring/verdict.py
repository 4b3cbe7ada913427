"""From p-values to statuses: the many figures, windows and horizons of a look are judged together.

DEGRADED: a figure is significantly worse than its baseline, and by more than `degraded_pct`. CRITICAL: it is, besides, worse
by significantly more than `critical_pct`. EXCELLENT: CRPS is significantly better, and by more than `excellent_pct`, and
nothing is worse. p-values are adjusted by Holm over all figures, windows and horizons of a look. `significance` is that of
one look and so small that a year of daily looks keeps its promise; how often it does is measured in reports/monitors.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from forex.core.status import CRITICAL, DEGRADED, EXCELLENT, GOOD, INSUFFICIENT_DATA, STATUSES, Status
from forex.monitoring.watched import CRPS
from forex.monitoring.windows import Change, Floats, Ints
from forex.params import Performance
from forex.statistics.inference import holm

CODE: Mapping[Status, int] = {status: code for code, status in enumerate(STATUSES)}

Where = TypeVar("Where")


@dataclass(frozen=True)
class Verdict:
    """The verdict on one figure of one window at each look; (looks, ...).  holm_p: adjusted.  code: position in STATUSES."""

    holm_p: Floats
    code: Ints


def judge(changes: Mapping[tuple[Where, str], Change], settings: Performance) -> dict[tuple[Where, str], Verdict]:
    """The verdict on every figure of one model, all judged together.

    changes: by (window and horizon, figure), with one shape (looks, ...).  A NaN p-value is INSUFFICIENT_DATA, and does
    not count among the tests of its look.
    """
    keys = list(changes)
    if not keys:
        return {}
    adjusted, critical, better = (
        holm(np.stack([getattr(changes[key], name) for key in keys]), axis=0)
        for name in ("p", "p_critical", "p_better")
    )
    found = {}
    for row, key in enumerate(keys):
        change, codes = changes[key].change_pct, np.full(adjusted[row].shape, CODE[GOOD])
        if key[1] == CRPS:
            best = (better[row] < settings.excellent_significance) & (change < -settings.excellent_pct)
            codes = np.where(best, CODE[EXCELLENT], codes)
        worse = (adjusted[row] < settings.significance) & (change > settings.degraded_pct)
        codes = np.where(worse, CODE[DEGRADED], codes)
        codes = np.where(worse & (critical[row] < settings.significance), CODE[CRITICAL], codes)
        found[key] = Verdict(adjusted[row], np.where(np.isnan(adjusted[row]), CODE[INSUFFICIENT_DATA], codes))
    return found


def of_window(verdicts: Mapping[str, Verdict]) -> Ints:
    """The status of a window, from the verdicts on its figures by name: the worst; EXCELLENT where CRPS is and none is worse."""
    worst = np.max([verdict.code for verdict in verdicts.values()], axis=0)
    return np.where((worst == CODE[GOOD]) & (verdicts[CRPS].code == CODE[EXCELLENT]), CODE[EXCELLENT], worst)


def worst(statuses: Sequence[Status]) -> Status:
    """The worst status: GOOD only where everything was evaluated, INSUFFICIENT_DATA where nothing was; an alarm outranks both.

    >>> worst(["GOOD", "INSUFFICIENT_DATA"]), worst(["INSUFFICIENT_DATA", "DEGRADED"]), worst([])
    ('INSUFFICIENT_DATA', 'DEGRADED', 'INSUFFICIENT_DATA')
    """
    return max(statuses, key=CODE.__getitem__, default=INSUFFICIENT_DATA)
