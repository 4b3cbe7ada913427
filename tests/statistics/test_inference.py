"""Size, power and coverage of the inference by simulation; closed cases and loops as oracles."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.statistics.inference import (
    block_band,
    block_length,
    block_weights,
    chains,
    christoffersen,
    clopper_pearson,
    combine,
    cosine_terms,
    diebold_mariano,
    hac_se,
    holm,
    independence,
    kupiec,
    mann_whitney,
)

pytestmark = pytest.mark.slow


def overlapping(n: int, steps: int, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Errors of `steps`-step forecasts of a random walk with t(5) increments, shape (n, runs)."""
    walk = np.cumsum(np.vstack([np.zeros((1, runs)), rng.standard_t(5, size=(n + steps - 1, runs))]), axis=0)
    return walk[steps:] - walk[:-steps]


def rival_losses(steps: int, runs: int, rng: np.random.Generator, n: int = 1200) -> tuple[np.ndarray, np.ndarray]:
    """Absolute errors of two forecasts that are equally wrong, on opposite sides."""
    error = overlapping(n, steps, runs, rng)
    offset = 0.3 * math.sqrt(steps)
    return np.abs(error - offset), np.abs(error + offset)


def hac_loop(series: list[float], terms: int) -> float:
    n, total = len(series), 0.0
    for j in range(1, terms + 1):
        projection = sum(x * math.cos(math.pi * j * (t + 0.5) / n) for t, x in enumerate(series))
        total += (math.sqrt(2 / n) * projection) ** 2
    return math.sqrt(total / terms / n)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(850, 950), min_size=30, max_size=60), st.integers(1, 4))
def test_hac_se_equals_the_loop(values: list[float], steps: int) -> None:
    se, terms = hac_se(np.array(values), steps=steps, bandwidth_steps=2)
    assert terms == min(int(0.4 * len(values) ** (2 / 3)), int(len(values) / (2 * steps)))
    mean = sum(values) / len(values)
    assert se == pytest.approx(hac_loop([value - mean for value in values], terms), rel=1e-6, abs=1e-8)


def test_hac_se_of_independent_draws_is_the_textbook_one() -> None:
    series = np.random.default_rng(1).normal(900, 10, size=(4000, 50))
    se, _ = hac_se(series, steps=1, bandwidth_steps=3)
    assert np.sqrt(np.mean(se**2)) == pytest.approx(10 / math.sqrt(4000), rel=0.05)


def test_hac_se_is_nan_where_the_series_is_too_short() -> None:
    se, terms = hac_se(np.full(100, 2.0), steps=62, bandwidth_steps=3)
    assert math.isnan(se) and terms == cosine_terms(100, steps=62, bandwidth_steps=3) == 0


@pytest.mark.parametrize("steps", [1, 5, 21, 62])
def test_diebold_mariano_has_its_size(steps: int) -> None:
    loss, rival = rival_losses(steps, 1500, np.random.default_rng(10 + steps))
    p = diebold_mariano(loss, rival, steps=steps, bandwidth_steps=3).p
    assert 0.035 < np.mean(p < 0.05) < 0.068  # 3 standard errors of 1,500 runs are 0.017


def test_without_hac_differences_are_found_everywhere() -> None:
    loss, rival = rival_losses(21, 500, np.random.default_rng(31))
    naive = (loss - rival).mean(axis=0) / ((loss - rival).std(axis=0) / math.sqrt(loss.shape[0]))
    assert np.mean(np.abs(naive) > 1.96) > 0.4


def test_diebold_mariano_finds_a_better_forecast_and_its_sign() -> None:
    error = overlapping(3000, 5, 200, np.random.default_rng(3))
    test = diebold_mariano(error**2, (error + 1.5) ** 2, steps=5, bandwidth_steps=3)
    assert np.mean((test.p < 0.05) & (test.statistic < 0)) > 0.95
    assert (
        diebold_mariano((error + 1.5) ** 2, error**2, steps=5, bandwidth_steps=3).statistic == -test.statistic
    ).all()


def test_diebold_mariano_of_a_forecast_with_itself_says_nothing() -> None:
    loss = np.abs(np.random.default_rng(4).normal(0, 10, (500, 2)))
    test = diebold_mariano(loss[:, [0]], loss, steps=1, bandwidth_steps=3)
    assert math.isnan(test.statistic[0]) and math.isnan(test.p[0])
    assert 0 <= test.p[1] <= 1


