"""Whether the newest forecast is one that a newer one should have replaced."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from forex.core.sentence import sentence
from forex.core.status import FAULT
from forex.forecast.report import Forecast
from forex.health.report import AGE, Check
from forex.params import Limits
from forex.report.state import of_age
from forex.timeline import calendar

UNKNOWN_AGE: Final[dict[str, float]] = {}


def check_no_forecast(why: str) -> Check:
    """why: it cannot be read."""
    says = sentence("There is no forecast: {why:s}", why=why)
    return Check(name=AGE, state=FAULT, says=says, figures=UNKNOWN_AGE)


def check_age(forecast: Forecast, age: int, cut_off: str, at: dt.datetime, limits: Limits) -> Check:
    """age: business days from the forecast's origin to the newest one that should have been made.  at: the clock, UTC.

    limits: of the age; from its `caution` on a forecast is too old.
    """
    santiago = ZoneInfo(calendar.SANTIAGO)
    made = dt.datetime.combine(forecast.origin_date, dt.time.fromisoformat(cut_off), santiago)
    figures = {"forecast_origin_timestamp_seconds": made.timestamp()}
    if forecast.origin_date > at.astimezone(santiago).date():
        says = sentence(
            "The forecast is of {origin}, and the clock says {at}: one of them is wrong.",
            origin=forecast.origin_date,
            at=at,
        )
        return Check(name=AGE, state=FAULT, says=says, figures=figures)
    state, says = of_age(age, limits)
    return Check(name=AGE, state=state, says=says, figures={"forecast_age_business_days": age, **figures})
