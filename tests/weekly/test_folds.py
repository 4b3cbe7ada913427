"""The newest folds against a readable loop over the forecasts."""

import math
from collections import defaultdict

import numpy as np
import polars as pl
import pytest

from forex.core.names import PUBLISHED, RANDOM_WALK
from forex.core.quantiles import COLUMNS, GRID
from forex.statistics.scores import LEVELS, crps
from forex.weekly.folds import SHOWN, newest_folds
from tests.support.challengers import FRAME
from tests.support.simulated import committed

SETTINGS = committed().evaluate
SHOWN_LEVELS = (0.5, 0.8, 0.95)


def by_loop(frame: pl.DataFrame, horizon: str, *, quarters: bool) -> dict[tuple[int, int | None], dict[str, list]]:
    """The matured rows of a horizon by fold, which is that of the target date, and model."""
    found: dict = defaultdict(lambda: defaultdict(list))
    for row in frame.filter(horizon=horizon).iter_rows(named=True):
        if row["model"] in (PUBLISHED, RANDOM_WALK) and row["actual"] is not None:
            day = row["target_date"]
            found[day.year, (day.month + 2) // 3 if quarters else None][row["model"]].append(row)
    return found


@pytest.mark.parametrize("horizon", ["1d", "7d"])
def test_each_fold_is_the_mean_of_its_forecasts(horizon: str) -> None:
    found = newest_folds(FRAME, horizons=["1d", "7d"], levels=SHOWN_LEVELS, settings=SETTINGS)[horizon]
    expected = by_loop(FRAME, horizon, quarters=True)
    assert [(fold.year, fold.quarter) for fold in found] == sorted(expected)[-SHOWN:]
    for fold in found:
        for model, rows in expected[fold.year, fold.quarter].items():
            errors = [row[COLUMNS[GRID.index(0.5)]] - row["actual"] for row in rows]
            scores = fold.models[model]
            assert fold.n == len(rows)
            assert scores.rmse == pytest.approx(math.sqrt(sum(error**2 for error in errors) / len(errors)))
            share = [abs(error) / row["actual"] for error, row in zip(errors, rows, strict=True)]
            assert scores.mape_pct == pytest.approx(100 * sum(share) / len(share))
            grids = np.array([[row[column] for column in COLUMNS] for row in rows])
            assert scores.crps == pytest.approx(crps([row["actual"] for row in rows], grids).mean())
            assert len(LEVELS) == grids.shape[1]
        own = expected[fold.year, fold.quarter][PUBLISHED]
        for level, column in (("0.5", "q0.25"), ("0.8", "q0.1"), ("0.95", "q0.025")):
            lower = COLUMNS[[f"q{quantile:g}" for quantile in GRID].index(column)]
            upper = COLUMNS[len(GRID) - 1 - COLUMNS.index(lower)]
            inside = [row[lower] <= row["actual"] <= row[upper] for row in own]
            assert fold.coverage[level] == pytest.approx(sum(inside) / len(inside))
        days = [row["target_date"] for row in own]
        assert (fold.first_target, fold.last_target) == (str(min(days)), str(max(days)))


def test_too_few_without_overlap_are_insufficient() -> None:
    frame = FRAME.filter(pl.col("target_date") < pl.date(2023, 10, 20))
    day, week = (
        newest_folds(frame, horizons=[name], levels=[0.95], settings=SETTINGS)[name][-1] for name in ("1d", "7d")
    )
    assert (day.year, day.quarter, day.status) == (2023, 4, "EVALUATED") and day.n == day.n_independent >= 10
    assert week.status == "INSUFFICIENT_DATA" and week.n_independent < 10 <= week.n


def test_where_a_quarter_has_no_room_a_fold_is_a_year() -> None:
    slow = SETTINGS.model_copy(update={"min_independent": 20})
    found = newest_folds(FRAME, horizons=["1d", "7d"], levels=[0.95], settings=slow)
    assert all(fold.quarter for fold in found["1d"])
    assert [(fold.year, fold.quarter) for fold in found["7d"]] == sorted(by_loop(FRAME, "7d", quarters=False))[-SHOWN:]


def test_nothing_matured_or_no_random_walk() -> None:
    open_ = FRAME.with_columns(actual=pl.lit(None, pl.Float64))
    assert newest_folds(open_, horizons=["1d"], levels=[0.95], settings=SETTINGS) == {"1d": []}
    alone = newest_folds(FRAME.filter(model=PUBLISHED), horizons=["1d"], levels=[0.95], settings=SETTINGS)["1d"]
    assert {name for fold in alone for name in fold.models} == {PUBLISHED}
