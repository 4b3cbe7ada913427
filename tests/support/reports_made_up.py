"""Made-up reports for the tests of the dashboard: the validation's by hand, the monitors' by the functions that write them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtri

from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS
from forex.core.status import Status
from forex.evaluation.report import (
    Bounded,
    Comparison,
    CoverageTests,
    Explained,
    GroupScores,
    HorizonScores,
    LevelScores,
    Loss,
    ModelScores,
    OverallLevelScores,
    OverallScores,
    PublishedAgainst,
    Record,
    RegimeLevelScores,
    RegimeScores,
    TailRule,
    Unexplained,
    Unjudged,
    Unpublished,
    ValidationReport,
)
from forex.ledger.ledger import SCHEMA
from forex.ledger.scores import ledger_scores
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.alerts import alerts as alerts_of
from forex.monitoring.drift import drift
from forex.monitoring.drift_report import DriftReport
from forex.monitoring.episodes import episodes
from forex.monitoring.measured import FALSE_ALARMS, parse_false_alarms
from forex.monitoring.performance import performance as performance_of
from forex.monitoring.report import EpisodeReport, Monitored, PerformanceReport
from forex.monitoring.subjects import subjects
from forex.params import Performance
from forex.statistics import contributions
from forex.statistics.scores import LEVELS as GRID
from forex.statistics.scores import Panel
from forex.timeline import calendar
from studies.worlds.drift import panel_of
from tests.support.issued_rows import issued
from tests.support.monitored import CALM
from tests.support.simulated import committed

LEVELS = (0.5, 0.95)


def group(crps: float) -> GroupScores:
    """Of 3000 forecasts that cover a little more than their levels say."""
    return GroupScores(
        n=3000,
        crps=crps,
        crps_anchor_pct=crps / 9,
        bias=0.1,
        rmse=14.0,
        mae=10.0,
        mape_pct=1.1,
        n_direction=2900,
        direction_hit_rate=0.6,
        by_level={
            level: LevelScores(
                coverage=level + 0.004,
                exact_low=level - 0.008,
                exact_high=level + 0.008,
                block_low=level - 0.01,
                block_high=level + 0.01,
                interval_score=40.0,
                half_width=15.0,
                miss_penalty=10.0,
            )
            for level in LEVELS
        },
    )


def regime(crps: float) -> RegimeScores:
    figures = dict(group(crps))
    by_level = {
        level: RegimeLevelScores(**dict(at), episode_low=level - 0.03, episode_high=level + 0.04)
        for level, at in figures.pop("by_level").items()
    }
    return RegimeScores(**figures, n_episodes=12, by_level=by_level)


def model_scores(crps: float, against: Mapping[Loss, Comparison], **regimes: RegimeScores) -> ModelScores:
    figures = dict(group(crps))
    by_level = {
        level: OverallLevelScores(
            **dict(at),
            coverage_se=0.01,
            interval_score_se=0.5,
            above=0.52 * (1 - at.coverage),
            above_block_low=0.4 * (1 - at.coverage),
            above_block_high=0.6 * (1 - at.coverage),
            below=0.48 * (1 - at.coverage),
            below_block_low=0.4 * (1 - at.coverage),
            below_block_high=0.6 * (1 - at.coverage),
        )
        for level, at in figures.pop("by_level").items()
    }
    overall = OverallScores(
        **figures, by_level=by_level, crps_se=0.1, pit_histogram=[0.5, 0.5], pit_distance=0.01, pit_p=0.4
    )
    return ModelScores(
        overall=overall,
        coverage_tests=CoverageTests(by_level={}),
        published_against=PublishedAgainst(by_loss=against),
        by_year={},
        by_regime=regimes,
    )


BETTER = Comparison(difference_pct=-20.1, statistic=-9.0, p=1e-10, holm_p=1e-9, evidence="PUBLISHED_BETTER")
EQUAL = Comparison(difference_pct=0.3, statistic=0.8, p=0.43, holm_p=0.43, evidence="NO_EVIDENCE")
UNMATURED = HorizonScores(n=0, status="INSUFFICIENT_DATA", models={})
UNPUBLISHED = Unpublished(verdict="INSUFFICIENT_DATA", value=0, at_least=250)


def explained(r2: float, r2_se: float | None) -> Explained:
    record = Record(n=3000, r2=r2, r2_se=r2_se, n_direction=2900, direction=0.6, direction_se=0.01, series={})
    return Explained(**dict(record), by_year={}, by_quote={})


def validation(against: Mapping[Loss, Comparison] | None = None, **evidence: Any) -> ValidationReport:
    """Two horizons; `evidence` is what Diebold–Mariano gives on CRPS for random_walk at 1d, `against` the whole comparison."""
    compared = {"crps": BETTER.model_copy(update=evidence), "squared_error": EQUAL} if against is None else against
    own = model_scores(7.77, {}, NORMAL=regime(7.0))
    horizon = HorizonScores(n=3000, n_independent=600, n_due=3200, n_without_actual=200, models={PUBLISHED: own})
    beside = {PUBLISHED: own, "random_walk": model_scores(9.71, compared)}
    holds = Bounded(value=0.504, at_least=0.49, at_most=0.51, verdict="PASS")
    fails = Bounded(value=0.954, at_least=0.96, at_most=0.97, verdict="FAIL")
    short = TailRule(
        value=0.012, at_least=0.018, at_most=0.032, block_low=None, block_high=None, holds=None, verdict="FAIL"
    )
    banded = short.model_copy(
        update={"value": 0.034, "block_low": 0.02, "block_high": 0.05, "holds": "band", "verdict": "PASS"}
    )
    return ValidationReport(
        origins_from="2010-01-01",
        levels=LEVELS,
        band=0.9,
        horizons={"7d": horizon, "1d": horizon.model_copy(update={"models": beside}), "30d": UNMATURED},
        nowcast={
            "1d": explained(0.361, 0.02),
            "7d": explained(0.089, None),
            "30d": Unexplained(status="INSUFFICIENT_DATA"),
        },
        verdicts={
            "1d": {"coverage_50": holds, "coverage_95": fails, "below_95": short, "above_95": banded},
            "7d": {"coverage_50": holds, "coverage_95": Unjudged(value=0.954, verdict="NOT_EVALUATED")},
            "30d": {"published": UNPUBLISHED},
        },
    )


def nothing_matured() -> ValidationReport:
    names = ("1d", "7d", "30d")
    return ValidationReport(
        origins_from="2010-01-01",
        levels=(),
        band=0.9,
        horizons=dict.fromkeys(names, UNMATURED),
        nowcast=dict.fromkeys(names, Unexplained(status="INSUFFICIENT_DATA")),
        verdicts=dict.fromkeys(names, {"published": UNPUBLISHED}),
    )


SIGMA = 6.0  # CLP, of the made-up outcomes
HORIZONS = ("1d", "7d", "30d")


def matured(n: int, *, factor: float = 1.0, last: int = 60) -> Panel:
    """One day's forecasts at level 900, of which the last `last` miss `factor` times as far as they say."""
    days = calendar.business_days("2015-01-01", "2024-11-27")[-(n + 1) :]
    size = np.where(np.arange(n) >= n - last, factor, 1.0)
    return Panel(
        horizon="1d",
        models=(PUBLISHED, "random_walk"),
        origin_date=days[:n],
        target_date=days[1:],
        regime=np.full(n, "NORMAL"),
        steps=np.ones(n, dtype=np.int64),
        anchor=np.full(n, 900.0),
        actual=900 + SIGMA * size * np.random.default_rng(3).standard_normal(n),
        quantiles=np.broadcast_to(900 + SIGMA * ndtri(GRID), (n, 2, len(GRID))).copy(),
    )


