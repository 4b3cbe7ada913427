"""What a model is: history up to the origin in, quantiles out; and how its file declares it.

A model is one file of this folder with a constant MODEL; it has the file's name. CONTRIBUTING.md shows one. It must itself hold
back what is not known at an origin; tests/guarantee/test_lookahead.py runs every declared model with the future replaced.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from forex.observations.history import History, Ints
from forex.params import Block
from forex.statistics.predictive import Predictive


class Model(Protocol):
    """Anything that gives a predictive distribution at each origin."""

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """The predictive distribution at each origin (positions in `history.days`, ascending), by horizon."""
        ...


@dataclass(frozen=True)
class Declaration:
    """What a model's file declares, as its constant MODEL.

    make: makes the model, from its base where it has one, then its settings where it has any.
    settings: what params.yaml may hold under `fit` and the file's name; None where it may hold nothing.
    base: the declared model that it changes; `fit` has its settings, whether it lists it or not.
    """

    make: Callable[..., Model]
    settings: type[Block] | None = None
    base: str | None = None
