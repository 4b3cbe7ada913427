"""Where the performance monitor's status of a horizon becomes one that calls for an alert."""

from collections.abc import Iterator, Mapping

from forex.core.sentence import sentence
from forex.core.status import CRITICAL, AlertSeverity, Status
from forex.monitoring.alert_rules.protocol import Evidence, Finding, code


def entering(evidence: Evidence, status: Status, severity: AlertSeverity) -> Iterator[Finding]:
    """A finding where a horizon has `status` and had another one at the look before; what follows CRITICAL is no news.

    Before the first look every horizon counts as sound.
    """
    before: Mapping[str, Status] = {}
    for row, statuses in evidence.statuses:
        for horizon, now in statuses.items():
            if now == status and before.get(horizon) not in (status, CRITICAL):
                said = sentence("the forecast for {horizon} is {status}", horizon=horizon, status=status)
                if (rate := evidence.early.get(row, {}).get(horizon)) is not None:
                    said = sentence(
                        "the forecast for {horizon} is {status}: the rate is farther from the open forecasts than in all "
                        "but {rate:.1%} of years of a sound forecast",
                        horizon=horizon,
                        status=status,
                        rate=rate,
                    )
                yield Finding(row, code(severity), float("nan"), said)
        before = statuses
