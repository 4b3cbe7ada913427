"""One series' sources, asked in order: the first one's values, completed by the next where it failed or is not up to date.

Sources that disagree are reported and never averaged: two that answer in one run, and one with what is stored from another.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from forex.core.clock import Clock
from forex.core.errors import ProviderError
from forex.observations.store import PERCENT, Series
from forex.operations import Fetch, Source, declared_providers
from forex.params import Bounds
from forex.providers.append import Arrived, Period
from forex.providers.protocol import Found, Observation, weekday_before
from forex.providers.screen import screened
from forex.providers.services import Services


@dataclass
class Fetched:
    """What became of one series.

    added, revised: how many rows are new, and how many change a stored value.  newest: the last date that the store has then;
    expected: the one that should be public.  source: the first provider that brought something.
    """

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
        """Whether the newest date is the expected one or later; any will do where none is expected."""
        return self.newest is not None and (self.expected is None or self.newest >= self.expected)


class Asking:
    """A series while its sources are asked.

    window: the dates that are wanted.  recent: the date from which a source that only checks is asked.  missing: periods before the
    window that an earlier fetch could not get.  latest: no later date can have been published.  `result` says what became of it,
    `still_missing` which periods are left to the next fetch.
    """

    def __init__(
        self,
        name: str,
        entry: Series,
        stored: pl.DataFrame,
        *,
        window: Period,
        recent: dt.date,
        missing: list[Period],
        latest: dt.date,
        expected: dt.date,
        bounds: Bounds,
        settings: Fetch,
        services: Services,
        clock: Clock,
    ):
        self.result = Fetched(name, expected=expected)
        self.still_missing = list(missing)
        self._entry, self._stored, self._bounds = entry, stored, bounds
        self._window, self._recent, self._missing, self._latest = window, recent, missing, latest
        self._settings, self._services, self._clock = settings, services, clock
        by_knowledge = stored.sort("known_at", maintain_order=True).select("date", "value", "source")
        self._held = {date: (value, by) for date, value, by in by_knowledge.iter_rows()}
        self._taken: dict[dt.date, list[Arrived]] = {}  # the vintages of a date stay together

    def ask(self, sources: tuple[Source, ...], check: Source | None) -> list[Arrived]:
        """What the sources brought.  check: the one of them that is asked although nothing is missing."""
        answered = False
        for source in sources:
            wanted = not answered or self.result.expected not in {**self._taken, **self._held}
            if wanted and self._from(source, self._period(source)):
                answered = True
                self._fill_in(source)
            elif source == check and not wanted:
                missing = list(self.still_missing)
                self._from(source, (max(self._window[0], self._recent), self._window[1]))
                self.still_missing = missing  # what a check lacks, nobody lacks
        return [arrival for vintages in self._taken.values() for arrival in vintages]

    def _period(self, source: Source) -> Period:
        """What a source is asked for: all of the window; one that serves only the latest days, what nobody has brought."""
        first, last = self._window
        if "latest_only" in declared_providers()[source.provider]:
            known = max([*self._taken, *self._held], default=first)
            first = max(first, known + dt.timedelta(days=1))
            last = min(last, weekday_before(self._clock().date()))
        return first, last

    def _from(self, source: Source, period: Period) -> bool:
        """Ask the source for a period and take what may be stored; whether there was any."""
        name = self.result.series
        if period[0] > period[1]:
            return False
        try:
            answer = self._services.observations(source, *period)
        except ProviderError as error:
            self.result.failures.append(f"{name} from {source.provider}: {error}")
            return False
        self.still_missing += answer.missing
        self.result.refused += [f"{name} from {source.provider}: {sentence}; left out" for sentence in answer.unsound]
        kept = self._sound(answer, source)
        self._compare(kept, source)
        retrieved_at = self._clock()
        new = {observation.date for observation in kept} - set(self._taken)
        for observation in kept:
            if observation.date in new:
                self._taken.setdefault(observation.date, []).append(Arrived(observation, source.label, retrieved_at))
        if kept:
            self.result.source = self.result.source or source.provider
        return bool(kept)

    def _fill_in(self, source: Source) -> None:
        """Ask for what an earlier fetch could not get."""
        for period in self._missing:
            if period[0] >= self._window[0]:
                self.still_missing.remove(period)  # the window has asked for it
                continue
            self.still_missing.remove(period)
            failures = len(self.result.failures)
            self._from(source, (period[0], min(period[1], self._window[0] - dt.timedelta(days=1))))
            if len(self.result.failures) > failures:
                self.still_missing.append(period)
        self._missing = []

    def _sound(self, answer: Found, source: Source) -> list[Observation]:
        name = self.result.series
        kept, refused = screened(
            answer,
            previous=_value_before(self._stored, answer),
            bounds=self._bounds,
            ratio=None if self._entry.unit == PERCENT else self._settings.max_ratio,
            latest=self._latest,
        )
        self.result.refused += [f"{name} from {source.provider}, {sentence}; not stored" for sentence in refused]
        return kept

    def _compare(self, kept: list[Observation], source: Source) -> None:
        others = {date: held for date, held in self._held.items() if held[1] != source.label} | {
            date: (vintages[-1].observation.value, vintages[-1].source) for date, vintages in self._taken.items()
        }
        self.result.disagreements += disagreements(
            self.result.series, kept, source, others, self._settings.max_disagreement
        )


def _value_before(stored: pl.DataFrame, answer: list[Observation]) -> float | None:
    if not answer or stored.is_empty():
        return None
    before = stored.filter(pl.col("date") < answer[0].date).sort("date", "known_at").tail(1)
    return before["value"].item() if before.height else None


def disagreements(
    name: str, kept: list[Observation], source: Source, others: Mapping[dt.date, tuple[float, str]], bound: float
) -> list[str]:
    """A sentence on the largest relative difference from `others`, value and source by date; none where it is within `bound`."""
    both = [(observation, others[observation.date]) for observation in kept if observation.date in others]
    apart = [(abs(observation.value / other[0] - 1), observation, other) for observation, other in both if other[0]]
    if not apart or max(apart, key=lambda pair: pair[0])[0] <= bound:
        return []
    difference, observation, other = max(apart, key=lambda pair: pair[0])
    count = sum(size > bound for size, _, _ in apart)
    return [
        f"{name}: {other[1]} says {other[0]:g} for {observation.date}, {source.provider} {observation.value:g} "
        f"({difference:.2%} apart; {count} of {len(apart)} dates by more than {bound:.2%})"
    ]
