"""`forex alerts`: the alerts of the last run, read back from reports/alerts.json."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.show.forecast import parse_date
from forex.commands.tables import listed
from forex.commands.words import ENGLISH, Words
from forex.core.reports import plain, read_report
from forex.monitoring.alert_report import AlertsReport

ALERTS = Path("reports/alerts.json")
SHOWN_DAYS = 365  # calendar days, without --since


def view(*, since: str | None) -> dict[str, Any]:
    """The alerts from `since` on, by default of the last year; what is not evaluated; whether the newest origin is worth a message.

    since: a day, YYYY-MM-DD.  Raises UsageError where it is not a date.
    """
    report = read_report(ALERTS, AlertsReport)
    newest = dt.date.fromisoformat(report.at)
    first = parse_date(since, "--since") if since is not None else newest - dt.timedelta(days=SHOWN_DAYS)
    return {
        "at": report.at,
        "since": str(first),
        "send": plain(report.send),
        "alerts": [plain(alert) for alert in report.alerts if alert.origin_date >= str(first)],
        "not_evaluated": {kind: plain(why) for kind, why in report.not_evaluated.items()},
    }


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """How many alerts, and whether the newest origin is worth a message; the alerts, newest first; what is not evaluated."""
    alerts, send = content["alerts"], content["send"]
    span = {"first": content["since"], "last": content["at"]}
    counted = (
        words.say("Alerts from {first} to {last}: {count}.", **span, count=len(alerts))
        if alerts
        else words.say("Alerts from {first} to {last}: none.", **span)
    )
    why = words.say(send["why"])
    message = (
        words.say("Message at the newest origin: yes, {why:s}.", why=why)
        if send["send"]
        else words.say("Message at the newest origin: no, {why:s}.", why=why)
    )
    lines = [*words.wrapped(counted), *words.wrapped(message)]
    if alerts:
        lines.append("")
        shown = [
            [
                alert["origin_date"],
                words.status(alert["severity"]),
                words.name(alert["type"]),
                "\n".join(words.say(reason) for reason in alert["reasons"]),
            ]
            for alert in reversed(alerts)
        ]
        lines.append(listed(shown, width=words.width))
    if content["not_evaluated"]:
        lines += ["", words.say("Not evaluated:")]
        rows = [[f"  {words.name(kind)}", words.say(why)] for kind, why in content["not_evaluated"].items()]
        lines.append(listed(rows, width=words.width))
    return "\n".join(lines)
