"""COPPER_SHOCK: copper moved beyond both its thresholds, today or within the last `copper_hold` business days.

copper_move          log-move of copper over `copper_window` business days
copper_sigmas        the same in standard deviations of copper's own reference volatility
copper_correlation   of that move with USD/CLP's, over the last `copper_correlation_window` business days, with the band
                     of what it was before (`_low`, `_high`) and whether it is weaker than that (`_broken`)
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forex.core.sentence import Sentence, sentence, together
from forex.observations.moves import moves_over
from forex.regimes import copper
from forex.regimes.rules.protocol import Declaration, Evidence, Flags, State


def state(evidence: Evidence) -> State:
    """On from a move beyond both `evidence.copper_move` and `copper_sigmas` until `copper_hold` rows after it."""
    params = evidence.params
    move, sigmas = copper.copper_signals(*evidence.metal, params)
    usdclp_move, _ = moves_over(*evidence.anchor, params.copper_window)
    together = copper.correlation(usdclp_move, move, params)
    shocked = (np.abs(move) > evidence.copper_move) & (np.abs(sigmas) > params.copper_sigmas)
    return State(
        on=held(shocked, params.copper_hold),
        margin=np.abs(sigmas) / params.copper_sigmas,
        columns={
            "copper_move": move,
            "copper_sigmas": sigmas,
            "copper_correlation": together.current,
            "copper_correlation_low": together.low,
            "copper_correlation_high": together.high,
            "copper_correlation_broken": together.broken,
        },
        counts=("copper_correlation_broken",),
    )


def held(trigger: Flags, days: int) -> Flags:
    """On at a trigger and for `days` rows after it.

    >>> held(np.array([False, True, False, False, False]), 2).tolist()
    [False, True, True, True, False]
    """
    rows = np.arange(trigger.size)
    last = np.maximum.accumulate(np.where(trigger, rows, -days - 1))
    return rows - last <= days


def advice(row: Mapping[str, Any]) -> Sentence:
    """What the call means, from copper's move in `row` and whether the rate still goes with copper."""
    return together(_copper_direction(row), sentence("Plan with the widest interval."))


def _copper_direction(row: Mapping[str, Any]) -> Sentence:
    """Which side of the peso copper's move is on, where the rate goes with copper as it did before."""
    move, current, broken = row["copper_move"], row["copper_correlation"], row["copper_correlation_broken"]
    if move is None or broken is None:
        return sentence("Copper has moved far more than it usually does; which way that pulls the rate cannot be said.")
    if broken or current >= 0:
        if move < 0:
            return sentence(
                "Copper has fallen far more than it usually does, but the rate does not follow copper at present: do not "
                "count on a dearer dollar."
            )
        return sentence(
            "Copper has risen far more than it usually does, but the rate does not follow copper at present: do not "
            "count on a cheaper dollar."
        )
    if move < 0:
        return sentence(
            "Copper has fallen far, which usually makes the dollar dearer, against those who have dollars to buy: they "
            "hedge first."
        )
    return sentence(
        "Copper has risen far, which usually makes the dollar cheaper, against those who have dollars to sell: they "
        "hedge first."
    )


RULE = Declaration(20, state, ("#8a5a2b", "#96683a"), advice, signal="copper_move")
