"""How old the newest forecast is by the clock: business days that have passed since a newer one could have been made."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from forex.core.sentence import sentence
from forex.core.status import FAULT
from forex.forecast.report import Forecast
from forex.health.report import AGE, Check
from forex.params import Limits
from forex.report.headline import GRACE
from forex.report.state import of_age
from forex.timeline import calendar

UNKNOWN_AGE: Final[dict[str, float]] = {}


def check_age(forecast: Forecast | None, why: str, at: dt.datetime, cut_off: str, limits: Limits) -> Check:
    """The check of how old the newest forecast is.

    forecast: None where there is none or it cannot be read; `why` says which.  at: the clock, UTC.  cut_off: the forecast's, the
    time of day in Santiago.  limits: in business days; from its `caution` on a forecast is too old.
    """
    if forecast is None:
        says = sentence("There is no forecast: {why:s}", why=why)
        return Check(name=AGE, state=FAULT, says=says, figures=UNKNOWN_AGE)
    made = dt.datetime.combine(forecast.origin_date, dt.time.fromisoformat(cut_off), ZoneInfo(calendar.SANTIAGO))
    figures = {"forecast_origin_timestamp_seconds": made.timestamp()}
    days = age(forecast.origin_date, at, cut_off)
    if days < 0:
        says = sentence(
            "The forecast is of {origin}, and the clock says {at}: one of them is wrong.",
            origin=forecast.origin_date,
            at=at,
        )
        return Check(name=AGE, state=FAULT, says=says, figures=figures)
    state, says = of_age(days, limits)
    return Check(name=AGE, state=state, says=says, figures={"forecast_age_business_days": days, **figures})


def age(origin: dt.date, at: dt.datetime, cut_off: str) -> int:
    """Business days from the origin to the newest one whose cut-off had passed an hour ago; negative for an origin after today.

    >>> friday = dt.datetime(2024, 11, 29, 18, 59, tzinfo=dt.UTC)  # 15:59 in Santiago
    >>> age(dt.date(2024, 11, 28), friday, "15:00"), age(dt.date(2024, 11, 28), friday + dt.timedelta(minutes=1), "15:00")
    (0, 1)
    >>> age(dt.date(2024, 11, 29), friday, "15:00"), age(dt.date(2024, 12, 2), friday, "15:00")
    (0, -2)
    """
    today = at.astimezone(ZoneInfo(calendar.SANTIAGO)).date()
    passed = (at - GRACE).astimezone(ZoneInfo(calendar.SANTIAGO))
    if passed.time() >= dt.time.fromisoformat(cut_off):
        newest = calendar.on_or_before(str(passed.date()))
    else:
        newest = calendar.on_or_before(str(passed.date() - dt.timedelta(days=1)))
    steps = int(calendar.steps_between(str(origin), newest))
    return max(steps, 0) if origin <= today else steps
