"""The pipeline's own forecaster in a made-up world: its nowcast and its calibration, as `fit` and `calibrate` run them.

Nothing is copied: a series of returns becomes an observado on the calendar's business days, and goes through the functions of
`forex.observations`, `forex.models` and `forex.calibration`. What it lacks are drivers and regimes, which no simulated series has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from forex.calibration.calibrate import Outcome, calibrate
from forex.core.names import NOWCAST, PUBLISHED
from forex.models.nowcast import Nowcast, Settings
from forex.monitoring.watched import Watched, watch
from forex.observations.history import Floats, History, Ints
from forex.params import Calibrate
from forex.statistics import conformal
from forex.statistics.predictive import Predictive
from forex.statistics.scores import Panel
from studies.worlds.returns import WORLDS
from tests.support.simulated import committed, history_of, outcomes_of, target_of

PARAMS = committed()
HORIZONS = PARAMS.horizons
FIRST_DAY = "2000-01-03"
FIRST = PARAMS.fit.first_origin - PARAMS.fit.warm_up  # position of the first origin that is fitted
SETTLED = PARAMS.fit.first_origin  # and of the first one that is looked at, as in the pipeline
ADAPTS, FIXED = "adapts", "fixed"
FORECASTERS = (ADAPTS, FIXED)


def _alone(params: Calibrate) -> Calibrate:
    """The calibration of the nowcast alone: benchmarks and ensemble are not what is monitored."""
    members = params.ensemble.model_copy(update={"members": (NOWCAST,)})
    return params.model_copy(update={"conformal": (NOWCAST,), "ensemble": members})


@dataclass(frozen=True)
class Shift:
    """What changes from a day on, for good.

    error: factor on the errors of targets from that day on, while the forecaster's scale stays what it was.
    narrow: factor on the intervals that are given, which no forecaster learns of: a fault of publication.
    volatility: factor on the returns from that day on; the scale adapts as it does.
    """

    error: float = 1.0
    narrow: float = 1.0
    volatility: float = 1.0


STEADY = Shift()


@dataclass(frozen=True)
class Run:
    """One series, and what the nowcast made of it at every origin from FIRST on."""

    history: History
    origins: Ints
    raw: Mapping[str, Predictive]
    outcomes: Mapping[str, Outcome]

    @cached_property
    def target_dates(self) -> dict[str, NDArray[np.datetime64]]:
        """By horizon, the target date of each origin's forecast, (n,)."""
        return {horizon: self.history.targets(horizon).dates[self.origins] for horizon in HORIZONS}

    def with_errors(self, factor: float, day: np.datetime64) -> "Run":
        """The run with errors of targets from `day` on larger by a factor; the forecasts stay, and calibration learns of it."""
        if factor == 1.0:
            return self
        outcomes = {}
        for horizon, outcome in self.outcomes.items():
            centre = self.raw[horizon].location
            error = np.where(self.target_dates[horizon] >= day, factor, 1.0) * (outcome.log_return - centre)
            outcomes[horizon] = replace(outcome, log_return=centre + error)
        return replace(self, outcomes=outcomes)

    def scores(self, horizon: str) -> Floats:
        """|error| over scale, of the forecasts that have matured."""
        predictive = self.raw[horizon]
        z = np.abs(self.outcomes[horizon].log_return - predictive.location) / predictive.scale
        return z[np.isfinite(z)]

    def quantiles(self, shape: Mapping[str, Floats] | None) -> dict[str, Floats]:
        """Log-distances (n, 25) by horizon: calibrated by the pipeline, or with a `shape` of half-widths (12,) that stays."""
        if shape is None:
            return self._calibrated
        return {
            horizon: conformal.quantiles(
                predictive.location,
                predictive.scale,
                np.broadcast_to(shape[horizon], (predictive.scale.size, shape[horizon].size)),
            )
            for horizon, predictive in self.raw.items()
        }

    @cached_property
    def _calibrated(self) -> dict[str, Floats]:
        raw = {horizon: {NOWCAST: predictive} for horizon, predictive in self.raw.items()}
        calibrated, _ = calibrate(raw, self.outcomes, _alone(PARAMS.calibrate))
        return {horizon: result.quantiles[PUBLISHED] for horizon, result in calibrated.items()}


def run(returns: Floats) -> Run:
    """The nowcast's forecasts in a world with these daily returns (days,)."""
    history = history_of(target_of(returns, first=FIRST_DAY))
    origins = np.arange(FIRST, len(history.days))
    model = Nowcast(PARAMS.fit.own(NOWCAST, Settings))
    return Run(history, origins, model.forecast(history, origins, HORIZONS), outcomes_of(history, origins, HORIZONS))


@cache
def fixed_shape(world: str, *, runs: int = 20, days: int = 3500) -> Mapping[str, Floats]:
    """Half-widths (12,) by horizon that hold in the long run of a world: quantiles of its standardised errors, pooled over runs."""
    scores: dict[str, list[Floats]] = {horizon: [] for horizon in HORIZONS}
    for number in range(runs):
        made = run(WORLDS[world](np.random.default_rng([7, list(WORLDS).index(world), number]), days))
        for horizon in HORIZONS:
            scores[horizon].append(made.scores(horizon)[SETTLED - FIRST :])
    return {horizon: np.quantile(np.concatenate(parts), conformal.COVERAGE) for horizon, parts in scores.items()}


@dataclass(frozen=True)
class Seen:
    """What a monitor sees of one series: matured forecasts by horizon, and every forecast of the origins from SETTLED on."""

    panels: Mapping[str, Panel]
    steps: Floats  # (n, horizons)
    quantiles: Floats  # (n, horizons, 25), log-distances

    @cached_property
    def watched(self) -> dict[str, Watched]:
        """What the monitor watches, by horizon."""
        return {horizon: watch(panel, PUBLISHED, PARAMS.levels) for horizon, panel in self.panels.items()}


def seen(made: Run, quantiles: Mapping[str, Floats], *, narrow: float = 1.0, day: np.datetime64 | None = None) -> Seen:
    """What the performance stage reads from calibrated.parquet.  narrow: factor on intervals whose target is `day` or later."""
    first = SETTLED - FIRST
    days, anchor = made.history.days[made.origins][first:], made.history.anchor[made.origins][first:]
    panels, given_all, steps_all = {}, [], []
    for horizon in HORIZONS:
        outcome, targets = made.outcomes[horizon], made.target_dates[horizon][first:]
        given = quantiles[horizon][first:]
        if day is not None and narrow != 1.0:
            centre = given[:, [given.shape[1] // 2]]
            factor = np.where(targets >= day, narrow, 1.0)[:, None]
            given = centre + factor * (given - centre)
        came = outcome.log_return[first:]
        known = np.isfinite(came)
        panels[horizon] = Panel(
            horizon=horizon,
            models=(PUBLISHED,),
            origin_date=days[known],
            target_date=targets[known],
            regime=np.full(int(known.sum()), ""),
            steps=outcome.steps[first:][known],
            anchor=anchor[known],
            actual=anchor[known] * np.exp(came[known]),
            quantiles=(anchor[:, None] * np.exp(given))[known][:, None, :],
        )
        given_all.append(given)
        steps_all.append(outcome.steps[first:])
    return Seen(panels, np.stack(steps_all, axis=1), np.stack(given_all, axis=1))
