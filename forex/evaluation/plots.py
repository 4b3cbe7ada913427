"""The plot data of the validation report: frames with headers, ready for `dvc plots`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from forex.core.names import PUBLISHED, percent
from forex.core.reports import plain
from forex.evaluation.report import Scoreboard
from forex.evaluation.scoreboard import pit_histogram
from forex.evaluation.scored import ALL_LEVELS, PIT_BINS, Scored
from forex.statistics import inference

ROLLING_EVERY = 10  # origins between two points of the rolling coverage


def reliability(scored: Mapping[str, Scored]) -> pl.DataFrame:
    """horizon, model, level, coverage and its block band, for every central interval of the grid."""
    frames = []
    for horizon, part in scored.items():
        stacked = np.concatenate([part.hits[level] for level in ALL_LEVELS], axis=1)
        low, high = inference.block_band(stacked, part.weights, probability=part.settings.band)
        m = len(part.panel.models)
        frames.append(
            _frame(
                horizon=[horizon] * len(ALL_LEVELS) * m,
                model=list(part.panel.models) * len(ALL_LEVELS),
                level=np.repeat(ALL_LEVELS, m),
                coverage=stacked.mean(axis=0),
                low=low,
                high=high,
            )
        )
    return _join(
        frames,
        horizon=pl.String,
        model=pl.String,
        level=pl.Float64,
        coverage=pl.Float64,
        low=pl.Float64,
        high=pl.Float64,
    )


def pit(scored: Mapping[str, Scored]) -> pl.DataFrame:
    """horizon, model, pit (the middle of a bin) and the bin's share."""
    frames = []
    for horizon, part in scored.items():
        bins, m = PIT_BINS, len(part.panel.models)
        middles = np.repeat((np.arange(bins) + 0.5) / bins, m)
        share = pit_histogram(part.pit, bins).ravel()
        frames.append(
            _frame(horizon=[horizon] * bins * m, model=list(part.panel.models) * bins, pit=middles, share=share)
        )
    return _join(frames, horizon=pl.String, model=pl.String, pit=pl.Float64, share=pl.Float64)


def rolling_coverage(scored: Mapping[str, Scored]) -> pl.DataFrame:
    """origin_date, horizon, level and the coverage of `published` over the window that ends there, thinned."""
    frames = []
    for horizon, part in scored.items():
        window, every, panel = part.settings.rolling_window, ROLLING_EVERY, part.panel
        if panel.n < window or PUBLISHED not in panel.models:
            continue
        ends = np.arange(panel.n, window - 1, -every)[::-1]  # counted back from the newest
        for level in part.levels:
            total = np.concatenate([[0], np.cumsum(part.hits[level][:, panel.models.index(PUBLISHED)])])
            frames.append(
                _frame(
                    origin_date=panel.origin_date[ends - 1].astype(str),
                    horizon=[horizon] * ends.size,
                    level=np.full(ends.size, level),
                    coverage=(total[ends] - total[ends - window]) / window,
                )
            )
    return _join(frames, origin_date=pl.String, horizon=pl.String, level=pl.Float64, coverage=pl.Float64)


def scores(report: Scoreboard, *, level: float) -> pl.DataFrame:
    """One row per horizon and model: scores, skill against `random_walk`, errors of the median.

    report: from `forex.evaluation.scoreboard.validation`.  level: of the interval score shown; one of the scored levels.
    """
    wide = f"interval_score_{percent(level)}"
    names = (
        "crps",
        "crps_se",
        "crps_skill_pct",
        wide,
        f"{wide}_skill_pct",
        "bias",
        "rmse",
        "mae",
        "mape_pct",
        "direction_hit_rate",
    )
    rows = [
        {"horizon": horizon, "model": model, "n": parts.overall.n}
        | {name: value for name, value in plain(parts.overall).items() if name in names}
        for horizon, figures in report.horizons.items()
        for model, parts in figures.models.items()
    ]
    schema = {"horizon": pl.String, "model": pl.String, "n": pl.Int64} | dict.fromkeys(names, pl.Float64)
    return _rounded(pl.DataFrame(rows, schema=schema))


def _frame(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame({name: list(values) for name, values in columns.items()})


def _join(frames: list[pl.DataFrame], **schema: Any) -> pl.DataFrame:
    return _rounded(pl.concat(frames).cast(pl.Schema(schema))) if frames else pl.DataFrame(schema=schema)


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.float().round_sig_figs(8))
