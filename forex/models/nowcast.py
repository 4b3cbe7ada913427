"""The nowcast: ridges on what is already in the market at the cut-off, a volatility that reverts, empirical quantiles."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field, PositiveInt

from forex.models import panel_volatility, quote
from forex.models.design import Scaling, as_known
from forex.models.means import Means, Rules, means
from forex.models.protocol import Declaration
from forex.models.scale import Scale
from forex.observations.history import Floats, History, Ints, Targets
from forex.observations.store import TARGET
from forex.params import Block
from forex.params.types import PositiveFloat, Share, unique
from forex.statistics import conformal, ridge, volatility
from forex.statistics.forecasts import BACKFILLED, LIVE, NO_QUOTE
from forex.statistics.predictive import Predictive
from forex.timeline import calendar

NEXT_DAY = "1d"
SHAPE_HALF_LIFE = 1e9  # the shape comes from every score alike; ageing them is the calibration's task


class Settings(Block):
    """What `fit.nowcast` holds; params.yaml says what each key is."""

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
    # A level that forgets within a day is no level, and ratios to it have no bound.
    long_run_half_life: Annotated[float, Field(ge=1)]
    root_steps: PositiveFloat
    calendar_share: Share
    correction: panel_volatility.Settings


class Nowcast:
    """What the market has done since the deals that the anchor averages, with a scale that knows what was missing."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.reversion = volatility.Reversion(
            settings.half_lives, settings.persistence, settings.long_run_half_life, settings.root_steps
        )
        self._rules = Rules(
            Scaling(settings.own_returns, settings.largest_move, settings.relative_half_life, settings.largest_ratio),
            ridge.Schedule(
                settings.refit_every, settings.half_life, settings.penalty, settings.min_rows, settings.floor
            ),
            settings.unshrink_penalty,
            settings.record_half_life,
            settings.quote,
        )
        self._made: tuple[History, dict[int, Means]] | None = None

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """The next day has a mean of its own; beyond it what is in the market has settled, and one mean serves every horizon.

        The quantiles' shape is that of the standardised one-step errors; `calibrate` measures each horizon's own.
        """
        next_day = history.ahead(1)
        first, settled = self.means(history, 1), self.means(history, self.settings.target_steps)
        errors = np.abs(next_day.log_return - first.best.mean)
        own = self._scale_of_errors(history, next_day.steps).total
        shape = conformal.standardised_quantiles(
            _relative(errors, own), next_day.matured, SHAPE_HALF_LIFE, first=int(origins[0]) if len(origins) else 0
        ).half_widths[origins]
        predictive = {}
        for horizon in horizons:
            mean = (first if horizon == NEXT_DAY else settled).best.mean
            scale = self.scale(history, horizon).total
            predictive[horizon] = Predictive(
                mean[origins], scale[origins], conformal.quantiles(mean[origins], scale[origins], shape)
            )
        return predictive

    def scale(self, history: History, horizon: str) -> Scale:
        """The scale of `forecast` at one horizon and every day of the history, in its factors."""
        targets = history.targets(horizon)
        if horizon == NEXT_DAY:
            return self._scale_of_errors(history, targets.steps)
        settled = self.means(history, self.settings.target_steps)
        alone = np.ones(len(targets.steps))
        plain = Scale(
            self._size_of_returns(history, targets.steps),
            targets.steps,
            self._time(targets),
            settled.widths(targets),
            alone,
        )
        return replace(plain, panel=self._correction(history, horizon, targets, settled.best.mean, plain.total))

    def contributions(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Floats]:
        """What each series adds to the mean of `forecast`, by horizon: (n_origins, n_series), in the order of `series`.

        The regressions have no constant, so the parts sum to the mean.
        """
        first, settled = (self.means(history, steps).best.parts[origins] for steps in (1, self.settings.target_steps))
        return {horizon: first if horizon == NEXT_DAY else settled for horizon in horizons}

    def quoted(self, history: History, origins: Ints) -> list[str]:
        """The kind of quote that each origin's forecast rests on: (n_origins,)."""
        used = self.means(history, 1).in_use
        if not history.quotes:
            return [NO_QUOTE] * len(origins)
        filled = history.backfilled[np.arange(len(used.which)), used.which]
        kinds = np.where(used.present, np.where(filled, BACKFILLED, LIVE), NO_QUOTE)
        return [str(kind) for kind in kinds[origins]]

    def means(self, history: History, steps: int) -> Means:
        """The means of the observado `steps` business days after the anchor's date; those of the last history are kept."""
        if self._made is None or self._made[0] is not history:
            self._made = history, {}
        made = self._made[1]
        if steps not in made:
            made[steps] = means(history, steps, self._rules)
        return made[steps]

    def _correction(self, history: History, horizon: str, targets: Targets, mean: Floats, scale: Floats) -> Floats:
        settings = self.settings.correction
        if horizon not in settings.horizons:
            return np.ones_like(scale)
        own = _relative(np.abs(targets.log_return - mean), scale)
        steps = calendar.usual_steps(horizon)
        pool = panel_volatility.pool(history, own, targets.matured, steps, self.reversion, cap=settings.cap)
        return panel_volatility.correction(pool, steps, settings)

    def _size_of_returns(self, history: History, steps: Ints) -> volatility.Ahead:
        levels = volatility.components(np.abs(history.daily), self.reversion)
        long_run, now, steady = (as_known(level, history.known) for level in levels)
        return volatility.ahead(long_run, now, steady, steps, self.reversion)

    def _time(self, targets: Targets) -> Floats:
        """√S; S the mean of business steps and of calendar days at five sevenths."""
        share = self.settings.calendar_share
        return np.sqrt((1 - share) * targets.steps + share * targets.days * calendar.WEEK_SHARE)

    def _scale_of_errors(self, history: History, steps: Ints) -> Scale:
        """The size of the nowcast's own next errors, from those that have matured: tomorrow's spread is what it misses."""
        next_day, first = history.ahead(1), self.means(history, 1)
        width = first.widths(next_day)
        errors = np.abs(next_day.log_return - first.best.mean) / width
        count = len(errors)
        usable = np.isfinite(errors) & (np.arange(count) >= self.settings.burn_in)
        arrival = np.where(usable, next_day.matured, count)
        order = np.argsort(arrival, kind="stable")[: np.count_nonzero(arrival < count)]
        known = np.searchsorted(arrival[order], np.arange(count), side="right")
        levels = volatility.components(errors[order], self.reversion)
        long_run, now, steady = (as_known(level, known) for level in levels)
        size = volatility.ahead(long_run, now, steady, np.ones(count), self.reversion)
        return Scale(size, steps, np.sqrt(steps), width, np.ones(count))


def _relative(errors: Floats, scale: Floats) -> Floats:
    """Errors over their scale, NaN where that is zero: an observado that stands still says nothing about the shape."""
    return np.divide(errors, scale, out=np.full_like(scale, np.nan), where=scale > 0)


MODEL = Declaration(Nowcast, Settings)


def series(history: History) -> tuple[str, ...]:
    """The target, for its own last returns, the drivers, and the quotes."""
    return (TARGET, *history.drivers, *history.quotes)
