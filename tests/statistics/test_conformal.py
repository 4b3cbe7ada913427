"""Quantiles equal a readable loop, a score enters when it is known, and exchangeable scores are covered as promised."""

import math
from collections.abc import Iterable
from fractions import Fraction
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forex.core.quantiles import GRID, MEDIAN, central_pair
from forex.observations.history import Floats
from forex.statistics import conformal
from forex.statistics.conformal import COVERAGE, pooled, quantiles, standardised_quantiles

pytestmark = pytest.mark.slow

ALIKE = 1e12  # a half-life at which every score counts the same


def finite(level: float, weights: Iterable[float]) -> float:
    """Where the distribution function of n scores is read: at c·(n + 1)/n, at most 1."""
    weights = list(weights)
    number = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    return min(level * (number + 1) / number, 1.0)


def by_hand(scores: list[float], matured: list[int], half_life: float, first: int) -> Floats:
    """At each origin from scratch: the matured scores, their weights, their distribution function, its inverse."""
    half_widths = np.full((len(scores), len(COVERAGE)), np.nan)
    for origin in range(first, len(scores)):
        known = [i for i in range(len(scores)) if not math.isnan(scores[i]) and matured[i] <= origin]
        if not known:
            continue
        weight = {i: 0.5 ** ((origin - i) / half_life) for i in known}
        total = math.fsum(weight.values())
        points = [(0.0, 0.0)]
        for score in sorted({scores[i] for i in known}):
            points.append((math.fsum(weight[i] for i in known if scores[i] <= score) / total, score))
        ranks, values = zip(*points, strict=True)
        half_widths[origin] = np.interp([finite(level, weight.values()) for level in COVERAGE], ranks, values)
    return half_widths


SCORE = st.one_of(st.integers(0, 4).map(float), st.floats(0, 5), st.just(math.nan))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[float], list[int]]:
    """Scores with ties and gaps; each matures 1 to 12 origins later, or never."""
    scores = draw(st.lists(SCORE, min_size=1, max_size=40))
    delays = draw(st.lists(st.integers(1, 12), min_size=len(scores), max_size=len(scores)))
    return scores, [i + delay for i, delay in enumerate(delays)]


@settings(deadline=None)
@given(histories(), st.sampled_from([0.7, 3.0, 50.0, ALIKE]), st.integers(0, 5), st.sampled_from([1, 3, 8, 64]))
def test_readable_loop_agrees(history: tuple[list[float], list[int]], half_life: float, first: int, block: int) -> None:
    scores, matured = history
    with mock.patch.object(conformal, "BLOCK", block):
        ours = standardised_quantiles(np.array(scores), np.array(matured), half_life, first=first)
    expected = by_hand(scores, matured, half_life, first)
    np.testing.assert_allclose(ours.half_widths, expected, rtol=1e-7, atol=1e-9)
    for origin in range(len(scores)):
        known = [i for i in range(len(scores)) if not math.isnan(scores[i]) and matured[i] <= origin]
        weights = [0.5 ** ((origin - i) / half_life) for i in known]
        kish = sum(weights) ** 2 / sum(weight**2 for weight in weights) if known else 0.0
        assert ours.count[origin] == len(known)
        np.testing.assert_allclose(ours.effective[origin], kish, rtol=1e-9)


def exactly(scores: Floats, matured: NDArray[np.int64], half_life: float, origin: int) -> Floats:
    """The same without rounding: no weight is too small to be seen beside the others."""
    known = [i for i in np.argsort(scores) if matured[i] <= origin]
    weights = [Fraction(0.5 ** ((origin - i) / half_life)) for i in known]
    half_widths = []
    for level in COVERAGE:
        missing, below = Fraction(finite(level, map(float, weights))) * sum(weights), 0.0
        for i, weight in zip(known, weights, strict=True):
            if missing <= weight:
                half_widths.append(below + float(missing / weight) * (scores[i] - below))
                break
            missing, below = missing - weight, scores[i]
    return np.array(half_widths)


@pytest.mark.parametrize("half_life", [3.0, 10.0, 400.0])
def test_scores_that_have_faded_away_keep_their_place(half_life: float) -> None:
    """Weights down to 2^−133, far below the last bit of their sum: interpolation still starts at the score next to it."""
    rng = np.random.default_rng(11)
    scores, matured = np.abs(rng.standard_normal(400)), np.arange(400) + rng.integers(1, 20, 400)
    ours = standardised_quantiles(scores, matured, half_life).half_widths
    for origin in (50, 250, 320, 399):
        np.testing.assert_allclose(ours[origin], exactly(scores, matured, half_life, origin), rtol=1e-10)


