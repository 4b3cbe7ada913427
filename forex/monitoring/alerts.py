"""Alerts: which triggers are raised, which are a repetition, and on which days they are worth a message.

All of it follows from the panel and the monitor's looks; nothing is remembered between runs. What is raised at an
origin depends on that origin and those before it, so that a later run lists the same alerts of the past.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from forex.core.status import ALERT_SEVERITIES, CRITICAL, EVALUATED, NOT_EVALUATED, WARNING, Status
from forex.evaluation.acceptance import Figures
from forex.monitoring.alert_rules.protocol import Declaration, Evidence, code
from forex.monitoring.alert_rules.registry import Trigger, evaluated, rules
from forex.observations.moves import origins
from forex.params import Alerts
from forex.timeline import calendar

MESSAGE_WARNINGS = 2  # of different types, together


def alerts(
    panel: pl.DataFrame,
    *,
    statuses: Mapping[str, Mapping[str, Status]],
    drift: Mapping[str, Any],
    settings: Alerts,
) -> Figures:
    """The report: `alerts` since the first origin, `types` with what is not evaluated, `send` of the newest origin.

    statuses: the monitor's status by origin (text) and horizon, of `forex.monitoring.looks.daily_statuses`.  drift: the `drift`
    section of the performance report.
    """
    rows = origins(panel)
    days = [str(day) for day in calendar.as_dates(rows["origin_date"].to_numpy())]
    row_of = {day: row for row, day in enumerate(days)}
    evidence = Evidence(
        rows,
        statuses=[(row_of[day], found) for day, found in sorted(statuses.items()) if day in row_of],
        drift_looks=[(row_of[look["origin_date"]], look) for look in drift["target"]["history"]],
        drift_missing=drift["target"]["why"] if drift["target"]["status"] == NOT_EVALUATED else None,
        max_age=settings.max_age,
    )
    triggers, missing = evaluated(evidence, settings)
    listed = raised(triggers, cool_down=settings.cool_down)
    sent = sending(listed, cool_down=settings.cool_down)
    years = len(days) / 250
    return {
        "at": days[-1],
        "first": days[0],
        "types": {kind: _type(kind, rule, listed, missing.get(kind), years) for kind, rule in rules().items()},
        "alerts": [_dated(alert, days) for alert in listed],
        "send": {"send": len(days) - 1 in sent, "why": sent.get(len(days) - 1, "nothing new that calls for a message")},
        "sent": [{"origin_date": days[row], "why": why} for row, why in sorted(sent.items())],
        "by_year": _by_year(listed, sent, days),
    }


def raised(triggers: Sequence[Trigger], *, cool_down: int) -> list[Figures]:
    """One alert per type and row, in order of row, the worst first; its reasons are those of its triggers.

    An alert is a repetition, and not raised, where one of its type that was at least as severe was raised in the
    `cool_down` rows before: a storm is reported when it begins, when it gets worse, and again where it comes back.
    """
    together: dict[tuple[str, int], list[Trigger]] = {}
    for trigger in triggers:
        together.setdefault((trigger.kind, trigger.row), []).append(trigger)
    past: dict[str, list[tuple[int, int]]] = {}
    listed = []
    for (kind, row), same in sorted(together.items()):
        same.sort(key=lambda one: -one.severity)
        severity = same[0].severity
        if all(severity > was or row - at > cool_down for at, was in past.get(kind, [])):
            past.setdefault(kind, []).append((row, severity))
            reasons = [one.reason for one in same]
            listed.append({"row": row, "type": kind, "severity": ALERT_SEVERITIES[severity - 1], "reasons": reasons})
    return sorted(listed, key=lambda alert: (alert["row"], -code(alert["severity"]), alert["type"]))


def sending(listed: Sequence[Figures], *, cool_down: int) -> dict[int, str]:
    """The rows worth a message, with why: any CRITICAL raised there; or a WARNING raised there that is the second of
    different types within the row and the `cool_down` rows before it.

    >>> one = {"row": 3, "type": "VIX_SPIKE", "severity": "WARNING"}
    >>> sending([one, one | {"row": 5, "type": "COPPER_SHOCK"}], cool_down=10)
    {5: '2 WARNING within 10 business days: COPPER_SHOCK, VIX_SPIKE'}
    """
    sent: dict[int, str] = {}
    for row in sorted({int(alert["row"]) for alert in listed}):
        critical = [alert["type"] for alert in listed if alert["row"] == row and alert["severity"] == CRITICAL]
        near = [alert for alert in listed if row - cool_down <= alert["row"] <= row and alert["severity"] == WARNING]
        kinds = sorted({alert["type"] for alert in near})
        if critical:
            sent[row] = f"CRITICAL: {', '.join(sorted(critical))}"
        elif len(kinds) >= MESSAGE_WARNINGS and any(alert["row"] == row for alert in near):
            sent[row] = f"{len(kinds)} WARNING within {cool_down} business days: {', '.join(kinds)}"
    return sent


def _type(kind: str, rule: Declaration, listed: Sequence[Figures], missing: str | None, years: float) -> Figures:
    if missing:
        return {"status": NOT_EVALUATED, "missing": missing}
    if not rule.whole_history:
        return {"status": EVALUATED}
    found = Counter(alert["severity"] for alert in listed if alert["type"] == kind)
    return {"status": EVALUATED, "per_year": {name: found[name] / years for name in ALERT_SEVERITIES}}


def _dated(alert: Figures, days: Sequence[str]) -> Figures:
    return {"origin_date": days[alert["row"]]} | {name: alert[name] for name in ("type", "severity", "reasons")}


def _by_year(listed: Sequence[Figures], sent: Mapping[int, str], days: Sequence[str]) -> Figures:
    found: Figures = {day[:4]: dict.fromkeys((*ALERT_SEVERITIES, "sent"), 0) for day in days}
    for alert in listed:
        found[days[alert["row"]][:4]][alert["severity"]] += 1
    for row in sent:
        found[days[row][:4]]["sent"] += 1
    return found
