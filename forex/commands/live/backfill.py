"""`forex backfill`: the rows that daily runs would have issued, in a file of one's own and never in the ledger.

A forecast uses nothing that became known after its origin's cut-off, so the backtest's row for a day is what a run on that day
would have said. Its hashes are those of the data known then and of the params with that day as `as_of`.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from forex.commands.live.issue import REPORT, issued_row
from forex.commands.live.own_file import refuse_others
from forex.core.disk import write_bytes
from forex.core.edges.validators import iso_day
from forex.core.errors import UsageError
from forex.core.files import read_parquet
from forex.core.names import PUBLISHED
from forex.core.reports import read_report
from forex.forecast.report import Forecast
from forex.ledger.ledger import FIRST_LINE
from forex.observations.ingest import content_hash, known_rows
from forex.observations.manifest import Manifest
from forex.params import ENTERING, Params, block_hashes, content_sha256, entering_sha256, load_params
from forex.report.run import CALIBRATED
from forex.timeline import calendar

MANIFEST = Path("data/manifest.json")
RAW = Path("data/raw")

TOLD = 250  # business days, about a year


def view(first: str, last: str, out: Path, *, progress: Callable[[str], None]) -> dict[str, Any]:
    """Write the published forecasts of the origins from `first` to `last` to `out`, in the ledger's format.

    progress: gets a line for every TOLD origins.

    Raises UsageError for a wrong date, for a file that exists or belongs to the project, where the last run covers none of the
    days, and where params.yaml is not what that run was made with.
    """
    days = _date(first, "--from"), _date(last, "--to")
    params = load_params()
    refuse_others(out, store=params.ingest.store)
    calibrated = read_parquet(CALIBRATED)
    published = calibrated.filter(pl.col("model") == PUBLISHED, pl.col("origin_date").is_between(*days))
    if published.is_empty():
        ends = calibrated.select(first=pl.col("origin_date").min(), last=pl.col("origin_date").max()).row(0)
        raise UsageError(
            f"no forecast between {days[0]} and {days[1]}: the last run's origins are {ends[0]} to {ends[1]}."
        )
    report = read_report(REPORT, Forecast)
    if str(report.as_of) != params.as_of:
        raise UsageError(
            f"params.yaml says as_of {params.as_of}, and no run for that day has finished. Run dvc repro first."
        )
    if report.inputs.params_sha256 != _entering(params, params.as_of):
        raise UsageError("params.yaml has changed since the last run, which made these forecasts. Run dvc repro first.")
    lines = _lines(published, params, progress)
    write_bytes(out, ("\n".join([FIRST_LINE, *lines]) + "\n").encode(), new=True)
    origins = published["origin_date"].unique().sort()
    return {
        "file": str(out),
        "rows": len(lines),
        "origins": len(origins),
        "first": str(origins[0]),
        "last": str(origins[-1]),
    }


def text(content: dict[str, Any]) -> str:
    """One sentence: the file, how many rows it has, and which business days they cover."""
    return (
        f"{content['file']}: {content['rows']} rows, what daily runs on {content['origins']} business days from "
        f"{content['first']} to {content['last']} would have issued."
    )


def _lines(published: pl.DataFrame, params: Params, progress: Callable[[str], None]) -> list[str]:
    known_until = {
        name: read_parquet(path) if (path := RAW / f"{name}.parquet").exists() else None
        for name in read_report(MANIFEST, Manifest).series
    }
    order = pl.col("horizon").str.strip_suffix("d").cast(pl.Int64)
    lines: list[str] = []
    count = published["origin_date"].n_unique()
    for done, ((origin,), rows) in enumerate(published.group_by("origin_date", maintain_order=True)):
        if done and not done % TOLD:
            progress(f"{done} of {count} business days, the next one is {origin}")
        data = content_sha256(_hashes(known_until, str(origin), params.cut_off))
        entering = _entering(params, str(origin))
        lines += [issued_row(row, origin, data, entering).line for row in rows.sort(order).iter_rows(named=True)]
    return lines


def _entering(params: Params, as_of: str) -> str:
    """The hash of the params that entered the forecast of a run with this `as_of`."""
    return entering_sha256(block_hashes(params, *ENTERING) | {"as_of": content_sha256(as_of)})


def _hashes(series: dict[str, pl.DataFrame | None], origin: str, cut_off: str) -> dict[str, str | None]:
    """The hash of what was known of each series at the origin's cut-off, as in the manifest of that day."""
    at: dt.datetime = pl.Series(calendar.cut_offs([origin], cut_off)).dt.replace_time_zone("UTC").item()
    known = {name: known_rows(rows, at) if rows is not None else None for name, rows in series.items()}
    return {name: content_hash(rows) if rows is not None and rows.height else None for name, rows in known.items()}


def _date(text: str, option: str) -> dt.date:
    try:
        return iso_day(text)
    except ValueError as error:
        raise UsageError(f'{option} {text}: expected a date like "2024-11-27"') from error
