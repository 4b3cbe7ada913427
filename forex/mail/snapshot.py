"""The market when the forecast was made: the last known value of a few series, and its change from the value before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from forex.observations.store import TARGET


@dataclass(frozen=True)
class Snapshot:
    """The last known value of a series.  change: as a share of the value before, None where there is none or it is zero."""

    series: str
    date: dt.date
    value: float
    change: float | None


def snapshot(panel: pl.DataFrame, origin: dt.date, series: Sequence[str]) -> list[Snapshot]:
    """Those of `series` that have a value at the origin, in their order.  panel: data/panel.parquet."""
    known = panel.filter(pl.col("origin_date") <= origin).sort("origin_date")
    found = []
    for name in series:
        column = "anchor" if name == TARGET else name
        if column not in known.columns:
            continue
        values = known.select(date=f"{column}_date", value=column).drop_nulls().unique("date", keep="last").sort("date")
        if not values.is_empty():
            date, value = values.row(-1)
            before = values["value"][-2] if values.height > 1 else None
            found.append(Snapshot(name, date, value, value / before - 1 if before else None))
    return found
