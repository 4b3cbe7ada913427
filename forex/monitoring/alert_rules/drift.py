"""DRIFT: the returns of the observado are no longer what they were, at the looks of the drift's history.

A trigger is where the severity of the alert gets worse; the first look, where the history happens to begin, does not count.
"""

from forex.core.sentence import sentence
from forex.core.status import HIGH, MEDIUM, AlertSeverity
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding, code
from forex.params import Block


class Settings(Block):
    """The severity of the alert, by that of the drift."""

    MEDIUM: AlertSeverity
    HIGH: AlertSeverity


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """A finding at each look whose drift calls for a graver alert than the look before; missing where the target has no verdict."""
    findings: list[Finding] = []
    before: int | None = None
    for row, look in evidence.drift_looks:
        severity = {MEDIUM: settings.MEDIUM, HIGH: settings.HIGH}.get(look.severity)
        now = code(severity) if severity else 0
        if before is not None and now > before:
            reason = sentence(
                "drift of the returns is {severity}, score {score:.0f}", severity=look.severity, score=look.score
            )
            findings.append(Finding(row, now, look.score, reason))
        before = now
    return Evaluated(findings, evidence.drift_missing)


RULE = Declaration(evaluate, Settings, whole_history=False)
