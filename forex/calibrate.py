"""From raw to published: conformal calibration, the ensemble, and the choice between them, horizon by horizon."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex import calendar, conformal, ensemble
from forex.errors import TooLittleData
from forex.history import Floats
from forex.names import BENCHMARKS, ENSEMBLE, PUBLISHED, calibrated_name
from forex.params import Calibrate
from forex.predictive import Predictive
from forex.scores import crps


@dataclass(frozen=True)
class Outcome:
    """What became of the forecasts at one horizon: log(target/anchor) (n,), NaN if unknown; first origin that knows it; steps."""

    log_return: Floats
    matured: NDArray[np.int64]
    steps: NDArray[np.int64]


@dataclass(frozen=True)
class Calibrated:
    """Quantiles (n, 25) as log-distances by model, and what they came from, for one horizon."""

    quantiles: dict[str, Floats]
    standardised: dict[str, conformal.Standardised]
    members: tuple[str, ...]
    weights: Floats
    candidates: tuple[str, ...]
    chosen: NDArray[np.int64]


def calibrate(
    raw: Mapping[str, Mapping[str, Predictive]], outcomes: Mapping[str, Outcome], params: Calibrate
) -> tuple[dict[str, Calibrated], int]:
    """Calibrated forecasts by horizon, and the first origin at which every horizon has `min_scores` matured scores.

    raw: horizon -> model -> predictive at the same n origins.  Benchmarks pass through unchanged.

    Raises TooLittleData where no origin has enough scores.
    """
    own = {
        horizon: {model: _standardised(horizon, models[model], outcomes[horizon], params) for model in params.conformal}
        for horizon, models in raw.items()
    }
    first = max(
        _first_calibrated(own[horizon][model], horizon, params) for horizon in raw for model in params.conformal
    )
    return {horizon: _horizon(horizon, raw, own, outcomes[horizon], params) for horizon in raw}, first


def _standardised(horizon: str, predictive: Predictive, outcome: Outcome, params: Calibrate) -> conformal.Standardised:
    scores = np.abs(outcome.log_return - predictive.location) / predictive.scale
    steps = max(calendar.horizon_days(horizon) * calendar.WEEK_SHARE, 1.0)
    return conformal.standardised_quantiles(scores, outcome.matured, params.half_life * math.sqrt(steps))


def _first_calibrated(standardised: conformal.Standardised, horizon: str, params: Calibrate) -> int:
    enough = np.flatnonzero(standardised.count >= params.min_scores)
    if not enough.size:
        most = int(standardised.count.max(initial=0))
        raise TooLittleData(
            f"calibrate: {most} matured forecasts at {horizon}, {params.min_scores} needed (calibrate.min_scores). "
            "Use a later as_of, a longer history, or a lower fit.first_origin."
        )
    return int(enough[0])


def _horizon(
    horizon: str,
    raw: Mapping[str, Mapping[str, Predictive]],
    own: Mapping[str, Mapping[str, conformal.Standardised]],
    outcome: Outcome,
    params: Calibrate,
) -> Calibrated:
    models = raw[horizon]
    quantiles = {name: models[name].quantiles for name in models if name in BENCHMARKS}
    for model in params.conformal:
        half_widths = _pooled(model, horizon, own, outcome, params)
        quantiles[calibrated_name(model)] = conformal.quantiles(
            models[model].location, models[model].scale, half_widths
        )
    members = params.ensemble.members
    past = _record(quantiles, members, outcome, params.ensemble.half_life)
    weights = ensemble.weights(past, sharpness=params.ensemble.sharpness, shrinkage=params.ensemble.shrinkage)
    quantiles[ENSEMBLE] = ensemble.average(np.stack([quantiles[name] for name in members]), weights)

    rule = params.published
    past = _record(quantiles, rule.candidates, outcome, rule.half_life)
    chosen = ensemble.choose(past, margin=rule.margin, min_scores=rule.min_scores)
    offered = np.stack([quantiles[name] for name in rule.candidates])
    quantiles[PUBLISHED] = offered[chosen, np.arange(len(chosen))]
    return Calibrated(quantiles, dict(own[horizon]), members, weights, rule.candidates, chosen)


def _pooled(
    model: str,
    horizon: str,
    own: Mapping[str, Mapping[str, conformal.Standardised]],
    outcome: Outcome,
    params: Calibrate,
) -> Floats:
    """Overlapping errors of h steps repeat themselves about h times: the independent evidence is the effective number / steps."""
    standardised = own[horizon][model]
    shared = [own[other][model].half_widths for other in params.pool_horizons if other in own]
    shortest = min((calendar.horizon_days(other) for other in params.pool_horizons if other in own), default=0)
    if not shared or calendar.horizon_days(horizon) < shortest:
        return standardised.half_widths
    independent = standardised.effective / np.maximum(outcome.steps, 1)
    return conformal.pooled(standardised.half_widths, independent, np.mean(shared, axis=0), params.pool_weight)


def _record(
    quantiles: Mapping[str, Floats], names: Sequence[str], outcome: Outcome, half_life: float
) -> ensemble.Record:
    scores = np.stack([crps(outcome.log_return, quantiles[name]) for name in names], axis=1)
    return ensemble.record(scores, outcome.matured, half_life)
