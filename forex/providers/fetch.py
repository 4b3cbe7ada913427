"""Fetching: ask each series' providers in order, keep out what cannot be true, append what is new.

A provider that fails, or that lacks the newest value that its publication rule lets expect, is followed by the next one; the first
two are compared where both answer, and with what is stored of another, and a disagreement is reported, never averaged.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from forex.core.clock import Clock
from forex.core.errors import ProviderError
from forex.observations.store import PERCENT, Series, published
from forex.params import Bounds, Fetch, Source
from forex.providers.append import (
    Arrived,
    additions,
    append,
    record_attempts,
    recorded_attempts,
    stored_rows,
    with_history,
)
from forex.providers.net import Client
from forex.providers.protocol import Observation, Provider
from forex.providers.screen import screened
from forex.timeline import calendar

Providers = Callable[[str], Provider]  # by name; raises ProviderError where credentials are missing
AHEAD = dt.timedelta(days=14)  # beyond today, where values that are in force later may be dated


@dataclass
class Fetched:
    """What became of one series."""

    series: str
    added: int = 0
    revised: int = 0
    newest: dt.date | None = None
    expected: dt.date | None = None
    source: str | None = None
    failures: list[str] = field(default_factory=list)  # a sentence each, naming provider and series
    refused: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)

    @property
    def current(self) -> bool:
        return self.newest is not None and (self.expected is None or self.newest >= self.expected)


def fetch(
    store: Path,
    listed: Mapping[str, Series],
    bounds: Mapping[str, Bounds],
    settings: Fetch,
    providers: Providers,
    client: Client,
    *,
    clock: Clock,
    progress: Callable[[str], None],
) -> list[Fetched]:
    """Fetch every series of `settings.series` that `listed` (series.yaml) has; the caller holds the store's lock.

    Rows are appended series by series, so that what a fetch brought before it was killed stays.
    """
    started = clock()
    wanted = {name: settings.series[name] for name in settings.series if name in listed}
    stored = {name: stored_rows(store, name) for name in wanted}
    windows = {name: _window(listed[name], stored[name], settings, started) for name in wanted}
    attempts = recorded_attempts(store)
    record_attempts(store, started, windows)
    found = []
    for name, sources in wanted.items():
        entry = listed[name]
        result, arrived = _ask(
            name, sources, entry, stored[name], windows[name], bounds, settings, providers, client, clock
        )
        own = attempts.filter(pl.col("series") == name)
        order = [source.label for source in sources]
        added = additions(stored[name], arrived, entry.publication, own, order=order)
        append(store, name, added)
        known = set(stored[name]["date"])
        result.revised = sum(date in known for date in added["date"])
        result.added = added.height - result.revised
        dates = [*stored[name]["date"], *added["date"]]
        result.newest = max(dates, default=None)
        found.append(result)
        progress(line(result))
    return found


def line(result: Fetched) -> str:
    """One line for people: what a series got and from whom, or why not."""
    got = f"{result.added} new, {result.revised} revised" if result.added or result.revised else "nothing new"
    parts = [f"{result.series:<14} {got}, newest {result.newest or 'none'}"]
    if result.source:
        parts.append(f"from {result.source}")
    parts += result.failures + few(result.refused) + result.disagreements
    return "; ".join(parts)


def few(sentences: list[str]) -> list[str]:
    """The newest one, and how many more there are: a provider that is wrong may be wrong for years.

    >>> few(["2024-11-25: 9754", "2024-11-26: 9768", "2024-11-27: 9750"])
    ['2024-11-27: 9750', 'and 2 more values']
    """
    return sentences[-1:] + [f"and {len(sentences) - 1} more value{'s' * (len(sentences) > 2)}"] * (len(sentences) > 1)


def _window(entry: Series, stored: pl.DataFrame, settings: Fetch, now: dt.datetime) -> tuple[dt.date, dt.date]:
    """From where the store ends, with an overlap in which revisions are found, to the newest date there can be.

    What came from a provider without a history does not count: it would begin where that one did, and never go back.
    """
    newest = with_history(stored)["date"].max()
    first = dt.date.fromisoformat(settings.first)
    if isinstance(newest, dt.date):
        first = max(first, newest - dt.timedelta(days=settings.overlap_days))
    return first, max(now.date(), _latest(entry, now, settings))


def _latest(entry: Series, now: dt.datetime, settings: Fetch) -> dt.date:
    return expected_date(entry, now + dt.timedelta(hours=settings.max_early_hours))


def expected_date(series: Series, now: dt.datetime) -> dt.date:
    """The newest business day whose value is public at `now` (UTC) by the publication rule."""
    days = calendar.business_days(str(now.date() - dt.timedelta(days=30)), str(now.date() + AHEAD))
    public = published(pl.Series(days), series.publication) <= now
    return pl.Series(days).filter(public).max()  # type: ignore[return-value]


def _ask(
    name: str,
    sources: tuple[Source, ...],
    entry: Series,
    stored: pl.DataFrame,
    window: tuple[dt.date, dt.date],
    bounds: Mapping[str, Bounds],
    settings: Fetch,
    providers: Providers,
    client: Client,
    clock: Clock,
) -> tuple[Fetched, list[Arrived]]:
    """Values by date: the first provider's, completed by the next where it failed or is not up to date."""
    result = Fetched(name, expected=expected_date(entry, clock()))
    held = {
        date: (value, by)
        for date, value, by in stored.sort("known_at", maintain_order=True)
        .select("date", "value", "source")
        .iter_rows()
    }
    taken: dict[dt.date, list[Arrived]] = {}  # the vintages of a date stay together
    answers = 0
    for source in sources:
        if answers >= 2 and result.expected in taken:
            break
        try:
            answer = providers(source.provider).observations(client, source.code, *window)
        except ProviderError as error:
            result.failures.append(f"{name} from {source.provider}: {error}")
            continue
        retrieved_at = clock()
        kept, refused = screened(
            answer,
            previous=_value_before(stored, answer),
            bounds=bounds[name],
            ratio=None if entry.unit == PERCENT else settings.max_ratio,
            latest=_latest(entry, retrieved_at, settings),
        )
        result.refused += [f"{name} from {source.provider}, {sentence}; not stored" for sentence in refused]
        others = {date: one for date, one in held.items() if one[1] != source.label} | {
            date: (vintages[-1].observation.value, vintages[-1].source) for date, vintages in taken.items()
        }
        result.disagreements += _disagreements(name, kept, source, others, settings.max_disagreement)
        if kept:
            answers += 1
            result.source = result.source or source.provider
        missing = {one.date for one in kept} - set(taken)
        for one in kept:
            if one.date in missing:
                taken.setdefault(one.date, []).append(Arrived(one, source.label, retrieved_at))
    return result, [one for vintages in taken.values() for one in vintages]


def _value_before(stored: pl.DataFrame, answer: list[Observation]) -> float | None:
    if not answer or stored.is_empty():
        return None
    before = stored.filter(pl.col("date") < answer[0].date).sort("date", "known_at").tail(1)
    return before["value"].item() if before.height else None


def _disagreements(
    name: str, kept: list[Observation], source: Source, others: Mapping[dt.date, tuple[float, str]], bound: float
) -> list[str]:
    """The largest relative difference from the values and sources of others, where it exceeds the bound."""
    both = [(one, others[one.date]) for one in kept if one.date in others]
    apart = [(abs(one.value / other[0] - 1), one, other) for one, other in both if other[0]]
    if not apart or max(apart, key=lambda pair: pair[0])[0] <= bound:
        return []
    difference, one, other = max(apart, key=lambda pair: pair[0])
    count = sum(size > bound for size, _, _ in apart)
    return [
        f"{name}: {other[1]} says {other[0]:g} for {one.date}, {source.provider} {one.value:g} "
        f"({difference:.2%} apart; {count} of {len(apart)} dates by more than {bound:.2%})"
    ]
