"""What was issued beside what the backtest says of the same origins: two columns that should agree, and how often they do not.

The backtest is made again by every run, with today's code and params; the ledger is what was said on the day.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl

from forex.core.flat import ByLevel
from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS, MEDIAN, central_pair
from forex.core.reports import ABSENT, Report
from forex.core.status import EVALUATED, INSUFFICIENT_DATA
from forex.statistics.scores import covered, crps, interval_score
from forex.timeline.calendar import horizon_days

SAID = ("target_date", "steps", "anchor", *COLUMNS)
Settled = Literal["EVALUATED", "INSUFFICIENT_DATA"]


class LevelMeans(Report):
    """Means over forecasts at one level.  coverage: share of outcomes in the interval, 0 to 1.  interval_score: CLP per USD."""

    coverage: float
    interval_score: float


class MaturedForecasts(ByLevel):
    """The `n` matured forecasts of origins from first to last, and means over them, in CLP per USD; without any, n = 0 alone.

    bias: median less outcome.
    """

    n: int
    first_origin: str | None = ABSENT
    last_origin: str | None = ABSENT
    crps: float | None = ABSENT
    bias: float | None = ABSENT
    by_level: Mapping[float, LevelMeans]


class IssuedHorizon(Report):
    """What was issued at one horizon, beside the backtest.

    issued: how many rows.  equal: how many of them the backtest repeats in target, steps, anchor and every quantile; different: how
    many it does not; not_in_backtest: how many have an origin that it lacks.  largest_difference: CLP per USD, between quantiles of
    the same target.  ledger, backtest: the matured forecasts of these origins by what was issued and by the backtest; n differs
    where the backtest lacks an origin.
    """

    issued: int
    equal: int
    different: int
    not_in_backtest: int
    largest_difference: float | None
    ledger: MaturedForecasts
    backtest: MaturedForecasts
    status: Settled


class LedgerScores(Report):
    """The issued forecasts by horizon, beside the backtest.  issued: how many rows.  last_origin: None where there are none."""

    status: Settled
    issued: int
    last_origin: str | None
    horizons: Mapping[str, IssuedHorizon]


def ledger_scores(
    issued: pl.DataFrame, calibrated: pl.DataFrame, *, horizons: Sequence[str], levels: Sequence[float]
) -> LedgerScores:
    """The `ledger` section of reports/performance.json, for `horizons` and any other that was issued.

    issued: from `ledger.read`; rows of origins later than the newest one of `calibrated`, which is the last business day
    up to as_of, are ignored.  calibrated: the frame of calibrated.parquet, whose matured `actual`s are what came out.
    INSUFFICIENT_DATA where nothing issued has matured.
    """
    newest = calibrated["origin_date"].max()
    known = issued.filter(pl.col("origin_date") <= newest)
    backtest = calibrated.filter(pl.col("model") == PUBLISHED).select("origin_date", "horizon", *SAID)
    settled = calibrated.filter(pl.col("actual").is_not_null()).select("target_date", "actual").unique("target_date")
    names = sorted({*horizons, *known["horizon"]}, key=horizon_days)
    found = {
        name: _horizon(
            known.filter(pl.col("horizon") == name), backtest.filter(pl.col("horizon") == name), settled, levels
        )
        for name in names
    }
    evaluated = any(figures.status == EVALUATED for figures in found.values())
    return LedgerScores(
        status=EVALUATED if evaluated else INSUFFICIENT_DATA,
        issued=known.height,
        last_origin=str(known["origin_date"].max()) if known.height else None,
        horizons=found,
    )


def _horizon(
    issued: pl.DataFrame, backtest: pl.DataFrame, settled: pl.DataFrame, levels: Sequence[float]
) -> IssuedHorizon:
    again = backtest.join(issued.select("origin_date"), on="origin_date", how="semi")
    both = issued.join(again, on="origin_date", suffix="_again")
    equal = both.filter(pl.all_horizontal(pl.col(name) == pl.col(f"{name}_again") for name in SAID))
    same_target = both.filter(pl.col("target_date") == pl.col("target_date_again"))
    distance = (
        same_target.select(COLUMNS).to_numpy() - same_target.select(f"{name}_again" for name in COLUMNS).to_numpy()
    )
    ledger = _matured(issued.join(settled, on="target_date"), levels)
    # Of the origins whose issued forecast has matured, no others.
    matured = issued.join(settled, on="target_date", how="semi")
    repeated = again.join(matured, on="origin_date", how="semi").join(settled, on="target_date")
    return IssuedHorizon(
        issued=issued.height,
        equal=equal.height,
        different=both.height - equal.height,
        not_in_backtest=issued.height - both.height,
        largest_difference=float(np.abs(distance).max()) if distance.size else None,
        ledger=ledger,
        backtest=_matured(repeated, levels),
        status=EVALUATED if ledger.n else INSUFFICIENT_DATA,
    )


def _matured(rows: pl.DataFrame, levels: Sequence[float]) -> MaturedForecasts:
    if rows.is_empty():
        return MaturedForecasts(n=0, by_level={})
    ordered = rows.sort("origin_date")  # sums round alike in any order of the files
    actual, quantiles = ordered["actual"].to_numpy(), ordered.select(COLUMNS).to_numpy()
    bounds = {level: [quantiles[:, i] for i in central_pair(level)] for level in levels}
    return MaturedForecasts(
        n=rows.height,
        first_origin=str(ordered["origin_date"][0]),
        last_origin=str(ordered["origin_date"][-1]),
        crps=float(crps(actual, quantiles).mean()),
        bias=float((quantiles[:, MEDIAN] - actual).mean()),
        by_level={
            level: LevelMeans(
                coverage=float(covered(actual, lower, upper).mean()),
                interval_score=float(interval_score(actual, lower, upper, level=level).mean()),
            )
            for level, (lower, upper) in bounds.items()
        },
    )
