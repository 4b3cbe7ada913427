"""Appending to a store: rows are added, never rewritten, and each says from which instant it was known.

A date seen for the first time was known when its publication rule says, so that a history fetched years later is usable point in
time, and never before the instant that its provider names as the earliest; unless a fetch asked for it after that instant and
did not get it: then it is known from the retrieval on. A changed value is a revision, known from the retrieval on; but a provider
that is asked only where another fails revises nothing that the other has said. A value that the store already holds adds nothing.
What was published before a series was first asked for is its history, even if the first fetches failed, brought no more than the
latest days, or missed a part that they named: one wrong password does not make twenty years unusable.

A fetch counts once it has ended, at the instant of its end, and never from the future: one that was killed has learned nothing, and
what a clock that was ahead wrote down did not happen.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from forex.core.disk import exists
from forex.core.errors import DataError, UsageError
from forex.core.files import read_parquet, write_verified_parquet
from forex.observations.store import RESTORE, Publication, published
from forex.operations import declared_providers
from forex.providers.protocol import Observation

INSTANT = pl.Datetime("us", "UTC")
ROWS: dict[str, pl.DataType | type[pl.DataType]] = {
    "date": pl.Date,
    "value": pl.Float64,
    "known_at": INSTANT,
    "source": pl.String,
    "retrieved_at": INSTANT,
}
ATTEMPTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "series": pl.String,
    "attempted_at": INSTANT,
    "first": pl.Date,
    "last": pl.Date,
}


MISSING: dict[str, pl.DataType | type[pl.DataType]] = {"series": pl.String, "first": pl.Date, "last": pl.Date}

Period = tuple[dt.date, dt.date]  # first and last date


@dataclass(frozen=True)
class Arrived:
    """An observation, who delivered it, and when.  source: provider and code, "ecb:BRL".  retrieved_at: UTC."""

    observation: Observation
    source: str
    retrieved_at: dt.datetime


def stored_rows(store: Path, name: str) -> pl.DataFrame:
    """Every row of a series in the order of its file, with the columns of ROWS; none where the file does not exist yet.

    Raises DataError where the file is damaged or has other columns; UsageError where the series has a CSV file.
    """
    path = store / f"{name}.parquet"
    refuse_csv(store, name)
    if not exists(path):
        return pl.DataFrame(schema=ROWS)
    rows = read_parquet(path, mend=RESTORE)
    if dict(rows.schema) != ROWS:
        raise DataError(f"{path}: has the columns {', '.join(rows.columns)}; expected {', '.join(ROWS)}. Move it away.")
    return rows


def refuse_csv(store: Path, name: str) -> None:
    """Raise UsageError where the series has a CSV file, to which no fetch appends."""
    path = store / f"{name}.parquet"
    if exists(path.with_suffix(".csv")):
        raise UsageError(
            f"{path.with_suffix('.csv')}: a series has one file, and forex fetch appends to parquet files only. Move it away to "
            f"have {name} fetched, or remove {name} from fetch.series."
        )


def additions(
    stored: pl.DataFrame,
    arrived: Sequence[Arrived],
    rule: Publication,
    attempts: pl.DataFrame,
    *,
    order: Sequence[str] = (),
    missing: Sequence[Period] = (),
) -> pl.DataFrame:
    """The rows that `arrived` adds to the `stored` ones of a series, in order of date.

    attempts: this series' fetches before the present one, with the columns of ATTEMPTS.  Two kinds of dates that they did not get
    are history all the same, if published before the first of them: those before all stored dates, while the store has nothing of
    the series from a provider that serves a history, and those in `missing`.  order: the sources as they are asked; a later one's
    value does not take the place of an earlier one's.
    """
    until = max((arrival.retrieved_at for arrival in arrived), default=dt.datetime.max.replace(tzinfo=dt.UTC))
    by_knowledge = without_future(stored, until).sort("known_at", maintain_order=True)
    newest = dict(by_knowledge.select("date", "value").iter_rows())
    rank = {source: i for i, source in enumerate(order)}
    ranks = {date: rank.get(source, len(rank)) for date, source in by_knowledge.select("date", "source").iter_rows()}
    vintages = set(stored.select("date", "known_at").iter_rows())
    instants = dict(zip([arrival.observation.date for arrival in arrived], _by_rule(arrived, rule), strict=True))
    asked = list(attempts.select("attempted_at", "first", "last").iter_rows())
    begun = min((at for at, _, _ in asked), default=None)
    history_until = begun if with_history(stored).is_empty() else None
    oldest = min(newest, default=dt.date.max)
    rows = []
    # Sorting is stable: the vintages of a date stay in order.
    for arrival in sorted(arrived, key=lambda arrival: arrival.observation.date):
        date, value, recorded = arrival.observation.date, arrival.observation.value, arrival.observation.known_at
        if newest.get(date) == value or (date, recorded) in vintages:
            continue
        if rank.get(arrival.source, len(rank)) > ranks.get(date, len(rank)):
            continue
        known_at = recorded or max(instants[date], arrival.observation.not_before or instants[date])
        missed = any(at > known_at and first <= date <= last for at, first, last in asked)
        if history_until and known_at < history_until and date < oldest:
            missed = False
        if begun and known_at < begun and any(first <= date <= last for first, last in missing):
            missed = False
        if missed or (date in newest and not recorded):
            known_at = arrival.retrieved_at
        newest[date] = value
        rows.append((date, value, known_at, arrival.source, arrival.retrieved_at))
    return pl.DataFrame(rows, schema=ROWS, orient="row")


def with_history(stored: pl.DataFrame) -> pl.DataFrame:
    """The stored rows that came from a provider that serves a history."""
    latest_only = [name for name, traits in declared_providers().items() if "latest_only" in traits]
    return stored.filter(~pl.col("source").str.split(":").list.first().is_in(latest_only))


def append(store: Path, name: str, added: pl.DataFrame) -> None:
    """Write the series' file anew with `added` at its end, verified and whole or not at all; nothing where nothing is added."""
    if added.height:
        write_verified_parquet(store / f"{name}.parquet", pl.concat([stored_rows(store, name), added]))


