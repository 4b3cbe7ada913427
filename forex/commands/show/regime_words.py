"""A regime in words: what each signal says, against which threshold, and what a treasurer may do about it.

Every number in a sentence is a signal's value or a threshold of params.yaml.
"""

from collections.abc import Mapping
from typing import Any

from forex.core.status import NOT_EVALUATED
from forex.params import Regimes
from forex.regimes.rules.registry import rules as declared

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


def _signal(name: str, value: Any, threshold: Any, verdict: str, sentence: str) -> Signal:
    return {"name": name, "value": value, "threshold": threshold, "verdict": verdict, "sentence": sentence}


def _volatility(ratio: float | None, stormy: bool, rules: Regimes) -> Signal:
    threshold = rules.exit_ratio if stormy else rules.enter_ratio
    if ratio is None:
        why = (
            f"Too few rates to measure it: {rules.min_fast} returns in the last {rules.fast_window} business days and "
            f"{rules.min_reference} days of reference are needed."
        )
        return _signal("volatility", None, threshold, NOT_EVALUATED, why)
    said = f"Over the last {rules.fast_window} business days the rate moved {ratio:.2f} times as much as usual; " + (
        f"the storm is over below {threshold:g}." if stormy else f"a storm begins above {threshold:g}."
    )
    return _signal("volatility", ratio, threshold, ON if stormy else OFF, said)


def _copper(move: float | None, sigmas: float | None, age: int | None, rules: Regimes, copper_move: float) -> Signal:
    threshold = {"move": copper_move, "sigmas": rules.copper_sigmas}
    value = None if move is None or sigmas is None else {"move": move, "sigmas": sigmas}
    recent = age is not None and age <= rules.copper_hold
    if value is None:
        said = "No copper price, or too few of them, to compare a move with."
    else:
        way = "rose" if value["move"] >= 0 else "fell"
        said = (
            f"Copper {way} {100 * abs(value['move']):.1f} % over {rules.copper_window} business days, "
            f"{abs(value['sigmas']):.1f} of its own standard deviations; a shock is more than {100 * copper_move:g} % "
            f"and more than {rules.copper_sigmas:g}."
        )
    if recent and age:
        said += f" The last such move was {_days(age)} ago and counts for {_days(rules.copper_hold)}."
    verdict = ON if recent else OFF if value else NOT_EVALUATED
    return _signal("copper", value, threshold, verdict, said)


def _correlation(row: Mapping[str, Any], rules: Regimes) -> Signal:
    current, broken = row["copper_correlation"], row["copper_correlation_broken"]
    low, high = row["copper_correlation_low"], row["copper_correlation_high"]
    if broken is None:
        said = f"Too few common moves of copper and the rate over {rules.copper_correlation_window} business days."
        return _signal("copper link", current, None, NOT_EVALUATED, said)
    said = (
        f"The correlation of their {rules.copper_window}-day moves over {rules.copper_correlation_window} business days "
        f"is {current:+.2f}; before it lay between {low:+.2f} and {high:+.2f} on "
        f"{100 * rules.copper_correlation_band:g} % of the days: "
        + ("the link is broken." if broken else "the link holds." if low <= current <= high else "the link is tighter.")
    )
    return _signal("copper link", current, [low, high], ON if broken else OFF, said)


def _meeting(days: int | None, ratio: float | None, unusual: bool, rules: Regimes) -> Signal:
    threshold = {"days": [-rules.meeting_after, rules.meeting_before], "ratio": rules.meeting_ratio}
    if days is None:
        return _signal("policy meeting", None, threshold, NOT_EVALUATED, "No calendar of meetings covers this day.")
    near = -rules.meeting_after <= days <= rules.meeting_before
    when = "reaches the observado today"
    if days:
        when = f"reaches the observado in {_days(days)}" if days > 0 else f"reached the observado {_days(-days)} ago"
    said = (
        f"The nearest decision {when}; it counts from {_days(rules.meeting_before)} before to "
        f"{_days(rules.meeting_after)} after that{_if_unusual(near, ratio, unusual, rules)}"
    )
    return _signal("policy meeting", days, threshold, ON if near and unusual else OFF, said)


def _intervention(
    days: int | None, announced: Mapping[str, Any] | None, ratio: float | None, unusual: bool, rules: Regimes
) -> Signal:
    threshold = {"days": rules.intervention_hold, "ratio": rules.meeting_ratio}
    if days is None or announced is None:
        return _signal(
            "intervention", None, threshold, OFF, "No intervention is listed that was announced and has not ended."
        )
    near = days <= rules.intervention_hold
    said = (
        f"Dollar {announced['kind']} by the central bank were first known on {announced['known_from']}, "
        f"{_days(days)} ago; they are news for {_days(rules.intervention_hold)}{_if_unusual(near, ratio, unusual, rules)}"
    )
    return _signal("intervention", days, threshold, ON if near and unusual else OFF, said)


def _if_unusual(near: bool, ratio: float | None, unusual: bool, rules: Regimes) -> str:
    if not near or ratio is None:
        return "."
    if unusual:
        return f", and the rate moves more than {rules.meeting_ratio:g} times as much as usual."
    return f", but only if the rate moves more than {rules.meeting_ratio:g} times as much as usual."


def _days(count: int) -> str:
    return f"{count} business day" if count == 1 else f"{count} business days"


def recommendation(row: Mapping[str, Any]) -> str:
    """What the call means for someone who has dollars to buy or to sell."""
    regime = row["regime"]
    return OTHERWISE[regime] if regime in OTHERWISE else declared()[regime].advice(row)


OTHERWISE = {
    "NORMAL": "Nothing unusual: plan with the intervals as they are published.",
    "UNKNOWN": (
        "The data does not allow a call. This is no sign of calm: check with `forex status` what is missing, and treat "
        "the intervals with care until there is a call again."
    ),
}
