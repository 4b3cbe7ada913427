"""From raw to published, by horizon: conformal calibration, regime multipliers, the ensemble, what is published."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forex.calibration import multipliers
from forex.calibration.lean import lean
from forex.core.errors import TooLittleData
from forex.core.names import BENCHMARKS, CENTRED, ENSEMBLE, NOWCAST, PUBLISHED, RIVALS, calibrated_name, centred_name
from forex.observations.history import Floats
from forex.params import Calibrate
from forex.statistics import conformal, ensemble
from forex.statistics.predictive import Predictive
from forex.statistics.scores import crps
from forex.timeline import calendar


@dataclass(frozen=True)
class Outcome:
    """What became of the forecasts at one horizon: log(target/anchor) (n,), NaN if unknown; first origin that knows it; steps."""

    log_return: Floats
    matured: NDArray[np.int64]
    steps: NDArray[np.int64]


@dataclass(frozen=True)
class Widths:
    """What the half-widths of one model are made of, in units of its scale: pooled·factors, and which side is the longer one.

    pooled: (n, 12), the horizon's own quantiles where nothing is pooled.  factors: (n,), of the regime.  lean: (n, 12).
    """

    pooled: Floats
    factors: Floats
    lean: Floats

    def around(self, predictive: Predictive) -> Floats:
        """The quantiles (n, 25) around the model's location, log-distances."""
        half_widths = self.pooled * self.factors[:, None]
        return conformal.quantiles(predictive.location, predictive.scale, half_widths, self.lean)


@dataclass(frozen=True)
class Calibrated:
    """Quantiles (n, 25) as log-distances by model, and what they came from, for one horizon.

    widths: by calibrated model.
    without: those that depend on regime multipliers, as they would be had every multiplier been 1.
    factors: (n,), the regime multiplier in what is published; the ensemble's is the mean of its members', by their weights.
    """

    quantiles: dict[str, Floats]
    without: dict[str, Floats]
    widths: dict[str, Widths]
    standardised: dict[str, conformal.Standardised]
    multipliers: dict[str, dict[str, multipliers.Newest]]
    factors: Floats
    members: tuple[str, ...]
    weights: Floats


def calibrate(
    raw: Mapping[str, Mapping[str, Predictive]],
    outcomes: Mapping[str, Outcome],
    params: Calibrate,
    regimes: NDArray[np.str_] | None = None,
) -> tuple[dict[str, Calibrated], int]:
    """Calibrated forecasts by horizon, and the first origin at which every horizon has `min_scores` matured scores.

    raw: horizon -> model -> predictive at the same n origins.  Benchmarks pass through unchanged; where there is a nowcast,
    those of `CENTRED` are there a second time, around it.
    regimes: (n,), the regime of each origin; without them no origin is stressed and every multiplier is 1.

    Raises TooLittleData where no origin has enough scores.
    """
    own = {
        horizon: {model: _standardised(horizon, models[model], outcomes[horizon], params) for model in params.conformal}
        for horizon, models in raw.items()
    }
    first = max(
        _first_calibrated(own[horizon][model], horizon, params) for horizon in raw for model in params.conformal
    )
    labels = np.full(len(next(iter(outcomes.values())).steps), "") if regimes is None else regimes
    return {horizon: _horizon(horizon, raw, own, outcomes[horizon], labels, params) for horizon in raw}, first


def _standardised(horizon: str, predictive: Predictive, outcome: Outcome, params: Calibrate) -> conformal.Standardised:
    steps = max(calendar.horizon_days(horizon) * calendar.WEEK_SHARE, 1.0)
    scores = _scores(predictive, outcome)
    return conformal.standardised_quantiles(scores, outcome.matured, params.half_life * math.sqrt(steps))


def _scores(predictive: Predictive, outcome: Outcome) -> Floats:
    return np.abs(_signed(predictive, outcome))


