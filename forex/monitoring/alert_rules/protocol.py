"""What a rule of alerts is: evidence in, findings out, or what is missing to evaluate it; and how its file declares it.

A rule is one file of this folder with a constant RULE; its alerts have the file's name, in capitals.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from forex.core.sentence import Sentence
from forex.core.status import ALERT_SEVERITIES, AlertSeverity, Status
from forex.monitoring.drift_report import PastLook
from forex.params import Block


@dataclass(frozen=True)
class Evidence:
    """What rules may look at, by row of the panel.

    rows: the origins of a panel.  statuses: of the performance monitor, by horizon, at each of its looks in order.
    early: by row and horizon where the early signal is raised, the share of years in which a sound forecast gets that far.
    drift_looks: severity and score of the target's drift, at each look in order.  drift_missing: why there is no drift.
    max_age: a series with no new value for more business days than this says nothing.
    """

    rows: pl.DataFrame
    statuses: Sequence[tuple[int, Mapping[str, Status]]] = ()
    early: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    drift_looks: Sequence[tuple[int, PastLook]] = ()
    drift_missing: Sentence | None = None
    max_age: int = 10


@dataclass(frozen=True)
class Finding:
    """The rule held at a row; `value` is what was compared with the threshold.

    severity: a position in ALERT_SEVERITIES, counted from 1; 0 is none.
    """

    row: int
    severity: int
    value: float
    reason: Sentence


@dataclass(frozen=True)
class Evaluated:
    """Every finding, and what is missing to evaluate the rule at the newest row, else None."""

    findings: Sequence[Finding]
    missing: Sentence | None = None


@dataclass(frozen=True)
class Declaration:
    """What a rule's file declares, as its constant RULE.

    evaluate: takes the evidence and, where the rule has any, its settings.
    settings: what params.yaml may hold under `alerts` and the file's name; None where it may hold nothing.
    whole_history: whether it looks back to the first row, so that its frequency means something.
    """

    evaluate: Callable[..., Evaluated]
    settings: type[Block] | None = None
    whole_history: bool = True


def code(severity: AlertSeverity) -> int:
    """The position of a severity in ALERT_SEVERITIES, counted from 1, as `Finding` holds it."""
    return ALERT_SEVERITIES.index(severity) + 1
