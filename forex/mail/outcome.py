"""What had been forecast for the newest observado a business day, a week and a month before; and for those of the last week."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, MEDIAN, central_pair
from forex.forecast.fan import by_length
from forex.timeline.calendar import horizon_days

BEFORE = (1, 7, 30)  # calendar days before: of each, the horizon that is nearest


@dataclass(frozen=True)
class Foretold:
    """What was forecast at `origin`, `horizon` before the day, CLP per USD; intervals by level, the narrowest first.

    issued: it was issued in time; else it is the backtest's, made afterwards with what was known at `origin`.
    """

    horizon: str
    origin: dt.date
    median: float
    intervals: Mapping[float, tuple[float, float]]
    issued: bool

    def held(self, observado: float) -> list[float]:
        """The levels whose intervals contain the observado, in the order of the intervals."""
        return [level for level, (low, high) in self.intervals.items() if low <= observado <= high]


@dataclass(frozen=True)
class Outcome:
    """The newest observado, in force on `date`, beside what had been forecast for it, the shortest horizon first."""

    date: dt.date
    observado: float
    foretold: tuple[Foretold, ...]


@dataclass(frozen=True)
class WeekHeld:
    """Of the `of` forecasts at a horizon whose day came in the week, how many held, by level."""

    horizon: str
    of: int
    held: Mapping[float, int]


def outcome(
    date: dt.date,
    observado: float,
    *,
    calibrated: pl.DataFrame,
    issued: pl.DataFrame,
    horizons: Sequence[str],
    levels: Sequence[float],
) -> Outcome:
    """The newest observado, in force on `date`, beside what had been forecast for it at the `horizons` nearest to `BEFORE`.

    What was issued counts, else the forecast of the backtest; of several for the day, the newest.
    calibrated: of calibrated.parquet origin_date, target_date, horizon, model and quantiles.  issued: the rows of the ledger
    that were issued before their outcome was public.
    """
    published = calibrated.filter(pl.col("model") == PUBLISHED)
    found = []
    for horizon in nearest(horizons):
        own = (pl.col("horizon") == horizon) & (pl.col("target_date") == date)
        said = issued.filter(own)
        rows = published.filter(own) if said.is_empty() else said
        if not rows.is_empty():
            newest = rows.sort("origin_date").row(-1, named=True)
            found.append(_foretold(newest, levels, issued=not said.is_empty()))
    return Outcome(date, observado, tuple(found))


def nearest(horizons: Sequence[str]) -> list[str]:
    """Of each of `BEFORE` the horizon that is nearest by its ratio, the shortest first.

    >>> nearest(["1d", "7d", "15d", "30d", "90d"]), nearest(["2d", "14d", "60d"]), nearest([])
    (['1d', '7d', '30d'], ['2d', '14d', '60d'], [])
    """
    if not horizons:
        return []
    kept = [min(horizons, key=lambda name: abs(math.log(horizon_days(name) / days))) for days in BEFORE]  # noqa: B023
    return list(by_length(dict.fromkeys(kept)))


def week(calibrated: pl.DataFrame, *, until: dt.date, days: int, levels: Sequence[float]) -> list[WeekHeld]:
    """By horizon, how the published forecasts held for those of the `days` calendar days up to `until` whose observado is known."""
    first = until - dt.timedelta(days=days - 1)
    known = pl.col("target_date").is_between(first, until) & pl.col("actual").is_not_null()
    rows = calibrated.filter((pl.col("model") == PUBLISHED) & known)
    found = []
    for horizon in by_length(dict.fromkeys(rows["horizon"].unique().to_list())):
        own = rows.filter(horizon=horizon)
        inside = {level: own.filter(_inside(level)).height for level in sorted(levels)}
        found.append(WeekHeld(horizon, own.height, inside))
    return found


def _inside(level: float) -> pl.Expr:
    lower, upper = central_pair(level)
    return pl.col("actual").is_between(pl.col(COLUMNS[lower]), pl.col(COLUMNS[upper]))


def _foretold(row: Mapping[str, Any], levels: Sequence[float], *, issued: bool) -> Foretold:
    ends = {level: central_pair(level) for level in sorted(levels)}
    return Foretold(
        horizon=row["horizon"],
        origin=row["origin_date"],
        median=row[COLUMNS[MEDIAN]],
        intervals={level: (row[COLUMNS[low]], row[COLUMNS[high]]) for level, (low, high) in ends.items()},
        issued=issued,
    )
