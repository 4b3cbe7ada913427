"""COPPER_SHOCK: the last move of copper; or its fall over `fall_days` business days."""

from collections.abc import Iterator

import numpy as np
from pydantic import PositiveInt

from forex.core.sentence import Sentence, sentence
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.monitoring.alert_rules.series import Known, on_series
from forex.monitoring.alert_rules.sizes import each, where_rising
from forex.params import Block
from forex.params.alerts import Ids, Ladder


class Settings(Block):
    """The moves and falls of copper that call for an alert, by severity.

    series: ids, of which the first that the panel has is used.  move: up or down.  fall: over `fall_days` business days.
    """

    series: Ids
    move: Ladder
    fall_days: PositiveInt
    fall: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """What `found` finds on the first of the series that the panel has."""
    return on_series(evidence, settings.series, lambda series: found(series, settings))


def found(series: Known, settings: Settings) -> Iterator[Finding]:
    """Every large move, up or down, then every row where the severity of the fall over `fall_days` rises."""
    days = settings.fall_days
    fall = np.full(series.values.size, np.nan)
    fall[days:] = 1 - series.values[days:] / series.values[:-days]

    def reason(row: int) -> Sentence:
        span = series.span(row, days)
        return sentence(
            "{series} fell {fall:.1%} in {days:business_days}, {span}",
            series=series.name,
            fall=fall[row],
            days=days,
            span=span,
        )

    yield from each(np.abs(series.change), settings.move, series.move)
    yield from where_rising(fall, settings.fall, reason)


RULE = Declaration(evaluate, Settings)