@pytest.mark.parametrize("apart", [3.0, -1e-3, 0.1])
def test_diebold_mariano_of_a_constant_difference_is_no_test(apart: float) -> None:
    """Its variance is 0, or what rounding leaves of 0: p = 0 would be evidence out of nothing. Warnings are errors here."""
    varying = np.abs(np.random.default_rng(5).normal(0, 10, (500, 1)))
    for rival in (varying, np.full((500, 1), 2.0)):
        test = diebold_mariano(rival + apart, rival, steps=1, bandwidth_steps=3)
        assert math.isnan(test.statistic[0]) and math.isnan(test.p[0])
    one_day_more = varying + apart
    one_day_more[250] += 0.01
    assert diebold_mariano(one_day_more, varying, steps=1, bandwidth_steps=3).p[0] < 0.05


def test_holm_known_case_and_nan() -> None:
    assert holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx([0.03, 0.04, 0.04, 0.02])
    assert holm([0.5, 0.9]).tolist() == [1.0, 1.0]
    assert holm([]).size == 0
    assert np.isnan(holm([math.nan])).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_equals_the_loop(values: list[float]) -> None:
    adjusted, running = [0.0] * len(values), 0.0
    for rank, i in enumerate(sorted(range(len(values)), key=lambda k: values[k])):
        running = max(running, values[i] * (len(values) - rank))
        adjusted[i] = min(running, 1.0)
    assert holm(values) == pytest.approx(adjusted)


def test_kupiec_by_hand_and_its_edges() -> None:
    by_hand = 2 * (230 * math.log(0.92 / 0.95) + 20 * math.log(0.08 / 0.05))
    assert kupiec(230, 250, level=0.95).statistic == pytest.approx(by_hand)
    assert kupiec(250, 250, level=0.95).statistic == pytest.approx(-2 * 250 * math.log(0.95))
    assert kupiec(475, 500, level=0.95).p == pytest.approx(1)
    assert math.isnan(kupiec(0, 0, level=0.95).p)


def test_kupiec_and_christoffersen_have_their_size() -> None:
    hits = np.random.default_rng(8).random((1000, 2000)) < 0.8
    assert 0.035 < np.mean(kupiec(hits.sum(axis=0), 1000, level=0.8).p < 0.05) < 0.065
    assert 0.035 < np.mean(independence(hits).p < 0.05) < 0.065
    assert 0.035 < np.mean(christoffersen(hits, level=0.8).p < 0.05) < 0.065


def test_independence_by_hand() -> None:
    misses = [0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1]
    n00, n01, n10, n11 = 4, 3, 2, 2
    pi01, pi11, pi = n01 / (n00 + n01), n11 / (n10 + n11), (n01 + n11) / 11
    split = n00 * math.log(1 - pi01) + n01 * math.log(pi01) + n10 * math.log(1 - pi11) + n11 * math.log(pi11)
    pooled = (n00 + n10) * math.log(1 - pi) + (n01 + n11) * math.log(pi)
    assert independence(~np.array(misses, dtype=bool)).statistic == pytest.approx(2 * (split - pooled))
    assert independence(np.ones(50, dtype=bool)).statistic == 0


def test_independence_finds_clustered_misses() -> None:
    rng = np.random.default_rng(9)
    miss = np.zeros((800, 200), dtype=bool)
    for t in range(1, 800):  # a miss is followed by one four times as often; 0.8 in the long run
        miss[t] = rng.random(200) < np.where(miss[t - 1], 0.5, 0.125)
    assert np.mean(independence(~miss).p < 0.05) > 0.95
    assert np.mean(kupiec((~miss).sum(axis=0), 800, level=0.8).p < 0.05) < 0.4


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6)), min_size=1, max_size=40))
def test_chains_do_not_overlap_and_skip_nothing(moves: list[tuple[int, int]]) -> None:
    anchor = np.cumsum([move for move, _ in moves])
    target = np.maximum.accumulate(anchor + np.array([steps for _, steps in moves]))
    found = chains(anchor, target)
    assert [chain[0] for chain in found] == list(range(len(found)))
    for chain in found:
        for earlier, later in zip(chain[:-1], chain[1:], strict=True):
            assert anchor[later] >= target[earlier] > anchor[later - 1] or later == earlier + 1
        assert not (anchor > anchor[chain[-1]]).any() or not (anchor[chain[-1] + 1 :] >= target[chain[-1]]).any()


def test_tests_on_chains_keep_their_size_under_overlap() -> None:
    rng, steps, n, rejected, naive = np.random.default_rng(12), 10, 1500, 0, 0
    error = overlapping(n, steps, 300, rng)
    hits = np.abs(error) <= np.quantile(np.abs(error), 0.8)
    thinned = chains(np.arange(n), np.arange(n) + steps)
    assert len(thinned) == steps
    for run in range(300):
        p = combine([kupiec(hits[chain, run].sum(), chain.size, level=0.8).p for chain in thinned])
        rejected += p < 0.05
        naive += kupiec(hits[:, run].sum(), n, level=0.8).p < 0.05
    assert rejected / 300 <= 0.05
    assert naive / 300 > 0.3