def test_long_histories_keep_their_weights_in_range() -> None:
    """A half-life of ten origins over 20,000 of them: weights of 2^−2000 against 1."""
    scores = np.abs(np.random.default_rng(1).standard_normal(20_000))
    ours = standardised_quantiles(scores, np.arange(20_000) + 1, 10.0, first=19_900)
    assert np.isfinite(ours.half_widths[19_900:]).all()
    kish = (1 + 0.5**0.1) / (1 - 0.5**0.1)  # of a geometric series, the limit
    np.testing.assert_allclose(ours.effective[100:], kish, rtol=1e-2)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        # Points (0, 0), (0.2, 1), (0.6, 2), (0.8, 3), (1, 4), read at 1.2 times a coverage of 10, 20, … 80 %.
        ([1, 2, 2, 3, 4], [0.6, 1.1, 1.4, 1.7, 2.0, 2.6, 3.2, 3.8]),
        ([4, 2, 1, 3, 2], [0.6, 1.1, 1.4, 1.7, 2.0, 2.6, 3.2, 3.8]),
        ([1, 1, 2, 2, 4], [0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.4, 3.6]),
        ([1, 2, 3, 4, 4], [0.6, 1.2, 1.8, 2.4, 3.0, 3.3, 3.6, 3.9]),
        ([2, 2, 2, 2, 2], [0.24, 0.48, 0.72, 0.96, 1.2, 1.44, 1.68, 1.92]),
        ([0, 0, 1, 2, 2], [0.0, 0.0, 0.0, 0.4, 1.0, 1.3, 1.6, 1.9]),
    ],
)
def test_equal_scores_are_one_point_wherever_they_stand(scores: list[float], expected: list[float]) -> None:
    """By hand. Two points at one score would leave the half-width on it over a stretch of coverage."""
    known = np.append(np.array(scores, dtype=float), np.nan)
    ours = standardised_quantiles(known, np.append(np.full(5, 5), 9), ALIKE).half_widths[5]
    np.testing.assert_allclose(ours[:8], expected, atol=1e-6)
    assert (ours[8:] == max(scores)).all()


def test_nothing_matured_is_nan_and_counts_nothing() -> None:
    ours = standardised_quantiles(np.array([1.0, np.nan, 2.0]), np.array([2, 3, 9]), 100.0)
    assert np.isnan(ours.half_widths[:2]).all()
    assert ours.count.tolist() == [0, 0, 1]
    assert ours.effective.tolist() == [0, 0, 1]


def test_origins_before_the_first_are_left_out_and_the_others_are_the_same() -> None:
    rng = np.random.default_rng(2)
    scores, matured = np.abs(rng.standard_normal(300)), np.arange(300) + rng.integers(1, 20, 300)
    whole, part = (standardised_quantiles(scores, matured, 100.0, first=first) for first in (0, 130))
    assert np.isnan(part.half_widths[:130]).all()
    np.testing.assert_allclose(part.half_widths[130:], whole.half_widths[130:], rtol=1e-12)


# --- delayed feedback -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("matures", [41, 62, 63, 64, 65, 128])
def test_a_score_enters_at_the_first_origin_that_knows_it_not_one_earlier(matures: int) -> None:
    rng = np.random.default_rng(3)
    scores, matured = np.abs(rng.standard_normal(200)), np.arange(200) + rng.integers(1, 20, 200)
    matured[40] = matures
    other = scores.copy()
    other[40] = 99.0
    usual, changed = (standardised_quantiles(values, matured, 80.0) for values in (scores, other))
    np.testing.assert_array_equal(usual.half_widths[:matures], changed.half_widths[:matures])
    assert (usual.half_widths[matures:, -1] != changed.half_widths[matures:, -1]).all()


def test_delaying_the_actuals_by_a_day_changes_the_result() -> None:
    rng = np.random.default_rng(4)
    scores, matured = np.abs(rng.standard_normal(200)), np.arange(200) + 7
    usual, delayed = (standardised_quantiles(scores, at, ALIKE) for at in (matured, matured + 1))
    np.testing.assert_allclose(delayed.half_widths[8:], usual.half_widths[7:-1], rtol=1e-9)  # a day later the same
    assert (delayed.half_widths[8:] != usual.half_widths[8:]).any(axis=1)[5:].all()  # a few scores are all the largest
    assert (delayed.count[8:] == usual.count[8:] - 1).all()


