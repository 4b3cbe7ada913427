"""The acceptance rules: whether the published forecasts are as calibrated, accurate and sharp as they have to be."""

from typing import Any

from forex.core.names import BENCHMARKS, PUBLISHED, percent
from forex.core.status import FAIL, INSUFFICIENT_DATA, NOT_EVALUATED, PASS
from forex.params import Evaluate

Figures = dict[str, Any]


def verdicts(horizon: str, figures: Figures, settings: Evaluate) -> Figures:
    """Each acceptance rule on `published`: value, bounds, and PASS, FAIL, INSUFFICIENT_DATA or NOT_EVALUATED."""
    rules, models = settings.acceptance, figures["models"]
    if PUBLISHED not in models:
        return {"published": {"verdict": INSUFFICIENT_DATA, "value": 0, "at_least": settings.min_origins}}
    overall, enough = models[PUBLISHED]["overall"], figures["n"] >= settings.min_origins
    found: Figures = {}

    def rule(name: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> None:
        holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        verdict = (PASS if holds else FAIL) if enough else INSUFFICIENT_DATA
        found[name] = {"value": value, "at_least": at_least, "at_most": at_most, "verdict": verdict}

    tolerance = rules.coverage_tolerance.get(horizon)
    for _, level in _coverage_names(overall):
        value = overall[f"coverage_{percent(level)}"]
        if tolerance is None:
            found[f"coverage_{percent(level)}"] = {"value": value, "verdict": NOT_EVALUATED}
        else:
            rule(f"coverage_{percent(level)}", value, at_least=level - tolerance, at_most=level + tolerance)
    rule(
        "interval_coverage", overall[f"coverage_{percent(rules.interval_level)}"], at_least=rules.min_interval_coverage
    )
    rule("rmse", overall["rmse"], at_most=rules.max_rmse)
    rule("mape_pct", overall["mape_pct"], at_most=rules.max_mape_pct)
    rivals = [model for model in BENCHMARKS if model in models]
    for name in ("crps", f"interval_score_{percent(rules.interval_level)}"):
        if rivals:
            best = min(models[model]["overall"][name] for model in rivals)
            rule(f"{name}_below_benchmarks", overall[name], at_most=best)
        else:
            found[f"{name}_below_benchmarks"] = {"value": overall[name], "verdict": NOT_EVALUATED}
    found["regime_coverage"] = _regime_verdict(horizon, models[PUBLISHED]["by_regime"], settings)
    return found


def _coverage_names(figures: Figures) -> list[tuple[str, float]]:
    """The coverages among the figures, as (name, level)."""
    names = [name for name in figures if name.startswith("coverage_") and name.count("_") == 1]
    return [(name, float(name.removeprefix("coverage_")) / 100) for name in names]


def _regime_verdict(horizon: str, by_regime: Figures, settings: Evaluate) -> Figures:
    """Coverage in every regime with enough origins: within the tolerance or, where allowed, the block band."""
    rules = settings.acceptance
    worst, failed, judged = 0.0, [], []
    for regime, figures in by_regime.items():
        if figures["n"] < settings.min_origins:
            continue
        judged.append(regime)
        for name, level in _coverage_names(figures):
            distance = abs(figures[name] - level)
            low, high = figures[f"{name}_block_low"], figures[f"{name}_block_high"]
            in_band = horizon in rules.regime_band_horizons and low is not None and low <= level <= high
            worst = max(worst, distance)
            if distance > rules.regime_tolerance and not in_band:
                failed.append(f"{regime} {name}")
    verdict = (FAIL if failed else PASS) if judged else INSUFFICIENT_DATA
    return {"value": worst, "at_most": rules.regime_tolerance, "judged": judged, "failed": failed, "verdict": verdict}
