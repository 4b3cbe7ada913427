"""`forex issue`: enters the newest origin's forecast in the ledger, where it stays as it was issued."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from forex.commands.live import issued_at
from forex.core.clock import Clock, now
from forex.core.errors import DataError, StaleError
from forex.core.files import json_text, read_parquet
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, GRID
from forex.forecast.report import Forecast
from forex.ledger.ledger import LEDGER, append
from forex.ledger.rows import Issued
from forex.operations import load_operations
from forex.params import load_params
from forex.report.run import CALIBRATED, no_run, of_run, other_day
from forex.timeline.calendar import horizon_days

REPORT = Path("reports/forecast.json")


def to_issue(calibrated: pl.DataFrame, report: Forecast) -> list[Issued]:
    """The published rows of the newest origin, in order of horizon, with what reports/forecast.json says they were made from.

    Raises DataError where the report is of another run than the frame.
    """
    newest = calibrated.filter(pl.col("origin_date") == pl.col("origin_date").max(), pl.col("model") == PUBLISHED)
    rows = {row["horizon"]: row for row in newest.iter_rows(named=True)}
    made = [str(newest["origin_date"].max()), {name: _said(row) for name, row in rows.items()}]
    told = {name: [str(entry.target_date), entry.steps, entry.quantiles] for name, entry in report.horizons.items()}
    if json.loads(json_text(made)) != [str(report.origin_date), told]:
        raise DataError(f"{REPORT} is not the forecast in {CALIBRATED}: the last run has not finished. Run dvc repro.")
    return [
        issued_row(row, report.as_of, report.inputs.data_sha256, report.inputs.params_sha256)
        for _, row in sorted(rows.items(), key=lambda item: horizon_days(item[0]))
    ]


def issued_row(row: Mapping[str, Any], as_of: dt.date, data_sha256: str, params_sha256: str) -> Issued:
    """The ledger's row for a published row of calibrated.parquet."""
    return Issued(
        origin_date=row["origin_date"],
        horizon=row["horizon"],
        target_date=row["target_date"],
        as_of=as_of,
        steps=row["steps"],
        anchor=row["anchor"],
        quantiles=tuple(row[column] for column in COLUMNS),
        regime=row["regime"],
        data_sha256=data_sha256,
        params_sha256=params_sha256,
    )


def _said(row: Mapping[str, Any]) -> list[Any]:
    quantiles = {f"{level:g}": row[name] for level, name in zip(GRID, COLUMNS, strict=True)}
    return [str(row["target_date"]), row["steps"], quantiles]


def view(*, clock: Clock = now) -> dict[str, Any]:
    """Issue the current forecast: which horizons were entered, and which had been before; data/issued_at.csv says when.

    Raises StaleError where no run for params.yaml's as_of has finished, and what `to_issue` and `forex.ledger.ledger.append` raise.
    """
    params = load_params("as_of")
    report = of_run(REPORT, Forecast)
    if told := other_day(report, params.as_of):
        raise StaleError(told.says)
    timeout = load_operations().ledger.lock_timeout
    if not CALIBRATED.exists():
        raise no_run(CALIBRATED)
    done = append(LEDGER, to_issue(read_parquet(CALIBRATED), report), lock_timeout=timeout)
    issued_at.record(done.added, clock(), lock_timeout=timeout)
    return {
        "origin_date": str(report.origin_date),
        "file": f"{LEDGER}/{report.origin_date.year}.csv",
        "added": {row.horizon: row.id for row in done.added},
        "already": {row.horizon: {"id": row.id, "as_of": str(row.as_of)} for row in done.already},
    }


def text(content: Mapping[str, Any]) -> str:
    """Which horizons were issued now, and which had been before."""
    origin, file = content["origin_date"], content["file"]
    lines = []
    if content["added"]:
        lines.append(f"Issued the forecast of {origin} for {', '.join(content['added'])}: {file}. Commit it.")
    if content["already"]:
        since = sorted({entry["as_of"] for entry in content["already"].values()})
        lines.append(
            f"The forecast of {origin} for {', '.join(content['already'])} had been issued as of {', '.join(since)}, the same: "
            "nothing added."
        )
    return "\n".join(lines)
