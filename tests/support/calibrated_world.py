"""One simulated world and what calibration makes of it, plain and with a regime of larger moves.

Each is made once a process, for all tests that ask: they change nothing in it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from forex.calibration.calibrate import Calibrated, Outcome, calibrate
from forex.core.names import ENSEMBLE, PUBLISHED, calibrated_name
from forex.models.registry import build
from forex.observations.history import Floats
from forex.params import Calibrate
from forex.statistics.predictive import Predictive
from tests.support.simulated import committed, fit_params, garch_returns, history_of, outcomes_of, target_of

FIRST = 400  # the first origin with a raw forecast
PARAMS = committed().calibrate
HORIZONS = ("1d", "7d", "30d")
DEPENDENT = (*map(calibrated_name, PARAMS.conformal), ENSEMBLE, PUBLISHED)  # models whose quantiles calibration makes

Raw = Mapping[str, Mapping[str, Predictive]]
World = tuple[Raw, dict[str, Outcome]]
Stress = tuple[Raw, dict[str, Outcome], NDArray[np.str_]]
Result = tuple[dict[str, Calibrated], int]


def changed(**values: object) -> Calibrate:
    return Calibrate.model_validate(PARAMS.model_dump() | values)


# Evidence is thin in so short a series: it shall count, and soon.
QUICK = changed(min_scores=60, multipliers=PARAMS.multipliers.model_dump() | {"shrink_weight": 10})


def inputs(log_returns: Floats, horizons: tuple[str, ...], models: tuple[str, ...]) -> tuple[Raw, dict[str, Outcome]]:
    """Raw forecasts and outcomes of one simulated series, from its origin FIRST on."""
    history = history_of(target_of(log_returns))
    origins = np.arange(FIRST, len(history.days))
    by_model = {name: model.forecast(history, origins, horizons) for name, model in build(fit_params(*models)).items()}
    raw = {horizon: {name: by_model[name][horizon] for name in models} for horizon in horizons}
    return raw, outcomes_of(history, origins, horizons)


@cache
def world() -> World:
    return inputs(garch_returns(np.random.default_rng(1), 1200), HORIZONS, fit_params().models)


@cache
def result() -> Result:
    return calibrate(*world(), PARAMS)


@cache
def stress() -> Stress:
    """The same world with months of a regime in which every move is 1.6 times as large."""
    raw, usual = world()
    regimes = np.tile(np.repeat(["NORMAL", "HIGH_VOL", "UNKNOWN"], 30), 20)[: len(usual["1d"].steps)]
    wider = np.where(regimes == "HIGH_VOL", 1.6, 1.0)
    outcomes = {horizon: replace(outcome, log_return=outcome.log_return * wider) for horizon, outcome in usual.items()}
    return raw, outcomes, regimes


@cache
def stressed() -> Result:
    return calibrate(*stress()[:2], QUICK, stress()[2])
