"""Writing what was understood into a store, by the store's own rules: rows are added, none is changed, each with its known_at.

A store that does not exist yet is begun; a series that it does not list is added to its series.yaml. A series keeps the kind of
file that it has; a new one is parquet, which `forex fetch` can go on with. What would be written is first read as every run reads
it: a store that can be read before an import can be read after it.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from forex.core.disk import exists, write_text
from forex.core.edges.reading import read_utf8
from forex.core.errors import DataError, ForexError, UsageError
from forex.core.files import read_text, write_verified_parquet
from forex.importing.plausible import Value
from forex.observations.store import SERIES_FILE, Series, published, read_series, read_series_list, series_list
from forex.params import StoreLimits
from forex.providers.append import INSTANT, ROWS, Arrived, additions, append, recorded_attempts, stored_rows
from forex.providers.protocol import Observation

STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Addition:
    """What a file adds to a series.

    path: the series' file in the store.  rows: with the columns of `forex.providers.append.ROWS`.  exact: their numbers to the last
    decimal, by date and value.  new: how many days the store lacks.  revised: how many rows give a day another value.  same: how
    many values add no row.  dates: how many days the series then has.
    """

    path: Path
    rows: pl.DataFrame
    exact: Mapping[tuple[dt.date, float], Decimal]
    new: int
    revised: int
    same: int
    dates: int


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
    read, or could not be with these rows, and where a value contradicts the one that was known at the same instant; UsageError
    where the series has two files.
    """
    path, stored = _stored(store, name, entry, limits)
    newest = dict(stored.sort("known_at", maintain_order=True).select("date", "value").iter_rows())
    numbers = [_number(value.number, newest.get(value.date)) for value in values]
    _refuse_contradictions(path, stored, values)
    arrived = [
        Arrived(Observation(value.date, number, value.known_at), source, now)
        for value, number in zip(values, numbers, strict=True)
    ]
    attempts = recorded_attempts(store).filter(pl.col("series") == name)
    rows = additions(stored, arrived, entry.publication, attempts)
    new = rows.filter(~pl.col("date").is_in(stored["date"].implode()))["date"].n_unique()
    exact = {(value.date, number): value.number for value, number in zip(values, numbers, strict=True)}
    dates = stored["date"].n_unique() + new
    added = Addition(path, rows, exact, new, rows.height - new, len(values) - rows.height, dates)
    _refuse_unreadable(store, name, entry, added, limits)
    return added


def enter(store: Path, name: str, entry: Series, limits: StoreLimits) -> None:
    """Add the series to series.yaml where it is not listed; call it after `write`, for what is listed has to have a file."""
    text = _listing(store, name, entry, limits)
    if text is not None:
        write_text(store / SERIES_FILE, text)


def entry_text(name: str, entry: Series) -> str:
    """The entry of a series as series.yaml has it."""
    rule = entry.publication
    when = f'{{business_days: {rule.business_days}, time: "{rule.time}", zone: {rule.zone}}}'
    lines = [f"{name}:", f"  title: {_quoted(entry.title)}", f"  unit: {_quoted(entry.unit)}", f"  tier: {entry.tier}"]
    lines += [f"  publication: {when}", *([f"  quotes: {entry.quotes}"] if entry.quotes else [])]
    return "\n".join(lines) + "\n"


def write(added: Addition, entry: Series, limits: StoreLimits) -> None:
    """Append what `addition` found to the series' file; the caller holds the store's lock.

    A CSV file gets the numbers to the last decimal.
    """
    if added.path.suffix == ".parquet":
        append(added.path.parent, added.path.stem, added.rows)
    elif added.rows.height:
        write_text(added.path, _csv(added, entry, limits))


def _number(exact: Decimal, stored: float | None) -> float:
    """The value as the store gets it: what it has already, where both agree in the 15 digits that a spreadsheet keeps."""
    number = float(exact)
    return stored if stored is not None and f"{stored:.15g}" == f"{number:.15g}" else number


def _refuse_contradictions(path: Path, stored: pl.DataFrame, values: Sequence[Value]) -> None:
    held = {(date, known_at): value for date, known_at, value in stored.select("date", "known_at", "value").iter_rows()}
    for value in values:
        other = held.get((value.date, value.known_at)) if value.known_at else None
        if other is not None and _number(value.number, other) != other:
            raise DataError(
                f"{value.place}: {value.date} is {value.number}, known at {value.known_at:{STAMP}}; {path} has {other:.15g}, known "
                "at the same instant. A correction has an instant of its own: leave out known_at, or give that of the correction."
            )


def _refuse_unreadable(store: Path, name: str, entry: Series, added: Addition, limits: StoreLimits) -> None:
    """Raise DataError where the store could not be read any more once this is written."""
    listing = _listing(store, name, entry, limits)
    with TemporaryDirectory() as made:
        trial = Path(made)
        try:
            if listing is not None:
                write_text(trial / SERIES_FILE, listing)
                if series_list(trial / SERIES_FILE).get(name) != entry:
                    raise DataError(f"{trial / SERIES_FILE}: its end is not in its first column.")
            if added.rows.height:
                _try(trial, added, entry, limits)
                read_series(trial, name, entry, limits)
        except ForexError as error:
            why = str(error).replace(str(trial), str(store))
            raise DataError(f"Nothing was written, for then the store could not be read any more: {why}") from error


def _try(folder: Path, added: Addition, entry: Series, limits: StoreLimits) -> None:
    """Write the series' file, as it will be, into another folder."""
    path = folder / added.path.name
    if path.suffix == ".parquet":
        write_verified_parquet(path, pl.concat([stored_rows(added.path.parent, path.stem), added.rows]))
    else:
        write_text(path, _csv(added, entry, limits))


def _listing(store: Path, name: str, entry: Series, limits: StoreLimits) -> str | None:
    """series.yaml with the series at its end; None where it is listed."""
    path = store / SERIES_FILE
    if not exists(path):
        return "# What each series is, and from when its values are public.\n" + entry_text(name, entry)
    if name in read_series_list(store, limits):
        return None
    return read_text(path).rstrip() + "\n" + entry_text(name, entry)


def _stored(store: Path, name: str, entry: Series, limits: StoreLimits) -> tuple[Path, pl.DataFrame]:
    path = store / f"{name}.csv"
    if not exists(path):
        return store / f"{name}.parquet", stored_rows(store, name)
    if path.with_suffix(".parquet").exists():
        raise UsageError(f"{path} and {path.with_suffix('.parquet')}: a series has one file. Remove one of them.")
    rows = read_series(store, name, entry, limits).select("date", "value", "known_at", "source")
    return path, rows.with_columns(retrieved_at=pl.lit(None, INSTANT)).select(list(ROWS))


def _csv(added: Addition, entry: Series, limits: StoreLimits) -> str:
    """The series' file: its rows as they were, then those added, with known_at where the publication rule gives another."""
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
            "value": f"{added.exact[row['date'], row['value']]:f}",
            "known_at": "" if row["known_at"] == rule else f"{row['known_at']:{STAMP}}",
            "source": row["source"],
        }
        writer.writerow([cells.get(column, "") for column in columns])
    return out.getvalue()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
