"""The nowcast: a ridge on what is already in the market at the cut-off, a volatility that reverts, empirical quantiles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forex import calendar, conformal, ridge, volatility
from forex.history import Floats, History, Ints
from forex.predictive import Predictive
from forex.params import Nowcast as NowcastParams

SHAPE_HALF_LIFE = 1e9  # the shape comes from every score alike; ageing them is the calibration's task


class Nowcast:
    def __init__(self, params: NowcastParams):
        self.params = params

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """One mean for every horizon (what is already in the market has settled within two days), a scale of its own for each.

        The quantiles' shape is that of the standardised one-step errors; `calibrate` measures each horizon's own.
        """
        mean = self.mean(history)
        next_day = history.ahead(1)
        one_step = np.abs(next_day.log_return - mean) / self.scale(history, next_day.steps, next_day.days, self._fast_weight(1))
        shape = conformal.standardised_quantiles(
            one_step, next_day.matured, SHAPE_HALF_LIFE, first=int(origins[0]) if len(origins) else 0
        ).half_widths[origins]
        predictive = {}
        for horizon in horizons:
            targets = history.targets(horizon)
            weight = self._fast_weight(calendar.horizon_days(horizon))
            scale = self.scale(history, targets.steps, targets.days, weight)[origins]
            predictive[horizon] = Predictive(
                mean[origins], scale, conformal.quantiles(mean[origins], scale, shape)
            )
        return predictive

    def features(self, history: History) -> tuple[tuple[str, ...], Floats]:
        """Names and values (n_days, p): the own last return, then each driver's move by its age; NaN where absent."""
        used = [i for i, name in enumerate(history.drivers) if name not in self.params.exclude]
        names = ["usdclp"] + [f"{history.drivers[i]}_{age}" for age in history.moves for i in used]
        columns = [history.last_return[:, None]] + [moves[:, used] for moves in history.moves.values()]
        return tuple(names), np.concatenate(columns, axis=1)

    def mean(self, history: History) -> Floats:
        """The nowcast at every day: expected log-distance of the observado from the anchor."""
        return self.regression(history)[0]

    def regression(self, history: History) -> tuple[Floats, Floats]:
        params = self.params
        ahead = history.ahead(params.target_steps)
        _, features = self.features(history)
        schedule = ridge.Schedule(params.refit_every, params.half_life, params.penalty, params.min_rows)
        return ridge.predictions(features, ahead.log_return, self._variance(history), ahead.matured, schedule)

    def _variance(self, history: History) -> Floats:
        squares = history.daily**2
        variance = 0.8 * volatility.exponential_mean(squares, 0.97) + 0.2 * volatility.expanding_mean(squares)
        return _as_known(variance, history)

    def _fast_weight(self, days: int) -> float:
        """The weight of the current volatility, linear in the logarithm of the horizon between the given ones."""
        given = sorted((calendar.horizon_days(horizon), weight) for horizon, weight in self.params.fast_weight.items())
        at, weights = zip(*given, strict=True)
        return float(np.interp(np.log(days), np.log(at), weights))

    def scale(self, history: History, steps: NDArray[np.int64], days: NDArray[np.int64], weight: float) -> Floats:
        """sd = [w·current + (1 − w)·long run]·√S: S the mean of business steps and of calendar days at five sevenths."""
        params = self.params
        size = np.abs(history.daily)
        long_run = _as_known(volatility.expanding_mean(size), history)
        now = _as_known(volatility.current(size, params.fast_lambda, params.slow_lambda), history)
        panel = [i for i, name in enumerate(history.drivers) if name in params.panel]
        if panel:
            moved = volatility.current(
                volatility.panel_movement(history.moves[0][:, panel]), params.fast_lambda, params.slow_lambda
            )
            now = (1 - params.panel_share) * now + params.panel_share * moved * long_run
        elapsed = 0.5 * (days * 5 / 7 + steps)
        return (weight * now + (1 - weight) * long_run) * np.sqrt(elapsed)


def _as_known(values: Floats, history: History) -> Floats:
    """A series along the returns, read at each origin at the newest return known there; NaN before the first."""
    return np.where(history.known > 0, values[np.maximum(history.known, 1) - 1], np.nan)
