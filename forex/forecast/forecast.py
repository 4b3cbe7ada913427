"""The newest origin's forecast in full: what is said, from what, and what was missing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from forex.core.errors import DataError
from forex.core.files import CLP_DECIMALS
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, MEDIAN, central_pair
from forex.core.sentence import sentence
from forex.forecast.fan import by_length
from forex.forecast.ladder import ladder
from forex.forecast.report import (
    QUANTILES,
    Conditions,
    Forecast,
    HorizonForecast,
    Inputs,
    Reason,
    Stale,
    TargetForecast,
)
from forex.observations.manifest import Listed, Manifest
from forex.observations.store import TARGET, usual_age
from forex.params import content_sha256, entering_sha256
from forex.statistics.distribution import probability_above
from forex.timeline import calendar
from forex.validation.report import Expectations

TITLE = "Dólar observado, CLP per USD"


def at_origin(calibrated: pl.DataFrame, origin: dt.date, horizons: Sequence[str]) -> pl.DataFrame:
    """The published rows of one origin in the order of `horizons`.

    Raises DataError naming the first and last origin of the file where it has no such origin.
    """
    rows = calibrated.filter((pl.col("origin_date") == origin) & (pl.col("model") == PUBLISHED))
    if rows.is_empty():
        first, last = str(calibrated["origin_date"].min()), str(calibrated["origin_date"].max())
        reason = "is not a business day" if not calendar.is_business_day(str(origin)) else "is outside of it"
        raise DataError(f"no forecast was made on {origin}: origins run from {first} to {last}, and it {reason}.")
    return rows.sort(
        pl.col("horizon").replace_strict({name: i for i, name in enumerate(horizons)}, return_dtype=pl.Int64)
    )


def target_forecast(row: Mapping[str, Any], levels: Sequence[float]) -> TargetForecast:
    """One day's forecast from a row of calibrated.parquet."""
    quantiles = [row[name] for name in COLUMNS]
    ends = {f"{level:g}": central_pair(level) for level in levels}
    return TargetForecast(
        target_date=row["target_date"],
        steps=row["steps"],
        median=quantiles[MEDIAN],
        intervals={level: (quantiles[lower], quantiles[upper]) for level, (lower, upper) in ends.items()},
        probability_of_rise=probability_above(quantiles, row["anchor"]),
        quantiles=dict(zip(QUANTILES, quantiles, strict=True)),
    )


def forecast_report(
    rows: pl.DataFrame,
    *,
    panel_row: Mapping[str, Any],
    regime_row: Mapping[str, Any],
    model: str,
    manifest: Manifest,
    expectations: Expectations,
    hashes: Mapping[str, str],
    levels: Sequence[float],
    conditions: Conditions,
) -> Forecast:
    """reports/forecast.json.

    rows: the published rows of the newest origin, made by `model`.
    hashes: of each block of params that enters the forecast.
    conditions: from `forex.forecast.conditions.conditions`.
    """
    first = rows.row(0, named=True)
    series = manifest.series
    entries = {row["horizon"]: target_forecast(row, levels) for row in rows.iter_rows(named=True)}
    return Forecast(
        title=TITLE,
        as_of=manifest.as_of,
        origin_date=first["origin_date"],
        made_at=panel_row["cut_off_at"].replace(tzinfo=dt.UTC),
        anchor=first["anchor"],
        anchor_date=panel_row["anchor_date"],
        anchor_age=panel_row["anchor_age"],
        regime=first["regime"],
        regime_confidence=regime_row["confidence"],
        horizons={name: HorizonForecast(**dict(entry), model=model) for name, entry in entries.items()},
        ladder=ladder(entries),
        inputs=Inputs(
            series={name: entry.sha256 for name, entry in series.items() if entry.sha256 is not None},
            data_sha256=content_sha256({name: entry.sha256 for name, entry in series.items()}),
            params_sha256=entering_sha256(hashes),
        ),
        missing=_missing(series, expectations, panel_row),
        flagged=tuple(
            Reason(series=name, tier=series[name].tier, why=checked.why)
            for name, checked in sorted(expectations.series.items())
            if checked.why and name in panel_row
        ),
        stale=_stale(series, panel_row, first["origin_date"]),
        warnings=expectations.warnings,
        conditions=conditions,
    )


def _missing(
    series: Mapping[str, Listed], expectations: Expectations, panel_row: Mapping[str, Any]
) -> tuple[Reason, ...]:
    """The series that the forecast had to do without, and why."""
    missing = []
    for name, entry in sorted(series.items()):
        checked = expectations.series.get(name)
        why = checked.why if checked else None
        if name != TARGET and name not in panel_row:
            missing.append(Reason(series=name, tier=entry.tier, why=why or sentence("no usable value")))
    return tuple(missing)


def _stale(series: Mapping[str, Listed], panel_row: Mapping[str, Any], origin: dt.date) -> tuple[Stale, ...]:
    """The series whose last value is older than their publication rule explains, with their age and by how much."""
    cut_off_at = panel_row["cut_off_at"].replace(tzinfo=dt.UTC)
    ages: dict[str, Any] = {name: panel_row.get("anchor_age" if name == TARGET else f"{name}_age") for name in series}
    found = []
    for name, age in sorted(ages.items()):
        usual = usual_age(series[name].publication, origin, cut_off_at)
        if name != TARGET:
            usual = max(usual, 0)  # the panel has no driver's value of a day after the origin
        late = 0 if age is None else age - usual
        if late > 0:
            found.append(Stale(series=name, tier=series[name].tier, business_days=age, late=late))
    return tuple(found)


def forecast_table(report: Forecast) -> pl.DataFrame:
    """reports/forecast.csv: one row per horizon, the shortest first, with the ends of each interval."""
    rows = []
    for horizon, entry in by_length(report.horizons).items():
        row = {"origin_date": report.origin_date, "horizon": horizon, "target_date": entry.target_date}
        row |= {"anchor": report.anchor, "median": entry.median}
        for level, (lower, upper) in entry.intervals.items():
            row |= {f"lower_{level}": lower, f"upper_{level}": upper}
        rows.append(row | {"probability_of_rise": entry.probability_of_rise, "regime": report.regime})
    return pl.DataFrame(rows)


def clp(value: float) -> str:
    """A rate as people read it.

    >>> clp(975.06)
    '975.06'
    """
    return f"{np.round(value, CLP_DECIMALS):.2f}"
