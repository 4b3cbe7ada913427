"""VOLATILITY_SPIKE: root mean square of the last `recent` daily moves over that of the `baseline` before them; or the last move."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import Field

from forex.core.sentence import Sentence, sentence
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.monitoring.alert_rules.series import OBSERVADO, Known, on_series
from forex.monitoring.alert_rules.sizes import each, where_rising
from forex.observations.moves import Floats, daily_moves
from forex.params import Block
from forex.params.alerts import Ladder


class Settings(Block):
    """The volatility ratios and moves of the observado that call for an alert, by severity.

    recent, baseline: business days of the current volatility, and of that before it.  move: up or down.
    """

    recent: Annotated[int, Field(ge=2)]
    baseline: Annotated[int, Field(ge=2)]
    ratio: Ladder
    move: Ladder


def evaluate(evidence: Evidence, settings: Settings) -> Evaluated:
    """What `found` finds on the observado."""
    return on_series(evidence, OBSERVADO, lambda series: found(series, settings))


def found(series: Known, settings: Settings) -> Iterator[Finding]:
    """Every row where the severity of the volatility ratio rises, then every large move, up or down."""
    moves = daily_moves(series.values, series.dates)
    ratio = volatility_ratio(moves, recent=settings.recent, baseline=settings.baseline)

    def reason(row: int) -> Sentence:
        return sentence(
            "volatility of the last {recent:business_days} is {volatility:.1%} a year, {ratio:.1f} times that of the {baseline} "
            "before them",
            recent=settings.recent,
            volatility=np.sqrt(252 * np.nanmean(moves[row - settings.recent + 1 : row + 1] ** 2)),
            ratio=ratio[row],
            baseline=settings.baseline,
        )

    yield from where_rising(ratio, settings.ratio, reason)
    yield from each(np.abs(series.change), settings.move, series.move)


def volatility_ratio(moves: Floats, *, recent: int, baseline: int) -> Floats:
    """Root mean square of the moves on the last `recent` rows over that of the `baseline` rows before them.

    NaN where either window has no move, or the baseline's are zero.  moves: shape (n,), NaN where there is none.
    """
    ratio = np.full(moves.size, np.nan)
    if moves.size < recent + baseline:
        return ratio
    windows = sliding_window_view(moves, recent + baseline)
    known = ~np.isnan(windows)
    squares = np.where(known, windows, 0.0) ** 2
    sums, counts = (
        (part[:, baseline:].sum(axis=1), part[:, :baseline].sum(axis=1)) for part in (squares, known.astype(np.float64))
    )
    usable = (counts[0] > 0) & (counts[1] > 0) & (sums[1] > 0)
    found = np.full(windows.shape[0], np.nan)
    found[usable] = np.sqrt(sums[0][usable] / counts[0][usable] * counts[1][usable] / sums[1][usable])
    ratio[recent + baseline - 1 :] = found
    return ratio


RULE = Declaration(evaluate, Settings)
