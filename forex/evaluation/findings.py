"""What the validation report finds, in sentences for whoever shows it: `forex scoreboard`, README, dashboard, `forex check`.

Every figure in them is one of the report's; a sentence that the report gives no reason for is not made.
"""

from collections.abc import Callable, Sequence

from forex.core.names import GARCH_T, PUBLISHED, RIVALS, centred_name, percent
from forex.core.status import NO_EVIDENCE
from forex.evaluation.report import HorizonScores, OverallScores, Scoreboard
from forex.timeline.calendar import horizon_days

LEVEL = 0.95  # of the interval scores that are shown
LOSS = f"interval_score_{percent(LEVEL)}"
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
