"""The dashboard's rows on how much wider intervals are in a regime than in NORMAL."""

from typing import Any

from forex.calibration.report import Calibration
from forex.forecast.fan import by_length
from forex.regimes.regimes import REGIMES


def width_rows(calibration: Calibration) -> list[dict[str, Any]]:
    """Per regime that was seen: its width by horizon, None where NORMAL was never seen, and what was assumed before."""
    horizons = by_length(calibration.horizons)
    seen = {name for one in horizons.values() for name in one.widening}
    return [
        {
            "regime": regime,
            "by_horizon": {horizon: one.widening.get(regime) for horizon, one in horizons.items()},
            "assumed": calibration.assumed_before[regime],
        }
        for regime in REGIMES
        if regime in seen
    ]