@pytest.mark.parametrize("half_life", [5.0, 20.0, 60.0])
def test_no_score_counts_before_it_is_known_where_the_largest_one_is_read(half_life: float) -> None:
    """Few effective scores: the outer quantiles are the largest of those known, and larger ones are on their way."""
    rng = np.random.default_rng(12)
    scores, matured = np.abs(rng.standard_t(2, 300)), np.arange(300) + rng.integers(1, 30, 300)
    ours = standardised_quantiles(scores, matured, half_life).half_widths
    for origin in range(300):
        known = matured <= origin
        if not known.any():
            assert np.isnan(ours[origin]).all()
            continue
        largest = scores[known].max()
        assert (ours[origin] <= largest).all()
        if finite(COVERAGE[-1], 0.5 ** ((origin - np.flatnonzero(known)) / half_life)) == 1.0:
            assert ours[origin, -1] == largest


@pytest.mark.parametrize("length", [90, 150, 191, 192])
def test_a_history_cut_off_has_the_same_bits_as_the_whole(length: int) -> None:
    rng = np.random.default_rng(5)
    scores, matured = np.abs(rng.standard_normal(300)), np.arange(300) + rng.integers(1, 20, 300)
    whole = standardised_quantiles(scores, matured, 37.0, first=11)
    part = standardised_quantiles(scores[:length], matured[:length], 37.0, first=11)
    for name in ("half_widths", "effective", "count"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[:length])


# --- the guarantee --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [30, 250])
def test_exchangeable_scores_are_covered_within_monte_carlo_error(count: int) -> None:
    """Of n exchangeable uniform scores the quantile for coverage c covers the next one with probability c, or n/(n + 1) where that
    is less: no quantile is beyond the largest of them.

    Any other continuous scores are a monotone image of uniform ones, and interpolation moves within one rank: with
    r = min(c·(n + 1), n), coverage is between ⌊r⌋/(n + 1) and ⌈r⌉/(n + 1).
    """
    rng = np.random.default_rng(6)
    draws = 3000
    uniform = rng.random((draws, count + 1))
    matured = np.append(np.full(count, count), count + 1)
    hits = {"uniform": np.zeros(len(COVERAGE)), "normal": np.zeros(len(COVERAGE))}
    for row in uniform:
        for name, scores in {"uniform": row, "normal": np.sqrt(-2 * np.log1p(-row))}.items():
            half_widths = standardised_quantiles(scores, matured, ALIKE, first=count).half_widths[count]
            hits[name] += scores[count] <= half_widths
    error = 3.5 * np.sqrt(COVERAGE * (1 - COVERAGE) / draws)
    rank = np.minimum(COVERAGE * (count + 1), count)
    assert (np.abs(hits["uniform"] / draws - rank / (count + 1)) < error).all()
    assert (hits["normal"] / draws > np.floor(rank) / (count + 1) - error).all()
    assert (hits["normal"] / draws < np.ceil(rank) / (count + 1) + error).all()


def test_250_scores_cover_95_per_cent_and_not_what_their_own_quantile_covers() -> None:
    """Without the extra score it is 250 · 0.95 / 251 = 94.62 %. The coverage of each draw is known, not only whether it hit."""
    rng = np.random.default_rng(16)
    draws, count, level = 2000, 250, list(COVERAGE.round(3)).index(0.95)
    matured = np.append(np.full(count, count), count + 1)
    covered = []
    for _ in range(draws):
        scores = np.append(np.abs(rng.standard_normal(count)), 0.0)
        half_width = standardised_quantiles(scores, matured, ALIKE, first=count).half_widths[count, level]
        covered.append(math.erf(half_width / math.sqrt(2)))
    error = np.std(covered) / math.sqrt(draws)
    assert abs(np.mean(covered) - 0.95) < 3.5 * error < 0.95 - count * 0.95 / (count + 1)


