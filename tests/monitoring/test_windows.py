"""Windows against baselines: equal to readable loops, causal, honest about too little, and rarely wrong without a change."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from scipy.stats import t as student

from forex.monitoring.windows import (
    OVERLAP_GAIN,
    Window,
    bias_change,
    independent,
    loss_change,
    miss_change,
    overlap_inflation,
)


def means_before(values: np.ndarray, newest: int, window: Window) -> tuple[float, list[float], np.ndarray]:
    """The recent mean, the means of the baseline's windows, and the baseline."""
    size = window.size
    recent = values[newest - size + 1 : newest + 1]
    past = values[max(newest - size + 1 - window.baseline, 0) : newest - size + 1]
    return float(recent.mean()), [float(past[i : i + size].mean()) for i in range(len(past) - size + 1)], past


def spread_of(values: list[float], k: float) -> tuple[float, float]:
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values) * k / (k - 1)
    return mean, math.sqrt(variance * (1 + 1 / k))


windows = st.builds(
    Window,
    size=st.integers(2, 20),
    steps=st.integers(1, 8),
    baseline=st.integers(60, 200),
    critical_pct=st.sampled_from([10.0, 30.0]),
    clustering=st.sampled_from([0, 5]),
)


@settings(max_examples=30, deadline=None)
@given(
    window=windows,
    seed=st.integers(0, 1000),
    newest=st.integers(120, 299),
    size_of_error=st.sampled_from([0.001, 1.0, 500.0]),
)
def test_losses_and_bias_equal_the_loops(window: Window, seed: int, newest: int, size_of_error: float) -> None:
    loss = np.random.default_rng(seed).gamma(2.0, 1.5, 300) / 900
    k = min(newest + 1 - window.size, window.baseline) / (window.size + window.steps - 1 + window.clustering)
    if k < 2:
        return
    df = OVERLAP_GAIN * (k - 1)

    recent, past, baseline = means_before(loss, newest, window)
    mean, spread = spread_of([math.log(value) for value in past], k)
    change = loss_change(loss, np.array([newest]), window)
    assert change.p[0] == pytest.approx(student.sf((math.log(recent) - mean) / spread, df))
    assert change.p_better[0] == pytest.approx(student.cdf((math.log(recent) - mean) / spread, df))
    beyond = math.log(recent) - mean - math.log1p(window.critical_pct / 100)
    assert change.p_critical[0] == pytest.approx(student.sf(beyond / spread, df))
    assert change.change_pct[0] == pytest.approx(100 * (recent / baseline.mean() - 1))

    error = (loss * 900 - 3) * size_of_error
    recent, past, baseline = means_before(error, newest, window)
    mean, spread = spread_of(past, k)
    change = bias_change(error, np.array([newest]), window)
    assert change.p[0] == pytest.approx(2 * student.sf(abs(recent - mean) / spread, df))
    usual = np.abs(baseline).mean()
    assert change.change_pct[0] == pytest.approx(100 * abs(recent - mean) / usual)
    beyond = abs(recent - mean) - window.critical_pct / 100 * usual
    assert change.p_critical[0] == pytest.approx(min(2 * student.sf(beyond / spread, df), 1.0))


def test_misses_without_overlap_or_clusters_have_the_binomial_tail() -> None:
    """Misses spread evenly vary less than independent ones: the exact tail is what remains."""
    missed = np.arange(1000) % 5 == 0
    missed[-20:] = np.arange(20) % 2 == 0
    window = Window(size=20, steps=1, baseline=900, critical_pct=30)
    change = miss_change(missed, np.array([999]), window, level=0.8)
    assert change.p[0] == pytest.approx(binom.sf(9, 20, 0.2))
    assert change.p_critical[0] == pytest.approx(binom.sf(9, 20, 0.26))
    assert change.change_pct[0] == pytest.approx(150)


def test_misses_that_cluster_count_for_fewer() -> None:
    rng = np.random.default_rng(1)
    scattered = rng.random(1500) < 0.2
    clustered = np.repeat(rng.random(150) < 0.2, 10)
    for missed in (scattered, clustered):
        missed[-20:] = np.arange(20) < 10
    window = Window(size=20, steps=1, baseline=1400, critical_pct=30)
    p_scattered, p_clustered = (
        miss_change(missed, np.array([1499]), window, level=0.8).p[0] for missed in (scattered, clustered)
    )
    assert p_scattered < 0.01 < 0.03 < p_clustered


def test_overlap_alone_already_counts_misses_for_fewer() -> None:
    size, steps = 14, 22
    inflation = 1 + 2 * sum((1 - lag / size) * (1 - lag / steps) for lag in range(1, size))
    assert overlap_inflation(size, steps) == pytest.approx(inflation)
    missed = np.arange(2000) % 20 == 0
    missed[-size:] = np.arange(size) < 5
    far, near = (miss_change(missed, np.array([1999]), Window(size, k, 1500, 30), level=0.95).p[0] for k in (steps, 1))
    assert near < 0.001 and far > 0.02


