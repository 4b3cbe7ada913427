"""A quote of the target as a level: how far the market already is from the anchor, from a prior and from what it was worth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from forex.observations.history import Floats, History, Ints, Targets
from forex.params import Block
from forex.params.types import PositiveFloat, Share
from forex.statistics import ridge
from forex.statistics.feedback import discounted_sums

Bools = NDArray[np.bool_]


class Settings(Block):
    """What `fit.nowcast.quote` holds.

    prior, settled_prior: of the gap, at one step and at the settled one.  min_rows: days with a quote before its ridge.
    """

    prior: Share
    settled_prior: Share
    penalty: PositiveFloat
    largest_gap: PositiveFloat
    min_rows: PositiveInt
    prior_days: PositiveFloat


@dataclass(frozen=True)
class Quote:
    """The quote in use on each day.

    gap: (n_days,), log(quote/anchor), NaN where there is none.  moves: (n_days, n_ages), NaN where absent.
    which: (n_days,), its position among the history's quotes.
    """

    gap: Floats
    moves: Floats
    which: Ints

    @property
    def present(self) -> Bools:
        """Whether the day has a quote, (n_days,)."""
        return np.isfinite(self.gap)


def newest(history: History, moves: Mapping[int, Floats], largest_gap: float) -> Quote:
    """Of several quotes the one with the latest date, of equally late ones the first; none whose |gap| is beyond `largest_gap`.

    moves: age -> (n_days, n_quotes).
    """
    count = len(history.days)
    if not history.quotes:
        return Quote(np.full(count, np.nan), np.full((count, len(moves)), np.nan), np.zeros(count, np.int64))
    usable = np.abs(np.where(np.isfinite(history.gaps), history.gaps, np.inf)) <= largest_gap
    which = np.argmin(np.where(usable, history.quote_ages, np.inf), axis=1)
    day = np.arange(count)
    gap = np.where(usable[day, which], history.gaps[day, which], np.nan)
    return Quote(gap, np.stack([values[day, which] for values in moves.values()], axis=1), which)


def level(
    quote: Quote,
    features: Floats,
    ahead: Targets,
    variance: Floats,
    prior: float,
    settings: Settings,
    schedule: ridge.Schedule,
) -> Floats:
    """The terms of prior·gap + x′β on the days with a quote: those of the features, of its moves, of its gap; zeros elsewhere.

    β is a ridge of y − prior·gap on x on these days alone, so that no coefficient has to serve days with and without a quote. The
    prior serves from the first day on; β joins it after `min_rows`.

    features: (n_days, p).  ahead, variance, schedule: as for the other regressions, with the quote's penalty.
    Returns (n_days, p + n_ages + 1).
    """
    seen = np.concatenate([features, quote.moves, quote.gap[:, None]], axis=1)
    seen = np.where(quote.present[:, None], seen, np.nan)
    values = np.where(np.isfinite(seen), seen, 0.0)
    rest = np.where(quote.present, ahead.log_return - prior * values[:, -1], np.nan)
    own = ridge.Schedule(schedule.refit_every, schedule.half_life, settings.penalty, settings.min_rows, schedule.floor)
    terms = values * ridge.predictions(seen, rest, variance, ahead.matured, own).coefficients
    terms[:, -1] += prior * values[:, -1]
    return terms


def trust(
    quoted: Floats, drivers: Floats, ahead: Targets, present: Bools, half_life: float, prior_days: float
) -> Floats:
    """How far to go from the drivers' mean m to the quote's q, in [0, 1]: the slope of y − m on q − m over the past, towards 1.

    s = (Σ w·x·u + d·x̄²) / (Σ w·x² + d·x̄²) with x = q − m, u = y − m, x̄² the mean of w·x², w = 0.5^(age/half-life) and d the days
    that the prior of 1 counts for. A quote that has become noise loses its say; a good one keeps it.

    quoted, drivers, present: (n_days,).  Returns (n_days,).
    """
    u = ahead.log_return - drivers
    x = np.where(present & np.isfinite(u), quoted - drivers, np.nan)
    squares = discounted_sums(x**2, ahead.matured, half_life)
    products = discounted_sums(x * u, ahead.matured, half_life)
    number = discounted_sums(np.where(np.isfinite(x), 1.0, np.nan), ahead.matured, half_life)
    prior = prior_days * np.divide(squares, number, out=np.zeros_like(squares), where=number > 0)
    weight = squares + prior
    slope = np.divide(products + prior, weight, out=np.ones_like(weight), where=weight > 0)
    return np.asarray(np.clip(slope, 0.0, 1.0))
