"""A published forecast explained, and what changed since the business day before."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, MEDIAN
from forex.explanation.account import account, change
from forex.explanation.again import Again
from forex.explanation.report import Account, Accounts, Ends, Explained, Explanation
from forex.explanation.same import require_the_same
from forex.explanation.steps import end_of, to_end, to_median


def explained(again: Again, calibrated: pl.DataFrame, origin: dt.date, levels: Sequence[float]) -> Explained:
    """The forecast that is published at `origin`, the one at the origin before it, and the difference.

    calibrated: data/forecasts/calibrated.parquet with a published row of `origin` at the horizon of `again`.
    levels: of the intervals.

    Raises DataError naming the file that does not hold what was made again.
    """
    rows = calibrated.filter(
        pl.col("model") == PUBLISHED, pl.col("horizon") == again.horizon, pl.col("origin_date") <= origin
    )
    newest = rows.sort("origin_date").tail(2).iter_rows(named=True)
    *earlier, now = [_explanation(again, row, levels) for row in newest]
    before = earlier[0] if earlier else None
    return Explained(
        horizon=again.horizon,
        now=now,
        before=before,
        change=None if before is None else change(now.accounts, before.accounts),
    )


def _explanation(again: Again, stored: Mapping[str, Any], levels: Sequence[float]) -> Explanation:
    """stored: the published row of one origin."""
    require_the_same(again, stored)
    row = again.row(stored["origin_date"])
    day = int(again.origins[row])
    median = stored[COLUMNS[MEDIAN]]

    def to(level: float, side: int) -> Account:
        return account(median, to_end(again, row, level, side), stored[COLUMNS[end_of(level, side)]])

    return Explanation(
        origin_date=stored["origin_date"],
        anchor_date=again.history.anchor_date[day].astype(object),
        target_date=stored["target_date"],
        steps=stored["steps"],
        regime=stored["regime"],
        model=again.published,
        volatility=_over_the_long_run(again, day),
        accounts=Accounts(
            median=account(stored["anchor"], to_median(again, row), median),
            intervals={f"{level:g}": Ends(lower=to(level, -1), upper=to(level, 1)) for level in levels},
        ),
    )


def _over_the_long_run(again: Again, day: int) -> dict[str, float] | None:
    """By half-life, each volatility component over the long run; None where that is zero or the published model has none."""
    if again.scale is None or not again.scale.size.long_run[day] > 0:
        return None
    ratios = (again.scale.size.current[day] / again.scale.size.long_run[day]).tolist()
    return {f"{half_life:g}": ratio for half_life, ratio in zip(again.half_lives, ratios, strict=True)}
