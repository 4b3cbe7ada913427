"""The files of the last run that a forecast comes from, and whether they are of one run."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from forex.core.errors import DataError
from forex.core.names import NOWCAST
from forex.timeline.calendar import Dates

PANEL = Path("data/panel.parquet")
REGIMES = Path("data/regimes.parquet")
RAW_FORECASTS = Path("data/forecasts/raw.parquet")
CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")
CALIBRATED = Path("data/forecasts/calibrated.parquet")


@dataclass(frozen=True)
class Frames:
    """What these files hold; not `CALIBRATED`, which is what is to be explained."""

    panel: pl.DataFrame
    regimes: pl.DataFrame
    raw: pl.DataFrame
    contributions: pl.DataFrame


def require_whole(frames: Frames, days: Dates, models: Sequence[str], horizons: Collection[str]) -> None:
    """Raise DataError where a listed model was not fitted at one of the horizons, or a file lacks an origin of the fit.

    days: those of the panel that have an anchor.
    """
    there = set(frames.raw.select("horizon", "model").unique().rows())
    for horizon in sorted(horizons):
        for model in models:
            if (horizon, model) not in there:
                raise DataError(f"{RAW_FORECASTS}: has no {model} at {horizon}. Run `dvc repro`.")
    origins = frames.raw["origin_date"].unique().sort().to_numpy()
    have = {PANEL: days, REGIMES: frames.regimes["origin_date"].to_numpy()}
    if NOWCAST in models:
        have[CONTRIBUTIONS] = frames.contributions["origin_date"].to_numpy()
    for path, dates in have.items():
        missing = origins[~np.isin(origins, dates)]
        if missing.size:
            raise DataError(f"{path}: has no {missing[0]}, for which {RAW_FORECASTS} has forecasts. Run `dvc repro`.")


def require_origin(origin: object, origins: Dates) -> None:
    """Raise DataError where nothing was fitted at an origin that has a published forecast.  origins: those of the fit."""
    if not np.isin(np.datetime64(str(origin)), origins):
        raise DataError(f"{RAW_FORECASTS}: has no {origin}, for which {CALIBRATED} has a forecast. Run `dvc repro`.")
