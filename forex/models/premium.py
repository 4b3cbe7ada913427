"""The nowcast with a countercyclical dollar premium in its mean from a week ahead on: a challenger for which nothing is claimed.

After calm months in the currency market the dollar tended to rise against most currencies, after turbulent ones to fall. How
turbulent the market is, is read off the drivers named in `currencies`, quoted in units per dollar; what followed, off the same
drivers, on average over them, for the peso alone has too little evidence. The constants are those of the study that found it.
"""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field, PositiveInt

from forex.models.protocol import Declaration, Model
from forex.observations.history import Floats, History, Ints
from forex.params import Block
from forex.params.types import unique
from forex.statistics import volatility
from forex.statistics.predictive import Predictive
from forex.timeline.calendar import horizon_days, usual_steps

FROM_DAYS = 7  # calendar days: the shortest horizon that is shifted
TURBULENCE_HALF_LIFE = 120  # business days
SIZE_HALF_LIFE = 60  # moves
DEVIATION = 1.25  # of a normal variable, over the mean of its absolute values: √(π/2)
PENALTY = 1.0  # in independent rows: times the steps, for rows overlap by so many
MIN_BLOCKS = 10  # of 2 × steps days, before the first estimate: a standard error from fewer says little


class Settings(Block):
    """What `fit.premium` holds."""

    currencies: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(unique)]
    refit_every: PositiveInt


class Premium:
    """The nowcast, moved from 7d on by a countercyclical premium on the dollar."""

    def __init__(self, nowcast: Model, settings: Settings):
        self.nowcast = nowcast
        self.settings = settings

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """The nowcast's distributions, moved by b·x·σ·√steps as a whole; x from `turbulence`, b from `slopes`.

        σ is DEVIATION times the exponential mean of the peso's absolute daily returns. Where the store has none of the currencies,
        or too little is known of them, the forecast is the nowcast's.
        """
        listed = [name in self.settings.currencies for name in history.drivers]
        moves = history.moves[0][:, listed]
        turbulent = turbulence(moves)
        mean_size = volatility.exponential_mean(np.abs(history.daily), SIZE_HALF_LIFE)
        sigma = DEVIATION * np.append(mean_size, np.nan)[history.known - 1]
        predictive = self.nowcast.forecast(history, origins, horizons)
        for horizon in horizons:
            if horizon_days(horizon) < FROM_DAYS:
                continue
            usual = usual_steps(horizon)
            slope = slopes(turbulent, outcomes(moves, usual), usual, self.settings.refit_every)
            steps = history.targets(horizon).steps
            shift = np.nan_to_num(slope * turbulent * sigma * np.sqrt(steps))[origins]
            plain = predictive[horizon]
            predictive[horizon] = Predictive(plain.location + shift, plain.scale, plain.quantiles + shift[:, None])
        return predictive


MODEL = Declaration(Premium, Settings, base="nowcast")


def turbulence(moves: Floats) -> Floats:
    """x = log(exponential mean of g), g the mean over currencies of |move| / the mean |move| before it; (n_days,).

    A currency counts once WARM_UP of its moves are known; a day on which none moved leaves x as it was. NaN before the first.

    moves: (n_days, n_currencies), of one day each, NaN where absent.
    """
    relative = np.full(moves.shape, np.nan)
    for column, sizes in enumerate(np.abs(moves).T):
        days = np.flatnonzero(np.isfinite(sizes))
        before = volatility.expanding_mean(sizes[days])[volatility.WARM_UP - 1 : -1]
        later = days[volatility.WARM_UP :]
        relative[later, column] = np.divide(sizes[later], before, out=np.full(len(later), np.nan), where=before > 0)
    g = _mean_of_present(relative)
    mean = _exponential_mean_of_present(g, TURBULENCE_HALF_LIFE)
    return np.log(mean, out=np.full(len(mean), np.nan), where=mean > 0)


def outcomes(moves: Floats, steps: int) -> Floats:
    """After each day, the mean over currencies of their move over the next `steps` days, in its standard deviations; (n_days,).

    The panel holds moves of one day. An absent one counts as none, for the next one spans it: their sum from day t + 1 to
    t + steps is the move between these days' cut-offs. Its standard deviation is √steps times DEVIATION times the exponential mean
    of the currency's absolute moves up to day t. NaN for a currency that does not move in between, and for days whose outcome lies
    beyond the last one: that of day t is known at day t + steps.

    moves: (n_days, n_currencies), NaN where absent.
    """
    count, width = moves.shape
    scaled = np.full(moves.shape, np.nan)
    until = max(count - steps, 0)
    for column in range(width):
        present = np.isfinite(moves[:, column])
        total, times = np.cumsum(np.where(present, moves[:, column], 0.0)), np.cumsum(present)
        ahead, often = total[steps:] - total[:until], times[steps:] - times[:until]
        size = _exponential_mean_of_present(np.abs(moves[:, column]), SIZE_HALF_LIFE)[:until]
        unit = DEVIATION * size * np.sqrt(steps)
        there = (often > 0) & (unit > 0)
        scaled[:until, column] = np.divide(ahead, unit, out=np.full(until, np.nan), where=there)
    return _mean_of_present(scaled)


def slopes(turbulent: Floats, outcome: Floats, steps: int, refit_every: int) -> Floats:
    """The slope b of outcome on turbulence that is in force at each day, b·(1 − (s/b)²)⁺; (n_days,), 0 before the first.

    b = Σxy/(Σx² + PENALTY·steps) over the days whose outcome is known at the newest refit; s its standard error from sums of
    x·(y − b·x) over blocks of 2·steps days, within which overlapping outcomes depend on each other. Where b is no larger than its
    error, nothing of it remains.

    turbulent, outcome: (n_days,), NaN where unknown; the outcome of day t is known at t + steps.
    """
    count = len(turbulent)
    usable = np.isfinite(turbulent) & np.isfinite(outcome)
    x, y = np.where(usable, turbulent, 0.0), np.where(usable, outcome, 0.0)
    first = int(np.argmax(usable)) if usable.any() else count
    found = np.zeros(count)
    for refit in range(0, count, refit_every):
        starts = np.arange(first, refit - steps + 1, 2 * steps)
        if len(starts) <= MIN_BLOCKS:  # the last one is not full yet
            continue
        seen = slice(refit - steps + 1)
        penalised = np.sum(x[seen] ** 2) + PENALTY * steps
        slope = np.sum(x[seen] * y[seen]) / penalised
        blocks = np.add.reduceat(x[seen] * (y[seen] - slope * x[seen]), starts)
        variance = np.sum(blocks**2) / penalised**2
        kept = max(1 - variance / slope**2, 0.0) if slope else 0.0
        found[refit : refit + refit_every] = slope * kept
    return found


def _mean_of_present(values: Floats) -> Floats:
    """Mean of each row (n,) over its entries that are no NaN; NaN without any."""
    present = np.isfinite(values)
    total, count = np.where(present, values, 0.0).sum(axis=1), present.sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def _exponential_mean_of_present(values: Floats, half_life: float) -> Floats:
    """At each day the exponential mean of the values up to it that are no NaN; NaN before the first."""
    present = np.isfinite(values)
    seen = np.cumsum(present)
    mean = volatility.exponential_mean(values[present], half_life)
    return np.append(mean, np.nan)[seen - 1]
