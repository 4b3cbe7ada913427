"""The nowcast: a ridge on what is already in the market at the cut-off, a volatility that reverts, empirical quantiles."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field, PositiveInt

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
    target_steps: Annotated[int, Field(ge=2)]
    min_rows: PositiveInt
    burn_in: PositiveInt
    half_lives: Annotated[tuple[PositiveFloat, ...], Field(min_length=1), AfterValidator(unique)]
    persistence: PositiveFloat
    long_run_half_life: PositiveFloat
    root_steps: PositiveFloat
    calendar_share: Share


class Nowcast:
    def __init__(self, settings: Settings):
        self.settings = settings
        self.reversion = volatility.Reversion(
            settings.half_lives, settings.persistence, settings.long_run_half_life, settings.root_steps
        )

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """The next step has a mean of its own; beyond it what is in the market has settled, and one mean serves every horizon.

        The quantiles' shape is that of the standardised one-step errors; `calibrate` measures each horizon's own.
        """
        next_day = history.ahead(1)
        first, settled = self.mean(history, 1), self.mean(history, self.settings.target_steps)
        errors = np.abs(next_day.log_return - first)
        own = self._scale_of_errors(errors, next_day)
        shape = conformal.standardised_quantiles(
            errors / own, next_day.matured, SHAPE_HALF_LIFE, first=int(origins[0]) if len(origins) else 0
        ).half_widths[origins]
        predictive = {}
        for horizon in horizons:
            targets = history.targets(horizon)
            mean = np.where(targets.steps == 1, first, settled)[origins]
            scale = own * np.sqrt(targets.steps) if horizon == NEXT_DAY else self._scale_of_returns(history, targets)
            scale = scale[origins]
            predictive[horizon] = Predictive(mean, scale, conformal.quantiles(mean, scale, shape))
        return predictive

    def mean(self, history: History, steps: int) -> Floats:
        """Expected log-distance from the anchor to the observado `steps` business days later, as seen at each day."""
        return self.regression(history, steps)[0]

    def contributions(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Floats]:
        """What each series adds to the mean of `forecast`, by horizon: (n_origins, 1 + n_drivers), in the order of `series`.

        Coefficient times move, over both ages: the ridge has no constant, so the parts sum to the mean.
        """
        values = features(history, self.settings.largest_move)[1]
        parts = []
        for steps in (1, self.settings.target_steps):
            terms = np.where(np.isfinite(values), values, 0.0) * self.regression(history, steps)[1]
            own, ages = terms[:, :1], terms[:, 1:].reshape(len(terms), len(history.moves), -1)
            parts.append(np.concatenate([own, ages.sum(axis=1)], axis=1)[origins])
        first, settled = parts
        return {
            horizon: np.where((history.targets(horizon).steps == 1)[origins, None], first, settled)
            for horizon in horizons
        }

    def regression(self, history: History, steps: int) -> tuple[Floats, Floats]:
        """The nowcast (n_days,) and the coefficients in force at each day (n_days, p), both times what the record supports."""
        settings = self.settings
        ahead, variance = history.ahead(steps), _variance(history)
        schedule = ridge.Schedule(
            settings.refit_every, settings.half_life, settings.penalty, settings.min_rows, settings.floor
        )
        predicted, coefficients = ridge.predictions(
            features(history, settings.largest_move)[1], ahead.log_return, variance, ahead.matured, schedule
        )
        share = ridge.earned(predicted, ahead.log_return, variance, ahead.matured, schedule)
        return predicted * share, coefficients * share[:, None]

    def _scale_of_returns(self, history: History, targets: Targets) -> Floats:
        """Daily size over the horizon times √S; S the mean of business steps and of calendar days at five sevenths."""
        levels = volatility.components(np.abs(history.daily), self.reversion)
        long_run, now, steady = (_as_known(level, history.known) for level in levels)
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
        long_run, now, steady = (_as_known(level, known) for level in levels)
        return volatility.over_horizon(long_run, now, steady, np.ones(count), self.reversion)


MODEL = Declaration(Nowcast, Settings)


def series(history: History) -> tuple[str, ...]:
    """The target, for its own last return, and the drivers."""
    return (OWN, *history.drivers)


def features(history: History, largest_move: float) -> tuple[tuple[str, ...], Floats]:
    """Names and values (n_days, p): the last daily return, then each driver's move by its age; NaN where absent.

    A driver's move counts for no more than `largest_move` times the mean size of those before it: no real day is that large, and a
    glitch in one of many drivers must not move the forecast by more than such a day.
    """
    names = [OWN] + [f"{name}_{age}" for age in history.moves for name in history.drivers]
    own = _as_known(history.daily, history.known)
    moves = [_limited(values, largest_move) for values in history.moves.values()]
    return tuple(names), np.concatenate([own[:, None], *moves], axis=1)


def _limited(moves: Floats, largest: float) -> Floats:
    present = np.isfinite(moves)
    size = np.cumsum(np.where(present, np.abs(moves), 0.0), axis=0)
    count = np.cumsum(present, axis=0)
    before = np.where(
        count > 1, (size - np.where(present, np.abs(moves), 0.0)) / np.maximum(count - present, 1), np.inf
    )
    limit = np.where(count > volatility.WARM_UP, largest * before, np.inf)
    return np.clip(moves, -limit, limit)


def _variance(history: History) -> Floats:
    squares = history.daily**2
    now = volatility.exponential_mean(squares, VARIANCE_HALF_LIFE)
    long_run = volatility.expanding_mean(squares)
    return _as_known((1 - VARIANCE_LONG_RUN_SHARE) * now + VARIANCE_LONG_RUN_SHARE * long_run, history.known)


def _as_known(values: Floats, known: Ints) -> Floats:
    """A series along the returns (n_returns, ...), read at each day at the newest return known there; NaN before the first."""
    seen = np.reshape(known > 0, (-1, *([1] * (values.ndim - 1))))
    return np.where(seen, values[np.maximum(known, 1) - 1], np.nan) if len(values) else np.full(len(known), np.nan)
