"""The dashboard's rows on how much wider intervals are in a regime than in NORMAL."""

from collections.abc import Mapping
from dataclasses import dataclass

from forex.calibration.report import Calibration, Widening
from forex.forecast.fan import by_length
from forex.regimes.regimes import REGIMES


@dataclass(frozen=True)
class WidthRow:
    """How much wider intervals are in a regime that was seen, by horizon, None where unknown; and what was assumed before."""

    regime: str
    by_horizon: Mapping[str, Widening | None]
    assumed: tuple[float, float]


def width_rows(calibration: Calibration) -> list[WidthRow]:
    """A row for each regime that was seen at any horizon, in the order of the regimes."""
    horizons = by_length(calibration.horizons)
    seen = {name for calibrated in horizons.values() for name in calibrated.widening}
    return [
        WidthRow(
            regime=regime,
            by_horizon={horizon: calibrated.widening.get(regime) for horizon, calibrated in horizons.items()},
            assumed=calibration.assumed_before[regime],
        )
        for regime in REGIMES
        if regime in seen
    ]
