"""The nowcast: ridges on what is already in the market at the cut-off, a volatility that reverts, empirical quantiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, PositiveInt

from forex.models import information, quote
from forex.models.design import Scaling, as_known, own_returns, scaled_moves
from forex.models.protocol import Declaration
from forex.observations.history import Floats, History, Ints, Targets
from forex.params import Block
from forex.params.types import PositiveFloat, Share, unique
from forex.statistics import conformal, ridge, volatility
from forex.statistics.predictive import Predictive
from forex.timeline import calendar

OWN = "usdclp"
NEXT_DAY = "1d"
SHAPE_HALF_LIFE = 1e9  # the shape comes from every score alike; ageing them is the calibration's task
VARIANCE_HALF_LIFE = 23  # returns; of the variance that weights the ridge's rows
VARIANCE_LONG_RUN_SHARE = 0.2


class Settings(Block):
    refit_every: PositiveInt
    half_life: PositiveInt
    penalty: PositiveFloat
    floor: Annotated[float, Field(ge=0)]
    largest_move: PositiveFloat
    own_returns: PositiveInt
    relative_half_life: PositiveFloat
    largest_ratio: Annotated[float, Field(ge=1)]
    unshrink_penalty: PositiveFloat
    target_steps: Annotated[int, Field(ge=2)]
    min_rows: PositiveInt
    burn_in: PositiveInt
    record_half_life: PositiveInt
    quote: quote.Settings
    half_lives: Annotated[tuple[PositiveFloat, ...], Field(min_length=1), AfterValidator(unique)]
    persistence: PositiveFloat
    long_run_half_life: PositiveFloat
    root_steps: PositiveFloat
    calendar_share: Share


@dataclass(frozen=True)
class Run:
    """An expected log-distance from the anchor (n_days,) and the parts by series that sum to it (n_days, n_series)."""

    mean: Floats
    parts: Floats


@dataclass(frozen=True)
class Means:
    """The runs by what they know: the own last returns; the drivers' moves, too; a quote, too. And what each origin had of it.

    share: (n_days,), of what the drivers explain, how much is in those that moved.  moved: (n_days,), whether any did.
    quoted: (n_days,), whether there is a quote.
    """

    without: Run
    drivers: Run
    quote: Run
    share: Floats
    moved: NDArray[np.bool_]
    quoted: NDArray[np.bool_]

    @property
    def best(self) -> Run:
        """At each origin the run that knows what the origin knew."""
        return Run(*(
            np.where(
                _along(self.quoted, known), known, np.where(_along(self.moved, known), moved, alone)
            )
            for known, moved, alone in (
                (self.quote.mean, self.drivers.mean, self.without.mean),
                (self.quote.parts, self.drivers.parts, self.without.parts),
            )
        ))

    def widths(self, targets: Targets, half_life: float, prior_days: float) -> Floats:
        """How much more the best run misses at each origin than one with every driver and no quote, from what has matured.

        λ with a quote; else √(φ + (1 − φ)κ²): the drivers' explained part of the variance is missing in the proportion 1 − φ.
        κ: errors without drivers over errors with them, at least 1, where there were some.
        """
        kappa = information.relative_errors(
            self.without.mean, self.drivers.mean, targets.log_return, targets.matured, self.moved, half_life, 0.0
        )
        kappa = np.maximum(kappa, 1.0)
        quoted = information.relative_errors(
            self.quote.mean, self.drivers.mean, targets.log_return, targets.matured, self.quoted, half_life, prior_days
        )
        share = np.where(self.moved, self.share, 0.0)
        return np.where(self.quoted, quoted, np.sqrt(share + (1 - share) * kappa**2))


def _along(rows: NDArray, like: NDArray) -> NDArray:
    return rows.reshape(-1, *([1] * (like.ndim - 1)))


class Nowcast:
    def __init__(self, settings: Settings):
        self.settings = settings
        self.reversion = volatility.Reversion(
            settings.half_lives, settings.persistence, settings.long_run_half_life, settings.root_steps
        )

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        next_day = history.ahead(1)
        first, settled = self.means(history, 1), self.means(history, self.settings.target_steps)
        record = self.settings.record_half_life, self.settings.quote.prior_days
        width = first.widths(next_day, *record)
        errors = np.abs(next_day.log_return - first.best.mean)
        own = self._scale_of_errors(errors / width, next_day) * width
        shape = conformal.standardised_quantiles(
            errors / own, next_day.matured, SHAPE_HALF_LIFE, first=int(origins[0]) if len(origins) else 0
        ).half_widths[origins]
        predictive = {}
        for horizon in horizons:
            targets = history.targets(horizon)
            if horizon == NEXT_DAY:
                mean, scale = first.best.mean, own * np.sqrt(targets.steps)
            else:
                mean = settled.best.mean
                scale = self._scale_of_returns(history, targets) * settled.widths(targets, *record)
            mean, scale = mean[origins], scale[origins]
            predictive[horizon] = Predictive(mean, scale, conformal.quantiles(mean, scale, shape))
        return predictive

    def contributions(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Floats]:
        first, settled = (self.means(history, steps).best.parts[origins] for steps in (1, self.settings.target_steps))
        return {horizon: first if horizon == NEXT_DAY else settled for horizon in horizons}

    def means(self, history: History, steps: int) -> Means:
        settings = self.settings
        scaling = Scaling(settings.own_returns, settings.largest_move, settings.relative_half_life, settings.largest_ratio)
        ahead, variance = history.ahead(steps), _variance(history)
        schedule = ridge.Schedule(
            settings.refit_every, settings.half_life, settings.penalty, settings.min_rows, settings.floor
        )
        own = own_returns(history, scaling.own_returns)
        moves = scaled_moves(history.moves, history, scaling)
        quotes = quote.newest(history, scaled_moves(history.quote_moves, history, scaling), settings.quote.largest_gap)
        layout = Layout(own.shape[1], len(history.drivers), len(moves), len(history.quotes))
        features = np.concatenate([own, *moves.values()], axis=1)

        def earned(predicted):
            return ridge.earned(predicted, ahead.log_return, variance, ahead.matured, schedule)

        alone = ridge.predictions(own, ahead.log_return, variance, ahead.matured, schedule)
        share = earned(alone.predicted)
        without = layout.run(np.where(np.isfinite(own), own, 0.0) * alone.coefficients * share[:, None], None, None)

        fitted = ridge.predictions(features, ahead.log_return, variance, ahead.matured, schedule)
        terms = np.where(np.isfinite(features), features, 0.0) * fitted.coefficients
        groups = layout.groups(terms)
        hours = _centred(history.news_hours)
        seen = np.concatenate([groups, groups * hours[:, None]], axis=1)
        seen = np.where(fitted.coefficients.any(axis=1)[:, None], seen, np.nan)
        second = ridge.Schedule(
            settings.refit_every, settings.half_life, settings.unshrink_penalty, settings.min_rows, 0.0
        )
        rest = np.where(np.isnan(seen).all(axis=1), np.nan, ahead.log_return - groups.sum(axis=1))
        grown = ridge.predictions(seen, rest, variance, ahead.matured, second).coefficients
        factors = 1 + grown[:, : groups.shape[1]] + grown[:, groups.shape[1] :] * hours[:, None]
        terms = terms * layout.spread(factors)
        predicted = terms.sum(axis=1)
        terms = terms * earned(predicted)[:, None]
        drivers = layout.run(terms, None, None)

        absent = ~np.isfinite(features[:, own.shape[1] :])
        own_count = own.shape[1]
        phi = information.explained_share(
            fitted.coefficients[:, own_count:], fitted.grams[:, own_count:, own_count:], absent, settings.refit_every
        )

        prior = settings.quote.prior if steps == 1 else settings.quote.settled_prior
        level, coefficients = quote.mean(
            quotes, features, drivers.mean, ahead, variance, prior,
            ridge.Schedule(settings.refit_every, settings.half_life, settings.quote.penalty, settings.quote.min_rows, settings.floor),
        )
        trust = quote.trust(level, drivers.mean, ahead, quotes.present, settings.record_half_life, settings.quote.prior_days)
        seen = np.concatenate([features, quotes.moves, quotes.gap[:, None]], axis=1)
        quoted = np.where(np.isfinite(seen), seen, 0.0) * coefficients
        parts = trust[:, None] * layout.run(quoted[:, : features.shape[1]], quoted[:, features.shape[1] :].sum(axis=1), quotes.which).parts
        parts = parts + (1 - trust)[:, None] * drivers.parts
        return Means(without, drivers, Run(parts.sum(axis=1), parts), phi, ~absent.all(axis=1), quotes.present)

    def _scale_of_returns(self, history: History, targets: Targets) -> Floats:
        """Daily size over the horizon times √S; S the mean of business steps and of calendar days at five sevenths."""
        levels = volatility.components(np.abs(history.daily), self.reversion)
        long_run, now, steady = (as_known(level, history.known) for level in levels)
        daily = volatility.over_horizon(long_run, now, steady, targets.steps, self.reversion)
        share = self.settings.calendar_share
        return daily * np.sqrt((1 - share) * targets.steps + share * targets.days * calendar.WEEK_SHARE)

    def _scale_of_errors(self, errors: Floats, next_day: Targets) -> Floats:
        """The size of the nowcast's own next errors, from those that have matured: tomorrow's spread is what it misses."""
        count = len(errors)
        usable = np.isfinite(errors) & (np.arange(count) >= self.settings.burn_in)
        arrival = np.where(usable, next_day.matured, count)
        order = np.argsort(arrival, kind="stable")[: np.count_nonzero(arrival < count)]
        known = np.searchsorted(arrival[order], np.arange(count), side="right")
        levels = volatility.components(errors[order], self.reversion)
        long_run, now, steady = (as_known(level, known) for level in levels)
        return volatility.over_horizon(long_run, now, steady, np.ones(count), self.reversion)


MODEL = Declaration(Nowcast, Settings)


@dataclass(frozen=True)
class Layout:
    """Where the features stand: own returns, then the drivers by age; and the series by which parts are reported."""

    own: int
    drivers: int
    ages: int
    quotes: int

    def run(self, terms, quoted, which) -> Run:
        """terms: (n, own [+ ages·drivers])."""
        count = len(terms)
        own = terms[:, : self.own].sum(axis=1)[:, None]
        rest = terms[:, self.own :]
        driver = rest.reshape(count, self.ages, self.drivers).sum(axis=1) if rest.shape[1] else np.zeros((count, self.drivers))
        last = np.zeros((count, self.quotes))
        if quoted is not None and self.quotes:
            last[np.arange(count), which] = quoted
        parts = np.concatenate([own, driver, last], axis=1)
        return Run(parts.sum(axis=1), parts)

    def groups(self, terms: Floats) -> Floats:
        """(n, 1 + ages): the own part, then the drivers' by age."""
        rest = terms[:, self.own :].reshape(len(terms), self.ages, self.drivers).sum(axis=2)
        return np.concatenate([terms[:, : self.own].sum(axis=1)[:, None], rest], axis=1)

    def spread(self, factors: Floats) -> Floats:
        return np.concatenate([np.repeat(factors[:, :1], self.own, axis=1), np.repeat(factors[:, 1:], self.drivers, axis=1)], axis=1)


def series(history: History) -> tuple[str, ...]:
    """The target, for its own last returns, the drivers and the quotes."""
    return (OWN, *history.drivers, *history.quotes)


def _centred(hours: Floats) -> Floats:
    """Less their mean so far, 0 where there are none."""
    present = np.isfinite(hours)
    total, count = np.cumsum(np.where(present, hours, 0.0)), np.cumsum(present)
    return np.where(present, hours - total / np.maximum(count, 1), 0.0)


def _variance(history: History) -> Floats:
    squares = history.daily**2
    now = volatility.exponential_mean(squares, VARIANCE_HALF_LIFE)
    long_run = volatility.expanding_mean(squares)
    return as_known((1 - VARIANCE_LONG_RUN_SHARE) * now + VARIANCE_LONG_RUN_SHARE * long_run, history.known)
