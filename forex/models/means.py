"""The means of the nowcast by what they know, the parts of each by series, and how wide a forecast on each has to be.

Three runs of ridge regressions of log(observado/anchor) `steps` business days after the anchor's date:

without: on the observado's own last returns alone.
drivers: on these and on the drivers' moves of age 0 and 1 (forex/models/design.py), β from a ridge. A ridge shrinks the parts
    P = Σ β·x of the own returns, of age 0 and of age 1 alike; a second one of what is left on these three says by how much to grow
    each. At one step it has them times h, too: the hours from the drivers' publication today to the cut-off, less their mean so
    far. The later they were published, the more of today's deals they have seen, which the next rate averages; what has settled
    does not depend on it.
quote: on these, a quote's moves and its level (forex/models/quote.py), on the days that have one.

Each is cut back to what its own past supports. At an origin, the run counts that knows what the origin knew.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.models import information, quote
from forex.models.design import Scaling, as_known, own_returns, scaled_moves
from forex.models.quote import Quote
from forex.observations.history import Floats, History, Targets
from forex.statistics import ridge, volatility

VARIANCE_HALF_LIFE = 23  # returns; of the variance that weights the ridges' rows
VARIANCE_LONG_RUN_SHARE = 0.2
MOST = 0.5  # of what the drivers explain: days with less say little about what they are worth

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """How the runs are made.

    schedule: of the first ridge.  unshrink_penalty: of the second.  record_half_life: business days, of what the runs missed.
    """

    scaling: Scaling
    schedule: ridge.Schedule
    unshrink_penalty: float
    record_half_life: float
    quote: quote.Settings


@dataclass(frozen=True)
class Run:
    """An expected log-distance from the anchor (n_days,), and the parts by series that sum to it (n_days, n_series)."""

    mean: Floats
    parts: Floats


@dataclass(frozen=True)
class Means:
    """The three runs, and what each day had: whether a driver moved (n_days,), and the quote in use.

    share: (n_days,), of what the drivers explain, how much is in those that moved.
    """

    without: Run
    drivers: Run
    quote: Run
    moved: Bools
    share: Floats
    in_use: Quote
    rules: Rules

    @property
    def quoted(self) -> Bools:
        """Whether the day's origin has a quote in use, (n_days,)."""
        return self.in_use.present

    @property
    def best(self) -> Run:
        """At each day the run that knows what the day's origin knew."""
        mean = np.where(self.quoted, self.quote.mean, np.where(self.moved, self.drivers.mean, self.without.mean))
        moved, quoted = self.moved[:, None], self.quoted[:, None]
        parts = np.where(quoted, self.quote.parts, np.where(moved, self.drivers.parts, self.without.parts))
        return Run(mean, parts)

    def widths(self, targets: Targets) -> Floats:
        """How much more the best run misses on each day than one with every driver and no quote does, from what has matured.

        λ with a quote, its errors over those of the drivers' run on the same days. Else √(φ + (1 − φ)·κ²), κ the errors without
        drivers over those with them, at least 1, on the days that had most of what they explain: the variance that they explain
        is missing in the proportion 1 − φ.  Returns (n_days,).
        """
        outcome, matured, half_life = targets.log_return, targets.matured, self.rules.record_half_life
        most = self.moved & (self.share >= MOST)
        kappa = information.relative_errors(
            self.without.mean, self.drivers.mean, outcome, matured, among=most, half_life=half_life
        )
        quoted = information.relative_errors(
            self.quote.mean,
            self.drivers.mean,
            outcome,
            matured,
            among=self.quoted,
            half_life=half_life,
            prior_days=self.rules.quote.prior_days,
        )
        share = np.where(self.moved, self.share, 0.0)
        return np.where(self.quoted, quoted, np.sqrt(share + (1 - share) * np.maximum(kappa, 1.0) ** 2))


def means(history: History, steps: int, rules: Rules) -> Means:
    """The runs for the observado `steps` business days after the anchor's date, as each day's origin could make them."""
    schedule = rules.schedule
    past = _Past(history.ahead(steps), _variance(history))
    own = own_returns(history, rules.scaling.own_returns)
    moves = np.concatenate([*scaled_moves(history.moves, history, rules.scaling).values()], axis=1)
    quotes = quote.newest(history, scaled_moves(history.quote_moves, history, rules.scaling), rules.quote.largest_gap)

    alone = past.predictions(own, schedule)
    without = past.earned(_parts(history, _terms(own, alone)), schedule)
    lags = own.shape[1]

    features = np.concatenate([own, moves], axis=1)
    known = past.predictions(features, schedule)
    terms = _terms(features, known)
    hours = _centred(history.news_hours) if steps == 1 else np.zeros(len(own))
    grown = terms * _spread(_growth(_groups(history, terms), hours, past, rules), lags, len(history.drivers))
    drivers = past.earned(_parts(history, grown[:, :lags], grown[:, lags:]), schedule)
    share = information.explained_share(
        known.coefficients[:, lags:], known.grams[:, lags:, lags:], ~np.isfinite(moves), schedule.refit_every
    )

    prior = rules.quote.prior if steps == 1 else rules.quote.settled_prior
    level = quote.level(quotes, features, past.ahead, past.variance, prior, rules.quote, schedule)
    trust = quote.trust(
        level.sum(axis=1), drivers.mean, past.ahead, quotes.present, rules.record_half_life, rules.quote.prior_days
    )
    said = _parts(history, level[:, :lags], level[:, lags : features.shape[1]])
    if history.quotes:
        said[np.arange(len(said)), 1 + len(history.drivers) + quotes.which] = level[:, features.shape[1] :].sum(axis=1)
    parts = trust[:, None] * said + (1 - trust[:, None]) * drivers.parts
    quoted = Run(parts.sum(axis=1), parts)
    return Means(without, drivers, quoted, np.isfinite(moves).any(axis=1), share, quotes, rules)


