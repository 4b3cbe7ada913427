"""DXY_EXTREME: the level of the dollar index; or its last move."""

from collections.abc import Iterator

import numpy as np

from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.monitoring.alert_rules.series import Known, on_series
from forex.monitoring.alert_rules.sizes import each, where_rising
from forex.params import Block
from forex.params.alerts import Depths, Ids, Ladder


class Settings(Block):
    """The levels and moves of the dollar index that call for an alert, by severity.

    series: ids, of which the first that the panel has is used.  move: up or down.
    """

    series: Ids
    above: Ladder
    below: Depths
    move: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """What `found` finds on the first of the series that the panel has."""
    return on_series(evidence, settings.series, lambda series: found(series, settings))


def found(series: Known, settings: Settings) -> Iterator[Finding]:
    """Every row where the severity of a high level rises, then those of a low level, then every large move."""
    yield from where_rising(series.values, settings.above, lambda row: series.level(row))
    depths = {rung: -level for rung, level in settings.below.items()}
    yield from where_rising(-series.values, depths, lambda row: series.level(row))
    yield from each(np.abs(series.change), settings.move, series.move)


RULE = Declaration(evaluate, Settings)
