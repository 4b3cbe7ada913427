"""DEGRADATION_WARNING: the monitor's status of a horizon is DEGRADED."""

from forex.core.status import DEGRADED, WARNING
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence
from forex.monitoring.alert_rules.statuses import entering


def evaluate(evidence: Evidence) -> Evaluated:
    """A WARNING where the status of a horizon becomes DEGRADED, as `entering` counts it."""
    return Evaluated(tuple(entering(evidence, DEGRADED, WARNING)))


RULE = Declaration(evaluate)
