"""BASELINE_MISSING: the monitor's status of a horizon is INSUFFICIENT_DATA; nothing says whether the forecast still holds."""

from forex.core.status import INSUFFICIENT_DATA, WARNING
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence
from forex.monitoring.alert_rules.statuses import entering


def evaluate(evidence: Evidence) -> Evaluated:
    """A WARNING where the status of a horizon becomes INSUFFICIENT_DATA, as `entering` counts it."""
    return Evaluated(tuple(entering(evidence, INSUFFICIENT_DATA, WARNING)))


RULE = Declaration(evaluate)
