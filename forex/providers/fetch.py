"""Fetching: bring every series of a store up to date from its providers, and append what is new."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from forex.core.clock import Clock
from forex.observations.store import TARGET, Series, published
from forex.operations import Fetch, Source
from forex.params import Bounds
from forex.providers.append import (
    Period,
    additions,
    append,
    record_attempts,
    record_missing,
    recorded_attempts,
    recorded_missing,
    stored_rows,
    with_history,
    without_future,
)
from forex.providers.asking import Asking, Fetched
from forex.providers.checks import check_of
from forex.providers.services import Services
from forex.timeline import calendar

AHEAD = dt.timedelta(days=14)  # how far beyond today values that are in force later may be dated


def fetch(
    store: Path,
    listed: Mapping[str, Series],
    bounds: Mapping[str, Bounds],
    settings: Fetch,
    services: Services,
    *,
    clock: Clock,
    progress: Callable[[Fetched], None],
) -> list[Fetched]:
    """Fetch every series of `settings.series` that `listed` (series.yaml) has; the caller holds the store's lock.

    Rows are appended series by series, so that what a fetch brought before it was killed stays.  bounds: by series.  progress: is
    told what became of each series once it is done.  Raises DataError and UsageError as `stored_rows`.
    """
    started = clock()
    wanted = {name: settings.series[name] for name in settings.series if name in listed}
    stored = {name: stored_rows(store, name) for name in wanted}
    windows = {name: _window(listed[name], stored[name], settings, started) for name in wanted}
    recent = started.date() - dt.timedelta(days=settings.overlap_days)
    _expect(services, wanted, windows, recent)
    attempts = recorded_attempts(store).filter(pl.col("attempted_at") <= started)
    missing = recorded_missing(store)
    check = check_of(started.date(), wanted, TARGET)
    found, ended = [], []
    for name, sources in wanted.items():
        entry = listed[name]
        asking = Asking(
            name,
            entry,
            without_future(stored[name], started),
            window=windows[name],
            recent=recent,
            missing=missing.get(name, []),
            latest=_latest(entry, started, settings),
            expected=expected_date(entry, started),
            bounds=bounds[name],
            settings=settings,
            services=services,
            clock=clock,
        )
        arrived = asking.ask(sources, check.sources.get(name))
        added = additions(
            stored[name],
            arrived,
            entry.publication,
            attempts.filter(pl.col("series") == name),
            order=[source.label for source in sources],
            missing=missing.get(name, []),
        )
        if asking.still_missing != missing.get(name, []):
            missing[name] = asking.still_missing
            record_missing(store, missing)
        append(store, name, added)
        ended.append((name, clock(), *windows[name]))
        _count(asking.result, stored[name], added)
        found.append(asking.result)
        progress(asking.result)
    record_attempts(store, ended)
    return found


def without_source(listed: Mapping[str, Series], settings: Fetch) -> list[str]:
    """The series that the store lists and that nothing fetches."""
    return [name for name in listed if name not in settings.series and name != settings.quote.series]


def expected_date(series: Series, now: dt.datetime) -> dt.date:
    """The newest business day whose value is public at `now` (UTC) by the publication rule."""
    days = calendar.business_days(str(now.date() - dt.timedelta(days=30)), str(now.date() + AHEAD))
    public = published(pl.Series(days), series.publication) <= now
    return pl.Series(days).filter(public).max()  # type: ignore[return-value]


def _expect(
    services: Services, wanted: Mapping[str, tuple[Source, ...]], windows: Mapping[str, Period], recent: dt.date
) -> None:
    codes: dict[str, list[str]] = {}
    begins: dict[str, dt.date] = {}
    for name, sources in wanted.items():
        for i, source in enumerate(sources):
            codes.setdefault(source.provider, []).append(source.code)
            first = windows[name][0] if i == 0 else max(windows[name][0], recent)
            begins[source.provider] = min(begins.get(source.provider, first), first)
    for provider, own in codes.items():
        services.expect(provider, own, begins[provider])


def _count(result: Fetched, stored: pl.DataFrame, added: pl.DataFrame) -> None:
    known = set(stored["date"])
    result.revised = sum(date in known for date in added["date"])
    result.added = added.height - result.revised
    result.newest = max([*stored["date"], *added["date"]], default=None)


def _window(entry: Series, stored: pl.DataFrame, settings: Fetch, now: dt.datetime) -> Period:
    """From where the store ends, with an overlap in which revisions are found, to the newest date there can be.

    What came from a provider without a history does not count: the window would begin where those values do, and never reach back.
    """
    newest = with_history(stored)["date"].max()
    first = dt.date.fromisoformat(settings.first)
    if isinstance(newest, dt.date):
        first = max(first, newest - dt.timedelta(days=settings.overlap_days))
    return first, max(now.date(), _latest(entry, now, settings))


def _latest(entry: Series, now: dt.datetime, settings: Fetch) -> dt.date:
    return expected_date(entry, now + dt.timedelta(hours=settings.max_early_hours))
