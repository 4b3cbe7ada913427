"""What the validation report finds, in sentences for whoever shows it: `forex scoreboard`, README, dashboard, `forex check`.

Every figure in them is one of the report's; a sentence that the report gives no reason for is not made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forex.core.names import GARCH_T, PUBLISHED, RIVALS, centred_name, percent
from forex.core.status import FAIL, NO_EVIDENCE, PASS, Verdict
from forex.evaluation.report import (
    HorizonScores,
    OverallScores,
    RegimeMiss,
    RegimeRule,
    Rule,
    Scoreboard,
    Unjudged,
    Unpublished,
)
from forex.timeline.calendar import horizon_days

LEVEL = 0.95  # of the interval scores that are shown
LOSS = f"interval_score_{percent(LEVEL)}"
SHARES = ("coverage_", "above_", "below_")  # how the names of rules on shares begin
LONG = 15  # calendar days; from here on forecasts without overlap are few


def gain(report: Scoreboard) -> str | None:
    """How much of the gain on `garch_t` is the nowcast's timing, and how much the intervals'; None where either is missing.

    By CRPS and interval score: `garch_t_nowcast` against `garch_t`, then `published` against `garch_t_nowcast`; (1 + the one)·(1 +
    the other) − 1 is the whole.
    """
    names = [GARCH_T, centred_name(GARCH_T), PUBLISHED]
    rows = {name: one for name, one in _by_length(report) if set(names) <= set(one.models)}
    if not rows:
        return None

    def parts(score: Callable[[OverallScores], float]) -> tuple[str, str]:
        scores = [[score(one.models[name].overall) for name in names] for one in rows.values()]
        return (
            _signed([100 * (centred / base - 1) for base, centred, _ in scores]),
            _signed([100 * (own / centred - 1) for _, centred, own in scores]),
        )

    crps = parts(lambda overall: overall.crps)
    said = (
        f"Against `{GARCH_T}` the nowcast's timing, which `{centred_name(GARCH_T)}` shares, moves CRPS by {crps[0]} % at "
        f"{'/'.join(rows)}, and the intervals move it by another {crps[1]} %"
    )
    if all(LEVEL in one.models[name].overall.by_level for one in rows.values() for name in names):
        interval = parts(lambda overall: overall.by_level[LEVEL].interval_score)
        said += f"; IS{percent(LEVEL)} by {interval[0]} % and by {interval[1]} %"
    return f"{said}."


def without_evidence(report: Scoreboard) -> str | None:
    """How many differences of interval scores at the long horizons are no evidence; None where nothing is compared there."""
    horizons, found = [], []
    for name, one in _by_length(report):
        compared = [one.models[rival].published_against.by_loss for rival in RIVALS if rival in one.models]
        tested = [losses[LOSS].evidence or NO_EVIDENCE for losses in compared if LOSS in losses]
        if horizon_days(name) >= LONG and tested:
            horizons.append(name)
            found += tested
    if not found:
        return None
    open_ = found.count(NO_EVIDENCE)
    told = f"{open_ or 'none'} of {len(found)} differences in IS{percent(LEVEL)}"
    if 2 * open_ > len(found):
        told = f"most differences in IS{percent(LEVEL)}, {open_} of {len(found)},"
    return f"At {_and(horizons)} {told} are not significant."


@dataclass(frozen=True)
class Open:
    """An acceptance rule that does not hold, or that nobody can tell, with what was found."""

    horizon: str
    rule: str
    verdict: Verdict
    says: str


def rules_held(report: Scoreboard) -> tuple[int, int]:
    """How many acceptance rules hold, and of how many."""
    found = [rule.verdict for rules in report.verdicts.values() for rule in rules.values()]
    return found.count(PASS), len(found)


def rules_open(report: Scoreboard) -> list[Open]:
    """Every other rule, by length of horizon: what fails first, then what was not judged."""
    found = [
        Open(horizon, name, rule.verdict, _says(name, rule))
        for horizon in sorted(report.verdicts, key=horizon_days)
        for name, rule in sorted(report.verdicts[horizon].items())
        if rule.verdict != PASS
    ]
    return sorted(found, key=lambda one: one.verdict != FAIL)


def _says(name: str, rule: Rule) -> str:
    if isinstance(rule, RegimeRule):
        misses = [(miss, "outside") for miss in rule.failed] + [(miss, "inside") for miss in rule.undecided]
        return "; ".join(_missed(miss, where) for miss, where in misses) or "no regime has enough origins"
    if isinstance(rule, Unpublished):
        return "nothing of `published` has matured"
    found = _amount(name, rule.value)
    if isinstance(rule, Unjudged):
        return f"{found}; no bound is set, or nothing is there to compare with"
    bounds = [
        f"{word} {_amount(name, bound)}"
        for word, bound in (("at least", rule.at_least), ("at most", rule.at_most))
        if bound is not None
    ]
    return f"{found}, where {' and '.join(bounds)} is accepted"


def _missed(miss: RegimeMiss, where: str) -> str:
    """
    >>> miss = RegimeMiss(
    ...     regime="HIGH_VOL", level=0.5, coverage=0.448, n_episodes=16, episode_low=0.391, episode_high=0.505
    ... )
    >>> _missed(miss, "inside")
    'HIGH_VOL covers 44.8 %; 50 % lies inside the band over its 16 episodes, 39.1 to 50.5 %'
    """
    told = f"{miss.regime} covers {100 * miss.coverage:.1f} %"
    if miss.episode_low is None or miss.episode_high is None:
        return f"{told} at {percent(miss.level)} %, in a single episode"
    band = f"{100 * miss.episode_low:.1f} to {100 * miss.episode_high:.1f} %"
    return f"{told}; {percent(miss.level)} % lies {where} the band over its {miss.n_episodes} episodes, {band}"


def _amount(name: str, value: float) -> str:
    """
    >>> _amount("below_95", 0.0112), _amount("mape_pct", 1.13), _amount("crps_below_benchmarks", 9.171)
    ('1.12 %', '1.13 %', '9.17 CLP')
    """
    if name.startswith(SHARES) or name == "interval_coverage":
        return f"{100 * value:.2f} %"
    return f"{value:.2f} %" if name.endswith("_pct") else f"{value:.2f} CLP"


def _by_length(report: Scoreboard) -> list[tuple[str, HorizonScores]]:
    return sorted(report.horizons.items(), key=lambda item: horizon_days(item[0]))


def _signed(values: Sequence[float]) -> str:
    """
    >>> _signed([-17.84, 0.21])
    '-17.8/+0.2'
    """
    return "/".join(f"{value:+.1f}" for value in values)


def _and(names: Sequence[str]) -> str:
    """
    >>> _and(["15d"]), _and(["15d", "30d", "90d"])
    ('15d', '15d, 30d and 90d')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
