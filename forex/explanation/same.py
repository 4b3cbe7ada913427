"""Whether what was made again is what the files of the last run hold: an account of anything else would explain nothing."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from forex.core.errors import DataError
from forex.core.names import NOWCAST
from forex.core.quantiles import COLUMNS
from forex.explanation.again import Again
from forex.explanation.files import CALIBRATED, CONTRIBUTIONS, RAW_FORECASTS, require_origin
from forex.explanation.steps import AROUND_THE_NOWCAST, series_parts

# Files hold log-distances at 8 significant digits and rates at 4 decimals; a last digit may differ with the dependencies' versions.
WITHIN = 1e-7  # of a log-distance, or of a rate relative to the anchor
WITHIN_CLP = 1e-4


def require_the_same(again: Again, stored: Mapping[str, Any]) -> None:
    """Refuse what was made again where a file of the last run says otherwise.

    stored: a published row of data/forecasts/calibrated.parquet.
    Raises DataError naming the file and both values where the scale, the parts of the median or a quantile is not what was
    made, or where nothing was fitted at the origin.
    """
    origin = stored["origin_date"]
    require_origin(origin, again.history.days[again.origins])
    row = again.row(origin)
    if again.scale is not None:
        scale = float(again.fitted[NOWCAST].scale[row])
        made = float(again.scale.total[again.origins[row]])
        _require(made, scale, WITHIN, RAW_FORECASTS, f"the scale of {NOWCAST} at {again.horizon}", origin)
    if again.published in AROUND_THE_NOWCAST:
        location = float(again.fitted[NOWCAST].location[row])
        _require(
            location,
            sum(series_parts(again, row).values()),
            WITHIN,
            CONTRIBUTIONS,
            f"the sum at {again.horizon}",
            origin,
        )
    rates = again.anchor(row) * np.exp(again.calibrated.quantiles[again.published][row])
    for name, rate in zip(COLUMNS, rates.tolist(), strict=True):
        within = WITHIN_CLP + WITHIN * again.anchor(row)
        _require(rate, stored[name], within, CALIBRATED, f"{name} at {again.horizon}", origin)


def _require(made: float, stored: float, within: float, file: Path, what: str, origin: dt.date) -> None:
    if not abs(made - stored) <= within:
        raise DataError(
            f"{file}: {what} of {origin} is {stored:.8g}; params.yaml and the other files of the run make it {made:.8g}. "
            "Run `dvc repro`."
        )
