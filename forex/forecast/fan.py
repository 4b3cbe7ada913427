"""The fan: the recent observado with what was forecast of it, and, business day by business day, the forecast from the anchor to
the last horizon.

Between two horizons the quantiles are those of `forex.statistics.distribution.between_horizons`, on a target date the horizon's.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import polars as pl

from forex.core.files import round_clp
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, GRID, MEDIAN, central_pair
from forex.forecast.report import QUANTILES, Forecast, HorizonForecast
from forex.statistics.distribution import between_horizons
from forex.timeline import calendar

Entry = TypeVar("Entry")

OBSERVADO, MEDIAN_PART, INTERVAL, PAST = "observado", "median", "interval", "past"
SCHEMA = {
    "date": pl.Date,
    "part": pl.String,
    "level": pl.Float64,
    "horizon": pl.String,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
}


def by_length(horizons: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries of a report by horizon, the shortest first: JSON sorts them as text.

    >>> list(by_length({"15d": 0, "1d": 0, "7d": 0}))
    ['1d', '7d', '15d']
    """
    return dict(sorted(horizons.items(), key=lambda item: calendar.horizon_days(item[0])))


def past_intervals(calibrated: pl.DataFrame, horizon: str, level: float, first: dt.date, last: dt.date) -> pl.DataFrame:
    """What was published for each day from `first` to `last` one horizon before: its interval of `level`, CLP per USD.

    calibrated: data/forecasts/calibrated.parquet.  Of several forecasts for one day the newest, as the fan has one per day.
    """
    lower, upper = central_pair(level)
    own = (pl.col("model") == PUBLISHED) & (pl.col("horizon") == horizon)
    rows = calibrated.filter(own & pl.col("target_date").is_between(first, last)).sort("target_date", "origin_date")
    found = rows.unique("target_date", keep="last", maintain_order=True).select(
        date="target_date",
        part=pl.lit(PAST),
        level=pl.lit(level),
        horizon="horizon",
        value=pl.lit(None, pl.Float64),
        lower=COLUMNS[lower],
        upper=COLUMNS[upper],
    )
    return found.cast(dict(SCHEMA))  # type: ignore[arg-type]


def fan(panel: pl.DataFrame, forecast: Forecast, *, history_days: int) -> pl.DataFrame:
    """reports/plots/fan.csv, CLP per USD: `observado` up to the anchor's date, `median` and each `interval` from there.

    panel: from forex.observations.align.  forecast: reports/forecast.json.  history_days: calendar days shown before the anchor.
    `horizon` is set on the median of a target date; the anchor itself is where every interval has no width.
    """
    history = past(panel, forecast, history_days=history_days)
    rows: list[dict[str, Any]] = [{"part": OBSERVADO, **row} for row in history.iter_rows(named=True)]

    horizons = by_length(forecast.horizons)
    dates, quantiles = _ahead(forecast, horizons)
    # Where two horizons share a target, the shorter one names it.
    named = {entry.target_date: horizon for horizon, entry in reversed(horizons.items())}
    for date, value in zip(dates, quantiles[:, MEDIAN].tolist(), strict=True):
        rows.append({"part": MEDIAN_PART, "date": date, "value": value, "horizon": named.get(date)})
    for level in sorted((float(text) for text in next(iter(horizons.values())).intervals), reverse=True):
        lower, upper = (quantiles[:, end].tolist() for end in central_pair(level))
        rows += [
            {"part": INTERVAL, "date": date, "level": level, "lower": low, "upper": high}
            for date, low, high in zip(dates, lower, upper, strict=True)
        ]
    return pl.DataFrame(rows, schema=SCHEMA)


def past(panel: pl.DataFrame, forecast: Forecast, *, history_days: int) -> pl.DataFrame:
    """The observado over so many calendar days up to the anchor, where there was one: date, value in CLP per USD."""
    anchor_date = forecast.anchor_date
    first = anchor_date - dt.timedelta(days=history_days)
    shown = pl.col("origin_date").is_between(first, anchor_date, closed="left") & pl.col("observado").is_not_null()
    before = panel.filter(shown).select(date="origin_date", value="observado")
    return before.vstack(pl.DataFrame({"date": [anchor_date], "value": [forecast.anchor]}, schema=before.schema))


def _ahead(forecast: Forecast, horizons: Mapping[str, HorizonForecast]) -> tuple[list[dt.date], np.ndarray]:
    """Business days from the anchor's date to the last target, as known at the origin, and the quantiles: shape (1 + steps, 25)."""
    anchor = forecast.anchor
    by_steps = {entry.steps: entry.quantiles for entry in horizons.values()}
    steps = sorted(by_steps)
    known = np.log(np.array([[by_steps[k][level] for level in QUANTILES] for k in steps]) / anchor)
    path = [np.zeros(len(GRID)), *(between_horizons(steps, known, k) for k in range(1, steps[-1] + 1))]
    last = max(entry.target_date for entry in horizons.values())
    days = calendar.business_days(str(forecast.anchor_date), str(last), known_at=str(forecast.origin_date))
    dates: list[dt.date] = days.astype(object).tolist()
    return dates, round_clp(anchor * np.exp(np.array(path)))
