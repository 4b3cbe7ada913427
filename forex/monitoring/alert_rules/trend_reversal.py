"""TREND_REVERSAL: the observado turned within `days` moves; the size is the smaller of the move up to the turn and that since."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import Field

from forex.core.sentence import Sentence, sentence
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.monitoring.alert_rules.series import OBSERVADO, Known, on_series
from forex.monitoring.alert_rules.sizes import Ints, where_rising
from forex.observations.moves import Floats
from forex.params import Block
from forex.params.alerts import Ladder


class Settings(Block):
    """The reversals that call for an alert, by severity.

    days: business days that hold both moves.  legs: the smaller of the two, a share.
    """

    days: Annotated[int, Field(ge=2)]
    legs: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """What `found` finds on the observado."""
    return on_series(evidence, OBSERVADO, lambda series: found(series, settings))


def found(series: Known, settings: Settings) -> Iterator[Finding]:
    """Every row where the severity of the reversal rises."""
    size, turn, start = reversal(series.values, settings.days)

    def reason(row: int) -> Sentence:
        a, b, c = series.values[start[row]], series.values[turn[row]], series.values[row]
        figures = {
            "series": series.name,
            "before": abs(b / a - 1),
            "turn": b,
            "turned": series.dates[turn[row]],
            "since": abs(c / b - 1),
            "value": c,
            "date": series.dates[row],
        }
        if b > a:
            return sentence(
                "{series} rose {before:.1%} to {turn:g} ({turned}) and fell {since:.1%} to {value:g} ({date})",
                **figures,
            )
        return sentence(
            "{series} fell {before:.1%} to {turn:g} ({turned}) and rose {since:.1%} to {value:g} ({date})", **figures
        )

    yield from where_rising(size, settings.legs, reason)


def reversal(values: Floats, days: int) -> tuple[Floats, Ints, Ints]:
    """The largest turn within each row and the `days` rows before it: size, row of the turn, row where its trend began.

    Every row in between is tried as the turn, with two moves: from the most distant earlier value on the side of the
    row's own to the turn, and from the turn to the row. The size is the smaller of the two. A monotone stretch has size 0,
    however long it is.

    values: shape (n,).  Returns three arrays of shape (n,); the size is NaN where a value is unknown.

    >>> size, turn, start = reversal(np.array([900.0, 910.0, 927.0, 909.0, 900.0]), 4)
    >>> size[4].round(4).item(), turn[4].item(), start[4].item()
    (0.0291, 2, 0)
    """
    n = values.size
    sizes, turns, starts = np.full(n, np.nan), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if n <= days:
        return sizes, turns, starts
    windows = sliding_window_view(values, days + 1)
    last, rows = windows[:, -1], np.arange(days, n)
    best = np.where(np.isnan(windows).any(axis=1), np.nan, 0.0)
    for j in range(1, days):
        turn, before = windows[:, j], windows[:, :j]
        up = turn > last
        at = np.where(up, before.argmin(axis=1), before.argmax(axis=1))
        first = np.take_along_axis(before, at[:, None], axis=1)[:, 0]
        trend = np.where(up, turn / first - 1, 1 - turn / first)
        size = np.minimum(trend, np.abs(last / turn - 1))
        better = size > best
        best[better] = size[better]
        turns[rows[better]], starts[rows[better]] = (rows - days + j)[better], (rows - days + at)[better]
    sizes[days:] = best
    return sizes, turns, starts


RULE = Declaration(evaluate, Settings)
