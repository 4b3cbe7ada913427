"""What was issued beside what the backtest says of the same origins: two columns that should agree, and say so where not.

The backtest is made again by every run, with today's code and params; the ledger is what was said on the day.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from forex.core.names import PUBLISHED, percent
from forex.core.quantiles import COLUMNS, MEDIAN, central_pair
from forex.core.status import EVALUATED, INSUFFICIENT_DATA
from forex.evaluation.acceptance import Figures
from forex.statistics.scores import covered, crps, interval_score
from forex.timeline.calendar import horizon_days

SAID = ("target_date", "steps", "anchor", *COLUMNS)


def ledger_scores(
    issued: pl.DataFrame, calibrated: pl.DataFrame, *, horizons: Sequence[str], levels: Sequence[float]
) -> Figures:
    """The `ledger` section of reports/performance.json, for `horizons` and any other that was issued.

    issued: from `ledger.read`; rows of origins later than the newest one of `calibrated`, which is the last business day
    up to as_of, are ignored.  calibrated: the frame of calibrated.parquet, whose matured `actual`s are what came out.

    Per horizon: `issued` and `equal`, `different`, `not_in_backtest`: how many rows, and how many of them the backtest repeats
    in target, anchor and every quantile; `largest_difference`, CLP, between quantiles of the same target.  `ledger` and
    `backtest`: n, coverage, CRPS, interval score and bias (CLP) of the matured forecasts of these origins, by what was issued
    and by the backtest; n differs where the backtest lacks an origin.  INSUFFICIENT_DATA where nothing issued has matured.
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
    evaluated = any(figures["status"] == EVALUATED for figures in found.values())
    return {
        "status": EVALUATED if evaluated else INSUFFICIENT_DATA,
        "issued": known.height,
        "last_origin": str(known["origin_date"].max()) if known.height else None,
        "horizons": found,
    }


def _horizon(issued: pl.DataFrame, backtest: pl.DataFrame, settled: pl.DataFrame, levels: Sequence[float]) -> Figures:
    again = backtest.join(issued.select("origin_date"), on="origin_date", how="semi")
    both = issued.join(again, on="origin_date", suffix="_again")
    equal = both.filter(pl.all_horizontal(pl.col(name) == pl.col(f"{name}_again") for name in SAID))
    same_target = both.filter(pl.col("target_date") == pl.col("target_date_again"))
    distance = (
        same_target.select(COLUMNS).to_numpy() - same_target.select(f"{name}_again" for name in COLUMNS).to_numpy()
    )
    figures: Figures = {
        "issued": issued.height,
        "equal": equal.height,
        "different": both.height - equal.height,
        "not_in_backtest": issued.height - both.height,
        "largest_difference": float(np.abs(distance).max()) if distance.size else None,
        "ledger": _figures(issued.join(settled, on="target_date"), levels),
    }
    # Of the origins whose issued forecast has matured, no others.
    matured = issued.join(settled, on="target_date", how="semi")
    figures["backtest"] = _figures(
        again.join(matured, on="origin_date", how="semi").join(settled, on="target_date"), levels
    )
    figures["status"] = EVALUATED if figures["ledger"]["n"] else INSUFFICIENT_DATA
    return figures


def _figures(rows: pl.DataFrame, levels: Sequence[float]) -> Figures:
    if rows.is_empty():
        return {"n": 0}
    ordered = rows.sort("origin_date")  # sums round alike in any order of the files
    actual, quantiles = ordered["actual"].to_numpy(), ordered.select(COLUMNS).to_numpy()
    figures: Figures = {
        "n": rows.height,
        "first_origin": str(ordered["origin_date"][0]),
        "last_origin": str(ordered["origin_date"][-1]),
        "crps": float(crps(actual, quantiles).mean()),
        "bias": float((quantiles[:, MEDIAN] - actual).mean()),
    }
    for level in levels:
        lower, upper = (quantiles[:, i] for i in central_pair(level))
        figures[f"coverage_{percent(level)}"] = float(covered(actual, lower, upper).mean())
        figures[f"interval_score_{percent(level)}"] = float(interval_score(actual, lower, upper, level=level).mean())
    return figures
