"""One store's quote: the market's last price at the newest cut-off, and at each past one that lacks it.

Live it comes from bars of five minutes, for the past from hourly ones, all of it in one request: the last bar that had ended by the
cut-off, known from its end on. What is filled in has a source of its own, and no bar that may still move is one of the past's.
It is asked for first, for what a service refuses later in the run is less urgent; and judged last, beside the observado that the
same run may have brought.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from forex.core.clock import Clock
from forex.core.errors import ProviderError
from forex.observations.store import HOURLY, TARGET, Series
from forex.operations import Fetch
from forex.params import Bounds
from forex.providers.append import Arrived, additions, append, record_attempts, recorded_attempts, stored_rows
from forex.providers.asking import Fetched
from forex.providers.protocol import Bars, Observation
from forex.providers.quote.standing import objection, standing
from forex.providers.services import Services
from forex.timeline import calendar

LIVE, PAST = dt.timedelta(minutes=5), dt.timedelta(hours=1)  # how long a bar is
BEFORE = dt.timedelta(days=5)  # how far before a cut-off bars are asked for, so that a feed that stands still shows
AFTER = dt.timedelta(minutes=1)


def last_cut_off(at: dt.datetime, cut_off: str) -> dt.datetime:
    """The newest business day's cut-off at or before `at`, in UTC."""
    days = calendar.business_days(str(at.date() - dt.timedelta(days=30)), str(at.date() + dt.timedelta(days=1)))
    passed = calendar.cut_offs(days, cut_off)
    passed = passed[passed <= np.datetime64(at.replace(tzinfo=None), "us")]
    return pl.Series(passed[-1:]).dt.replace_time_zone("UTC").item()


Wanted = dict[dt.date, dt.datetime]  # days, and the instants (UTC) of their cut-offs


@dataclass(frozen=True)
class Answer:
    """Bars that may hold the quotes at these cut-offs, and the source that their rows name."""

    wanted: Wanted
    bars: Bars
    source: str


class AskingQuote:
    """A store's quote while it is asked for: first `ask`, then `store`.  The caller holds the store's lock.

    cut_off: the time of day in Santiago, "15:00".  `result` says what became of it.
    """

    def __init__(
        self,
        store: Path,
        entry: Series,
        bounds: Bounds,
        settings: Fetch,
        services: Services,
        *,
        cut_off: str,
        clock: Clock,
    ):
        self._store, self._entry, self._bounds = store, entry, bounds
        self._settings, self._quote, self._services = settings, settings.quote, services
        self._cut_off, self._clock = cut_off, clock
        self._name, self._longest = self._quote.series, dt.timedelta(minutes=self._quote.max_age_minutes)
        self._newest = last_cut_off(clock(), cut_off)
        self._today = self._newest.astimezone(ZoneInfo(calendar.SANTIAGO)).date()
        self._stored = stored_rows(store, self._name)
        self._live: Answer | None = None
        self._past: Answer | None = None
        self.result = Fetched(self._name, expected=self._today, newest=self._stored["date"].max())  # type: ignore[arg-type]

    def ask(self) -> bool:
        """Ask for the quotes that are lacking; whether anything came that is to be judged.

        Where today's price failed, the past is left to the next fetch.
        """
        source = self._quote.source
        try:
            if self._today not in set(self._stored["date"]):
                self._live = self._bars({self._today: self._newest}, LIVE, source.label)
            if lacking := self._lacking():
                self._past = self._bars(lacking, PAST, f"{source.provider}{HOURLY}:{source.code}")
        except ProviderError as error:
            self.result.failures.append(f"{self._name} from {source.provider}: {error}")
        return self._live is not None or self._past is not None

    def store(self) -> None:
        """Judge what came by the observado that the store has now, and append what stands."""
        observado = stored_rows(self._store, TARGET).sort("date", "known_at")
        arrived = [
            quote
            for answer in (self._live, self._past)
            if answer is not None
            for quote in self._quotes(answer, observado)
        ]
        attempts = recorded_attempts(self._store).clear()  # a quote has its own stamp, whenever it was asked for
        added = additions(self._stored, arrived, self._entry.publication, attempts)
        append(self._store, self._name, added)
        if self._past is not None:
            self._note(self._past)
        self.result.added = added.height
        self.result.newest = max([*self._stored["date"], *added["date"]], default=None)
        self.result.source = self._quote.source.provider if added.height else None

    def _lacking(self) -> Wanted:
        """The business days before today's that have no quote, as far back as the provider's history goes.

        A day of which a fetch was told what there is does not count: it is not asked for again.
        """
        now = self._clock()
        reach = now.date() - dt.timedelta(days=self._quote.history_days)
        first, last = max(dt.date.fromisoformat(self._settings.first), reach), self._today - dt.timedelta(days=1)
        if first > last:
            return {}
        days = calendar.business_days(str(first), str(last))
        instants = pl.Series(calendar.cut_offs(days, self._cut_off)).dt.replace_time_zone("UTC").to_list()
        attempts = recorded_attempts(self._store).filter(pl.col("series") == self._name, pl.col("attempted_at") <= now)
        told = list(attempts.select("first", "last").iter_rows())
        held = set(self._stored["date"])
        return {
            day: at
            for day, at in zip(days.tolist(), instants, strict=True)
            if day not in held and not any(begin <= day <= end for begin, end in told)
        }

    def _bars(self, wanted: Wanted, width: dt.timedelta, source: str) -> Answer:
        """What the provider says; of the past only whole bars, for any other may still have moved."""
        first, last = min(wanted.values()) - BEFORE, max(wanted.values()) + AFTER
        bars = self._services.bars(self._quote.source, first, last, width)
        whole = [bar for bar in bars if bar.ends - bar.begins == PAST] if width == PAST else bars
        return Answer(wanted, Bars(whole, bars.unsound), source)

    def _quotes(self, answer: Answer, observado: pl.DataFrame) -> list[Arrived]:
        """The quotes of an answer that stand; `result` says what is wrong with the others."""
        who, minutes = f"{self._name} from {self._quote.source.provider}", self._quote.max_age_minutes
        self.result.refused += [f"{who}: {sentence}; left out" for sentence in answer.bars.unsound]
        kept, without = [], []
        for date, at in answer.wanted.items():
            i = standing(answer.bars, at, self._longest)
            if i is None:
                without.append(at)
                continue
            known = observado.filter(pl.col("known_at") <= at)["value"]
            last = known[-1] if known.len() else None
            why = objection(answer.bars, i, observado=last, bounds=self._bounds, settings=self._quote)
            if why:
                self.result.refused.append(f"{who}, {date}: {why}; not stored")
            else:
                bar = answer.bars[i]
                kept.append(Arrived(Observation(date, bar.price, bar.ends), answer.source, self._clock()))
        if without:
            of = f"{without[0]}" if len(without) == 1 else f"{len(without)} cut-offs from {without[0]} to {without[-1]}"
            self.result.failures.append(f"{who}: no price within {minutes} minutes of {of}")
        return kept

    def _note(self, past: Answer) -> None:
        """Note the days of which the answer said what there is: those that its bars reach, where none of its rows is unsound."""
        reached = [day for day, at in past.wanted.items() if past.bars and at - past.bars[-1].ends <= self._longest]
        if reached and not past.bars.unsound:
            record_attempts(self._store, [(self._name, self._clock(), min(past.wanted), max(reached))])
