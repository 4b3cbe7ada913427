"""The random walk that goes on as it went so far."""

from forex.models.protocol import Declaration
from forex.models.random_walk import RandomWalk


class RandomWalkDrift(RandomWalk):
    """The random walk plus the expanding mean of r/√k times steps."""

    drift = True


MODEL = Declaration(RandomWalkDrift)
