"""Simulated challengers beside a `published` forecast, at level 900, in the format of calibrated.parquet.

Every move is the sum of three parts. `published` foresees the first, an equal challenger the second, a better one both, a worse one
none; each knows the spread of what it does not foresee. The narrow one is the better one with intervals of 0.6 times the width.
"""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtri

from forex.core.files import write_parquet
from forex.core.quantiles import COLUMNS
from forex.core.reports import write_report
from forex.forecast.report import Inputs
from forex.params import load_params, params_sha256
from forex.statistics.scores import LEVELS
from forex.timeline import calendar
from tests.support.forecasts_made_up import check, checked, expectations, forecast
from tests.support.made_up import params_text, with_holidays
from tests.support.monitored import all_good

# name: the parts that it foresees, and the factor on its spread. The names are ones that params.yaml allows.
FORESEES = {
    "published": ((0,), 1.0),
    "garch_t_conformal": ((0, 1), 1.0),
    "ensemble": ((1,), 1.0),
    "random_walk": ((), 1.0),
    "predecessor": ((0, 1), 0.6),
}
BETTER, EQUAL, WORSE, NARROW = "garch_t_conformal", "ensemble", "random_walk", "predecessor"
VARIANCES = np.array([0.2, 0.2, 0.6])  # of the parts; the last one nobody foresees
SIGMA = 6.0  # CLP per day
STEPS = {"1d": 1, "7d": 5}


def calibrated(seed: int, n: int = 1700, *, first: str = "2018-01-02", later: float = 1.0) -> pl.DataFrame:
    """In the last third, noise of size (`later` - 1) * SIGMA is added to what challengers foresee: above 1 their edge is gone."""
    rng = np.random.default_rng(seed)
    longest = max(STEPS.values())
    days = calendar.business_days(first, "2039-12-30")[: n + longest]
    parts = SIGMA * np.sqrt(VARIANCES)[:, None] * rng.standard_normal((3, n + longest))
    before = np.concatenate([np.zeros((3, 1)), np.cumsum(parts, axis=1)], axis=1)
    stray = np.where(np.arange(n) > 2 * n / 3, later - 1, 0.0) * SIGMA * rng.standard_normal(n)
    frames = []
    for horizon, steps in STEPS.items():
        moves = before[:, steps : n + steps] - before[:, :n]
        anchor = 900 + before.sum(axis=0)[:n]
        for model, (known, factor) in FORESEES.items():
            foreseen = moves[list(known)].sum(axis=0) + (stray if model != "published" else 0)
            spread = factor * SIGMA * np.sqrt(steps * (1 - VARIANCES[list(known)].sum()))
            grid = (anchor + foreseen)[:, None] + spread * ndtri(LEVELS)
            keys = {
                "origin_date": days[:n],
                "target_date": days[steps : n + steps],
                "horizon": [horizon] * n,
                "model": [model] * n,
                "regime": ["NORMAL"] * n,
                "steps": np.full(n, steps),
                "anchor": anchor,
                "actual": anchor + moves.sum(axis=0),
            }
            frames.append(pl.DataFrame(keys | dict(zip(COLUMNS, grid.T, strict=True))))
    return pl.concat(frames).sort("origin_date", "horizon", "model")


FRAME = calibrated(1)


def write_project(folder: Path, frame: pl.DataFrame, *, params: str | None = None, **changes: Any) -> None:
    """A project whose last run made `frame`: the committed params.yaml at two horizons, and the reports that readiness reads."""
    text = params or params_text()
    text = text.replace("horizons: [1d, 7d, 15d, 30d, 90d]", "horizons: [1d, 7d]")
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    (folder / "dvc.yaml").write_text("", encoding="utf-8")
    with_holidays(folder)
    write_parquet(folder / "data/forecasts/calibrated.parquet", frame)
    write_report(folder / "reports/performance.json", all_good(list(STEPS)))
    checks = [check("range", success=number >= changes.get("failing", 0)) for number in range(100)]
    suites = expectations(success=changes.get("success", True), series={"usdclp": checked(checks=checks)})
    write_report(folder / "reports/expectations.json", suites)
    made_with = params_sha256(load_params(path=folder / "params.yaml"))
    made = forecast(inputs=Inputs(series={}, data_sha256="da" * 32, params_sha256=made_with))
    write_report(folder / "reports/forecast.json", made)
