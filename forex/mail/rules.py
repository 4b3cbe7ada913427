"""What a mail says on which day, which way it points, how urgent it is."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal

from forex.core.status import CRITICAL, DEGRADED, FAULT, State
from forex.forecast.report import Forecast
from forex.monitoring.alert_report import Alert, AlertsReport
from forex.operations import Mail
from forex.report.state import Reports
from forex.timeline import calendar
from forex.timeline.weekdays import WEEKDAYS

Kind = Literal["daily", "weekly", "alert"]
KINDS: Final[tuple[Kind, ...]] = ("daily", "weekly", "alert")

NEXT_DAY: Final = 1  # calendar days of the horizon that every mail tells, where there is one

Bias = Literal["up", "down", "neutral"]
Priority = Literal["URGENT", "ATTENTION", "ROUTINE"]


def read_on(origin: dt.date) -> dt.date:
    """The morning on which the mail about an origin is read: the business day after it, as known there."""
    return dt.date.fromisoformat(str(calendar.shift(str(origin), 1, known_at=str(origin))))


def told_horizons(origin: dt.date, horizons: Sequence[str], settings: Mail) -> list[str]:
    """The horizons of the daily mail, those of `horizons` that it asks for, the shortest first.

    The next business day's, those of the weekday, and those of the month's days: from the origin, when the mail before was read,
    one of these days has come.
    """
    day = read_on(origin)
    wanted = {name for name in horizons if calendar.horizon_days(name) == NEXT_DAY}
    wanted |= {*settings.days[WEEKDAYS[day.weekday()]]}
    since = [origin + dt.timedelta(days=n) for n in range(1, (day - origin).days + 1)]
    wanted |= {name for name, days in settings.month_days.items() if any(one.day in days for one in since)}
    shown = sorted(wanted & {*horizons}, key=calendar.horizon_days)
    return shown or sorted(horizons, key=calendar.horizon_days)[:1]


def main_horizon(told: Sequence[str]) -> str:
    """The horizon of the subject: the first beyond the next day, else the first.

    >>> main_horizon(["1d", "7d", "30d"]), main_horizon(["1d"])
    ('7d', '1d')
    """
    return next((name for name in told if calendar.horizon_days(name) > NEXT_DAY), told[0])


def change(forecast: Forecast, horizon: str) -> float:
    """How far the median lies from the last observado, as a share of that."""
    return forecast.horizons[horizon].median / forecast.anchor - 1


def bias(share: float, settings: Mail) -> Bias:
    if abs(share) < settings.bias:
        return "neutral"
    return "up" if share > 0 else "down"


def priority(state: State, reports: Reports, told: Sequence[str], settings: Mail) -> Priority:
    """URGENT: the system is not in order, an alert is critical, or a median told is far from the last observado.  ATTENTION: the
    alerts are worth a message, recent forecasts are worse than those before them, or a median told is some way from it.
    """
    move = max(abs(change(reports.forecast, horizon)) for horizon in told)
    severities = {one.severity for one in raised(reports.alerts)}
    if state == FAULT or CRITICAL in severities or move > settings.urgent:
        return "URGENT"
    if reports.alerts.send.send or reports.performance.status in (DEGRADED, CRITICAL) or move > settings.attention:
        return "ATTENTION"
    return "ROUTINE"


def raised(alerts: AlertsReport, since: dt.date | None = None) -> list[Alert]:
    """The alerts of the newest origin, or those of the origins after `since`."""
    if since is None:
        return [one for one in alerts.alerts if one.origin_date == alerts.at]
    return [one for one in alerts.alerts if one.origin_date > str(since)]
