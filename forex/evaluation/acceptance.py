"""The acceptance rules: whether the published forecasts are as calibrated, accurate and sharp as they have to be."""

from collections.abc import Mapping
from typing import Literal

from forex.core.names import PUBLISHED, RIVALS, percent
from forex.core.status import FAIL, INSUFFICIENT_DATA, NOT_EVALUATED, PASS, Verdict
from forex.evaluation.report import (
    Bounded,
    HorizonScores,
    RegimeMiss,
    RegimeRule,
    RegimeScores,
    Rule,
    Tail,
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
        for side, tail in at.tails.items():
            if horizon not in tolerances:
                found[f"{side}_{text}"] = Unjudged(value=tail.share, verdict=NOT_EVALUATED)
                continue
            if horizon_days(horizon) < horizon_days(rules.tail_band_from):
                tail = Tail(tail.share, None, None)
            found[f"{side}_{text}"] = _tail((1 - level) / 2, tail, tolerances[horizon], enough=enough)
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


def _tail(nominal: float, tail: Tail, tolerance: float, *, enough: bool) -> TailRule:
    """Within the tolerance of the nominal share, or that share inside the band."""
    share, low, high = tail
    holds: Literal["tolerance", "band"] | None = None
    if abs(share - nominal) <= tolerance:
        holds = "tolerance"
    elif _holds(nominal, low, high):
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


def _regime_verdict(horizon: str, by_regime: Mapping[str, RegimeScores], settings: Evaluate) -> RegimeRule:
    """Coverage in every regime with enough origins: within the tolerance or, where allowed, the level inside the block band.

    A distance beyond that fails, unless the level lies inside the band over the regime's episodes: then nobody can tell.
    """
    rules = settings.acceptance
    worst = 0.0
    failed: list[RegimeMiss] = []
    undecided: list[RegimeMiss] = []
    judged: list[str] = []
    for regime, figures in by_regime.items():
        if figures.n < settings.min_origins:
            continue
        judged.append(regime)
        for level, at in figures.by_level.items():
            distance = abs(at.coverage - level)
            banded = horizon in rules.regime_band_horizons
            worst = max(worst, distance)
            if distance <= rules.regime_tolerance or (banded and _holds(level, at.block_low, at.block_high)):
                continue
            miss = RegimeMiss(
                regime=regime,
                level=level,
                coverage=at.coverage,
                n_episodes=figures.n_episodes,
                episode_low=at.episode_low,
                episode_high=at.episode_high,
            )
            (undecided if _holds(level, at.episode_low, at.episode_high) else failed).append(miss)
    verdict: Verdict = FAIL if failed else NOT_EVALUATED if undecided else PASS
    return RegimeRule(
        value=worst,
        at_most=rules.regime_tolerance,
        judged=tuple(judged),
        failed=tuple(failed),
        undecided=tuple(undecided),
        verdict=verdict if judged else INSUFFICIENT_DATA,
    )


def _holds(value: float, low: float | None, high: float | None) -> bool:
    """Whether there is a band and the value lies inside."""
    return low is not None and high is not None and low <= value <= high
