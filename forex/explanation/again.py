"""What the last run computed and wrote to no file, made again by the code that the run used: the scale and the calibration."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from forex.calibration.calibrate import Calibrated, calibrate
from forex.calibration.inputs import calibration_inputs
from forex.core.names import NOWCAST
from forex.explanation.files import Frames, require_whole
from forex.models.nowcast import Nowcast, Settings
from forex.models.scale import Scale
from forex.observations.history import History, Ints, from_panel
from forex.params import Calibrate, Fit
from forex.statistics.predictive import Predictive


@dataclass(frozen=True)
class Again:
    """One horizon of the last run.

    origins: (n,), positions in the history's days; whatever has a row for each origin is in their order.
    fitted: by model, calibrated: both at the origins.  published: the published model, among the quantiles of `calibrated`.
    scale: the nowcast's, at every day of the history; None where another model is published.  half_lives: of its components.
    contributions: the parts of the nowcast's median by series, one row per origin; empty where there is no nowcast.
    """

    horizon: str
    history: History
    origins: Ints
    fitted: dict[str, Predictive]
    calibrated: Calibrated
    published: str
    scale: Scale | None
    half_lives: tuple[float, ...]
    contributions: pl.DataFrame

    def row(self, origin: dt.date) -> int:
        """The position in `origins` of an origin, which has to be among them."""
        return int(np.searchsorted(self.history.days[self.origins], np.datetime64(origin)))

    def anchor(self, row: int) -> float:
        """The anchor of an origin, CLP per USD.  row: its position among `origins`."""
        return float(self.history.anchor[self.origins[row]])


def made_again(frames: Frames, fit: Fit, calibrate_by: Calibrate, horizon: str) -> Again:
    """One horizon, from whole frames: what the library says of an origin rests on what was known there, whatever follows.

    fit: read with what the models' files declare.  Raises DataError naming a file that lacks what another one has.
    """
    history = from_panel(frames.panel)
    fitted = frames.raw["horizon"].unique(maintain_order=True).to_list()
    horizons = [name for name in fitted if name == horizon or name in calibrate_by.pool_horizons]
    require_whole(frames, history.days, fit.models, {horizon, *horizons})
    inputs = calibration_inputs(history, frames.raw, frames.regimes, horizons)
    calibrated, _ = calibrate(inputs.predictive, inputs.outcomes, calibrate_by, inputs.regimes)
    scale: Scale | None = None
    half_lives: tuple[float, ...] = ()
    if calibrate_by.published.model == NOWCAST:
        settings = fit.own(NOWCAST, Settings)
        scale, half_lives = Nowcast(settings).scale(history, horizon), settings.half_lives
    return Again(
        horizon=horizon,
        history=history,
        origins=inputs.origins,
        fitted=inputs.predictive[horizon],
        calibrated=calibrated[horizon],
        published=calibrate_by.published.model,
        scale=scale,
        half_lives=half_lives,
        contributions=frames.contributions.filter(pl.col("horizon") == horizon),
    )