def performance(
    n: int = 1800,
    *,
    factor: float = 1.0,
    drift_days: int = 1300,
    drift_factor: float = 1.0,
    issued_rows: pl.DataFrame | None = None,
) -> PerformanceReport:
    """The report as its stage makes it: 1d of `n` matured forecasts, 7d and 30d of none; an episode in the last 60 days."""
    monitored, looked_back = _monitored(n, factor)
    rows = pl.DataFrame(schema=SCHEMA) if issued_rows is None else issued_rows
    return PerformanceReport(
        **dict(monitored),
        episodes=looked_back,
        ledger=ledger_scores(rows, backtest(), horizons=HORIZONS, levels=LEVELS),
        drift=_drift(drift_days, drift_factor),
        false_alarms=parse_false_alarms(FALSE_ALARMS.read_text(encoding="utf-8"), str(FALSE_ALARMS)),
    )


@cache
def _monitored(n: int, factor: float) -> tuple[Monitored, dict[str, EpisodeReport]]:
    params, panel = committed(), matured(n, factor=factor)
    days = panel.target_date.astype(str)
    named = {"early_storm": {"from": "2001-03-01", "to": "2001-05-31"}}
    if n:
        named["late_storm"] = {"from": days[-min(60, n)], "to": days[-1]}
    settings = Performance.model_validate(params.performance.model_dump(by_alias=True) | {"episodes": named})
    watched = subjects({"1d": panel} if n else {}, levels=LEVELS, settings=settings)
    report = performance_of(watched, horizons={"7d": 0, "1d": n, "30d": 0}, levels=LEVELS, settings=settings)
    return report, episodes(watched, levels=LEVELS, settings=settings)


