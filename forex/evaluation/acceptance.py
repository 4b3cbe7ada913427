"""The acceptance rules: whether the published forecasts are as calibrated, accurate and sharp as they have to be."""

from collections.abc import Mapping
from typing import Literal

from forex.core.names import PUBLISHED, RIVALS, percent
from forex.core.status import FAIL, INSUFFICIENT_DATA, NOT_EVALUATED, PASS, Verdict
from forex.evaluation.report import (
    Bounded,
    GroupScores,
    HorizonScores,
    RegimeRule,
    Rule,
    TailRule,
    Unjudged,
    Unpublished,
)
from forex.params import Evaluate
from forex.timeline.calendar import horizon_days


def verdicts(horizon: str, figures: HorizonScores, settings: Evaluate) -> dict[str, Rule]:
    """Each acceptance rule on `published`: value, bounds, and PASS, FAIL, INSUFFICIENT_DATA or NOT_EVALUATED."""
    rules, models = settings.acceptance, figures.models
    if PUBLISHED not in models:
        return {"published": Unpublished(verdict=INSUFFICIENT_DATA, value=0, at_least=settings.min_origins)}
    overall, enough = models[PUBLISHED].overall, figures.n >= settings.min_origins
    found: dict[str, Rule] = {}

    def rule(name: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> None:
        holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        verdict: Verdict = (PASS if holds else FAIL) if enough else INSUFFICIENT_DATA
        found[name] = Bounded(value=value, at_least=at_least, at_most=at_most, verdict=verdict)

    tolerance = rules.coverage_tolerance.get(horizon)
    for level, at in overall.by_level.items():
        if tolerance is None:
            found[f"coverage_{percent(level)}"] = Unjudged(value=at.coverage, verdict=NOT_EVALUATED)
        else:
            rule(f"coverage_{percent(level)}", at.coverage, at_least=level - tolerance, at_most=level + tolerance)
    for text, tolerances in rules.tail_tolerance.items():
        level = float(text) / 100
        at = overall.by_level[level]
        for side, share, low, high in (
            ("above", at.above, at.above_block_low, at.above_block_high),
            ("below", at.below, at.below_block_low, at.below_block_high),
        ):
            if horizon not in tolerances:
                found[f"{side}_{text}"] = Unjudged(value=share, verdict=NOT_EVALUATED)
                continue
            band = (low, high) if horizon_days(horizon) >= horizon_days(rules.tail_band_from) else (None, None)
            found[f"{side}_{text}"] = _tail((1 - level) / 2, share, band, tolerances[horizon], enough=enough)
    widest = overall.by_level[rules.interval_level]
    rule("interval_coverage", widest.coverage, at_least=rules.min_interval_coverage)
    rule("rmse", overall.rmse, at_most=rules.max_rmse)
    rule("mape_pct", overall.mape_pct, at_most=rules.max_mape_pct)
    rivals = [models[model].overall for model in RIVALS if model in models]
    for name, own, others in (
        ("crps", overall.crps, [rival.crps for rival in rivals]),
        (
            f"interval_score_{percent(rules.interval_level)}",
            widest.interval_score,
            [rival.by_level[rules.interval_level].interval_score for rival in rivals],
        ),
    ):
        if others:
            rule(f"{name}_below_benchmarks", own, at_most=min(others))
        else:
            found[f"{name}_below_benchmarks"] = Unjudged(value=own, verdict=NOT_EVALUATED)
    found["regime_coverage"] = _regime_verdict(horizon, models[PUBLISHED].by_regime, settings)
    return found


def _tail(
    nominal: float, share: float, band: tuple[float | None, float | None], tolerance: float, *, enough: bool
) -> TailRule:
    """Within the tolerance of the nominal share, or that share inside the band."""
    low, high = band
    holds: Literal["tolerance", "band"] | None = None
    if abs(share - nominal) <= tolerance:
        holds = "tolerance"
    elif low is not None and high is not None and low <= nominal <= high:
        holds = "band"
    verdict: Verdict = (PASS if holds else FAIL) if enough else INSUFFICIENT_DATA
    return TailRule(
        value=share,
        at_least=max(nominal - tolerance, 0.0),
        at_most=nominal + tolerance,
        block_low=low,
        block_high=high,
        holds=holds,
        verdict=verdict,
    )


def _regime_verdict(horizon: str, by_regime: Mapping[str, GroupScores], settings: Evaluate) -> RegimeRule:
    """Coverage in every regime with enough origins: within the tolerance or, where allowed, the block band."""
    rules = settings.acceptance
    worst = 0.0
    failed: list[str] = []
    judged: list[str] = []
    for regime, figures in by_regime.items():
        if figures.n < settings.min_origins:
            continue
        judged.append(regime)
        for level, at in figures.by_level.items():
            distance, low, high = abs(at.coverage - level), at.block_low, at.block_high
            banded = horizon in rules.regime_band_horizons
            in_band = banded and low is not None and high is not None and low <= level <= high
            worst = max(worst, distance)
            if distance > rules.regime_tolerance and not in_band:
                failed.append(f"{regime} coverage_{percent(level)}")
    verdict: Verdict = (FAIL if failed else PASS) if judged else INSUFFICIENT_DATA
    return RegimeRule(
        value=worst, at_most=rules.regime_tolerance, judged=tuple(judged), failed=tuple(failed), verdict=verdict
    )
