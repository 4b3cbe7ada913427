"""The task that everyone gets: the observado, the origins, and what came out; and how intervals are judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from forex.core.files import read_parquet
from forex.core.quantiles import COLUMNS, central_pair
from forex.observations.history import Floats, from_panel
from forex.params import load_params
from forex.statistics.scores import covered, interval_score
from forex.timeline import calendar

LEVELS = (0.8, 0.95)


@dataclass(frozen=True)
class Judged:
    """Intervals of one horizon, over the origins that have them and matured.

    coverage: share covered, by level.  interval_score: mean of the 95 % intervals, in CLP; ours: that of `published` on
    the same origins.
    """

    count: int
    coverage: tuple[float, ...]
    interval_score: float
    ours: float


def write_task(path: Path, folder: Path) -> dict[str, pl.DataFrame]:
    """Write the task to `path` (.npz); returns what `folder`, where the stages ran, published on it, by horizon.

    The origins are those of the calibrated table. Arrays, n origins:
    returns: log-returns scaled to a business day, in per cent, as they became known; known (n,): how many at each origin.
    observado: log of the observado by business day, forward-filled; anchor_at (n,): the anchor's position in it.
    last_return (n,): the newest return known.  <horizon>_steps (n,), <horizon>_outcome (n,): log(target/anchor), NaN if unknown.
    """
    ours = read_parquet(folder / "data/forecasts/calibrated.parquet").filter(pl.col("model") == "published")
    by_horizon = {str(horizon): rows for (horizon,), rows in ours.partition_by("horizon", as_dict=True).items()}
    history = from_panel(read_parquet(folder / "data/panel.parquet"))
    first = next(iter(by_horizon.values()))["origin_date"].to_numpy()
    origins = np.searchsorted(history.days, first)
    known = history.known[origins]

    days = calendar.business_days(history.in_force[0], history.in_force[-1])
    newest = np.searchsorted(history.in_force, days, side="right") - 1
    task = {
        "returns": history.daily * 100,
        "known": known,
        "observado": np.log(history.observado[newest]),
        "anchor_at": np.searchsorted(days, history.anchor_date[origins]),
        "last_return": history.daily[known - 1],
    }
    for horizon in load_params("horizons", path=folder / "params.yaml").horizons:
        targets = history.targets(horizon)
        task |= {f"{horizon}_steps": targets.steps[origins], f"{horizon}_outcome": targets.log_return[origins]}
    np.savez(path, allow_pickle=False, **task)
    return by_horizon


def published(by_horizon: Mapping[str, pl.DataFrame]) -> dict[str, Judged]:
    """By horizon, how the intervals of `published` held.  by_horizon: from `write_task`."""
    return {horizon: _judged(rows, *_ends(rows)) for horizon, rows in by_horizon.items()}


def answered(by_horizon: Mapping[str, pl.DataFrame], answer: Path) -> dict[str, Judged]:
    """By horizon that a rival answers, how its intervals held.  by_horizon: from `write_task`.

    answer: .npz of <horizon>_lower and <horizon>_upper, (n, 2) log-distances from the anchor at 80 and 95 %; NaN: none.
    """
    with np.load(answer) as given:
        bounds = {name: given[name] for name in given.files}
    made = {}
    for horizon, rows in by_horizon.items():
        if f"{horizon}_lower" in bounds:
            anchor = rows["anchor"].to_numpy()[:, None]
            lower, upper = (anchor * np.exp(bounds[f"{horizon}_{end}"]) for end in ("lower", "upper"))
            made[horizon] = _judged(rows, lower, upper)
    return made


def _ends(rows: pl.DataFrame) -> tuple[Floats, Floats]:
    pairs = [central_pair(level) for level in LEVELS]
    quantiles = rows.select(COLUMNS).to_numpy()
    return quantiles[:, [low for low, _ in pairs]], quantiles[:, [high for _, high in pairs]]


def _judged(rows: pl.DataFrame, lower: Floats, upper: Floats) -> Judged:
    """lower, upper: (n, 2), CLP per USD."""
    actual = rows["actual"].fill_null(np.nan).to_numpy()
    there = np.isfinite(actual) & ~np.isnan(lower).any(axis=1)
    settled = actual[there]

    def score(lower: Floats, upper: Floats) -> float:
        return float(interval_score(settled, lower[there, -1], upper[there, -1], level=LEVELS[-1]).mean())

    shares = [covered(settled, lower[there, i], upper[there, i]).mean() for i in range(len(LEVELS))]
    return Judged(len(settled), tuple(map(float, shares)), score(lower, upper), score(*_ends(rows)))