@cache
def _drift(days: int, factor: float) -> DriftReport:
    return drift(returns_panel(days, factor=factor), (), committed().drift)


def returns_panel(days: int, *, factor: float = 1.0, last: int = 42) -> pl.DataFrame:
    """Of an observado and of mxn, both of which move `factor` times as much on the last days; vix never had a value."""
    size = 0.006 * np.where(np.arange(days) >= days - last, factor, 1.0)
    moves = [size * np.random.default_rng(seed).standard_normal(days) for seed in (1, 2)]
    nothing = pl.lit(None, pl.Float64)
    panel = panel_of(moves[0], mxn=moves[1]).with_columns(anchor_age=pl.lit(0))
    return panel.with_columns(vix=nothing, vix_move_0=nothing, vix_date=pl.lit(None, pl.Date), vix_age=pl.lit(None))


def backtest(shift: float = 0.0) -> pl.DataFrame:
    """What calibrated.parquet has on the rows of `said`, each quantile `shift` higher."""
    days = [str(day) for day in calendar.business_days("2024-11-18", "2024-11-27")]
    made = []
    for row in (issued(day, horizon) for day in days for horizon in ("1d", "7d")):
        fields = {name: getattr(row, name) for name in ("origin_date", "target_date", "horizon", "steps", "anchor")}
        actual = 940.0 if str(row.target_date) <= days[-1] else None
        quantiles = {name: value + shift for name, value in zip(COLUMNS, row.quantiles, strict=True)}
        made.append(fields | {"actual": actual, "model": PUBLISHED} | quantiles)
    return pl.DataFrame(made, schema_overrides={"actual": pl.Float64, "steps": pl.Int32})


def said(shift: float = 0.0) -> pl.DataFrame:
    """The same forecasts as the ledger has them."""
    return backtest(shift).drop("actual", "model")


def alerts(anchor: Sequence[float] | None = None, **statuses: Status) -> AlertsReport:
    """The report on an observado that hardly moves, or on this one, with the monitor's statuses at the newest origin."""
    values = np.asarray(anchor if anchor is not None else [900.0, 900.9] * 60)
    panel = panel_of(np.diff(np.log(values / values[0]))).with_columns(anchor_age=pl.lit(0))
    at = str(panel["origin_date"][-1])
    return alerts_of(panel, statuses={at: statuses}, drift=CALM, settings=committed().alerts)


def storm(move: float) -> list[float]:
    """Calm, and a last day that moves by this share."""
    calm = [900.0, 900.9] * 60
    return [*calm[:-1], calm[-2] * (1 + move)]


def moved(*parts: float, quote: str | None = None) -> dict[str, Any]:
    """What moves the nowcast of an origin: series s0, s1, … with these parts at 1d, half of them at 7d and 30d; `quote` is one."""
    names = [f"s{i}" for i in range(len(parts))]
    day = dt.date(2024, 11, 27)
    rows = [
        {"origin_date": day, "horizon": horizon}
        | {f"{name}_contribution": factor * part for name, part in zip(names, parts, strict=True)}
        for horizon, factor in (("30d", 0.5), ("1d", 1.0), ("7d", 0.5))
    ]
    known: dict[str, Any] = {"origin_date": [day], "anchor": [900.0], "anchor_date": [day], "anchor_age": [0]}
    for i, name in enumerate(names):
        known |= {name: [20.5 + i], f"{name}_date": [day], f"{name}_age": [0]}
    if quote:
        known |= {f"{quote}_gap": [0.002]}
    return contributions.moves(pl.DataFrame(rows), pl.DataFrame(known), day)
