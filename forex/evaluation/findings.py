"""What the validation report finds, in sentences for whoever shows it: `forex scoreboard`, README, dashboard, `forex check`.

Every figure in them is one of the report's; a sentence that the report gives no reason for is not made.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from forex.core.names import GARCH_T, PUBLISHED, RIVALS, centred_name, percent
from forex.core.sentence import Sentence, sentence, together
from forex.core.status import FAIL, NO_EVIDENCE, PASS, Verdict
from forex.evaluation.report import (
    HorizonScores,
    OverallScores,
    RegimeMiss,
    RegimeRule,
    Rule,
    Scoreboard,
    TailRule,
    Unjudged,
    Unpublished,
)
from forex.timeline.calendar import horizon_days

LEVEL = 0.95  # of the interval scores that are shown
LOSS = f"interval_score_{percent(LEVEL)}"
SHARES = ("coverage_", "above_", "below_")  # how the names of rules on shares begin
SAME = 1e-6  # relative: reports hold eight digits
LONG = 15  # calendar days; from here on forecasts without overlap are few


def gain(report: Scoreboard) -> Sentence | None:
    """How much of the gain on `garch_t` is the nowcast's timing, and how much the intervals'; None where either is missing.

    Only at horizons where `published` has the centre of the nowcast, as `garch_t_nowcast` has: elsewhere more than the intervals
    differs.

    By CRPS and interval score: `garch_t_nowcast` against `garch_t`, then `published` against `garch_t_nowcast`; (1 + the one)·(1 +
    the other) − 1 is the whole.
    """
    names = [GARCH_T, centred_name(GARCH_T), PUBLISHED]
    rows = {
        name: figures for name, figures in _by_length(report) if set(names) <= set(figures.models) and _shared(figures)
    }
    if not rows:
        return None

    def parts(score: Callable[[OverallScores], float]) -> tuple[list[float], list[float]]:
        scores = [[score(figures.models[name].overall) for name in names] for figures in rows.values()]
        return (
            [100 * (centred / base - 1) for base, centred, _ in scores],
            [100 * (own / centred - 1) for _, centred, own in scores],
        )

    crps = parts(lambda overall: overall.crps)
    said = {
        "base": GARCH_T,
        "centred": centred_name(GARCH_T),
        "horizons": list(rows),
        "timing": crps[0],
        "widths": crps[1],
    }
    if not all(LEVEL in figures.models[name].overall.by_level for figures in rows.values() for name in names):
        return sentence(
            "Against `{base}` the nowcast's timing, which `{centred}` shares, moves CRPS by {timing:slash:+.1f} % at "
            "{horizons:slash}, and the intervals move it by another {widths:slash:+.1f} %.",
            **said,
        )
    interval = parts(lambda overall: overall.by_level[LEVEL].interval_score)
    return sentence(
        "Against `{base}` the nowcast's timing, which `{centred}` shares, moves CRPS by {timing:slash:+.1f} % at "
        "{horizons:slash}, and the intervals move it by another {widths:slash:+.1f} %; IS{level:s} by "
        "{interval_timing:slash:+.1f} % and by {interval_widths:slash:+.1f} %.",
        **said,
        level=percent(LEVEL),
        interval_timing=interval[0],
        interval_widths=interval[1],
    )


def _shared(figures: HorizonScores) -> bool:
    """Whether `published` and the benchmark with the nowcast's centre have the same errors of the median."""
    own, centred = (figures.models[name].overall for name in (PUBLISHED, centred_name(GARCH_T)))
    return math.isclose(own.rmse, centred.rmse, rel_tol=SAME) and math.isclose(own.mae, centred.mae, rel_tol=SAME)


def without_evidence(report: Scoreboard) -> Sentence | None:
    """How many differences of interval scores at the long horizons are no evidence; None where nothing is compared there."""
    horizons, found = [], []
    for name, figures in _by_length(report):
        compared = [figures.models[rival].published_against.by_loss for rival in RIVALS if rival in figures.models]
        tested = [losses[LOSS].evidence or NO_EVIDENCE for losses in compared if LOSS in losses]
        if horizon_days(name) >= LONG and tested:
            horizons.append(name)
            found += tested
    if not found:
        return None
    open_ = found.count(NO_EVIDENCE)
    said = {"horizons": horizons, "of": len(found), "level": percent(LEVEL)}
    if not open_:
        return sentence("At {horizons:and} none of {of} differences in IS{level:s} are not significant.", **said)
    if open_ == len(found):
        return sentence("At {horizons:and} no difference in IS{level:s}, of {of}, is significant.", **said)
    if 2 * open_ <= len(found):
        return sentence(
            "At {horizons:and} {open} of {of} differences in IS{level:s} are not significant.", **said, open=open_
        )
    return sentence(
        "At {horizons:and} most differences in IS{level:s}, {open} of {of}, are not significant.", **said, open=open_
    )


