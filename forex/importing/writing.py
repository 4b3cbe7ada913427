"""Writing what was understood into a store, by the store's own rules: rows are added, none is changed, each with its known_at.

A store that does not exist yet is begun; a series that it does not list is added to its series.yaml. A series keeps the kind of
file that it has; a new one is parquet, which `forex fetch` can go on with.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl

from forex.core.disk import exists, write_text
from forex.core.edges.reading import read_utf8
from forex.core.errors import UsageError
from forex.core.files import read_text
from forex.importing.plausible import Value
from forex.observations.store import SERIES_FILE, Series, published, read_series, read_series_list
from forex.params import StoreLimits
from forex.providers.append import INSTANT, ROWS, Arrived, additions, append, recorded_attempts, stored_rows
from forex.providers.protocol import Observation

STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Addition:
    """What a file adds to a series.

    path: the series' file in the store.  rows: with the columns of `forex.providers.append.ROWS`.  new: how many rows are of days
    that the store lacks.  revised: of days whose value changes.  same: how many values add no row.
    """

    path: Path
    rows: pl.DataFrame
    new: int
    revised: int
    same: int


def addition(
    store: Path,
    name: str,
    entry: Series,
    values: Sequence[Value],
    source: str,
    now: dt.datetime,
    limits: StoreLimits,
) -> Addition:
    """What `values` add to the series `name` of the store; nothing is written.

    source: what the rows name as theirs.  now: when they were imported (UTC).  Raises DataError where the series' file cannot be
    read; UsageError where the series has two files.
    """
    path, stored = _stored(store, name, entry, limits)
    arrived = [Arrived(Observation(value.date, float(value.number), value.known_at), source, now) for value in values]
    attempts = recorded_attempts(store).filter(pl.col("series") == name)
    rows = additions(stored, arrived, entry.publication, attempts)
    revised = rows.filter(pl.col("date").is_in(stored["date"].implode())).height
    return Addition(path, rows, rows.height - revised, revised, len(values) - rows.height)


def enter(store: Path, name: str, entry: Series, limits: StoreLimits) -> None:
    """Add the series to series.yaml where it is not listed; call it after `write`, for what is listed has to have a file."""
    path = store / SERIES_FILE
    before = (
        read_text(path).rstrip() + "\n"
        if exists(path)
        else "# What each series is, and from when its values are public.\n"
    )
    if exists(path) and name in read_series_list(store, limits):
        return
    write_text(path, before + entry_text(name, entry))


def entry_text(name: str, entry: Series) -> str:
    """The entry of a series as series.yaml has it."""
    rule = entry.publication
    when = f'{{business_days: {rule.business_days}, time: "{rule.time}", zone: {rule.zone}}}'
    lines = [f"{name}:", f"  title: {_quoted(entry.title)}", f"  unit: {_quoted(entry.unit)}", f"  tier: {entry.tier}"]
    lines += [f"  publication: {when}", *([f"  quotes: {entry.quotes}"] if entry.quotes else [])]
    return "\n".join(lines) + "\n"


def write(added: Addition, entry: Series, values: Sequence[Value], limits: StoreLimits) -> None:
    """Append what `addition` made of `values` to the series' file; the caller holds the store's lock.

    A CSV file gets the numbers to the last decimal.
    """
    if added.path.suffix == ".parquet":
        append(added.path.parent, added.path.stem, added.rows)
    elif added.rows.height:
        _append_to_csv(added, entry, {(value.date, float(value.number)): value.number for value in values}, limits)


def _stored(store: Path, name: str, entry: Series, limits: StoreLimits) -> tuple[Path, pl.DataFrame]:
    path = store / f"{name}.csv"
    if not exists(path):
        return store / f"{name}.parquet", stored_rows(store, name)
    if path.with_suffix(".parquet").exists():
        raise UsageError(f"{path} and {path.with_suffix('.parquet')}: a series has one file. Remove one of them.")
    rows = read_series(store, name, entry, limits).select("date", "value", "known_at", "source")
    return path, rows.with_columns(retrieved_at=pl.lit(None, INSTANT)).select(list(ROWS))


def _append_to_csv(
    added: Addition, entry: Series, exact: Mapping[tuple[dt.date, float], Decimal], limits: StoreLimits
) -> None:
    """Write the file anew: its rows as they were, then those added, with known_at where the publication rule gives another."""
    head, *before = csv.reader(
        io.StringIO(read_utf8(added.path, limits.file_bytes(), mend="Save it as UTF-8 CSV."), newline="")
    )
    columns = [name.strip() for name in head]
    by_rule = published(added.rows["date"], entry.publication)
    if (added.rows["known_at"] != by_rule).any() and "known_at" not in columns:
        columns.append("known_at")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([*row, *[""] * (len(columns) - len(row))] for row in before if row)
    for row, rule in zip(added.rows.iter_rows(named=True), by_rule, strict=True):
        cells = {
            "date": str(row["date"]),
            "value": f"{exact[row['date'], row['value']]:f}",
            "known_at": "" if row["known_at"] == rule else f"{row['known_at']:{STAMP}}",
            "source": row["source"],
        }
        writer.writerow([cells.get(column, "") for column in columns])
    write_text(added.path, out.getvalue())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