def test_combine() -> None:
    assert combine([0.03]) == 0.03
    assert combine([[0.01, 0.6], [0.03, 0.9]]) == pytest.approx([0.04, 1.0])


def test_clopper_pearson_covers_at_least_what_it_says() -> None:
    from scipy.special import comb

    n, rate = 60, 0.95
    k = np.arange(n + 1)
    low, high = clopper_pearson(k, n, probability=0.90)
    chance = comb(n, k) * rate**k * (1 - rate) ** (n - k)
    assert 0.90 <= chance[(low <= rate) & (rate <= high)].sum() < 0.99
    assert low[0] == 0 and high[-1] == 1
    assert low[-1] == pytest.approx(0.05 ** (1 / 60))
    assert all(math.isnan(bound) for bound in clopper_pearson(0, 0, probability=0.9))


def test_block_weights_equal_the_loop() -> None:
    n, length, draws = 23, 5, 40
    weights = block_weights(n, length=length, draws=draws, rng=np.random.default_rng(2))
    starts = np.random.default_rng(2).integers(0, n, size=(draws, 5))
    for draw in range(draws):
        chosen = [(start + i) % n for start in starts[draw] for i in range(length)][:n]
        assert weights[draw].tolist() == np.bincount(chosen, minlength=n).tolist()


def test_block_length_bounds() -> None:
    assert block_length(10, steps=62, block_steps=2) == 10
    assert block_length(1, steps=1, block_steps=2) == 1
    assert block_length(1000, steps=1, block_steps=2) == 10


@pytest.mark.parametrize("steps", [1, 21])
def test_block_bands_cover(steps: int) -> None:
    n, runs = 1500, 300
    error = overlapping(n, steps, runs, np.random.default_rng(20 + steps))
    hits = np.abs(error) <= np.quantile(np.abs(error), 0.8)
    length = block_length(n, steps=steps, block_steps=2)
    weights = block_weights(n, length=length, draws=400, rng=np.random.default_rng(5))
    low, high = block_band(hits, weights, probability=0.90)
    assert 0.82 < np.mean((low <= 0.8) & (high >= 0.8)) < 0.95
    if steps > 1:
        exact = clopper_pearson(hits.sum(axis=0), n, probability=0.90)
        assert np.mean((exact[0] <= 0.8) & (exact[1] >= 0.8)) < 0.6  # why the exact band is not enough


SCATTERED, STRETCH, LAST = np.arange(400) % 4 == 0, np.arange(400) // 50 == 3, np.arange(400) == 399


@pytest.mark.parametrize("among", [SCATTERED, STRETCH, LAST], ids=["scattered", "a stretch", "the last row"])
def test_block_band_among_some_rows(among: np.ndarray) -> None:
    hits = np.random.default_rng(3).random((400, 3)) < 0.8
    weights = block_weights(400, length=10, draws=200, rng=np.random.default_rng(4))
    low, high = block_band(hits, weights, probability=0.9, among=among)
    drawn = [w for w in weights.astype(float) if w[among].any()]  # a resample without such a row says nothing of them
    shares = [[w[among] @ hits[among, k] / w[among].sum() for k in range(3)] for w in drawn]
    assert low == pytest.approx(np.quantile(shares, 0.05, axis=0))
    assert high == pytest.approx(np.quantile(shares, 0.95, axis=0))
    nowhere = block_band(hits, weights, probability=0.9, among=np.zeros(400, dtype=bool))
    assert np.isnan(nowhere).all()


@given(st.lists(st.lists(st.sampled_from([0.001, 0.01, 0.02, 0.2, 0.9, math.nan]), min_size=3, max_size=3), min_size=1))
def test_holm_along_an_axis_is_holm_of_each_family(rows: list[list[float]]) -> None:
    p = np.array(rows)
    together = holm(p, axis=0)
    for column in range(3):
        np.testing.assert_allclose(together[:, column], holm(p[:, column]))


@given(
    st.lists(st.integers(0, 12), min_size=2, max_size=30),
    st.lists(st.integers(0, 12), min_size=2, max_size=30),
)
def test_mann_whitney_is_scipys_normal_approximation(recent: list[int], past: list[int]) -> None:
    from scipy.stats import mannwhitneyu

    if len({*recent, *past}) == 1:
        assert math.isnan(mann_whitney(recent, past))
        return
    expected = mannwhitneyu(recent, past, alternative="greater", method="asymptotic").pvalue
    assert mann_whitney(recent, past) == pytest.approx(expected)


def test_mann_whitney_needs_two_on_either_side() -> None:
    assert math.isnan(mann_whitney([1.0], [1.0, 2.0, 3.0]))
    assert math.isnan(mann_whitney([1.0, 2.0], []))
