"""TPM_SURPRISE: the change of the policy rate, in percentage points; what the market expected is not in the data."""

from collections.abc import Iterator

import numpy as np

from forex.core.sentence import Sentence, sentence
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.monitoring.alert_rules.series import Known, on_series
from forex.monitoring.alert_rules.sizes import each
from forex.params import Block
from forex.params.alerts import Ids, Ladder


class Settings(Block):
    """The changes of the policy rate that call for an alert, by severity, in percentage points up or down.

    series: ids, of which the first that the panel has is used.
    """

    series: Ids
    change: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """What `found` finds on the first of the series that the panel has."""
    return on_series(evidence, settings.series, lambda series: found(series, settings))


def found(series: Known, settings: Settings) -> Iterator[Finding]:
    """Every row with a newer value than the row before, where the change between them is large enough."""
    points = np.full(series.values.size, np.nan)
    new = np.flatnonzero(series.dates[1:] > series.dates[:-1]) + 1
    points[new] = np.round(series.values[new] - series.values[new - 1], 9)

    def reason(row: int) -> Sentence:
        return sentence(
            "{series} changed by {points:+.2f} percentage points, {span}",
            series=series.name,
            points=points[row],
            span=series.span(row, 1),
        )

    yield from each(np.abs(points), settings.change, reason)


RULE = Declaration(evaluate, Settings)
