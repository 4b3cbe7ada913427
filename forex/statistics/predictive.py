"""A predictive distribution as every step of the pipeline passes it on."""

from dataclasses import dataclass

import numpy as np

from forex.core.quantiles import GRID
from forex.observations.history import Floats

LEVELS = np.array(GRID)


@dataclass(frozen=True)
class Predictive:
    """Predictive distributions as log-distances from the anchor, for n origins at one horizon.

    location, scale: (n,), what the conformal step centres and normalises by.  quantiles: (n, 25), never crossing.
    """

    location: Floats
    scale: Floats
    quantiles: Floats


def scaled(location: Floats, scale: Floats, standard: Floats) -> Predictive:
    """location + scale · standard quantiles; location and scale of shape (n,), standard of shape (25,) or (n, 25)."""
    return Predictive(location, scale, location[:, None] + scale[:, None] * standard)
