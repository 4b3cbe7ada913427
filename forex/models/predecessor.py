"""The rule of the system before this one: the last thirty days say where the next ones go."""

from collections.abc import Sequence

import numpy as np

from forex.models.naive import require, student
from forex.models.protocol import Declaration
from forex.observations.history import History, Ints
from forex.statistics.predictive import Predictive

WINDOW = 30


class Predecessor:
    """Mean and standard deviation of the last 30 daily returns, with t₃₀: the interval of the system before this one."""

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """Mean and standard deviation of the last 30 daily returns, as t with 30 degrees of freedom."""
        known = history.known[origins]
        require(known, WINDOW)
        windows = np.lib.stride_tricks.sliding_window_view(history.daily, WINDOW)[known - WINDOW]
        return student(history, origins, horizons, windows.mean(axis=1), windows.std(axis=1, ddof=1))


MODEL = Declaration(Predecessor)
