"""What was forecast of the days that the fan chart shows, and how often it held."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from forex.forecast.fan import OBSERVADO, PAST, past_intervals
from forex.forecast.report import Forecast
from forex.report.backtest import shown_levels
from forex.report.headline import main_level
from forex.timeline.calendar import horizon_days

WANTED = 30  # calendar days before: about a month


@dataclass(frozen=True)
class Held:
    """Of `of` observados that were forecast `horizon` before, `held` lay inside the interval of `level`."""

    horizon: str
    level: float
    held: int
    of: int


def past_horizon(horizons: Sequence[str]) -> str:
    """The horizon whose past forecasts are shown: the one closest to a month.

    >>> past_horizon(["1d", "7d", "15d", "30d", "90d"]), past_horizon(["1d", "7d"])
    ('30d', '7d')
    """
    return min(horizons, key=lambda name: abs(horizon_days(name) - WANTED))


def with_past(fan: pl.DataFrame, calibrated: pl.DataFrame, forecast: Forecast) -> pl.DataFrame:
    """A fan, and before it what was forecast of each of its days: the main interval, as forecast `past_horizon` earlier."""
    horizon, level = past_horizon(list(forecast.horizons)), main_level(shown_levels(forecast))
    return pl.concat([past_intervals(calibrated, horizon, level, *window(fan)), fan])


def held(fan: pl.DataFrame) -> Held | None:
    """How the past forecasts of a fan held; None where it has none for a day whose observado it shows."""
    known = fan.filter(part=OBSERVADO).select("date", observado="value")
    rows = fan.filter(part=PAST).join(known, on="date", how="inner")
    if rows.is_empty():
        return None
    inside = rows.filter(pl.col("observado").is_between(pl.col("lower"), pl.col("upper"))).height
    return Held(rows["horizon"][0], rows["level"][0], inside, rows.height)


def window(fan: pl.DataFrame) -> tuple[dt.date, dt.date]:
    """The first and the last day of the observado that a fan shows."""
    days = fan.filter(part=OBSERVADO)["date"].to_list()
    return min(days), max(days)
