"""Horizons that are longer than the data can judge: the coverage that was measured says little about them, and this is said."""

import math
from collections.abc import Iterable

from forex.core.names import PUBLISHED
from forex.core.sentence import Sentence, sentence
from forex.evaluation.report import Scoreboard

MISSES = 1  # on each side of an interval that covers as it says, which its forecasts without overlap have to expect


def needed(level: float) -> int:
    """Forecasts without overlap that a central interval of this level needs to be judged: MISSES / ((1 - level) / 2).

    >>> needed(0.95), needed(0.8)
    (40, 10)
    """
    return math.ceil(round(2 * MISSES / (1 - level), 6))


def unjudged(validation: Scoreboard, horizons: Iterable[str], level: float) -> dict[str, Sentence]:
    """For each horizon with fewer than `needed`: how many there are, and how many of all outcomes so far the interval held."""
    found = {}
    for horizon in horizons:
        scores = validation.horizons.get(horizon)
        independent = (scores.n_independent or 0) if scores else 0
        if independent >= needed(level):
            continue
        published = scores.models.get(PUBLISHED) if scores else None
        at_level = published.overall.by_level.get(level) if published else None
        if at_level is None:
            continue  # nothing has matured: nothing is claimed of it
        found[horizon] = sentence(
            "{horizon} is longer than the data can judge: {independent} of its forecasts do not overlap, and in fewer than "
            "{needed} the {level:.0%} interval need not miss once on each side. It held {coverage:.1%} of all outcomes so far.",
            horizon=horizon,
            independent=independent,
            level=level,
            needed=needed(level),
            coverage=at_level.coverage,
        )
    return found