def test_many_series_and_looks_at_once_are_what_each_alone_is() -> None:
    loss = np.random.default_rng(3).gamma(2.0, 1.0, (400, 3))
    newest, window = np.array([250, 399]), Window(14, 3, 200, 30)
    together = loss_change(loss, newest, window)
    for row, position in enumerate(newest):
        for column in range(3):
            alone = loss_change(loss[: position + 1, column], np.array([position]), window)
            assert together.p[row, column] == pytest.approx(alone.p[0], rel=1e-9)


def test_no_look_knows_what_came_after() -> None:
    rng = np.random.default_rng(4)
    loss, newest, window = rng.gamma(2.0, 1.0, 500), np.arange(300, 350), Window(14, 2, 250, 30)
    later = loss.copy()
    later[350:] = 1e6
    for function in (loss_change, bias_change):
        before, after = function(loss, newest, window), function(later, newest, window)
        assert before.p.tobytes() == after.p.tobytes()
        assert before.change_pct.tobytes() == after.change_pct.tobytes()
    missed = [miss_change(values > 3, newest, window, level=0.8).p for values in (loss, later)]
    assert missed[0].tobytes() == missed[1].tobytes()


@pytest.mark.parametrize("newest", [-1, 0, 13, 14, 26])
def test_too_short_a_history_is_nan(newest: int) -> None:
    loss, window = np.random.default_rng(5).gamma(2.0, 1.0, 60), Window(14, 1, 40, 30)
    at = np.array([newest])
    assert np.isnan(loss_change(loss, at, window).p[0])
    assert np.isnan(bias_change(loss, at, window).p[0])
    assert np.isnan(miss_change(loss > 3, at, window, level=0.8).p[0])
    assert independent(at, window)[0] < 2


@pytest.mark.parametrize("n", [0, 5])
def test_a_series_shorter_than_the_window_is_nan(n: int) -> None:
    assert np.isnan(loss_change(np.ones(n), np.array([n - 1]), Window(14, 1, 40, 30)).p[0])


def test_losses_that_never_vary_say_nothing() -> None:
    at, window = np.array([199]), Window(14, 1, 150, 30)
    assert np.isnan(loss_change(np.ones(200), at, window).p[0])
    assert np.isnan(loss_change(np.zeros(200), at, window).p[0])


@pytest.mark.parametrize(("steps", "size"), [(1, 60), (1, 14), (10, 60), (62, 14)])
def test_a_window_is_called_worse_no_oftener_than_it_says(steps: int, size: int) -> None:
    rng, runs, n = np.random.default_rng(30 + steps + size), 500, 2560
    walk = np.cumsum(rng.standard_t(5, size=(n + steps, runs)), axis=0)
    loss = np.abs(walk[steps:] - walk[:-steps]) + 0.05
    p = loss_change(loss, np.array([n - 1]), Window(size, steps, 2500, 30)).p
    assert np.mean(p < 0.05) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("size_of_error", [1e-3, 1.0, 1e3])
def test_no_change_depends_on_the_unit_of_the_errors(size_of_error: float) -> None:
    """In pesos or in log-returns: the same bias is critical, or is not."""
    error = np.random.default_rng(31).normal(0.2, 1.0, 600)
    error[-20:] += 1.0
    at, window = np.arange(560, 600), Window(20, 1, 500, 30)
    for judged, values in ((bias_change, error), (loss_change, np.exp(error))):
        plain, other = judged(values, at, window), judged(values * size_of_error, at, window)
        for name in ("change_pct", "p", "p_critical", "p_better"):
            np.testing.assert_allclose(getattr(other, name), getattr(plain, name), rtol=1e-6)
        assert plain.p_critical[0] > 0.05 > plain.p_critical[-1]


@pytest.mark.parametrize("by", [0.5, 0.9, 1.1, 2.0])
def test_a_bias_is_critical_beyond_the_critical_share_of_the_usual_error(by: float) -> None:
    """Alternating errors of size 4 and a bias of `by` times 30 % of that: it is critical where `by` exceeds 1, and only there."""
    rng = np.random.default_rng(32)
    error = 4.0 * np.where(np.arange(600) % 2 == 0, 1.0, -1.0) + 0.05 * rng.standard_normal(600)
    error[-20:] += by * 0.3 * 4.0
    change = bias_change(error, np.array([599]), Window(20, 1, 500, 30))
    assert change.change_pct[0] == pytest.approx(30 * by, rel=0.05)
    assert (change.p_critical[0] < 0.01) == (by > 1)
