"""Appending to a store: rows are added, never rewritten, and each says from which instant it was known.

A date seen for the first time was known when its publication rule says, so that a history fetched years later is usable point in
time, and never before the instant that its provider names as the earliest; unless a fetch asked for it after that instant and
did not get it: then it is known from the retrieval on. A changed value is a revision, known from the retrieval on; but what a
provider says who is asked only where another fails revises nothing that the other had said. A value that the store already holds
adds nothing. What was published before a series was first asked for is its history, though the first fetches failed, or brought
no more than the latest days: one wrong password does not make twenty years unusable.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from forex.core.errors import DataError, UsageError
from forex.core.files import read_parquet, write_verified_parquet
from forex.observations.store import RESTORE, Publication, published
from forex.params import declared_providers
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


@dataclass(frozen=True)
class Arrived:
    """An observation, who delivered it, and when."""

    observation: Observation
    source: str
    retrieved_at: dt.datetime


def stored_rows(store: Path, name: str) -> pl.DataFrame:
    """Every row of a series in the order of its file, with the columns of ROWS; none where the file is not there yet.

    Raises DataError where the file is damaged or is not one that this module wrote; UsageError where the series is a CSV file.
    """
    path = store / f"{name}.parquet"
    if path.with_suffix(".csv").exists():
        raise UsageError(
            f"{path.with_suffix('.csv')}: a series has one file, and forex fetch appends to parquet files only. Move it away to "
            f"have {name} fetched, or remove {name} from fetch.series."
        )
    if not path.exists():
        return pl.DataFrame(schema=ROWS)
    rows = read_parquet(path, mend=RESTORE)
    if dict(rows.schema) != ROWS:
        raise DataError(f"{path}: has the columns {', '.join(rows.columns)}; expected {', '.join(ROWS)}. Move it away.")
    return rows


def additions(
    stored: pl.DataFrame,
    arrived: Sequence[Arrived],
    rule: Publication,
    attempts: pl.DataFrame,
    *,
    order: Sequence[str] = (),
) -> pl.DataFrame:
    """The rows that `arrived` adds to the `stored` ones of a series, in order of date.

    attempts: columns of ATTEMPTS, this series' fetches before the present one. While the store has nothing of the series from a
    provider that serves its history, those say nothing of dates before all stored ones that were published before the first of
    them: the history is filled in later.  order: the sources as they are asked; a later one's value does not take the place of an
    earlier one's.
    """
    by_knowledge = stored.sort("known_at", maintain_order=True)
    newest = dict(by_knowledge.select("date", "value").iter_rows())
    rank = {source: i for i, source in enumerate(order)}
    ranks = {date: rank.get(source, len(rank)) for date, source in by_knowledge.select("date", "source").iter_rows()}
    vintages = set(stored.select("date", "known_at").iter_rows())
    instants = dict(zip([one.observation.date for one in arrived], _by_rule(arrived, rule), strict=True))
    asked = list(attempts.select("attempted_at", "first", "last").iter_rows())
    history_until = min((at for at, _, _ in asked), default=None) if with_history(stored).is_empty() else None
    oldest = min(newest, default=dt.date.max)
    rows = []
    for one in sorted(arrived, key=lambda one: one.observation.date):  # stable: vintages of a date stay in order
        date, value, recorded = one.observation.date, one.observation.value, one.observation.known_at
        if newest.get(date) == value or (date, recorded) in vintages:
            continue
        if rank.get(one.source, len(rank)) > ranks.get(date, len(rank)):
            continue
        known_at = recorded or max(instants[date], one.observation.not_before or instants[date])
        missed = any(at > known_at and first <= date <= last for at, first, last in asked)
        if history_until and known_at < history_until and date < oldest:
            missed = False
        if missed or (date in newest and not recorded):
            known_at = one.retrieved_at
        newest[date] = value
        rows.append((date, value, known_at, one.source, one.retrieved_at))
    return pl.DataFrame(rows, schema=ROWS, orient="row")


def with_history(stored: pl.DataFrame) -> pl.DataFrame:
    """The stored rows that came from a provider that serves a history."""
    latest_only = [name for name, traits in declared_providers().items() if "latest_only" in traits]
    return stored.filter(~pl.col("source").str.split(":").list.first().is_in(latest_only))


def append(store: Path, name: str, added: pl.DataFrame) -> None:
    """Write the series' file anew with `added` at its end: aside, flushed, read back, renamed."""
    if added.height:
        write_verified_parquet(store / f"{name}.parquet", pl.concat([stored_rows(store, name), added]))


def recorded_attempts(store: Path) -> pl.DataFrame:
    path = _attempts_file(store)
    if not path.exists():
        return pl.DataFrame(schema=ATTEMPTS)
    attempts = read_parquet(path, mend=RESTORE)
    if dict(attempts.schema) != ATTEMPTS:
        raise DataError(
            f"{path}: has the columns {', '.join(attempts.columns)}; expected {', '.join(ATTEMPTS)}. {RESTORE}"
        )
    return attempts


def record_attempts(store: Path, attempted_at: dt.datetime, asked: dict[str, tuple[dt.date, dt.date]]) -> None:
    """Note, before the first request, which dates of which series are asked for.

    A fetch that is killed later has then asked and not brought: what the next one brings counts from its own retrieval.
    """
    rows = [(name, attempted_at, first, last) for name, (first, last) in sorted(asked.items())]
    added = pl.DataFrame(rows, schema=ATTEMPTS, orient="row")
    write_verified_parquet(_attempts_file(store), pl.concat([recorded_attempts(store), added]))


def _attempts_file(store: Path) -> Path:
    return store / "fetches" / "attempts.parquet"


def _by_rule(arrived: Sequence[Arrived], rule: Publication) -> list[dt.datetime]:
    dates = pl.Series([one.observation.date for one in arrived], dtype=pl.Date)
    return published(dates, rule).to_list()
