"""Whether a day of live use is on time: whether its forecast is due, is late, or was issued with its outcome already public.

An origin's forecast is due from its cut-off until the end of its own day in Santiago. What is issued later stays true to what was
known at the cut-off, but nobody could have used it in time; and once the first outcome is public, only the record tells it from
hindsight.
"""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from forex.commands.live.issued_at import recorded
from forex.ledger import ledger
from forex.observations.store import TARGET, published, read_series_list
from forex.params import Params
from forex.timeline import calendar

LATE = dt.timedelta(hours=1)  # a schedule that runs every hour begins no later than this after the cut-off
STAMP = "%Y-%m-%dT%H:%M:%SZ"


def not_due(at: dt.datetime, params: Params) -> str | None:
    """Why no forecast is due at this instant, by Santiago's date and clock; None where one is."""
    local = at.astimezone(ZoneInfo(calendar.SANTIAGO))
    today = str(local.date())
    if str(calendar.on_or_before(today)) != today:
        return f"{today} is no business day in Chile"
    if at < (cut_off := cut_off_of(today, params)):
        return f"it is {local:%H:%M} in Santiago, and the cut-off of {today} is at {params.cut_off} ({cut_off:{STAMP}})"
    return None


def cut_off_of(origin: str, params: Params) -> dt.datetime:
    """The instant (UTC) of the cut-off on an origin's day."""
    return pl.Series(calendar.cut_offs([origin], params.cut_off)).dt.replace_time_zone("UTC").item()


def first_outcome(origin: str, params: Params) -> tuple[str, dt.datetime] | None:
    """Of the horizons issued for an origin, the one whose outcome is public first, and the instant (UTC) from which it is.

    By the ledger and the publication rule of the store.  None where nothing was issued.
    """
    rows = ledger.read(ledger.LEDGER).filter(pl.col("origin_date") == dt.date.fromisoformat(origin)).sort("target_date")
    if rows.is_empty():
        return None
    return rows["horizon"][0], _public(rows["target_date"].head(1), params).item()


def in_time(rows: pl.DataFrame, params: Params) -> pl.DataFrame:
    """The rows of the ledger without those that are known to have been issued when the observado of their day was public.

    A row whose instant of issue is not recorded counts as issued in time.
    """
    issued = recorded()
    keys = zip(rows["origin_date"].cast(str), rows["horizon"], _public(rows["target_date"], params), strict=True)
    kept = [(origin, horizon) not in issued or issued[origin, horizon] < at for origin, horizon, at in keys]
    return rows.filter(pl.Series(kept, dtype=pl.Boolean))


def _public(targets: pl.Series, params: Params) -> pl.Series:
    """The instants (UTC) from which the outcomes of these days are public, by the publication rule of the store."""
    return published(targets, read_series_list(Path(params.ingest.store), params.ingest.limits)[TARGET].publication)


def lateness(issued_at: dt.datetime, cut_off: dt.datetime, outcome: tuple[str, dt.datetime]) -> str | None:
    """What is to be said of a forecast that was issued more than LATE after its cut-off; None for any other.

    outcome: the horizon whose outcome is public first, and the instant from which it is.

    >>> at = [dt.datetime(2024, 11, day, hour, tzinfo=dt.UTC) for day, hour in ((27, 18), (27, 21), (28, 13))]
    >>> lateness(at[2], at[0], ("1d", at[1]))
    'issued at 2024-11-28T13:00:00Z, 19.0 hours after its cut-off: the outcome of 1d had been public since 2024-11-27T21:00:00Z'
    >>> lateness(at[0], at[0], ("1d", at[1])) is None
    True
    """
    after = issued_at - cut_off
    if after <= LATE:
        return None
    said = f"issued at {issued_at:{STAMP}}, {after / dt.timedelta(hours=1):.1f} hours after its cut-off"
    horizon, public = outcome
    return f"{said}: the outcome of {horizon} had been public since {public:{STAMP}}" if issued_at >= public else said