def test_the_symmetric_interval_covers_a_walk_forward_at_every_level() -> None:
    """Origin after origin, targets three later, scale and location changing: coverage is nominal at level 900."""
    rng = np.random.default_rng(7)
    origins = 8_000
    scale, location = 0.006 * np.exp(0.5 * rng.standard_normal(origins)), 0.002 * rng.standard_normal(origins)
    actual = location + scale * rng.standard_t(5, origins)
    scores = np.abs(actual - location) / scale
    known = standardised_quantiles(scores, np.arange(origins) + 3, 5000.0)
    predicted = 900 * np.exp(quantiles(location, scale, known.half_widths)[500:])
    settled = 900 * np.exp(actual[500:])
    for level in (0.5, 0.8, 0.95, 0.99):
        lower, upper = central_pair(level)
        covered = np.mean((settled >= predicted[:, lower]) & (settled <= predicted[:, upper]))
        assert abs(covered - level) < 3.5 * math.sqrt(level * (1 - level) / len(settled))


# --- evidence, pooling, the grid ------------------------------------------------------------------------------------


def test_coverage_is_that_of_the_grids_central_pairs() -> None:
    assert len(COVERAGE) == len(GRID) - MEDIAN - 1
    np.testing.assert_allclose(COVERAGE, [1 - 2 * level for level in GRID[:MEDIAN]][::-1])


def test_kish_number_is_the_count_for_equal_weights() -> None:
    ours = standardised_quantiles(np.ones(100), np.arange(100) + 1, ALIKE)
    np.testing.assert_allclose(ours.effective, np.arange(100), rtol=1e-6)


def test_pooled_is_the_weighted_mean_and_leans_on_itself_where_nothing_is_common() -> None:
    own = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    common = np.array([[3.0, 4.0], [np.nan, np.nan], [3.0, 4.0]])
    mixed = pooled(own, np.array([30.0, 30.0, 0.0]), common, 10.0)
    np.testing.assert_allclose(mixed, [[1.5, 2.5], [1.0, 2.0], [3.0, 4.0]])


def test_pooled_keeps_half_widths_in_order() -> None:
    rng = np.random.default_rng(8)
    own, common = (np.sort(rng.random((50, len(COVERAGE))), axis=1) for _ in range(2))
    assert (np.diff(pooled(own, 20 * rng.random(50), common, 7.0), axis=1) >= 0).all()


def test_quantiles_are_symmetric_and_do_not_cross() -> None:
    rng = np.random.default_rng(9)
    half_widths = np.sort(rng.random((20, len(COVERAGE))), axis=1)
    location, scale = 0.001 * rng.standard_normal(20), 0.01 * rng.random(20)
    made = quantiles(location, scale, half_widths)
    assert made.shape == (20, len(GRID))
    np.testing.assert_array_equal(made[:, MEDIAN], location)
    np.testing.assert_allclose(made + made[:, ::-1], 2 * location[:, None] * np.ones(len(GRID)), atol=1e-16)
    np.testing.assert_allclose(made[:, MEDIAN + 1 :], location[:, None] + scale[:, None] * half_widths)
    assert (np.diff(made, axis=1) >= 0).all()


def test_a_lean_moves_length_from_one_side_to_the_other_and_nothing_crosses() -> None:
    rng = np.random.default_rng(10)
    half_widths = np.sort(rng.random((200, len(COVERAGE))), axis=1)
    location, scale = 0.001 * rng.standard_normal(200), 0.01 * (0.1 + rng.random(200))
    lean = rng.uniform(-1, 1, half_widths.shape) * rng.choice([0.02, 1.0], (200, 1))
    made = quantiles(location, scale, half_widths, lean)
    np.testing.assert_array_equal(made[:, MEDIAN], location)
    assert (np.diff(made, axis=1) >= 0).all()
    for row in range(200):
        above = below = 0.0
        for pair in range(len(COVERAGE)):
            spread = scale[row] * half_widths[row, pair]
            above, below = max(above, spread * (1 + lean[row, pair])), max(below, spread * (1 - lean[row, pair]))
            assert made[row, MEDIAN + 1 + pair] == pytest.approx(location[row] + above, rel=1e-12, abs=1e-15)
            assert made[row, MEDIAN - 1 - pair] == pytest.approx(location[row] - below, rel=1e-12, abs=1e-15)


def test_without_a_lean_and_with_one_of_zero_quantiles_are_the_same() -> None:
    half_widths = np.sort(np.random.default_rng(11).random((20, len(COVERAGE))), axis=1)
    location, scale = np.full(20, 0.001), np.full(20, 0.01)
    np.testing.assert_array_equal(
        quantiles(location, scale, half_widths, np.zeros_like(half_widths)), quantiles(location, scale, half_widths)
    )
