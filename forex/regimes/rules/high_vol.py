"""HIGH_VOL: the volatility ratio rose above `enter_ratio` and has not fallen below `exit_ratio` since."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from forex.core.sentence import Sentence, sentence
from forex.observations.moves import Floats
from forex.regimes.rules.protocol import Declaration, Evidence, Flags, State


def state(evidence: Evidence) -> State:
    """On from a volatility ratio above `enter_ratio` until one below `exit_ratio`."""
    params, ratio = evidence.params, evidence.volatility_ratio
    return State(
        on=switched(ratio, enter=params.enter_ratio, leave=params.exit_ratio),
        margin=ratio / params.exit_ratio,
        calm_margin=ratio / params.enter_ratio,
        columns={"volatility_ratio": ratio},
    )


def switched(signal: Floats, *, enter: float, leave: float) -> Flags:
    """On from a row above `enter` until a row below `leave`; the band between them, and NaN, keep the state.

    >>> switched(np.array([1.4, 1.6, 1.3, np.nan, 1.2, 1.4]), enter=1.5, leave=1.25).tolist()
    [False, True, True, True, False, False]
    """
    turns = np.where(signal > enter, 1.0, np.where(signal < leave, 0.0, np.nan))
    return pl.Series(turns).fill_nan(None).forward_fill().fill_null(0.0).to_numpy() > 0


def advice(row: Mapping[str, Any]) -> Sentence:
    """What the call means for someone who has dollars to buy or to sell; the same for every row."""
    return sentence(
        "Set limits and budgets by the widest interval, hedge in several parts rather than at one moment, and look again every day "
        "until the call ends."
    )


RULE = Declaration(10, state, ("#d9622b", "#b4532a"), advice, signal="volatility_ratio")
