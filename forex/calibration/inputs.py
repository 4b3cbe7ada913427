"""What calibration works on, from the frames of the stages before it: raw forecasts, their outcomes, their origins' regimes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.calibration.calibrate import Outcome
from forex.observations.history import Floats, History, Ints
from forex.statistics.forecasts import raw_predictive
from forex.statistics.predictive import Predictive


@dataclass(frozen=True)
class Inputs:
    """What calibration works on, at n origins.

    origins: (n,), positions in the history's days.  predictive: horizon -> model.  outcomes: by horizon.  regimes: (n,).
    """

    origins: Ints
    predictive: dict[str, dict[str, Predictive]]
    outcomes: dict[str, Outcome]
    regimes: NDArray[np.str_]


def calibration_inputs(history: History, raw: pl.DataFrame, regimes: pl.DataFrame, horizons: Sequence[str]) -> Inputs:
    """What calibration works on, from the frames of the stages before it.

    history: of the panel that `raw` was made from.  raw: as `forex.statistics.forecasts.raw_frame` makes it.
    regimes: `origin_date` and `regime` of every origin of `raw`.  horizons: those to calibrate.

    Raises KeyError where an origin has no regime.
    """
    origin_dates = np.unique(raw["origin_date"].to_numpy())
    origins = np.searchsorted(history.days, origin_dates)
    predictive = raw_predictive(raw, history.anchor[origins], origin_dates)
    outcomes = {}
    for horizon in horizons:
        targets = history.targets(horizon)
        matured = np.minimum(targets.matured - origins[0], len(origins))
        outcomes[horizon] = Outcome(targets.log_return[origins], matured[origins], targets.steps[origins])
    by_date = dict(regimes.select("origin_date", "regime").iter_rows())
    labels = np.array([by_date[date] for date in history.days[origins].tolist()])
    return Inputs(origins, {horizon: predictive[horizon] for horizon in horizons}, outcomes, labels)


def actuals(history: History, panel: pl.DataFrame, origins: Ints, horizon: str) -> Floats:
    """The observado that came out, CLP per USD in its latest vintage, (n,); NaN until matured."""
    latest = dict(panel.select("origin_date", "actual").drop_nulls().iter_rows())
    return np.array([latest.get(date, np.nan) for date in history.targets(horizon).dates[origins].tolist()])
