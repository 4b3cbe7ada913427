"""The market shocks: six types of rules on the panel, each with the sizes from which it is INFO, WARNING, CRITICAL.

TREND_REVERSAL    the observado turned within `days` moves: the smaller of the move up to the turn and of that since
VOLATILITY_SPIKE  root mean square of the `recent` last daily moves over that of the `baseline` before them; or the
                  last move alone
COPPER_SHOCK      the last move; or the fall over `fall_days` business days
DXY_EXTREME       the level; or the last move
VIX_SPIKE         the level; or the rise since the last value
TPM_SURPRISE      the change of the policy rate, percentage points; what was expected is not in the data

Moves are shares of the value before. A rule on a level or a window triggers where its severity rises, not as long as it
stays; a rule on one move triggers with each such move. A row sees itself and the rows above it only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forex.core.status import ALERT_SEVERITIES
from forex.observations.moves import Floats, daily_moves, known_values
from forex.params import Alerts, Rung
from forex.timeline.calendar import Dates

MARKET = ("TREND_REVERSAL", "VOLATILITY_SPIKE", "COPPER_SHOCK", "DXY_EXTREME", "VIX_SPIKE", "TPM_SURPRISE")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Trigger:
    """A rule that held at a row; `value` is what was compared with the threshold.

    severity: a position in ALERT_SEVERITIES, counted from 1; 0 is none.
    """

    row: int
    kind: str
    severity: int
    value: float
    reason: str


def severities(sizes: Floats, ladder: Mapping[Rung, float]) -> Ints:
    """The severity of each size; NaN is 0, none.

    >>> severities(np.array([0.01, 0.02, np.nan, 0.05]), {"warning": 0.02, "critical": 0.04}).tolist()
    [0, 2, 0, 3]
    """
    reached = np.zeros(sizes.size, dtype=np.int64)
    for name, least in ladder.items():
        reached[sizes >= least] = ALERT_SEVERITIES.index(name.upper()) + 1
    return reached


def rising(reached: Ints, known: NDArray[np.bool_]) -> Ints:
    """The severities where they are above those of the last known row; the first known row is no rise.

    >>> rising(np.array([2, 2, 0, 1, 1, 3]), np.array([True, True, False, True, True, True])).tolist()
    [0, 0, 0, 0, 0, 3]
    """
    rows = np.flatnonzero(known)
    risen = np.zeros_like(reached)
    risen[rows[1:]] = np.where(reached[rows[1:]] > reached[rows[:-1]], reached[rows[1:]], 0)
    return risen


@dataclass(frozen=True)
class Known:
    """A series as each row knew it, and the change since the row before where there is a newer value, else NaN."""

    name: str
    values: Floats
    dates: Dates
    change: Floats

    def move(self, row: int) -> str:
        way = "rose" if self.change[row] > 0 else "fell"
        return f"{self.name} {way} {abs(self.change[row]):.1%}, {self.span(row, 1)}"

    def span(self, row: int, rows: int) -> str:
        then = row - rows
        return f"from {self.values[then]:g} ({self.dates[then]}) to {self.values[row]:g} ({self.dates[row]})"


def known_series(rows: pl.DataFrame, name: str, title: str) -> Known:
    values, dates = known_values(rows, name)
    change = np.full(values.size, np.nan)
    new = np.flatnonzero((dates[1:] > dates[:-1]) & (values[:-1] > 0)) + 1
    change[new] = values[new] / values[new - 1] - 1
    return Known(title, values, dates, change)


def market(rows: pl.DataFrame, settings: Alerts) -> tuple[list[Trigger], dict[str, str | None]]:
    """Every trigger on the origins `rows` of a panel, and for each type what is missing to evaluate it, else None.

    A type is NOT_EVALUATED for want of its series, or because its newest value is older than `max_age` business days.
    """
    rules: dict[str, tuple[tuple[str, ...], Callable[[Known, Alerts], Iterator[Trigger]]]] = {
        "TREND_REVERSAL": (("anchor",), _reversal),
        "VOLATILITY_SPIKE": (("anchor",), _volatility),
        "COPPER_SHOCK": (settings.copper_shock.series, _copper),
        "DXY_EXTREME": (settings.dxy_extreme.series, _dxy),
        "VIX_SPIKE": (settings.vix_spike.series, _vix),
        "TPM_SURPRISE": (settings.tpm_surprise.series, _tpm),
    }
    triggers: list[Trigger] = []
    missing: dict[str, str | None] = {}
    for kind, (names, rule) in rules.items():
        name = next((one for one in names if one in rows.columns), None)
        if name is None:
            missing[kind] = f"the store has no {' or '.join(names)}"
            continue
        title = "usdclp" if name == "anchor" else name
        triggers += rule(known_series(rows, name, title), settings)
        age = rows[f"{name}_age"][-1]
        missing[kind] = None
        if age is None or age > settings.max_age:
            missing[kind] = f"{title} has no new value for {age} business days" if age else f"{title} has no value"
    return triggers, missing


def _on(kind: str, sizes: Floats, ladder: Mapping[Rung, float], reason: Callable[[int], str]) -> Iterator[Trigger]:
    reached = severities(sizes, ladder)
    for row in np.flatnonzero(reached).tolist():
        yield Trigger(row, kind, int(reached[row]), float(sizes[row]), reason(row))


def _from(kind: str, sizes: Floats, ladder: Mapping[Rung, float], reason: Callable[[int], str]) -> Iterator[Trigger]:
    risen = rising(severities(sizes, ladder), ~np.isnan(sizes))
    for row in np.flatnonzero(risen).tolist():
        yield Trigger(row, kind, int(risen[row]), float(sizes[row]), reason(row))


def _reversal(series: Known, settings: Alerts) -> Iterator[Trigger]:
    block = settings.trend_reversal
    size, turn, start = reversal(series.values, block.days)

    def reason(row: int) -> str:
        a, b, c = series.values[start[row]], series.values[turn[row]], series.values[row]
        ways = ("rose", "fell") if b > a else ("fell", "rose")
        return (
            f"{series.name} {ways[0]} {abs(b / a - 1):.1%} to {b:g} ({series.dates[turn[row]]}) "
            f"and {ways[1]} {abs(c / b - 1):.1%} to {c:g} ({series.dates[row]})"
        )

    yield from _from("TREND_REVERSAL", size, block.legs, reason)


def reversal(values: Floats, days: int) -> tuple[Floats, Ints, Ints]:
    """The largest turn within each row and the `days` rows before it: size, row of the turn, row where its trend began.

    For every turning point: the move from the farthest value before it, on the side of the last one, and the move from
    it to the row; the size is the smaller of the two. A monotone stretch has size 0, however long it is.

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


