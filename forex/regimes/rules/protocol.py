"""What a rule of regimes is: it takes what was known at each origin and says whether its regime is on. How its file declares it.

A rule is one file of this folder with a constant RULE; its regime has the file's name, in capitals.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.core.sentence import Sentence
from forex.observations.moves import Floats
from forex.params import Block, Regimes
from forex.regimes.interventions import Interventions
from forex.regimes.meetings import Meetings
from forex.timeline.calendar import Dates

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """What was known at the cut-offs of n origins, which are consecutive business days.

    panel: one row per origin.  anchor, metal: value and date of the observado and of copper as each row knew them, (n,) each; NaN
    and NaT where there is none.  volatility_ratio: current over reference volatility, NaN where unknown.  copper_move: the size
    from which a move of copper is a shock.
    """

    panel: pl.DataFrame
    origins: Dates
    anchor: tuple[Floats, Dates]
    metal: tuple[Floats, Dates]
    volatility_ratio: Floats
    meetings: Meetings
    announced: Interventions
    params: Regimes
    copper_move: float


@dataclass(frozen=True)
class State:
    """A regime at each of n origins; a row depends on itself and the rows above it only.

    on: whether it is on.  margin: its signal over the threshold where it is on; calls of like margins are alike.
    columns: the signals that stand in data/regimes.parquet, by name; null there where NaN.  counts: those that are whole numbers.
    calm_margin: its signal over the threshold from which it would be on, for a rule that says how near a calm day is to it.
    due: whether what is known today says that it will be near when the confidence is decided.
    covered: whether the lists that it reads cover the origin.
    """

    on: Flags
    margin: Floats
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    counts: tuple[str, ...] = ()
    calm_margin: Floats | None = None
    due: Flags | None = None
    covered: Flags | None = None


@dataclass(frozen=True)
class Declaration:
    """What a rule's file declares, as its constant RULE.

    precedence: of several regimes that are on, the one with the largest is the call.
    state: takes the evidence and, where the rule has any, its settings.
    colours: of its stretches in charts, on light and on dark.
    advice: what the call means for someone who has dollars to buy or to sell, from its row of data/regimes.parquet.
    signal: the column of data/regimes.parquet without which the regime is not evaluated.
    settings: what params.yaml may hold under `regimes` and the file's name; None where it may hold nothing.
    """

    precedence: int
    state: Callable[..., State]
    colours: tuple[str, str]
    advice: Callable[[Mapping[str, Any]], Sentence]
    signal: str | None = None
    settings: type[Block] | None = None
