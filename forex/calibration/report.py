"""data/calibration.json: what the calibration of the newest origin rests on, and what regime multipliers change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forex.calibration.calibrate import Calibrated
from forex.calibration.multipliers import Newest
from forex.core.names import PUBLISHED
from forex.core.quantiles import central_pair
from forex.observations.history import Floats
from forex.statistics.conformal import COVERAGE
from forex.statistics.scores import covered, crps, interval_score

LEVELS = (0.5, 0.8, 0.95)  # whose coverage and half-widths are shown
WIDEST = LEVELS[-1]
STRESSED = "stressed"  # all regimes that can have a multiplier, as one
EVERYTHING = "all"


@dataclass(frozen=True)
class Settled:
    """What n forecasts of one horizon are judged by: anchor and actual (NaN until matured) in CLP per USD, regimes."""

    anchor: Floats
    actual: Floats
    regimes: NDArray[np.str_]


def calibration_report(
    calibrated: Mapping[str, Calibrated], settled: Mapping[str, Settled], first: int, stressed: tuple[str, ...]
) -> dict[str, Any]:
    """By horizon, what holds at the newest origin, and what happened since origin `first`.

    The former: half-widths in units of scale by central coverage, the evidence behind them, multipliers, the ensemble's
    weights. The latter: how each model that depends on multipliers scored with and without them.

    settled: at the origins from `first` on.  stressed: the regimes that have multipliers.
    """
    return {horizon: _describe(result, settled[horizon], first, stressed) for horizon, result in calibrated.items()}


def _describe(result: Calibrated, settled: Settled, first: int, stressed: tuple[str, ...]) -> dict[str, Any]:
    return {
        "models": {
            model: {
                "half_widths": {
                    f"{level:g}": float(width) for level, width in zip(COVERAGE, own.half_widths[-1], strict=True)
                },
                "scores": int(own.count[-1]),
                "effective_scores": float(own.effective[-1]),
                "multipliers": {regime: _multiplier(one) for regime, one in result.multipliers[model].items()},
            }
            for model, own in result.standardised.items()
        },
        "ensemble": {name: float(weight) for name, weight in zip(result.members, result.weights[-1], strict=True)},
        "with_and_without_multipliers": {
            name: _compared(result.quantiles[name][first:], plain[first:], settled, stressed)
            for name, plain in result.without.items()
        },
    }


def _multiplier(one: Newest) -> dict[str, Any]:
    """Null where no forecast made in the regime has matured."""
    ratio = one.ratio if one.count > 0 else None
    band = list(one.ratio_band) if np.isfinite(one.ratio_band).all() else None
    change = one.crps_change if np.isfinite(one.crps_change) else None
    return asdict(one) | {"ratio": ratio, "ratio_band": band, "crps_change": change}


def _compared(with_: Floats, without: Floats, settled: Settled, stressed: tuple[str, ...]) -> dict[str, Any]:
    """Scores by regime, of the stressed regimes together and of all matured origins; an empty group is left out."""
    matured = np.isfinite(settled.actual)
    groups = {regime: settled.regimes == regime for regime in stressed}
    groups |= {STRESSED: np.isin(settled.regimes, stressed), EVERYTHING: np.ones(len(matured), bool)}
    return {
        name: {"origins": int(rows.sum())}
        | {
            which: _scores(values[rows], settled.anchor[rows], settled.actual[rows])
            for which, values in (("with", with_), ("without", without))
        }
        for name, rows in ((name, rows & matured) for name, rows in groups.items())
        if rows.any()
    }


def _scores(log_distances: Floats, anchor: Floats, actual: Floats) -> dict[str, float]:
    """Means over the rows, in CLP per USD; coverage as a share."""
    quantiles = anchor[:, None] * np.exp(log_distances)
    bounds = {level: [quantiles[:, end] for end in central_pair(level)] for level in LEVELS}
    shares = {f"coverage_{level:g}": float(covered(actual, *bounds[level]).mean()) for level in LEVELS}
    return shares | {
        "crps": float(crps(actual, quantiles).mean()),
        f"interval_score_{WIDEST:g}": float(interval_score(actual, *bounds[WIDEST], level=WIDEST).mean()),
    }


def metrics(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report's finite numbers as calibration.<horizon>.<model>.<metric>."""
    return {
        "calibration": {
            horizon: {
                model: {
                    "scores": of_model["scores"],
                    "effective_scores": of_model["effective_scores"],
                    **{f"half_width_{level:g}": of_model["half_widths"][f"{level:g}"] for level in LEVELS},
                    **{f"multiplier_{name}": one["multiplier"] for name, one in of_model["multipliers"].items()},
                }
                for model, of_model in described["models"].items()
            }
            | {"ensemble": {f"weight_{name}": weight for name, weight in described["ensemble"].items()}}
            | {"published": _stressed_metrics(described["with_and_without_multipliers"][PUBLISHED])}
            for horizon, described in report.items()
        }
    }


def _stressed_metrics(compared: Mapping[str, Any]) -> dict[str, float]:
    if STRESSED not in compared:
        return {}
    return {
        f"stressed_{metric}_{which}": value
        for which in ("with", "without")
        for metric, value in compared[STRESSED][which].items()
    }
