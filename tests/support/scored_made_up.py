"""Scored panels of a world whose truth is known: a calibrated forecast, one that is too narrow, a biased one; and their reports."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from forex.core.reports import plain
from forex.evaluation import scoreboard
from forex.evaluation.report import HorizonScores, Scoreboard
from forex.evaluation.scored import score
from forex.params import Evaluate
from forex.statistics.scores import LEVELS, Bools, Made, Panel
from forex.timeline import calendar

SIGMA = 6.0
MODELS = ("biased", "garch_t", "predecessor", "published", "random_walk", "random_walk_drift")
LEVELS_SHOWN = (0.5, 0.8, 0.95)


def settings(**changes: Any) -> Evaluate:
    values: dict[str, Any] = {
        "from": "2010-01-01",
        "min_origins": 250,
        "min_independent": 10,
        "bandwidth_steps": 3,
        "block_steps": 2,
        "draws": 400,
        "band": 0.90,
        "seed": 7,
        "significance": 0.05,
        "rolling_window": 250,
        "acceptance": {
            "coverage_tolerance": {"1d": 0.03, "7d": 0.03},
            "tail_tolerance": {"80": {"1d": 0.02, "7d": 0.03}, "95": {"1d": 0.01, "7d": 0.02}},
            "tail_band_from": "7d",
            "regime_tolerance": 0.05,
            "regime_band_horizons": ["7d"],
            "max_rmse": 50,
            "max_mape_pct": 5,
            "interval_level": 0.95,
            "min_interval_coverage": 0.92,
        },
    }
    rules = values["acceptance"] | changes.pop("acceptance", {})
    return Evaluate.model_validate(values | changes | {"acceptance": rules})


def world(horizon: str = "1d", n: int = 1500, seed: int = 1, widths: dict[str, float] | None = None) -> Panel:
    """A random walk near 900 CLP; `published` knows half of the next moves' variance, the others only their spread."""
    steps = int(horizon.removesuffix("d")) if horizon == "1d" else 5
    rng = np.random.default_rng(seed)
    days = calendar.business_days("2012-01-02", "2022-12-30")[: n + steps]
    known, unknown = rng.normal(0, SIGMA / math.sqrt(2), (2, n + steps))
    total = np.cumsum(known + unknown)
    start = 900.0 + np.concatenate([[0.0], total])[:n]
    actual = 900.0 + total[steps - 1 : steps - 1 + n]
    foresight = (
        np.cumsum(np.concatenate([[0.0], known]))[steps : steps + n] - np.cumsum(np.concatenate([[0.0], known]))[:n]
    )
    spread = {model: SIGMA * math.sqrt(steps) for model in MODELS} | {"published": SIGMA * math.sqrt(steps / 2)}
    shift = {model: np.zeros(n) for model in MODELS} | {"published": foresight, "biased": np.full(n, 4.0)}
    spread["predecessor"] *= 0.6
    for model, factor in (widths or {}).items():
        spread[model] *= factor
    quantiles = np.stack([(start + shift[model])[:, None] + spread[model] * ndtri(LEVELS) for model in MODELS], axis=1)
    return Panel(
        horizon=horizon,
        models=MODELS,
        origin_date=days[:n],
        target_date=days[steps : n + steps],
        regime=np.where(np.arange(n) % 500 < 380, "NORMAL", "HIGH_VOL").astype(np.str_),
        steps=np.full(n, steps),
        anchor=start,
        actual=actual,
        quantiles=quantiles,
    )


def all_matured(panel: Panel) -> Made:
    return Made(panel.origin_date, panel.target_date, panel.regime, np.ones(panel.n, dtype=np.bool_))


def scored_report(panels: dict[str, Panel], chosen: Evaluate) -> Scoreboard:
    scored = score(panels, levels=LEVELS_SHOWN, settings=chosen)
    made = {horizon: all_matured(panel) for horizon, panel in panels.items()}
    return scoreboard.validation(scored, made, horizons=list(panels), settings=chosen)


def report_of(panels: dict[str, Panel], chosen: Evaluate) -> dict[str, Any]:
    """As the file holds it."""
    return plain(scored_report(panels, chosen))


def report_where(panel: Panel, matured: Bools, chosen: Evaluate) -> HorizonScores:
    """Of forecasts of which only some have matured."""
    parts = {name: value[matured] for name, value in vars(panel).items() if isinstance(value, np.ndarray)}
    scored = score({panel.horizon: replace(panel, **parts)}, levels=LEVELS_SHOWN, settings=chosen)
    made = {panel.horizon: replace(all_matured(panel), matured=matured)}
    return scoreboard.validation(scored, made, horizons=[panel.horizon], settings=chosen).horizons[panel.horizon]


PANELS = {"1d": world("1d"), "7d": world("7d")}
WHOLE = scored_report(PANELS, settings())
REPORT = plain(WHOLE)
