"""A calibration report with nothing in it but how wide intervals are by regime."""

from forex.calibration.report import Calibration, HorizonCalibration, Widening
from forex.calibration.widening import ASSUMED_BEFORE, CENTRAL_SHARE, LEVEL


def calibration(**medians: dict[str, float]) -> Calibration:
    """medians: the median width by horizon, for each regime; each range reaches from half of it to twice as much."""
    horizons = sorted({horizon for by_horizon in medians.values() for horizon in by_horizon})
    return Calibration(
        params_sha256={"fit": "ab" * 32, "calibrate": "ab" * 32},
        published="nowcast",
        widening_level=LEVEL,
        widening_share=CENTRAL_SHARE,
        assumed_before=dict(ASSUMED_BEFORE),
        horizons={
            horizon: HorizonCalibration(
                models={},
                ensemble={},
                multipliers_compared={},
                widening={
                    regime: Widening(origins=300, median=of[horizon], range=(of[horizon] / 2, of[horizon] * 2))
                    for regime, of in medians.items()
                    if horizon in of
                },
            )
            for horizon in horizons
        },
    )