@dataclass(frozen=True)
class Judged:
    """An acceptance rule with its verdict and what was found."""

    horizon: str
    rule: str
    verdict: Verdict
    says: Sentence


def rules_held(report: Scoreboard) -> tuple[int, int]:
    """How many acceptance rules hold, and of how many."""
    found = [rule.verdict for rules in report.verdicts.values() for rule in rules.values()]
    return found.count(PASS), len(found)


def rules_judged(report: Scoreboard) -> list[Judged]:
    """Every rule, by length of horizon and name."""
    return [
        Judged(horizon, name, rule.verdict, _says(name, rule))
        for horizon in sorted(report.verdicts, key=horizon_days)
        for name, rule in sorted(report.verdicts[horizon].items())
    ]


def rules_open(report: Scoreboard) -> list[Judged]:
    """The rules that do not hold or could not be judged, those that fail first."""
    found = [judged for judged in rules_judged(report) if judged.verdict != PASS]
    return sorted(found, key=lambda judged: judged.verdict != FAIL)


def _says(name: str, rule: Rule) -> Sentence:
    if isinstance(rule, RegimeRule):
        misses = [_missed(miss, inside=False) for miss in rule.failed]
        misses += [_missed(miss, inside=True) for miss in rule.undecided]
        if misses:
            return together(*misses, by="; ")
        if not rule.judged:
            return sentence("no regime has enough origins")
        return sentence(
            "{distance:.1f} points from a level at most, in {regimes:and}; {most:.1f} points are accepted, or the level inside the "
            "band",
            regimes=rule.judged,
            distance=100 * rule.value,
            most=100 * rule.at_most,
        )
    if isinstance(rule, Unpublished):
        return sentence("no scored forecast of `published` has matured")
    found = _amount(name, rule.value)
    if isinstance(rule, Unjudged):
        return sentence("{found}; no bound is set, or nothing is there to compare with", found=found)
    least, most = (None if bound is None else _amount(name, bound) for bound in (rule.at_least, rule.at_most))
    if (
        isinstance(rule, TailRule)
        and rule.holds == "band"
        and rule.block_low is not None
        and rule.block_high is not None
    ):
        return sentence(
            "{found}, where at least {least} and at most {most} is accepted, or the nominal share inside the band, {low} to "
            "{high}",
            found=found,
            least=least,
            most=most,
            low=_amount(name, rule.block_low),
            high=_amount(name, rule.block_high),
        )
    if least is None:
        return sentence("{found}, where at most {most} is accepted", found=found, most=most)
    if most is None:
        return sentence("{found}, where at least {least} is accepted", found=found, least=least)
    return sentence(
        "{found}, where at least {least} and at most {most} is accepted", found=found, least=least, most=most
    )


def _missed(miss: RegimeMiss, *, inside: bool) -> Sentence:
    """A coverage that is too far from its level, and whether the level lies `inside` the band over the regime's episodes.

    >>> miss = RegimeMiss(
    ...     regime="HIGH_VOL", level=0.5, coverage=0.448, n_episodes=16, episode_low=0.391, episode_high=0.505
    ... )
    >>> _missed(miss, inside=True).says
    'HIGH_VOL covers 44.8 %; 50 % lies inside the band over its 16 episodes, 39.1 to 50.5 %'
    """
    told = {"regime": miss.regime, "coverage": 100 * miss.coverage, "level": percent(miss.level)}
    if miss.episode_low is None or miss.episode_high is None:
        return sentence("{regime} covers {coverage:.1f} % at {level:s} %, in a single episode", **told)
    told |= {"episodes": miss.n_episodes, "low": 100 * miss.episode_low, "high": 100 * miss.episode_high}
    if inside:
        return sentence(
            "{regime} covers {coverage:.1f} %; {level:s} % lies inside the band over its {episodes} episodes, {low:.1f} to "
            "{high:.1f} %",
            **told,
        )
    return sentence(
        "{regime} covers {coverage:.1f} %; {level:s} % lies outside the band over its {episodes} episodes, {low:.1f} to "
        "{high:.1f} %",
        **told,
    )


def _amount(name: str, value: float) -> Sentence:
    """A rule's value or bound, in the rule's unit.

    >>> [_amount(*rule).says for rule in (("below_95", 0.0112), ("mape_pct", 1.13), ("crps_below_benchmarks", 9.171))]
    ['1.12 %', '1.13 %', '9.17 CLP']
    """
    if name.startswith(SHARES) or name == "interval_coverage":
        return sentence("{share:.2f} %", share=100 * value)
    if name.endswith("_pct"):
        return sentence("{share:.2f} %", share=value)
    return sentence("{pesos:.2f} CLP", pesos=value)


def _by_length(report: Scoreboard) -> list[tuple[str, HorizonScores]]:
    return sorted(report.horizons.items(), key=lambda item: horizon_days(item[0]))