def _signed(predictive: Predictive, outcome: Outcome) -> Floats:
    """(outcome − location)/scale; NaN where there is no outcome, or the scale is zero: what stood still has nothing to teach."""
    error, scale = outcome.log_return - predictive.location, predictive.scale
    return np.divide(error, scale, out=np.full_like(scale, np.nan), where=scale > 0)


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
    regimes: NDArray[np.str_],
    params: Calibrate,
) -> Calibrated:
    models = raw[horizon]
    plain: dict[str, Widths] = {}
    stressed: dict[str, Widths] = {}
    newest = {}
    applied = {name: np.ones(len(outcome.steps)) for name in (*models, *RIVALS)}
    for model in params.conformal:
        pooled = _pooled(model, horizon, own, outcome, params)
        # Errors teach from enough scores on, like the forecasts. Multipliers learn from forecasts without them, so that the
        # estimate does not chase itself.
        signed = np.where(own[horizon][model].count >= params.min_scores, _signed(models[model], outcome), np.nan)
        scores = np.abs(signed)
        plain[model] = Widths(pooled, np.ones(len(pooled)), _lean(horizon, signed, pooled, outcome, params))
        forecasts = multipliers.scored(scores, pooled, outcome.matured, outcome.steps, params.multipliers.levels)
        estimated = multipliers.estimates(regimes, forecasts, params.multipliers)
        with_, without_ = (
            np.where(np.isfinite(scores), crps(outcome.log_return, widths.around(models[model])), np.nan)
            for widths in (replace(plain[model], factors=estimated), plain[model])
        )
        factors = multipliers.factors(regimes, forecasts, estimated, with_ - without_, params.multipliers)
        newest[model] = multipliers.newest(regimes, forecasts, with_ - without_, without_, params.multipliers)
        stressed[model] = replace(plain[model], factors=factors)
        applied[calibrated_name(model)] = factors

    without = _from_widths(models, plain, outcome, params)[0]
    quantiles, weights = _from_widths(models, stressed, outcome, params)
    applied[ENSEMBLE] = np.sum(
        [applied[name] * weights[:, j] for j, name in enumerate(params.ensemble.members)], axis=0
    )
    return Calibrated(
        quantiles=quantiles,
        without={name: values for name, values in without.items() if name not in RIVALS},
        widths=stressed,
        standardised=dict(own[horizon]),
        multipliers=newest,
        factors=applied[params.published.model],
        members=params.ensemble.members,
        weights=weights,
    )


def _from_widths(
    models: Mapping[str, Predictive],
    widths: Mapping[str, Widths],
    outcome: Outcome,
    params: Calibrate,
) -> tuple[dict[str, Floats], Floats]:
    """Every forecast of one horizon, and the ensemble's weights."""
    quantiles = {name: models[name].quantiles for name in models if name in BENCHMARKS}
    quantiles |= _around_the_nowcast(models)
    for model, own in widths.items():
        quantiles[calibrated_name(model)] = own.around(models[model])
    members = params.ensemble.members
    past = _record(quantiles, members, outcome, params.ensemble.half_life)
    weights = ensemble.weights(past, sharpness=params.ensemble.sharpness, shrinkage=params.ensemble.shrinkage)
    quantiles[ENSEMBLE] = ensemble.average(np.stack([quantiles[name] for name in members]), weights)
    quantiles[PUBLISHED] = quantiles[params.published.model]
    return quantiles, weights


def _lean(horizon: str, signed: Floats, half_widths: Floats, outcome: Outcome, params: Calibrate) -> Floats:
    """From the shortest pooled horizon on, or beyond the next day where none is pooled: there a lean only adds noise."""
    shortest = min((calendar.horizon_days(other) for other in params.pool_horizons), default=2)
    if calendar.horizon_days(horizon) < shortest:
        return np.zeros_like(half_widths)
    return lean(signed, half_widths, outcome.matured, outcome.steps, params.lean_weight)


def _around_the_nowcast(models: Mapping[str, Predictive]) -> dict[str, Floats]:
    """Benchmarks with the same information: in pesos, their quantiles times the nowcast's median over the anchor."""
    if NOWCAST not in models:
        return {}
    centre = models[NOWCAST].location[:, None]
    return {centred_name(name): models[name].quantiles + centre for name in CENTRED if name in models}


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
