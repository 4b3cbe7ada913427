"""Made-up issued forecasts at level 900 for the tests of the ledger."""

import datetime as dt
from typing import Any

import numpy as np

from forex.ledger.rows import Issued
from forex.statistics.scores import LEVELS
from forex.timeline import calendar


def issued(origin: str = "2024-11-27", horizon: str = "7d", **changes: Any) -> Issued:
    """A row whose quantiles lie 40 CLP on either side of 934.5."""
    target = calendar.target_dates([origin], [origin], horizon)
    usual: dict[str, Any] = {
        "origin_date": dt.date.fromisoformat(origin),
        "horizon": horizon,
        "target_date": target.tolist()[0],
        "as_of": dt.date.fromisoformat(origin),
        "steps": int(calendar.steps_between([origin], target)[0]),
        "anchor": 934.54,
        "quantiles": tuple(np.round(934.5 + 80 * (LEVELS - 0.5), 4).tolist()),
        "regime": "NORMAL",
        "data_sha256": "da" * 32,
        "params_sha256": "9a" * 32,
    }
    return Issued(**usual | changes)


def moved(row: Issued, by: float) -> tuple[float, ...]:
    """The row's quantiles, all of them `by` CLP higher."""
    return tuple(round(value + by, 4) for value in row.quantiles)
