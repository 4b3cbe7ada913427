"""VIX_SPIKE: the level of the VIX; or its rise since the last value."""

from collections.abc import Iterator

from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.monitoring.alert_rules.series import Known, on_series
from forex.monitoring.alert_rules.sizes import each, where_rising
from forex.params import Block
from forex.params.alerts import Ids, Ladder


class Settings(Block):
    series: Ids
    above: Ladder
    rise: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    return on_series(evidence, settings.series, lambda series: found(series, settings))


def found(series: Known, settings: Settings) -> Iterator[Finding]:
    yield from where_rising(series.values, settings.above, lambda row: series.level(row))
    yield from each(series.change, settings.rise, series.move)


RULE = Declaration(evaluate, Settings)
