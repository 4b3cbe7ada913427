"""What a model is: history up to the origin in, quantiles out.

A new model is one class with `forecast`, in one file, with its refit policy as a constructor argument, and an entry in registry.py.
It must hold back by itself what is not known at an origin; tests/guarantee/test_lookahead.py runs every registered model
with the future replaced.
"""

from collections.abc import Sequence
from typing import Protocol

from forex.observations.history import History, Ints
from forex.statistics.predictive import Predictive


class Model(Protocol):
    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """The predictive distribution at each origin (positions in `history.days`, ascending), by horizon."""
        ...
