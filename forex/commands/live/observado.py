"""The observado as a forecast of live use knows it: whether it is fresh, what it lacks, and what has been published since."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from forex.commands.live.on_time import STAMP
from forex.core.errors import StaleError
from forex.forecast.forecast import clp
from forex.observations.ingest import age_business_days, known_rows
from forex.observations.store import TARGET, read_series, read_series_list
from forex.params import Params
from forex.providers.fetch import expected_date


def refuse_stale(params: Params, origin: str, cut_off: dt.datetime) -> None:
    """Raise StaleError where the newest observado known at the cut-off is too old for the origin.

    The bound is that of the stage `validate`, validate.max_age.critical in business days, applied before a run changes anything.
    """
    newest: Any = known_rows(_target_rows(params), cut_off)["date"].max()
    bound = params.validate_.max_age.critical
    if newest is None or age_business_days(str(newest), origin) > bound:
        known = (
            f"no value was known at {cut_off:{STAMP}}"
            if newest is None
            else f"the newest value known at {cut_off:{STAMP}} is of {newest}, {bound} business days are allowed "
            "(validate.max_age.critical)"
        )
        raise StaleError(f"{TARGET}: {known}. The last forecast and params.yaml are as they were; fetch again later.")


def lacks(params: Params, cut_off: dt.datetime) -> str | None:
    """A sentence on the observado that the forecast should know by its publication rule, and does not.

    None where the newest one due by the cut-off was known at it, and where none was known at all.
    """
    rows = _target_rows(params)
    listed = read_series_list(Path(params.ingest.store), params.ingest.limits)
    expected = expected_date(listed[TARGET], cut_off)
    known = known_rows(rows, cut_off)["date"].max()
    if not isinstance(known, dt.date) or known >= expected:
        return None
    came = rows.filter(pl.col("date") == expected)["known_at"].min()
    when = f"it came at {came:{STAMP}}" if isinstance(came, dt.datetime) else "it has not come"
    return (
        f"It stands on the observado of {known} and lacks that of {expected}, which was due before the cut-off: {when}."
    )


def published_since(params: Params, cut_off: dt.datetime) -> dict[str, Any]:
    """The newest observado that became known after the cut-off, and whose date is later than all that was known at it.

    Under `published_since`: its date and its value in CLP per USD, both as text; None where there is none.
    """
    rows = _target_rows(params)
    known = known_rows(rows, cut_off)["date"].max()
    later = rows.filter(pl.col("known_at") > cut_off)
    if known is not None:
        later = later.filter(pl.col("date") > known)
    if later.is_empty():
        return {"published_since": None}
    date, value = later.sort("date", "known_at").select("date", "value").row(-1)
    return {"published_since": {"date": str(date), "value": clp(value)}}


def _target_rows(params: Params) -> pl.DataFrame:
    store, limits = Path(params.ingest.store), params.ingest.limits
    return read_series(store, TARGET, read_series_list(store, limits)[TARGET], limits)