def recorded_attempts(store: Path) -> pl.DataFrame:
    """The fetches of every series that `record_attempts` noted, with the columns of ATTEMPTS; none where it noted none yet.

    Raises DataError where the record is damaged or has other columns.
    """
    path = _attempts_file(store)
    if not exists(path):
        return pl.DataFrame(schema=ATTEMPTS)
    attempts = read_parquet(path, mend=RESTORE)
    if dict(attempts.schema) != ATTEMPTS:
        raise DataError(
            f"{path}: has the columns {', '.join(attempts.columns)}; expected {', '.join(ATTEMPTS)}. {RESTORE}"
        )
    return attempts


def record_attempts(store: Path, ended: Sequence[tuple[str, dt.datetime, dt.date, dt.date]]) -> None:
    """Note, when a fetch has ended, which dates of which series it has asked for: series, instant of the end, first, last.

    What was recorded at a later instant than any of these is dropped: the clock was ahead.
    """
    until = max((at for _, at, _, _ in ended), default=None)
    if until is not None:
        before = recorded_attempts(store).filter(pl.col("attempted_at") <= until)
        write_verified_parquet(
            _attempts_file(store), pl.concat([before, pl.DataFrame(sorted(ended), schema=ATTEMPTS, orient="row")])
        )


def recorded_missing(store: Path) -> dict[str, list[Period]]:
    """The periods of each series that a provider should have and did not bring, for the next fetch to ask for.

    Raises DataError where the record is damaged or has other columns.
    """
    path = _missing_file(store)
    rows = read_parquet(path, mend=RESTORE) if exists(path) else pl.DataFrame(schema=MISSING)
    if dict(rows.schema) != MISSING:
        raise DataError(f"{path}: has the columns {', '.join(rows.columns)}; expected {', '.join(MISSING)}. {RESTORE}")
    found: dict[str, list[Period]] = {}
    for name, first, last in rows.iter_rows():
        found.setdefault(name, []).append((first, last))
    return found


def record_missing(store: Path, missing: Mapping[str, Sequence[Period]]) -> None:
    """Replace the record of `recorded_missing` with these periods by series, each once; no file is begun where there are none."""
    rows = [(name, *period) for name in sorted(missing) for period in sorted(set(missing[name]))]
    if rows or exists(_missing_file(store)):
        write_verified_parquet(_missing_file(store), pl.DataFrame(rows, schema=MISSING, orient="row"))


def without_future(stored: pl.DataFrame, now: dt.datetime) -> pl.DataFrame:
    """The stored rows but those both retrieved and known after `now` only, which a clock that was ahead has made."""
    return stored.filter((pl.col("retrieved_at") <= now) | (pl.col("known_at") <= now))


def _missing_file(store: Path) -> Path:
    return store / "fetches" / "missing.parquet"


def _attempts_file(store: Path) -> Path:
    return store / "fetches" / "attempts.parquet"


def _by_rule(arrived: Sequence[Arrived], rule: Publication) -> list[dt.datetime]:
    dates = pl.Series([arrival.observation.date for arrival in arrived], dtype=pl.Date)
    return published(dates, rule).to_list()
