"""data/calibration.json: what the calibration of the newest origin rests on."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forex.calibrate import Calibrated
from forex.conformal import COVERAGE


def calibration_report(calibrated: Mapping[str, Calibrated], first: int) -> dict[str, Any]:
    """By horizon, at the newest origin: half-widths in units of scale by central coverage, the evidence behind them, the ensemble's
    weights, what is published, and how often each candidate was since the first calibrated origin."""
    return {horizon: _describe(result, first) for horizon, result in calibrated.items()}


def _describe(result: Calibrated, first: int) -> dict[str, Any]:
    chosen = result.chosen[first:]
    return {
        "models": {
            model: {
                "half_widths": {
                    f"{level:g}": float(width) for level, width in zip(COVERAGE, own.half_widths[-1], strict=True)
                },
                "scores": int(own.count[-1]),
                "effective_scores": float(own.effective[-1]),
            }
            for model, own in result.standardised.items()
        },
        "ensemble": {name: float(weight) for name, weight in zip(result.members, result.weights[-1], strict=True)},
        "published": {
            "model": result.candidates[chosen[-1]],
            "share": {name: float(np.mean(chosen == i)) for i, name in enumerate(result.candidates)},
        },
    }


def metrics(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report's finite numbers as calibration.<horizon>.<model>.<metric>."""
    return {
        "calibration": {
            horizon: {
                model: {
                    "scores": of_model["scores"],
                    "effective_scores": of_model["effective_scores"],
                    **{f"half_width_{level}": of_model["half_widths"][level] for level in ("0.5", "0.8", "0.95")},
                }
                for model, of_model in described["models"].items()
            }
            | {"ensemble": {f"weight_{name}": weight for name, weight in described["ensemble"].items()}}
            | {"published": {f"share_{name}": share for name, share in described["published"]["share"].items()}}
            for horizon, described in report.items()
        }
    }
