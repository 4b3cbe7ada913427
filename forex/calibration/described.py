"""The calibration report filled: the newest origin's evidence, scores with and without multipliers, widths by regime."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forex.calibration.calibrate import Calibrated
from forex.calibration.multipliers import Newest
from forex.calibration.report import Calibration, Compared, Conformal, HorizonCalibration, Multiplier, Scores
from forex.calibration.widening import ASSUMED_BEFORE, CENTRAL_SHARE, LEVEL, widening
from forex.core.names import PUBLISHED
from forex.core.quantiles import central_pair
from forex.observations.history import Floats
from forex.statistics.conformal import COVERAGE
from forex.statistics.scores import covered, crps, interval_score

LEVELS = (0.5, 0.8, 0.95)  # whose coverage and half-widths are shown
WIDEST = LEVELS[-1]
STRESSED = "stressed"  # all regimes that can have a multiplier, as one
EVERYTHING = "all"

Metrics = dict[str, dict[str, dict[str, float]]]  # horizon -> model -> metric


@dataclass(frozen=True)
class Settled:
    """What n forecasts of one horizon are judged by: anchor and actual (NaN until matured) in CLP per USD, regimes."""

    anchor: Floats
    actual: Floats
    regimes: NDArray[np.str_]


def calibration_report(
    calibrated: Mapping[str, Calibrated],
    settled: Mapping[str, Settled],
    first: int,
    *,
    published: str,
    stressed: tuple[str, ...],
    params_sha256: dict[str, str],
) -> Calibration:
    """What holds at the newest origin, and what happened since origin `first`.

    settled: at the origins from `first` on.  published: the published model.  stressed: the regimes that can have multipliers.
    params_sha256: of the blocks of params that the forecasts were made with.
    """
    return Calibration(
        params_sha256=params_sha256,
        published=published,
        widening_level=LEVEL,
        widening_share=CENTRAL_SHARE,
        assumed_before=dict(ASSUMED_BEFORE),
        horizons={
            horizon: _describe(result, settled[horizon], first, stressed) for horizon, result in calibrated.items()
        },
    )


def _describe(result: Calibrated, settled: Settled, first: int, stressed: tuple[str, ...]) -> HorizonCalibration:
    return HorizonCalibration(
        models={
            model: Conformal(
                half_widths={
                    f"{level:g}": float(width) for level, width in zip(COVERAGE, own.half_widths[-1], strict=True)
                },
                scores=int(own.count[-1]),
                effective_scores=float(own.effective[-1]),
                multipliers={regime: _multiplier(newest) for regime, newest in result.multipliers[model].items()},
            )
            for model, own in result.standardised.items()
        },
        ensemble={name: float(weight) for name, weight in zip(result.members, result.weights[-1], strict=True)},
        multipliers_compared={
            name: _compared(result.quantiles[name][first:], plain[first:], settled, stressed)
            for name, plain in result.without.items()
        },
        widening=widening(result.quantiles[PUBLISHED][first:], settled.regimes),
    )


def _multiplier(newest: Newest) -> Multiplier:
    band = newest.ratio_band if np.isfinite(newest.ratio_band).all() else None
    return Multiplier(
        multiplier=newest.multiplier,
        estimate=newest.estimate,
        crps_change=newest.crps_change if np.isfinite(newest.crps_change) else None,
        ratio=newest.ratio if newest.count > 0 else None,
        ratio_band=band,
        count=newest.count,
        independent=newest.independent,
    )


def _compared(multiplied: Floats, plain: Floats, settled: Settled, stressed: tuple[str, ...]) -> dict[str, Compared]:
    """By regime, for the stressed regimes together and for all matured origins; an empty group is left out."""
    matured = np.isfinite(settled.actual)
    groups = {regime: settled.regimes == regime for regime in stressed}
    groups |= {STRESSED: np.isin(settled.regimes, stressed), EVERYTHING: np.ones(len(matured), bool)}
    return {
        name: Compared(
            origins=int(rows.sum()),
            multiplied=_scores(multiplied[rows], settled.anchor[rows], settled.actual[rows]),
            plain=_scores(plain[rows], settled.anchor[rows], settled.actual[rows]),
        )
        for name, rows in ((name, rows & matured) for name, rows in groups.items())
        if rows.any()
    }


def _scores(log_distances: Floats, anchor: Floats, actual: Floats) -> Scores:
    quantiles = anchor[:, None] * np.exp(log_distances)
    bounds = {level: [quantiles[:, end] for end in central_pair(level)] for level in LEVELS}
    return Scores(
        coverage={f"{level:g}": float(covered(actual, *bounds[level]).mean()) for level in LEVELS},
        crps=float(crps(actual, quantiles).mean()),
        interval_score_95=float(interval_score(actual, *bounds[WIDEST], level=WIDEST).mean()),
    )


def metrics(report: Calibration) -> dict[str, Metrics]:
    """The report's finite numbers as calibration.<horizon>.<model>.<metric>."""
    return {"calibration": {horizon: _metrics(described) for horizon, described in report.horizons.items()}}


def _metrics(described: HorizonCalibration) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for model, own in described.models.items():
        found[model] = {"scores": own.scores, "effective_scores": own.effective_scores}
        found[model] |= {f"half_width_{level:g}": own.half_widths[f"{level:g}"] for level in LEVELS}
        found[model] |= {f"multiplier_{name}": regime.multiplier for name, regime in own.multipliers.items()}
    found["ensemble"] = {f"weight_{name}": weight for name, weight in described.ensemble.items()}
    found[PUBLISHED] = {f"widening_{name}": regime.median for name, regime in described.widening.items()}
    if STRESSED in described.multipliers_compared[PUBLISHED]:
        stressed = described.multipliers_compared[PUBLISHED][STRESSED]
        for which, scores in (("with", stressed.multiplied), ("without", stressed.plain)):
            found[PUBLISHED] |= {
                f"stressed_coverage_{level}_{which}": share for level, share in scores.coverage.items()
            }
            found[PUBLISHED] |= {
                f"stressed_crps_{which}": scores.crps,
                f"stressed_interval_score_{WIDEST:g}_{which}": scores.interval_score_95,
            }
    return found
