"""VIX_SPIKE: the level of the VIX; or its rise since the last value."""

from collections.abc import Iterator

from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.monitoring.alert_rules.series import Known, on_series
from forex.monitoring.alert_rules.sizes import each, where_rising
from forex.params import Block
from forex.params.alerts import Ids, Ladder


class Settings(Block):
    """The levels and rises of the VIX that call for an alert, by severity.

    series: ids, of which the first that the panel has is used.
    """

    series: Ids
    above: Ladder
    rise: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """What `found` finds on the first of the series that the panel has."""
    return on_series(evidence, settings.series, lambda series: found(series, settings))


def found(series: Known, settings: Settings) -> Iterator[Finding]:
    """Every row where the severity of the level rises, then every large rise since the value before."""
    yield from where_rising(series.values, settings.above, lambda row: series.level(row))
    yield from each(series.change, settings.rise, series.move)


RULE = Declaration(evaluate, Settings)
