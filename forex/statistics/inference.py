"""Inference on forecasts whose errors overlap: standard errors, tests and bands that know the steps of a forecast.

Two forecasts made less than `steps` business days apart share part of their error. Means over such a series are judged
by a long-run variance, coverage by blocks or by chains of forecasts that do not overlap. What too short a series cannot
say is NaN.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, chdtrc, ndtr, stdtr, xlogy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Cosine terms for a series without overlap: B = 0.4·n^(2/3) (Lazarus, Lewis, Stock & Watson 2018, eq. 4); two are the
# fewest that estimate a variance at all.
TERMS_SCALE, TERMS_POWER, MIN_TERMS = 0.4, 2 / 3, 2
ROUNDING = 1e-12  # of the larger loss: a difference of two losses is exact to some 1e-16 of them


@dataclass(frozen=True)
class TestResult:
    """A test statistic and its p-value, element by element; NaN where the data does not allow the test."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    statistic: Floats
    p: Floats


def cosine_terms(n: int, *, steps: int, bandwidth_steps: float) -> int:
    """Degrees of freedom of the long-run variance: min(0.4·n^(2/3), n/(bandwidth_steps·steps)); 0 instead of 1.

    >>> cosine_terms(3700, steps=62, bandwidth_steps=3), cosine_terms(3700, steps=1, bandwidth_steps=3)
    (19, 95)
    """
    terms = int(min(TERMS_SCALE * n**TERMS_POWER, n / (bandwidth_steps * steps)))
    return terms if terms >= MIN_TERMS else 0


def hac_se(series: ArrayLike, *, steps: int, bandwidth_steps: float) -> tuple[Floats, int]:
    """Heteroskedasticity- and autocorrelation-consistent standard error of a mean, and its degrees of freedom.

    se² = (1/n)·(1/B)·Σ_{j=1..B} Λ_j², Λ_j = √(2/n)·Σ_t x_t·cos(πj(t − ½)/n): the equal-weighted cosine estimator
    (Lazarus et al. 2018). B comes from `cosine_terms`: the bandwidth n/B spans at least `bandwidth_steps` overlaps. It
    cannot be negative, and mean/se follows t with B degrees of freedom. For 62 steps and 1,000 origins a nominal 5 %
    test rejects 5 % of equal forecasts; with Bartlett weights over as many steps it rejects 9 %.

    series: shape (n,) or (n, k), in order of time.  Returns (se of shape () or (k,), B); se is NaN where B is 0.
    """
    values = np.asarray(series, dtype=np.float64)
    n = values.shape[0]
    terms = cosine_terms(n, steps=steps, bandwidth_steps=bandwidth_steps)
    if terms == 0:
        return np.full(values.shape[1:], np.nan), 0
    weighted = np.sqrt(2 / n) * (_cosines(n, terms) @ (values - values.mean(axis=0)))
    return np.asarray(np.sqrt(np.mean(weighted**2, axis=0) / n)), terms


@lru_cache(maxsize=8)  # megabytes each; the same few lengths come again with every model and rival
def _cosines(n: int, terms: int) -> Floats:
    """cos(πj(t − ½)/n), shape (terms, n)."""
    cosines = np.cos(np.pi / n * np.outer(np.arange(1, terms + 1), np.arange(n) + 0.5))
    cosines.flags.writeable = False
    return cosines


def diebold_mariano(loss: ArrayLike, rival: ArrayLike, *, steps: int, bandwidth_steps: float) -> TestResult:
    """Test of equal expected loss (Diebold & Mariano 1995), two-sided, with variance and t distribution of `hac_se`.

    A negative statistic says that `loss` is the smaller one. NaN where the series is too short, and where the losses never
    differ or always differ by the same amount: a difference without variance has no standard error to be judged by, however
    large it is. What rounding makes of a constant counts as constant.

    loss: shape (n,) or (n, k).  rival: the same shape, or one that broadcasts to it.
    """
    own, other = np.asarray(loss, dtype=np.float64), np.asarray(rival, dtype=np.float64)
    difference = own - other
    se, terms = hac_se(difference, steps=steps, bandwidth_steps=bandwidth_steps)
    size = np.max(np.maximum(np.abs(own), np.abs(other)), axis=0, initial=0.0)
    constant = np.ptp(difference, axis=0) <= ROUNDING * size if difference.shape[0] else np.full(se.shape, True)
    untestable = constant | (se == 0)
    statistic = np.where(untestable, np.nan, difference.mean(axis=0) / np.where(untestable, 1.0, se))
    return TestResult(np.asarray(statistic), np.asarray(2 * stdtr(max(terms, 1), -np.abs(statistic))))


