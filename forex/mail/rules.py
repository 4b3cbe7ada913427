"""Which horizons a mail tells on which day, which way it points, how urgent it is."""

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
    """The day on which the mail about an origin is read: the next business day, by the calendar as known at the origin."""
    return dt.date.fromisoformat(str(calendar.shift(str(origin), 1, known_at=str(origin))))


def told_horizons(origin: dt.date, horizons: Sequence[str], settings: Mail) -> list[str]:
    """The horizons of the daily mail, the shortest first: those of `horizons` that are due, the shortest alone where none is.

    Due are the next business day's, those of the weekday on which the mail is read, and those with a day of the month that has
    come since the origin, the day on which the mail before was read.
    """
    day = read_on(origin)
    wanted = {name for name in horizons if calendar.horizon_days(name) == NEXT_DAY}
    wanted |= {*settings.days[WEEKDAYS[day.weekday()]]}
    since = [origin + dt.timedelta(days=n) for n in range(1, (day - origin).days + 1)]
    wanted |= {name for name, days in settings.month_days.items() if any(date.day in days for date in since)}
    shown = sorted(wanted & {*horizons}, key=calendar.horizon_days)
    return shown or sorted(horizons, key=calendar.horizon_days)[:1]


def main_horizon(told: Sequence[str]) -> str:
    """The horizon of the subject: the first beyond the next day, else the first.

    >>> main_horizon(["1d", "7d", "30d"]), main_horizon(["1d"])
    ('7d', '1d')
    """
    return next((name for name in told if calendar.horizon_days(name) > NEXT_DAY), told[0])


def change(forecast: Forecast, horizon: str) -> float:
    """How far the median lies above the last observado, as a share of it; negative below."""
    return forecast.horizons[horizon].median / forecast.anchor - 1


def bias(share: float, settings: Mail) -> Bias:
    """Which way a `change` points; neutral where its size is below `settings.bias`."""
    if abs(share) < settings.bias:
        return "neutral"
    return "up" if share > 0 else "down"


def priority(state: State, reports: Reports, told: Sequence[str], settings: Mail) -> Priority:
    """How urgent a mail is.  told: its horizons.

    URGENT: the state is FAULT, an alert of the newest origin is critical, or a median told is further from the last observado than
    `settings.urgent`.  ATTENTION: the alerts are worth a message, the monitor says DEGRADED or CRITICAL, or a median told is
    further away than `settings.attention`.
    """
    move = max(abs(change(reports.forecast, horizon)) for horizon in told)
    severities = {alert.severity for alert in raised(reports.alerts)}
    if state == FAULT or CRITICAL in severities or move > settings.urgent:
        return "URGENT"
    if reports.alerts.send.send or reports.performance.status in (DEGRADED, CRITICAL) or move > settings.attention:
        return "ATTENTION"
    return "ROUTINE"


def raised(alerts: AlertsReport, since: dt.date | None = None) -> list[Alert]:
    """The alerts of the newest origin, or those of the origins after `since`."""
    if since is None:
        return [alert for alert in alerts.alerts if alert.origin_date == alerts.at]
    return [alert for alert in alerts.alerts if alert.origin_date > str(since)]
