"""Alerts: which triggers are raised, which are repetitions, and on which days they are worth a message.

All of it follows from the panel and the monitor's looks; nothing is remembered between runs. What is raised at an
origin depends only on that origin and those before it, so that a later run lists the same past alerts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from forex.core.sentence import Sentence, sentence
from forex.core.status import ALERT_SEVERITIES, CRITICAL, EVALUATED, NOT_EVALUATED, WARNING, AlertSeverity, Status
from forex.monitoring.alert_report import Alert, AlertsReport, AlertType, Send, Sent
from forex.monitoring.alert_rules.protocol import Declaration, Evidence, code
from forex.monitoring.alert_rules.registry import Trigger, evaluated, rules
from forex.monitoring.drift_report import DriftReport, UnjudgedTarget
from forex.observations.moves import origins
from forex.params import Alerts
from forex.timeline import calendar

MESSAGE_WARNINGS = 2  # of different types, together


def alerts(
    panel: pl.DataFrame,
    *,
    statuses: Mapping[str, Mapping[str, Status]],
    drift: DriftReport,
    settings: Alerts,
    early: Mapping[str, Mapping[str, float]] | None = None,
) -> AlertsReport:
    """The report: `alerts` since the first origin, `types` with what is not evaluated, `send` for the newest origin.

    statuses: the monitor's status by origin (text) and horizon, from `forex.monitoring.looks.daily_statuses`.  drift: from
    `forex.monitoring.drift.drift`.  early: where the early signal was raised, from `forex.monitoring.looks.daily_early`.
    """
    rows = origins(panel)
    days = [str(day) for day in calendar.as_dates(rows["origin_date"].to_numpy())]
    row_of = {day: row for row, day in enumerate(days)}
    evidence = Evidence(
        rows,
        statuses=[(row_of[day], found) for day, found in sorted(statuses.items()) if day in row_of],
        early={row_of[day]: found for day, found in (early or {}).items() if day in row_of},
        drift_looks=[(row_of[look.origin_date], look) for look in drift.target.history],
        drift_missing=drift.target.why if isinstance(drift.target, UnjudgedTarget) else None,
        max_age=settings.max_age,
    )
    triggers, missing = evaluated(evidence, settings)
    listed = raised(triggers, cool_down=settings.cool_down)
    sent = sending(listed, cool_down=settings.cool_down)
    years = len(days) / 250
    newest = len(days) - 1
    return AlertsReport(
        at=days[newest],
        first=days[0],
        types={kind: _type(kind, rule, listed, missing.get(kind), years) for kind, rule in rules().items()},
        alerts=tuple(
            Alert(origin_date=days[alert.row], type=alert.kind, severity=alert.severity, reasons=alert.reasons)
            for alert in listed
        ),
        send=Send(send=newest in sent, why=sent.get(newest, sentence("nothing new that calls for a message"))),
        sent=tuple(Sent(origin_date=days[row], why=why) for row, why in sorted(sent.items())),
        by_year=_by_year(listed, sent, days),
    )


@dataclass(frozen=True)
class Raised:
    """An alert at a row of the panel's origins."""

    row: int
    kind: str
    severity: AlertSeverity
    reasons: tuple[Sentence, ...] = ()


def raised(triggers: Sequence[Trigger], *, cool_down: int) -> list[Raised]:
    """One alert per type and row, in order of row and within a row the gravest first; its reasons are those of its triggers.

    An alert is a repetition, and not raised, where one of its type that was at least as severe was raised in the
    `cool_down` rows before: a storm is reported when it begins, when it gets worse, and when it comes back.
    """
    together: dict[tuple[str, int], list[Trigger]] = {}
    for trigger in triggers:
        together.setdefault((trigger.kind, trigger.row), []).append(trigger)
    past: dict[str, list[tuple[int, int]]] = {}
    listed = []
    for (kind, row), same in sorted(together.items()):
        same.sort(key=lambda trigger: -trigger.severity)
        severity = same[0].severity
        if all(severity > was or row - at > cool_down for at, was in past.get(kind, [])):
            past.setdefault(kind, []).append((row, severity))
            listed.append(Raised(row, kind, ALERT_SEVERITIES[severity - 1], tuple(found.reason for found in same)))
    return sorted(listed, key=lambda alert: (alert.row, -code(alert.severity), alert.kind))


def sending(listed: Sequence[Raised], *, cool_down: int) -> dict[int, Sentence]:
    """The rows worth a message, and why: a CRITICAL raised there; or a WARNING raised there, with one of another type there
    or in the `cool_down` rows before.

    >>> sent = sending([Raised(3, "VIX_SPIKE", "WARNING"), Raised(5, "COPPER_SHOCK", "WARNING")], cool_down=10)
    >>> {row: why.says for row, why in sent.items()}
    {5: '2 WARNING within 10 business days: COPPER_SHOCK, VIX_SPIKE'}
    """
    sent: dict[int, Sentence] = {}
    for row in sorted({alert.row for alert in listed}):
        critical = [alert.kind for alert in listed if alert.row == row and alert.severity == CRITICAL]
        near = [alert for alert in listed if row - cool_down <= alert.row <= row and alert.severity == WARNING]
        kinds = sorted({alert.kind for alert in near})
        if critical:
            sent[row] = sentence("CRITICAL: {kinds:comma}", kinds=sorted(critical))
        elif len(kinds) >= MESSAGE_WARNINGS and any(alert.row == row for alert in near):
            sent[row] = sentence(
                "{count} WARNING within {days:business_days}: {kinds:comma}",
                count=len(kinds),
                days=cool_down,
                kinds=kinds,
            )
    return sent


def _type(kind: str, rule: Declaration, listed: Sequence[Raised], missing: Sentence | None, years: float) -> AlertType:
    if missing:
        return AlertType(status=NOT_EVALUATED, missing=missing)
    if not rule.whole_history:  # a frequency since the first origin would mean nothing
        return AlertType(status=EVALUATED)
    found = Counter(alert.severity for alert in listed if alert.kind == kind)
    return AlertType(status=EVALUATED, per_year={name: found[name] / years for name in ALERT_SEVERITIES})


def _by_year(listed: Sequence[Raised], sent: Mapping[int, Sentence], days: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {day[:4]: dict.fromkeys((*ALERT_SEVERITIES, "sent"), 0) for day in days}
    for alert in listed:
        found[days[alert.row][:4]][alert.severity] += 1
    for row in sent:
        found[days[row][:4]]["sent"] += 1
    return found
