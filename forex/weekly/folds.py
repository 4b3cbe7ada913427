"""The newest folds of the walk-forward: how the forecasts for the days of each calendar quarter or year held."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.core.reports import Report
from forex.core.status import EVALUATED, INSUFFICIENT_DATA
from forex.evaluation.scored import Scored
from forex.params import Evaluate
from forex.statistics.scores import Bools, Panel, matured

SHOWN: Final = 5  # folds of a horizon, the newest
QUARTER_STEPS: Final = 62  # business days that a calendar quarter has at least, holidays aside


class FoldScores(Report):
    """One model's scores over a fold; rmse and crps in CLP per USD, mape_pct in per cent of the actual, errors of the median."""

    rmse: float
    mape_pct: float
    crps: float


class Fold(Report):
    """Forecasts whose target lies in one quarter, or in one year where `quarter` is None.

    n, n_independent: how many matured, and how many of them without overlap.  status: INSUFFICIENT_DATA where the latter are fewer
    than evaluate.min_independent; the figures are there all the same, and say little.  coverage: of `published`, by level.
    """

    year: int
    quarter: int | None
    first_target: str
    last_target: str
    n: int
    n_independent: int
    status: str
    coverage: Mapping[str, float]
    models: Mapping[str, FoldScores]


def newest_folds(
    calibrated: pl.DataFrame, *, horizons: Sequence[str], levels: Sequence[float], settings: Evaluate
) -> dict[str, list[Fold]]:
    """By horizon, the last SHOWN folds, the oldest first; none where nothing has matured.

    calibrated: the frame of calibrated.parquet.  Raises DataError as `forex.statistics.scores.matured` does.
    """
    shown = calibrated.filter(pl.col("model").is_in([PUBLISHED, RANDOM_WALK]))
    panels = {horizon: matured(shown, horizon, origins_from=settings.from_) for horizon in horizons}
    return {horizon: folds(panel, levels=levels, settings=settings) for horizon, panel in panels.items()}


def folds(panel: Panel, *, levels: Sequence[float], settings: Evaluate) -> list[Fold]:
    """The last folds of a horizon: quarters where one has room for min_independent forecasts without overlap, else years.

    Empty where `published` is not among the models.
    """
    if PUBLISHED not in panel.models:
        return []
    by_quarter = panel.typical_steps * settings.min_independent <= QUARTER_STEPS
    month = panel.target_date.astype("datetime64[M]").astype(np.int64)  # since January 1970
    quarter = month // 3
    period = quarter if by_quarter else quarter // 4
    found = []
    for index in np.unique(period)[-SHOWN:].tolist():
        year, number = divmod(index, 4) if by_quarter else (index, None)
        among = _among(panel, period == index)
        found.append(_fold(among, 1970 + year, None if number is None else number + 1, levels, settings))
    return found


def _fold(panel: Panel, year: int, quarter: int | None, levels: Sequence[float], settings: Evaluate) -> Fold:
    scored = Scored(panel, tuple(levels), settings)
    own, independent = panel.models.index(PUBLISHED), len(scored.chains[0])
    return Fold(
        year=year,
        quarter=quarter,
        first_target=str(panel.target_date.min()),
        last_target=str(panel.target_date.max()),
        n=panel.n,
        n_independent=independent,
        status=EVALUATED if independent >= settings.min_independent else INSUFFICIENT_DATA,
        coverage={f"{level:g}": float(panel.covered(level)[:, own].mean()) for level in sorted(levels)},
        models={
            model: FoldScores(
                rmse=math.sqrt(float(np.mean(scored.error[:, k] ** 2))),
                mape_pct=100 * float(np.mean(np.abs(scored.error[:, k]) / panel.actual)),
                crps=float(scored.crps[:, k].mean()),
            )
            for k, model in enumerate(panel.models)
        },
    )


def _among(panel: Panel, rows: Bools) -> Panel:
    return replace(
        panel,
        origin_date=panel.origin_date[rows],
        target_date=panel.target_date[rows],
        regime=panel.regime[rows],
        steps=panel.steps[rows],
        anchor=panel.anchor[rows],
        actual=panel.actual[rows],
        quantiles=panel.quantiles[rows],
    )
