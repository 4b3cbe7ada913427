"""A quote of the target as a level: how far the market already is from the anchor, from a prior and from what it was worth."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from forex.observations.history import Floats, History, Ints, Targets
from forex.params import Block
from forex.params.types import PositiveFloat, Share
from forex.statistics import ridge
from forex.statistics.feedback import discounted_sums


class Settings(Block):
    prior: Share
    settled_prior: Share
    penalty: PositiveFloat
    largest_gap: PositiveFloat
    min_rows: PositiveInt
    prior_days: PositiveFloat


@dataclass(frozen=True)
class Quote:
    """The newest quote of each day.

    gap: (n_days,), log(quote/anchor), NaN where there is none.  moves: (n_days, 2), by age, NaN where absent.
    which: (n_days,), its position among the history's quotes.
    """

    gap: Floats
    moves: Floats
    which: Ints

    @property
    def present(self) -> NDArray[np.bool_]:
        return np.isfinite(self.gap)


def newest(history: History, moves: dict[int, Floats], largest_gap: float) -> Quote:
    """Of several quotes the one with the latest date, of equally late ones the first; none beyond `largest_gap`.

    moves: age -> (n_days, n_quotes).
    """
    count = len(history.days)
    if not history.quotes:
        nothing = np.full(count, np.nan)
        return Quote(nothing, np.full((count, len(moves)), np.nan), np.zeros(count, np.int64))
    with np.errstate(invalid="ignore"):
        usable = np.abs(history.gaps) <= largest_gap
    which = np.argmin(np.where(usable, history.quote_ages, np.inf), axis=1)
    day = np.arange(count)
    gap = np.where(usable[day, which], history.gaps[day, which], np.nan)
    return Quote(gap, np.stack([one[day, which] for one in moves.values()], axis=1), which)


@dataclass(frozen=True)
class Worth:
    """mean: (n_days,).  coefficients: (n_days, p + 2 + 1), of the features, the quote's moves and its gap; both taken back to what
    the record supports.  share: (n_days,), of the drivers' run that remains.
    """

    mean: Floats
    coefficients: Floats
    share: Floats


def mean(
    quote: Quote, features: Floats, drivers: Floats, ahead: Targets, variance: Floats, prior: float, schedule: ridge.Schedule
) -> tuple[Floats, Floats]:
    """prior·gap + x′β on the days with a quote, and the coefficients (n_days, p + 3); β is a ridge of y − prior·gap on those days alone.

    features: (n_days, p).  Zeros where there is no quote.
    """
    present = quote.present
    gap = np.where(present, quote.gap, 0.0)
    seen = np.where(present[:, None], np.concatenate([features, quote.moves, quote.gap[:, None]], axis=1), np.nan)
    target = np.where(present, ahead.log_return - prior * gap, np.nan)
    fitted = ridge.predictions(seen, target, variance, ahead.matured, schedule)
    coefficients = np.where(present[:, None], fitted.coefficients, 0.0)
    coefficients[:, -1] += np.where(present, prior, 0.0)
    return np.where(present, prior * gap + fitted.predicted, 0.0), coefficients


def trust(own: Floats, drivers: Floats, ahead: Targets, present: NDArray[np.bool_], half_life: float, prior_days: float) -> Floats:
    """How far to go from the drivers' mean m to the quote's q, in [0, 1]: the slope of y − m on q − m over the past, with 1 as prior.

    s = (Σ w·x·u + d·x̄²) / (Σ w·x² + d·x̄²) with x = q − m, u = y − m; x̄² the mean of w·x².
    """
    x = np.where(present, own - drivers, np.nan)
    u = ahead.log_return - drivers
    both = np.where(np.isfinite(u), x, np.nan)
    xx = discounted_sums(both**2, ahead.matured, half_life)
    xu = discounted_sums(both * u, ahead.matured, half_life)
    number = discounted_sums(np.where(np.isfinite(both), 1.0, np.nan), ahead.matured, half_life)
    usual = np.divide(xx, number, out=np.zeros_like(xx), where=number > 0)
    prior = prior_days * usual
    slope = np.divide(xu + prior, xx + prior, out=np.ones_like(xx), where=xx + prior > 0)
    return np.clip(slope, 0.0, 1.0)
