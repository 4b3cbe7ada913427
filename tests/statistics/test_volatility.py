"""The running means equal readable loops, read nothing later, and carry the unit of what they average."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.statistics import volatility
from forex.statistics.volatility import Reversion

SIZES = st.lists(st.floats(0, 0.2), min_size=1, max_size=40)
REVERSION = Reversion(half_lives=(4, 16, 64), persistence=1.5, long_run=2000, root_steps=20)


@given(SIZES, st.floats(0.1, 500), st.integers(1, 45))
def test_exponential_mean_equals_the_recursion(values: list[float], half_life: float, warm_up: int) -> None:
    decay = 0.5 ** (1 / half_life)
    expected: list[float] = []
    for i, value in enumerate(values):
        plain = math.fsum(values[: i + 1]) / (i + 1)
        expected.append(plain if i < warm_up else decay * expected[-1] + (1 - decay) * value)
    mean = volatility.exponential_mean(np.array(values), half_life, warm_up=warm_up)
    np.testing.assert_allclose(mean, expected, rtol=1e-9, atol=1e-15)


def test_a_step_is_half_forgotten_after_a_half_life() -> None:
    sizes = np.concatenate([np.full(100, 0.02), np.full(100, 0.004)])
    mean = volatility.exponential_mean(sizes, 16)
    assert mean[99 + 16] == pytest.approx(0.004 + 0.5 * (0.02 - 0.004))


def test_no_values_no_means() -> None:
    assert volatility.exponential_mean(np.array([]), 4).shape == (0,)
    assert volatility.expanding_mean(np.array([])).shape == (0,)


@given(st.lists(st.tuples(*[st.floats(1e-4, 0.05)] * 7), min_size=1, max_size=10), st.integers(1, 90))
def test_size_over_a_horizon_equals_the_formula(levels: list[tuple[float, ...]], steps: int) -> None:
    expected = []
    for long_run, *now in levels:
        variance = long_run**2
        for size, steady, half_life in zip(now[:3], now[3:], REVERSION.half_lives, strict=True):
            current = (20 * size**2 + steps * steady**2) / (20 + steps)
            variance += (current - long_run**2) / (1 + steps / (1.5 * half_life)) / 3
        expected.append(math.sqrt(max(variance, 0)))
    table = np.array(levels)
    size = volatility.over_horizon(table[:, 0], table[:, 1:4], table[:, 4:], np.full(len(levels), steps), REVERSION)
    np.testing.assert_allclose(size, expected, rtol=1e-9, atol=1e-9)


@given(st.lists(st.tuples(*[st.floats(1e-4, 0.05)] * 7), min_size=1, max_size=10), st.integers(1, 90))
def test_components_join_one_after_the_other(levels: list[tuple[float, ...]], steps: int) -> None:
    table = np.array(levels)
    ahead = volatility.ahead(table[:, 0], table[:, 1:4], table[:, 4:], np.full(len(levels), steps), REVERSION)
    for row, joining in enumerate(ahead.joining.tolist()):
        variance = levels[row][0] ** 2
        assert joining[0] == levels[row][0]
        for j, size in enumerate(joining[1:]):
            variance += ahead.excess[row, j] / 3
            assert size == pytest.approx(math.sqrt(max(variance, 0)), abs=1e-9)
    np.testing.assert_allclose(ahead.joining[:, -1], ahead.daily, atol=1e-9)
    weight = steps / (20 + steps)
    np.testing.assert_allclose(ahead.current**2, (1 - weight) * table[:, 1:4] ** 2 + weight * table[:, 4:] ** 2)


def test_it_reverts_from_the_current_level_to_the_long_run_one() -> None:
    steps = np.array([1, 5, 21, 62, 100_000])
    storm, calm = (
        volatility.over_horizon(np.full(5, 0.006), *[np.full((5, 3), size)] * 2, steps, REVERSION)
        for size in (0.02, 0.003)
    )
    assert (np.diff(storm) < 0).all() and (np.diff(calm) > 0).all()
    assert storm[0] > 0.75 * 0.02
    np.testing.assert_allclose([storm[-1], calm[-1]], 0.006, rtol=0.01)


def test_a_steady_size_is_its_own_forecast() -> None:
    size = volatility.over_horizon(
        *volatility.components(np.full(3000, 0.006), REVERSION), np.full(3000, 62), REVERSION
    )
    np.testing.assert_allclose(size, 0.006)


def test_roots_read_a_component_relative_to_its_long_run() -> None:
    sizes = np.abs(np.random.default_rng(1).standard_normal(400)) * 0.006
    long_run, _, steady = volatility.components(sizes, REVERSION)
    usual = volatility.exponential_mean(np.sqrt(sizes), 2000, warm_up=250)
    for j, half_life in enumerate(REVERSION.half_lives):
        roots = volatility.exponential_mean(np.sqrt(sizes), half_life)
        np.testing.assert_allclose(steady[:, j], long_run * (roots / usual) ** 2)


def test_a_jump_moves_months_less_than_tomorrow_and_a_storm_moves_both() -> None:
    """Compared with the rule without roots: one day of 20 times the usual size counts for much less far ahead, thirty days of twice
    the size for about as much.
    """
    usual = np.full(600, 0.006)
    jump, storm = usual.copy(), usual.copy()
    jump[-1], storm[-30:] = 20 * 0.006, 2 * 0.006
    without = Reversion(REVERSION.half_lives, REVERSION.persistence, REVERSION.long_run, root_steps=1e12)
    excess = {}
    for name, sizes in {"jump": jump, "storm": storm}.items():
        levels = [level[-1:] for level in volatility.components(sizes, REVERSION)]
        for steps in (1, 62):
            ours, plain = (
                volatility.over_horizon(*levels, np.array([steps]), rule)[0] for rule in (REVERSION, without)
            )
            excess[name, steps] = (ours - levels[0][0]) / (plain - levels[0][0])
    assert excess["jump", 1] > 0.9 and excess["jump", 62] < 0.6
    assert excess["storm", 62] > 0.9


def test_values_that_do_not_move_have_no_size() -> None:
    levels = volatility.components(np.zeros(20), REVERSION)
    assert (volatility.over_horizon(*levels, np.full(20, 5), REVERSION) == 0).all()


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_sizes_carry_their_unit(factor: float) -> None:
    sizes = np.abs(np.random.default_rng(2).standard_normal(500))
    usual, scaled = (volatility.components(values, REVERSION) for values in (sizes, factor * sizes))
    steps = np.full(500, 10)
    np.testing.assert_allclose(
        volatility.over_horizon(*scaled, steps, REVERSION), factor * volatility.over_horizon(*usual, steps, REVERSION)
    )


@pytest.mark.parametrize("cut", [1, 17, 61, 199, 280])
def test_nothing_later_is_read(cut: int) -> None:
    sizes = np.abs(np.random.default_rng(3).standard_normal(300))
    for part, whole in zip(
        volatility.components(sizes[:cut], REVERSION), volatility.components(sizes, REVERSION), strict=True
    ):
        np.testing.assert_array_equal(part, whole[:cut])
