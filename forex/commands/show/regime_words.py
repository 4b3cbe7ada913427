"""A regime in words: what each signal says, and against which threshold.

Every number in a sentence is a signal's value or a threshold of params.yaml.
"""

import math
from collections.abc import Mapping
from typing import Any

from forex.core.reports import plain
from forex.core.sentence import Sentence, sentence, together
from forex.core.status import NOT_EVALUATED
from forex.params import Regimes

ON, OFF = "ON", "OFF"

Signal = dict[str, Any]


def signals(
    row: Mapping[str, Any],
    rules: Regimes,
    *,
    stormy: bool,
    copper_move: float,
    shock_age: int | None,
    announced: Mapping[str, Any] | None,
) -> list[Signal]:
    """Name, value, threshold, verdict and sentence of each signal, in the order in which states take precedence.

    row: of data/regimes.parquet.  stormy: whether the switch of HIGH_VOL is on.  copper_move: its threshold.
    shock_age: business days since copper last moved beyond both thresholds, None if never.  announced: the newest
    intervention that has not ended.
    """
    ratio = row["volatility_ratio"]
    unusual = ratio is not None and ratio > rules.meeting_ratio
    return [
        _meeting(row["meeting_days"], ratio, unusual, rules),
        _intervention(row["intervention_days"], announced, ratio, unusual, rules),
        _copper(row["copper_move"], row["copper_sigmas"], shock_age, rules, copper_move),
        _correlation(row, rules),
        _volatility(ratio, stormy, rules),
    ]


def _signal(name: str, value: Any, threshold: Any, verdict: str, said: Sentence) -> Signal:
    return {"name": name, "value": value, "threshold": threshold, "verdict": verdict, "sentence": plain(said)}


def _volatility(ratio: float | None, stormy: bool, rules: Regimes) -> Signal:
    threshold = rules.exit_ratio if stormy else rules.enter_ratio
    if ratio is None:
        why = sentence(
            "Too few rates to measure it, or rates that do not move: {returns} returns in the last {days:business_days} and "
            "{reference} days of reference are needed.",
            returns=rules.min_fast,
            days=rules.fast_window,
            reference=rules.min_reference,
        )
        return _signal("volatility", None, threshold, NOT_EVALUATED, why)
    moved = sentence(
        "Over the last {days:business_days} the rate moved {ratio:.2f} times as much as in the years before;",
        days=rules.fast_window,
        ratio=ratio,
    )
    if stormy:
        ends = sentence("the storm is over below {threshold:g}.", threshold=threshold)
        return _signal("volatility", ratio, threshold, ON, together(moved, ends))
    begins = sentence("a storm begins above {threshold:g}.", threshold=threshold)
    return _signal("volatility", ratio, threshold, OFF, together(moved, begins))


def _copper(move: float | None, sigmas: float | None, age: int | None, rules: Regimes, copper_move: float) -> Signal:
    threshold = {"move": copper_move, "sigmas": rules.copper_sigmas}
    recent = age is not None and age <= rules.copper_hold
    last = None
    if recent and age:
        last = sentence(
            "The last such move was {age:business_days} ago and counts for {hold:business_days}.",
            age=age,
            hold=rules.copper_hold,
        )
    if move is None or sigmas is None:
        said = sentence("No copper price, or too few of them, to compare a move with.")
        return _signal("copper", None, threshold, ON if recent else NOT_EVALUATED, together(said, last))
    told = {
        "move": 100 * abs(math.expm1(move)),
        "days": rules.copper_window,
        "sigmas": abs(sigmas),
        "threshold": 100 * abs(math.expm1(math.copysign(copper_move, move))),
        "threshold_sigmas": rules.copper_sigmas,
    }
    if move >= 0:
        said = sentence(
            "Copper rose {move:.1f} % over {days:business_days}, {sigmas:.1f} of its own standard deviations; a shock is more than "
            "{threshold:.1f} % and more than {threshold_sigmas:g}.",
            **told,
        )
    else:
        said = sentence(
            "Copper fell {move:.1f} % over {days:business_days}, {sigmas:.1f} of its own standard deviations; a shock is more than "
            "{threshold:.1f} % and more than {threshold_sigmas:g}.",
            **told,
        )
    value = {"move": move, "sigmas": sigmas}
    return _signal("copper", value, threshold, ON if recent else OFF, together(said, last))


