"""A pretrained Chronos model as a challenger: every origin's own past in, the model's quantiles out; nothing is fitted.

`chronos-forecasting` and torch are extras: they are imported when a forecast is made. The model is a folder, or a name whose files
are in the local Hugging Face cache; a forecast never downloads one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import PositiveInt, StrictStr
from scipy.special import ndtri

from forex.core.errors import DataError, UsageError
from forex.core.quantiles import MEDIAN, central_pair
from forex.models.protocol import Declaration
from forex.observations.history import Floats, History, Ints
from forex.params import Block
from forex.statistics.predictive import LEVELS, Predictive

PER_CENT = 100.0  # models divide by the size of their input, with a guard near zero that logs could come close to
INSTALL = "pip install -r requirements-extras.txt"
SCALE_PAIR = central_pair(0.80)  # what even a model that gives only the nine deciles says itself


class Settings(Block):
    """What `fit.chronos` holds: the model's folder or name, and how much it is shown and asked for."""

    model: StrictStr
    context: PositiveInt
    steps: PositiveInt
    batch: PositiveInt


class Chronos:
    """A pretrained Chronos-Bolt or Chronos-2 that is shown the last business days."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.pipeline = load(settings.model)

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """Quantiles of the model between its levels and, in proportion to the normal's, beyond them; scale from the 80 % interval.

        How far it forecasts and how many contexts are computed together are settings, the last batch filled up: a row has the same
        bits whichever origins come after it and whichever horizons are asked for.

        Raises UsageError where a target lies beyond `fit.chronos.steps`, DataError where the model gives no width to an interval.
        """
        levels = [float(level) for level in self.pipeline.quantiles]
        steps = {horizon: history.targets(horizon).steps[origins] for horizon in horizons}
        self._require_reach(steps)
        own = {horizon: np.empty((len(origins), len(levels))) for horizon in horizons}
        for start in range(0, len(origins), self.settings.batch):
            rows = np.arange(start, min(start + self.settings.batch, len(origins)))
            predicted = self._quantiles(contexts(history, origins[rows], self.settings.context), levels)
            for horizon in horizons:
                own[horizon][rows] = predicted[np.arange(len(rows)), steps[horizon][rows] - 1]
        return {horizon: _predictive(on_grid(own[horizon], levels), history, origins, horizon) for horizon in horizons}

    def _require_reach(self, steps: dict[str, Ints]) -> None:
        for horizon, ahead in steps.items():
            if ahead.size and ahead.max() > self.settings.steps:
                raise UsageError(
                    f"fit.chronos.steps = {self.settings.steps}: a target of {horizon} lies {ahead.max()} business days ahead. "
                    "Raise it, or leave the horizon out."
                )

    def _quantiles(self, past: Floats, levels: list[float]) -> Floats:
        """Contexts (n, context) to (n, steps, n_levels), log-distances; n at most one batch."""
        import torch

        filled = past[np.minimum(np.arange(self.settings.batch), len(past) - 1)]
        inputs = torch.from_numpy((filled * PER_CENT).astype(np.float32))
        predicted, _ = self.pipeline.predict_quantiles(list(inputs), self.settings.steps, quantile_levels=levels)
        # One tensor, or one per series with an axis for its variables.
        stacked = np.stack([np.asarray(series) for series in predicted]).astype(np.float64)
        return stacked.reshape(len(filled), self.settings.steps, len(levels))[: len(past)] / PER_CENT


MODEL = Declaration(Chronos, Settings)


def load(model: str) -> Any:
    """The pipeline of a folder or of a name in the local cache, in single precision on the CPU.

    Raises UsageError where the packages are not installed, where there is no such model, and where it draws samples instead of
    giving quantiles.
    """
    try:
        import torch
        from chronos import BaseChronosPipeline, ForecastType
    except ImportError as error:
        raise UsageError(
            f"fit.models: chronos needs packages that are not installed ({error}). Install them with `{INSTALL}`, or "
            "remove chronos from fit.models."
        ) from error
    try:
        pipeline = BaseChronosPipeline.from_pretrained(
            model, device_map="cpu", dtype=torch.float32, local_files_only=True
        )
    except (OSError, ValueError) as error:
        raise UsageError(
            f"fit.chronos.model = {model!r}: neither the folder of a Chronos model nor the name of one in the local cache. "
            f"Correct the path, or download it first: `hf download {model}`. ({str(error).splitlines()[0]})"
        ) from error
    if pipeline.forecast_type is not ForecastType.QUANTILES:
        raise UsageError(
            f"fit.chronos.model = {model!r}: expected a model that gives quantiles (Chronos-Bolt, Chronos-2), got one that draws "
            "samples."
        )
    return pipeline


def contexts(history: History, origins: Ints, length: int) -> Floats:
    """The last `length` business days up to each origin's anchor, as log-distances from it; NaN where a day has no value.

    The last entry is the anchor itself, 0.  Returns shape (n_origins, length).
    """
    level = np.concatenate(([0.0], np.cumsum(history.returns)))
    day = np.concatenate(([0], np.cumsum(history.return_steps.astype(np.int64))))
    by_day = np.full(day[-1] + 1 + length, np.nan)  # NaN in front, for histories shorter than a context
    by_day[day + length] = level
    newest = history.known[origins]
    window = day[newest][:, None] + np.arange(1, length + 1)
    return by_day[window] - level[newest][:, None]


def on_grid(quantiles: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles at `levels` (ascending, with 0.5), (n, n_levels), on the grid of 25: (n, 25), never crossing.

    Sorted first. Linear in the normal quantile between levels; beyond the outermost level the distance from the median grows in
    proportion to the normal's.

    >>> from forex.core.quantiles import COLUMNS
    >>> grid = on_grid(np.array([[-2.0, 0.0, 1.0]]), [0.1, 0.5, 0.9])
    >>> {name: round(float(value), 3) for name, value in zip(COLUMNS, grid[0]) if name in ("q0.025", "q0.1", "q0.9", "q0.975")}
    {'q0.025': -3.059, 'q0.1': -2.0, 'q0.9': 1.0, 'q0.975': 1.529}
    """
    quantiles, own, grid = np.sort(quantiles, axis=1), ndtri(np.asarray(levels)), ndtri(LEVELS)
    median = quantiles[:, [list(levels).index(0.5)]]
    if own[0] > grid[0]:
        lowest = median + (quantiles[:, :1] - median) * grid[0] / own[0]
        quantiles, own = np.concatenate([lowest, quantiles], axis=1), np.concatenate([grid[:1], own])
    if own[-1] < grid[-1]:
        highest = median + (quantiles[:, -1:] - median) * grid[-1] / own[-1]
        quantiles, own = np.concatenate([quantiles, highest], axis=1), np.concatenate([own, grid[-1:]])
    above = np.clip(np.searchsorted(own, grid), 1, len(own) - 1)
    share = (grid - own[above - 1]) / (own[above] - own[above - 1])
    below, above = quantiles[:, above - 1], quantiles[:, above]
    return np.asarray(below + (above - below) * share)


def _predictive(grid: Floats, history: History, origins: Ints, horizon: str) -> Predictive:
    lower, upper = SCALE_PAIR
    scale = (grid[:, upper] - grid[:, lower]) / (2 * ndtri(LEVELS[upper]))
    if not (scale > 0).all():
        origin = history.days[origins][~(scale > 0)][0]
        raise DataError(
            f"chronos: the 80 % interval at {horizon} has no width at origin {origin}. Use another fit.chronos.model, or remove "
            "chronos from fit.models."
        )
    return Predictive(grid[:, MEDIAN], scale, grid)