def _volatility(series: Known, settings: Alerts) -> Iterator[Trigger]:
    block = settings.volatility_spike
    moves = daily_moves(series.values, series.dates)
    ratio = volatility_ratio(moves, recent=block.recent, baseline=block.baseline)

    def reason(row: int) -> str:
        recent = 100 * np.sqrt(252 * np.nanmean(moves[row - block.recent + 1 : row + 1] ** 2))
        return (
            f"volatility of the last {block.recent} business days is {recent:.1f}% a year, "
            f"{ratio[row]:.1f} times that of the {block.baseline} before them"
        )

    yield from _from("VOLATILITY_SPIKE", ratio, block.ratio, reason)
    yield from _on("VOLATILITY_SPIKE", np.abs(series.change), block.move, series.move)


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


def _copper(series: Known, settings: Alerts) -> Iterator[Trigger]:
    block = settings.copper_shock
    days = block.fall_days
    fall = np.full(series.values.size, np.nan)
    fall[days:] = 1 - series.values[days:] / series.values[:-days]

    def reason(row: int) -> str:
        return f"{series.name} fell {fall[row]:.1%} in {days} business days, {series.span(row, days)}"

    yield from _on("COPPER_SHOCK", np.abs(series.change), block.move, series.move)
    yield from _from("COPPER_SHOCK", fall, block.fall, reason)


def _dxy(series: Known, settings: Alerts) -> Iterator[Trigger]:
    block = settings.dxy_extreme
    yield from _from("DXY_EXTREME", series.values, block.above, lambda row: _level(series, row))
    depths = {rung: -level for rung, level in block.below.items()}
    yield from _from("DXY_EXTREME", -series.values, depths, lambda row: _level(series, row))
    yield from _on("DXY_EXTREME", np.abs(series.change), block.move, series.move)


def _vix(series: Known, settings: Alerts) -> Iterator[Trigger]:
    block = settings.vix_spike
    yield from _from("VIX_SPIKE", series.values, block.above, lambda row: _level(series, row))
    yield from _on("VIX_SPIKE", series.change, block.rise, series.move)


def _level(series: Known, row: int) -> str:
    return f"{series.name} is at {series.values[row]:g} ({series.dates[row]})"


def _tpm(series: Known, settings: Alerts) -> Iterator[Trigger]:
    points = np.full(series.values.size, np.nan)
    new = np.flatnonzero(series.dates[1:] > series.dates[:-1]) + 1
    points[new] = np.round(series.values[new] - series.values[new - 1], 9)

    def reason(row: int) -> str:
        return f"{series.name} changed by {points[row]:+.2f} percentage points, {series.span(row, 1)}"

    yield from _on("TPM_SURPRISE", np.abs(points), settings.tpm_surprise.change, reason)
