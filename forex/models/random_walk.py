"""The random walk: the observado stays where it is, and its size of move is that of all its past."""

from collections.abc import Sequence

from forex.models.naive import MIN_RETURNS, expanding, require, student
from forex.models.protocol import Declaration
from forex.observations.history import History, Ints
from forex.statistics.predictive import Predictive


class RandomWalk:
    """anchor·exp(σ·√steps·t₃₀⁻¹(q)), σ the expanding standard deviation of r/√k; t is not rescaled to unit variance."""

    drift = False

    def forecast(self, history: History, origins: Ints, horizons: Sequence[str]) -> dict[str, Predictive]:
        """The anchor as median, and the expanding standard deviation times √steps, as t with 30 degrees of freedom."""
        known = history.known[origins]
        require(known, MIN_RETURNS)
        mean, sigma = expanding(history.daily)
        return student(history, origins, horizons, mean[known - 1] * self.drift, sigma[known - 1])


MODEL = Declaration(RandomWalk)