def _correlation(row: Mapping[str, Any], rules: Regimes) -> Signal:
    current, broken = row["copper_correlation"], row["copper_correlation_broken"]
    low, high = row["copper_correlation_low"], row["copper_correlation_high"]
    if broken is None:
        said = sentence(
            "Too few common moves of copper and the rate over {window:business_days}.",
            window=rules.copper_correlation_window,
        )
        return _signal("copper link", current, None, NOT_EVALUATED, said)
    said = sentence(
        "The correlation of their {days}-day moves over {window:business_days} is {current:+.2f}; before it lay between {low:+.2f} "
        "and {high:+.2f} on {share:g} % of the days:",
        days=rules.copper_window,
        window=rules.copper_correlation_window,
        current=current,
        low=low,
        high=high,
        share=100 * rules.copper_correlation_band,
    )
    link = sentence("the link is tighter.")
    if broken:
        link = sentence("the link is broken.")
    elif low <= current <= high:
        link = sentence("the link holds.")
    return _signal("copper link", current, [low, high], ON if broken else OFF, together(said, link))


def _meeting(days: int | None, ratio: float | None, unusual: bool, rules: Regimes) -> Signal:
    threshold = {"days": [-rules.meeting_after, rules.meeting_before], "ratio": rules.meeting_ratio}
    if days is None:
        none = sentence("No calendar of meetings covers this day.")
        return _signal("policy meeting", None, threshold, NOT_EVALUATED, none)
    near = -rules.meeting_after <= days <= rules.meeting_before
    if days > 0:
        when = sentence("The nearest decision reaches the observado in {days:business_days};", days=days)
    elif days:
        when = sentence("The nearest decision reached the observado {days:business_days} ago;", days=-days)
    else:
        when = sentence("The nearest decision reaches the observado today;")
    counts = sentence(
        "it counts from {before:business_days} before to {after:business_days} after that{condition}",
        before=rules.meeting_before,
        after=rules.meeting_after,
        condition=_if_unusual(near, ratio, unusual, rules),
    )
    return _signal("policy meeting", days, threshold, ON if near and unusual else OFF, together(when, counts))


def _intervention(
    days: int | None, announced: Mapping[str, Any] | None, ratio: float | None, unusual: bool, rules: Regimes
) -> Signal:
    threshold = {"days": rules.intervention_hold, "ratio": rules.meeting_ratio}
    if days is None or announced is None:
        none = sentence("No intervention is listed that was announced and has not ended.")
        return _signal("intervention", None, threshold, OFF, none)
    near = days <= rules.intervention_hold
    said = sentence(
        "Dollar {kind} by the central bank were first known on {date}, {days:business_days} ago; they are news for "
        "{hold:business_days}{condition}",
        kind=announced["kind"],
        date=announced["known_from"],
        days=days,
        hold=rules.intervention_hold,
        condition=_if_unusual(near, ratio, unusual, rules),
    )
    return _signal("intervention", days, threshold, ON if near and unusual else OFF, said)


def _if_unusual(near: bool, ratio: float | None, unusual: bool, rules: Regimes) -> Sentence:
    """How the sentence about a decision or an intervention ends."""
    if not near or ratio is None:
        return sentence(".")
    if unusual:
        return sentence(
            ", and the rate moves more than {ratio:g} times as much as in the years before.", ratio=rules.meeting_ratio
        )
    return sentence(
        ", but only if the rate moves more than {ratio:g} times as much as in the years before.",
        ratio=rules.meeting_ratio,
    )
