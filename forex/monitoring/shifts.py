"""Whether the last moves of a series differ from those before them, judged by what was usual in its own past.

A look compares the `recent` newest moves with the `baseline` before them by five statistics:

ks               Kolmogorov–Smirnov: largest distance of the two empirical distributions
mean             Welch's t of the difference of means, without sign
scale            Levene's t (around medians: Brown & Forsythe 1974), without sign
autocorrelation  Σ_j (ρ_recent(j) − ρ_baseline(j))²/v_j over the lags, v_j the sum of both windows' Ljung–Box variances
                 (n − j)/(n(n + 2)) (Ljung & Box 1978)
variance         |log(s_recent/s_baseline)|

None is read off a table: where volatility clusters or moves depend on each other, the tables are wrong. Instead each is
ranked among the same statistic at every past look that shares no move with this one. A p-value is valid wherever the
series is stationary, whatever its dependence; a change that its past often saw is no drift.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TESTS = ("ks", "mean", "scale", "autocorrelation", "variance")


def statistics(moves: Floats, *, baseline: int, recent: int, lags: int, min_moving: float) -> Floats:
    """The five statistics at every look; row i looks at moves[i : i + baseline + recent].

    A look says nothing, NaN, unless at least the share `min_moving` of the moves in each of its windows differ from zero.

    moves: shape (n,), in order of time.  Returns shape (max(n − baseline − recent + 1, 0), 5), columns as TESTS.
    """
    if moves.size < baseline + recent:
        return np.empty((0, len(TESTS)))
    looks = sliding_window_view(moves, baseline + recent)
    moving = sliding_window_view(moves != 0, baseline + recent)
    said = (moving[:, :baseline].mean(axis=1) >= min_moving) & (moving[:, baseline:].mean(axis=1) >= min_moving)
    found = np.full((looks.shape[0], len(TESTS)), np.nan)
    before, after = looks[said, :baseline], looks[said, baseline:]
    with np.errstate(divide="ignore", invalid="ignore"):
        found[said] = np.stack(
            [
                _ks(sliding_window_view(_ranks(moves), baseline + recent)[said], baseline),
                _welch(before, after),
                _levene(before, after),
                _autocorrelation(before, after, lags),
                np.abs(np.log(after.std(axis=1, ddof=1) / before.std(axis=1, ddof=1))),
            ],
            axis=1,
        )
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found


def _ranks(moves: Floats) -> NDArray[np.unsignedinteger[Any]]:
    """Each move's place among the different ones, in the fewest bits: numpy sorts small integers several times as fast."""
    different, place = np.unique(moves, return_inverse=True)
    return place.astype(np.min_scalar_type(different.size))


def _ks(looks: NDArray[Any], baseline: int) -> Floats:
    order = np.argsort(looks, axis=1, kind="stable")
    ordered = np.take_along_axis(looks, order, axis=1)
    steps = np.where(order < baseline, 1 / baseline, -1 / (looks.shape[1] - baseline))
    distance = np.abs(np.cumsum(steps, axis=1))
    distance[:, :-1][ordered[:, 1:] == ordered[:, :-1]] = 0  # both distributions step at equal values together
    return np.asarray(distance.max(axis=1))


def _welch(before: Floats, after: Floats) -> Floats:
    variance = sum(side.var(axis=1, ddof=1) / side.shape[1] for side in (before, after))
    return np.asarray(np.abs(after.mean(axis=1) - before.mean(axis=1)) / np.sqrt(variance))


def _levene(before: Floats, after: Floats) -> Floats:
    a, b = (np.abs(side - np.median(side, axis=1, keepdims=True)) for side in (before, after))
    n, m = a.shape[1], b.shape[1]
    pooled = (n * a.var(axis=1) + m * b.var(axis=1)) / (n + m - 2)
    return np.asarray(np.abs(b.mean(axis=1) - a.mean(axis=1)) / np.sqrt(pooled * (1 / n + 1 / m)))


def _autocorrelation(before: Floats, after: Floats, lags: int) -> Floats:
    j = np.arange(1, lags + 1)
    variance = sum((side.shape[1] - j) / (side.shape[1] * (side.shape[1] + 2)) for side in (before, after))
    return np.asarray(np.sum((_correlations(after, lags) - _correlations(before, lags)) ** 2 / variance, axis=1))


def _correlations(windows: Floats, lags: int) -> Floats:
    """Autocorrelations at 1 … lags of each row; shape (rows, lags)."""
    centred = windows - windows.mean(axis=1, keepdims=True)
    products = [np.sum(centred[:, j:] * centred[:, :-j], axis=1) for j in range(1, lags + 1)]
    return np.asarray(np.stack(products, axis=1) / np.sum(centred * centred, axis=1)[:, None])


@dataclass(frozen=True)
class Judged:
    """What the past says of one look.

    p: of all tests together.  tests: of each on its own, not adjusted for the others.
    independent: how many looks of the reference share no recent move.
    extremity: shape (m + 1,), of each reference look and, last, of this one: the share of these looks that are at least
    as extreme; small where it is unusual.
    """

    p: float
    tests: tuple[float, ...]
    independent: float
    extremity: Floats


def judge(found: Floats, *, weights: Sequence[float], spacing: int) -> Judged:
    """p-values of the last row of `found`, from its rank among the rows before it.

    For each test a look's rank is the number of all m + 1 looks with a statistic at least as large, over the test's
    weight; a look is as extreme as the smallest of its ranks (Westfall & Young 1993, weighted).
    p = (1 + c/spacing)/(1 + m/spacing), c of the m reference looks being at least as extreme: looks `spacing` rows
    apart share no recent move, and m/spacing of them stand for what the others repeat. Without a change, P(p ≤ α) is at
    most about α, however the moves depend on each other.

    found: shape (m + 1, tests), without NaN.  weights: positive, one per test, roughly its share of the false alarms.
    spacing: rows of the recent window.

    >>> judge(np.arange(101.0)[:, None], weights=[1.0], spacing=10).p  # beyond all its past
    0.09090909090909091
    """
    m = found.shape[0] - 1
    ordered = np.sort(found, axis=0)
    counts = [m + 1 - np.searchsorted(ordered[:, j], found[:, j], side="left") for j in range(found.shape[1])]
    ranks = np.stack(counts, axis=1) / np.asarray(weights)
    smallest = ranks.min(axis=1)

    def p_of(at_least_as_extreme: int) -> float:
        return (1 + at_least_as_extreme / spacing) / (1 + m / spacing)

    extremity = np.searchsorted(np.sort(smallest), smallest, side="right") / (m + 1)
    return Judged(
        p=p_of(int(np.sum(smallest[:-1] <= smallest[-1]))),
        tests=tuple(p_of(int(count[-1]) - 1) for count in counts),
        independent=m / spacing,
        extremity=extremity,
    )


def family(extremities: Sequence[Floats], *, spacing: int) -> list[float]:
    """p-values of several series' last looks, adjusted for all of them: without a change, P(any ≤ α) is at most about α.

    Each is ranked among the smallest extremity of the whole family at every reference look, so that series which move
    together are not punished as if they did not (Westfall & Young 1993).

    extremities: one array per series, shape (rows,), on the same rows of the panel, the last being the look that is
    judged; NaN where a series says nothing. Rows on which one of them says nothing do not count.
    """
    table = np.stack(list(extremities), axis=1)
    smallest = np.sort(table[:-1][~np.isnan(table[:-1]).any(axis=1)].min(axis=1))
    counts = np.searchsorted(smallest, table[-1], side="right")
    return [float(p) for p in (1 + counts / spacing) / (1 + smallest.size / spacing)]
