"""DEGRADATION_CRITICAL: the monitor's status of a horizon is CRITICAL."""

from forex.core.status import CRITICAL
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence
from forex.monitoring.alert_rules.statuses import entering


def evaluate(evidence: Evidence) -> Evaluated:
    """A CRITICAL where the status of a horizon becomes CRITICAL, as `entering` counts it."""
    return Evaluated(tuple(entering(evidence, CRITICAL, CRITICAL)))


RULE = Declaration(evaluate)
