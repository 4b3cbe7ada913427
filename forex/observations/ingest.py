"""What was known of each series at an instant, and the manifest that says so."""

import datetime as dt
from collections.abc import Mapping
from hashlib import sha256

import numpy as np
import polars as pl

from forex.observations.manifest import Listed, Manifest
from forex.observations.store import Series
from forex.timeline import calendar


def known_rows(rows: pl.DataFrame, at: dt.datetime) -> pl.DataFrame:
    """The rows whose `known_at` is not later than `at` (UTC), in the order of the file; every vintage stays."""
    return rows.filter(pl.col("known_at") <= at)


def manifest(
    listed: Mapping[str, Series],
    known: Mapping[str, pl.DataFrame],
    left_out: Mapping[str, str],
    unlisted: list[str],
    *,
    as_of: str,
    known_until: dt.datetime,
) -> Manifest:
    """What series.yaml says of each series, with its rows, range, content hash and staleness.

    `age` counts business days from a series' last date to the last business day on or before `as_of`; a date beyond it has age 0.
    """
    return Manifest(
        as_of=dt.date.fromisoformat(as_of),
        known_until=known_until,
        series={name: _describe(entry, known.get(name), left_out.get(name), as_of) for name, entry in listed.items()},
        unlisted_files=tuple(unlisted),
    )


def _describe(entry: Series, rows: pl.DataFrame | None, problem: str | None, as_of: str) -> Listed:
    dates = rows["date"].sort().to_list() if rows is not None else []
    return Listed(
        title=entry.title,
        unit=entry.unit,
        tier=entry.tier,
        publication=entry.publication,
        quotes=entry.quotes,
        left_out=problem,
        rows=len(dates),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        age=age_business_days(str(dates[-1]), as_of) if dates else None,
        sha256=content_hash(rows) if rows is not None and dates else None,
    )


def age_business_days(date: str, as_of: str) -> int:
    """Business days from `date` to the last business day on or before `as_of`, at least 0.

    >>> age_business_days("2024-11-25", "2024-11-30")
    4
    """
    return max(int(calendar.steps_between(np.datetime64(date), calendar.on_or_before(as_of))), 0)


def content_hash(rows: pl.DataFrame) -> str:
    """sha256 of the rows as CSV text, so that equal content has equal hashes whatever file it came from."""
    return sha256(rows.drop("line").write_csv(line_terminator="\n").encode()).hexdigest()
