"""The five statistics against the libraries' own, and p-values by rank against a loop and against what they promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp, levene, ttest_ind

from forex.monitoring.shifts import TESTS, family, judge, statistics

SIZES = {"baseline": 40, "recent": 15, "lags": 4, "min_moving": 0.5}


def correlations(window: np.ndarray, lags: int) -> list[float]:
    centred = window - window.mean()
    return [float(centred[j:] @ centred[:-j] / (centred @ centred)) for j in range(1, lags + 1)]


@pytest.mark.parametrize("ties", [False, True])
def test_each_statistic_equals_its_textbook_form(ties: bool) -> None:
    rng = np.random.default_rng(1)
    moves = 0.006 * rng.standard_t(4, 80)
    if ties:
        moves = np.round(moves, 2)
    found = statistics(moves, **SIZES | {"min_moving": 0.0})
    assert found.shape == (26, len(TESTS))
    for row in (0, 11, 25):
        before, after = moves[row : row + 40], moves[row + 40 : row + 55]
        ks, mean, scale, autocorrelation, variance = found[row]
        assert ks == pytest.approx(ks_2samp(before, after, method="asymp").statistic)
        assert mean == pytest.approx(abs(ttest_ind(before, after, equal_var=False).statistic))
        assert scale == pytest.approx(math.sqrt(levene(before, after, center="median").statistic))
        assert variance == pytest.approx(abs(math.log(after.std(ddof=1) / before.std(ddof=1))))
        terms = zip(correlations(before, 4), correlations(after, 4), range(1, 5), strict=True)
        expected = sum((b - a) ** 2 / ((40 - j) / (40 * 42) + (15 - j) / (15 * 17)) for a, b, j in terms)
        assert autocorrelation == pytest.approx(expected)


def test_the_statistics_do_not_depend_on_the_unit() -> None:
    moves = np.random.default_rng(2).standard_normal(100)
    assert np.allclose(statistics(moves, **SIZES), statistics(0.006 * moves, **SIZES), rtol=1e-9)


def test_a_window_that_hardly_moves_says_nothing() -> None:
    moves = np.random.default_rng(3).standard_normal(100)
    moves[50:] = 0
    found = statistics(moves, **SIZES)
    moving = [(moves[i : i + 40] != 0).mean() >= 0.5 and (moves[i + 40 : i + 55] != 0).mean() >= 0.5 for i in range(46)]
    assert (~np.isnan(found).any(axis=1)).tolist() == moving
    assert 0 < sum(moving) < 46
    assert np.isnan(statistics(np.zeros(60), **SIZES | {"min_moving": 0.0})).all()
    assert statistics(np.ones(54), **SIZES).shape == (0, 5)


@given(
    st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=2, max_size=30),
    st.lists(st.sampled_from([0.1, 0.5, 1.0, 3.0]), min_size=3, max_size=3),
)
def test_judge_equals_the_loop(rows: list[list[int]], weights: list[float]) -> None:
    found, spacing = np.array(rows, dtype=float), 5
    m = len(rows) - 1

    def rank(row: int, j: int) -> float:
        return sum(other[j] >= rows[row][j] for other in rows) / weights[j]

    smallest = [min(rank(row, j) for j in range(3)) for row in range(m + 1)]

    def p(count: int) -> float:
        return (1 + count / spacing) / (1 + m / spacing)

    judged = judge(found, weights=weights, spacing=spacing)
    assert judged.p == pytest.approx(p(sum(other <= smallest[m] for other in smallest[:m])))
    assert judged.tests == pytest.approx([p(sum(row[j] >= rows[m][j] for row in rows[:m])) for j in range(3)])
    expected = [sum(other <= own for other in smallest) / (m + 1) for own in smallest]
    assert judged.extremity == pytest.approx(expected)


def test_p_values_of_exchangeable_looks_are_what_they_say() -> None:
    """Independent looks: P(p ≤ α) is α up to the steps of a rank, for all tests together."""
    rng, runs, m = np.random.default_rng(4), 2000, 99
    weights = [0.1, 0.3, 0.6]
    p = np.array([judge(rng.standard_normal((m + 1, 3)), weights=weights, spacing=1).p for _ in range(runs)])
    for alpha in (0.05, 0.2):
        assert np.mean(p <= alpha) <= alpha + 2 * math.sqrt(alpha * (1 - alpha) / runs)
    assert np.mean(p <= 0.2) >= 0.15  # and not much less


def test_the_family_is_called_no_oftener_than_it_says() -> None:
    rng, runs, rows, series = np.random.default_rng(5), 500, 100, 8
    called = 0
    for _ in range(runs):
        common = rng.standard_normal((rows, 1))
        looks = common + rng.standard_normal((rows, series))
        extremities = [judge(looks[:, j : j + 1], weights=[1.0], spacing=1).extremity for j in range(series)]
        called += min(family(extremities, spacing=1)) <= 0.05
    assert 0.01 <= called / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)


def test_a_row_on_which_a_series_says_nothing_does_not_count_in_the_family() -> None:
    short, long = np.array([np.nan, np.nan, 0.5, 0.9, 0.2]), np.array([0.1, 0.1, 0.6, 0.9, 0.4])
    assert family([short, long], spacing=1) == pytest.approx([1 / 3, 1 / 3])