@dataclass(frozen=True)
class _Past:
    """What the regressions learn from: the targets, and the variance of each day's (n_days,), up to a factor."""

    ahead: Targets
    variance: Floats

    def predictions(self, features: Floats, schedule: ridge.Schedule, target: Floats | None = None) -> ridge.Estimates:
        outcome = self.ahead.log_return if target is None else target
        return ridge.predictions(features, outcome, self.variance, self.ahead.matured, schedule)

    def earned(self, parts: Floats, schedule: ridge.Schedule) -> Run:
        """Parts times what the record of their sum supports."""
        mean = parts.sum(axis=1)
        share = ridge.earned(mean, self.ahead.log_return, self.variance, self.ahead.matured, schedule)
        return Run(mean * share, parts * share[:, None])


def _terms(features: Floats, estimates: ridge.Estimates) -> Floats:
    return np.where(np.isfinite(features), features, 0.0) * estimates.coefficients


def _groups(history: History, terms: Floats) -> Floats:
    """The own part and that of each age of the drivers' moves, (n_days, 1 + n_ages).

    terms: (n_days, n_own + n_ages·n_drivers).
    """
    own = terms.shape[1] - len(history.moves) * len(history.drivers)
    ages = terms[:, own:].reshape(len(terms), len(history.moves), len(history.drivers)).sum(axis=2)
    return np.concatenate([terms[:, :own].sum(axis=1, keepdims=True), ages], axis=1)


def _growth(groups: Floats, hours: Floats, past: _Past, rules: Rules) -> Floats:
    """What each group is to be multiplied by, of shape `groups`: 1 + c + d·h, by the second ridge of what the groups leave.

    A group of zeros is absent, so that the penalty counts the days on which there is one: else a group that is there once a week
    would grow as if it had been seen every day.
    """
    estimated = np.asarray(groups.any(axis=1))
    there = np.where(groups != 0, groups, np.nan)
    seen = np.concatenate([there, there * hours[:, None]], axis=1)
    rest = np.where(estimated, past.ahead.log_return - groups.sum(axis=1), np.nan)
    first = rules.schedule
    second = ridge.Schedule(first.refit_every, first.half_life, rules.unshrink_penalty, first.min_rows, 0.0)
    coefficients = past.predictions(seen, second, rest).coefficients
    plain, hourly = coefficients[:, : groups.shape[1]], coefficients[:, groups.shape[1] :]
    return 1 + plain + hourly * hours[:, None]


def _spread(factors: Floats, own: int, drivers: int) -> Floats:
    """The groups' factors at the terms of each."""
    return np.concatenate([np.repeat(factors[:, :1], own, axis=1), np.repeat(factors[:, 1:], drivers, axis=1)], axis=1)


def _parts(history: History, own: Floats, moves: Floats | None = None) -> Floats:
    """Terms by series (n_days, 1 + n_drivers + n_quotes): those of the own returns, and each driver's over its ages.

    own: (n_days, n_own).  moves: (n_days, n_ages·n_drivers).
    """
    count, drivers = len(own), len(history.drivers)
    parts = np.zeros((count, 1 + drivers + len(history.quotes)))
    parts[:, 0] = own.sum(axis=1)
    if moves is not None:
        parts[:, 1 : 1 + drivers] = moves.reshape(count, len(history.moves), drivers).sum(axis=1)
    return parts


def _centred(hours: Floats) -> Floats:
    """Less their mean so far; 0 where there are none.

    In whole seconds, whose sums are exact: hours that have always been the same are 0, not a rounding error that the ridge, which
    measures a regressor by its own size, would take for a unit. The first change of the clocks would be 10¹⁵ of them.
    """
    present = np.isfinite(hours)
    seconds = np.where(present, np.rint(3600 * hours), 0.0)
    mean = np.cumsum(seconds) / np.maximum(np.cumsum(present), 1)
    return np.where(present, (seconds - mean) / 3600, 0.0)


def _variance(history: History) -> Floats:
    squares = history.daily**2
    now = volatility.exponential_mean(squares, VARIANCE_HALF_LIFE)
    long_run = volatility.expanding_mean(squares)
    return as_known((1 - VARIANCE_LONG_RUN_SHARE) * now + VARIANCE_LONG_RUN_SHARE * long_run, history.known)