def holm(p: ArrayLike, *, axis: int | None = None) -> Floats:
    """Holm's step-down adjusted p-values (1979) over all finite entries; NaN stays NaN and does not count.

    axis: of the tests that belong together, every position on the other axes a family of its own; all without it.

    >>> holm([0.01, 0.04, float("nan"), 0.03]).round(9).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    families = values.reshape(-1, 1) if axis is None else np.moveaxis(values, axis, 0)
    order = np.argsort(families, axis=0, kind="stable")  # NaN sorts last
    count = np.isfinite(families).sum(axis=0, keepdims=True)
    rank = np.arange(families.shape[0]).reshape(-1, *(1,) * (families.ndim - 1))
    stepped = np.take_along_axis(families, order, axis=0) * np.maximum(count - rank, 1)
    adjusted = np.empty_like(families)
    np.put_along_axis(adjusted, order, np.minimum(np.maximum.accumulate(stepped, axis=0), 1.0), axis=0)
    return adjusted.reshape(values.shape) if axis is None else np.moveaxis(adjusted, 0, axis)


def kupiec(hits: ArrayLike, n: ArrayLike, *, level: ArrayLike) -> TestResult:
    """Likelihood-ratio test that `hits` of `n` independent intervals cover at `level` (Kupiec 1995); χ² with 1 degree.

    >>> kupiec(250 - 20, 250, level=0.95).statistic.round(4).item()
    4.0395
    """
    covered, count = np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    missed, share = count - covered, np.asarray(level, dtype=np.float64)
    rate = covered / np.maximum(count, 1)
    ratio = xlogy(covered, rate) + xlogy(missed, 1 - rate) - xlogy(covered, share) - xlogy(missed, 1 - share)
    statistic = np.where(count > 0, np.maximum(2 * ratio, 0), np.nan)
    return TestResult(statistic, np.asarray(chdtrc(1, statistic)))


def independence(hits: NDArray[np.bool_]) -> TestResult:
    """Christoffersen's likelihood-ratio test (1998) that a miss does not make the next one likelier; χ² with 1 degree.

    hits: shape (n,) or (n, k), in order of time, of forecasts that do not overlap. The statistic is 0 where nothing is
    missed.
    """
    misses = ~np.asarray(hits, dtype=np.bool_)
    before, after = misses[:-1], misses[1:]
    n = [[np.sum((before == i) & (after == j), axis=0) for j in (False, True)] for i in (False, True)]
    total = np.maximum(n[0][0] + n[0][1] + n[1][0] + n[1][1], 1)
    pooled = (n[0][1] + n[1][1]) / total
    split = [row[1] / np.maximum(row[0] + row[1], 1) for row in n]
    free = sum(xlogy(row[0], 1 - rate) + xlogy(row[1], rate) for row, rate in zip(n, split, strict=True))
    tied = xlogy(n[0][0] + n[1][0], 1 - pooled) + xlogy(n[0][1] + n[1][1], pooled)
    statistic = np.where(misses.shape[0] > 1, np.maximum(2 * (free - tied), 0), np.nan)
    return TestResult(statistic, np.asarray(chdtrc(1, statistic)))


def christoffersen(hits: NDArray[np.bool_], *, level: ArrayLike) -> TestResult:
    """Test of conditional coverage (Christoffersen 1998): Kupiec's statistic plus `independence`; χ² with 2 degrees.

    hits: shape (n,) or (n, k), in order of time, of forecasts that do not overlap.
    """
    unconditional = kupiec(np.sum(hits, axis=0), hits.shape[0], level=level).statistic
    statistic = unconditional + independence(hits).statistic
    return TestResult(np.asarray(statistic), np.asarray(chdtrc(2, statistic)))


def mann_whitney(recent: ArrayLike, past: ArrayLike) -> float:
    """One-sided p-value of the rank-sum test that `recent` values tend to be larger (Mann & Whitney 1947).

    The normal approximation, corrected for ties and for continuity. It holds for independent values: thin out errors
    that overlap. NaN where either side has fewer than two values or all are equal.

    >>> round(mann_whitney([5.0, 7.0, 9.0], [1.0, 2.0, 3.0, 4.0]), 4)
    0.0259
    """
    x, y = (np.asarray(part, dtype=np.float64) for part in (recent, past))
    n, m = x.size, y.size
    values, counts = np.unique(np.concatenate([x, y]), return_counts=True)
    if min(n, m) < 2 or values.size < 2:
        return float("nan")
    rank = np.cumsum(counts) - (counts - 1) / 2
    u = rank[np.searchsorted(values, x)].sum() - n * (n + 1) / 2
    ties = float(np.sum(counts**3 - counts)) / ((n + m) * (n + m - 1))
    spread = np.sqrt(n * m / 12 * (n + m + 1 - ties))
    return float(ndtr(-(u - n * m / 2 - 0.5) / spread))


def chains(anchor_day: Ints, target_day: Ints) -> list[Ints]:
    """Every way to thin a series to forecasts that do not overlap: from each start, always the next that is free.

    anchor_day, target_day: shape (n,), business-day numbers of the anchor and the target, in order of time.
    Returns one array of positions per start; together the starts are all forecasts up to the first that is free of
    forecast 0.

    >>> [chain.tolist() for chain in chains(np.arange(5), np.arange(5) + 2)]
    [[0, 2, 4], [1, 3]]
    """
    n = anchor_day.size
    if n == 0:
        return []
    following = np.maximum(np.searchsorted(anchor_day, target_day, side="left"), np.arange(n) + 1)
    found = []
    for start in range(int(following[0])):
        chain = [start]
        while following[chain[-1]] < n:
            chain.append(int(following[chain[-1]]))
        found.append(np.array(chain, dtype=np.int64))
    return found


def combine(p: ArrayLike) -> Floats:
    """One p-value from several: twice their mean, at most 1; valid under any dependence (Rüschendorf 1982).

    p: shape (c,) or (c, k).  A single one stays as it is.
    """
    values = np.asarray(p, dtype=np.float64)
    return np.asarray(values[0] if values.shape[0] == 1 else np.minimum(2 * values.mean(axis=0), 1.0))


def clopper_pearson(hits: ArrayLike, n: ArrayLike, *, probability: float) -> tuple[Floats, Floats]:
    """Exact band for a rate from `hits` of `n` independent trials (Clopper & Pearson 1934); NaN where n is 0.

    >>> [bound.round(4).item() for bound in clopper_pearson(95, 100, probability=0.90)]
    [0.8977, 0.9801]
    """
    k, count = np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    tail = (1 - probability) / 2
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), count - k + 1, tail), 0.0)
    high = np.where(k < count, betaincinv(k + 1, np.maximum(count - k, 1), 1 - tail), 1.0)
    return np.where(count > 0, low, np.nan), np.where(count > 0, high, np.nan)


def block_length(n: int, *, steps: int, block_steps: float) -> int:
    """Length of a bootstrap block: `block_steps` overlaps, at least n^(1/3), at most n.

    >>> block_length(3700, steps=62, block_steps=2), block_length(3700, steps=1, block_steps=2)
    (124, 16)
    """
    return int(min(max(np.ceil(block_steps * steps), np.ceil(round(n ** (1 / 3), 9))), n))


def block_weights(n: int, *, length: int, draws: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """How often each observation stands in each resample of the moving-block bootstrap, with blocks that wrap around.

    (Künsch 1989; Politis & Romano 1992.)  Wrapping gives every observation the same chance, so resampled means centre
    on the sample mean. The counts are small integers in float32, whose products with 0/1 series are exact on every
    machine.

    Returns shape (draws, n); each row sums to n.
    """
    blocks = -(-n // length)
    sizes = np.full(blocks, length)
    sizes[-1] = n - length * (blocks - 1)
    starts = rng.integers(0, n, size=(draws, blocks))
    ends = starts + sizes
    row = np.arange(draws)[:, None] * n
    # Counts rise by one where a block starts and fall by one after it ends; one that wraps also covers the first row.
    edges = np.zeros((draws, n), dtype=np.float32)
    np.add.at(edges.reshape(-1), (row + starts).ravel(), np.float32(1))
    np.subtract.at(edges.reshape(-1), (row + ends % n).ravel(), np.float32(1))
    edges[:, 0] += (ends >= n).sum(axis=1)
    return np.cumsum(edges, axis=1, out=edges)


def block_band(
    hits: NDArray[np.bool_], weights: NDArray[np.float32], *, probability: float, among: NDArray[np.bool_] | None = None
) -> tuple[Floats, Floats]:
    """Block-bootstrap band for the share of `hits`, within the rows `among` (a year, a regime) or within all.

    The blocks are drawn from the whole series; a resample's share counts only its rows in `among`, so that a scattered
    group keeps its dependence. The bounds are the central percentiles of the resampled shares.

    hits: shape (n, k).  weights: shape (draws, n), from `block_weights`.  among: shape (n,).  Returns two arrays of
    shape (k,).
    """
    rows = slice(None) if among is None else _slice(among)
    inside = np.column_stack([hits[rows], np.ones(hits[rows].shape[0])]).astype(np.float32)
    counts = (weights[:, rows] @ inside).astype(np.float64)  # of each resample: its hits, and last its rows
    counts = counts[counts[:, -1] > 0]
    if not counts.size:
        return np.full(hits.shape[1], np.nan), np.full(hits.shape[1], np.nan)
    shares = counts[:, :-1] / counts[:, -1:]
    low, high = np.quantile(shares, [(1 - probability) / 2, (1 + probability) / 2], axis=0)
    return low, high


def _slice(among: NDArray[np.bool_]) -> slice | NDArray[np.intp]:
    """The chosen rows as a slice, which needs no copy, where they follow each other; else their positions."""
    chosen = np.flatnonzero(among)
    if chosen.size and chosen[-1] - chosen[0] + 1 == chosen.size:
        return slice(int(chosen[0]), int(chosen[-1]) + 1)
    return chosen
