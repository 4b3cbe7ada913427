"""The running means equal readable loops, read nothing later, and carry the unit of what they average."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex import volatility

SIZES = st.lists(st.floats(0, 0.2), min_size=1, max_size=40)
DECAY = st.floats(0.01, 0.999)


@settings(deadline=None)
@given(SIZES, DECAY)
def test_exponential_mean_equals_the_recursion(values: list[float], decay: float) -> None:
    expected = [values[0]]
    for value in values[1:]:
        expected.append(decay * expected[-1] + (1 - decay) * value)
    np.testing.assert_allclose(volatility.exponential_mean(np.array(values), decay), expected, rtol=1e-9, atol=1e-15)


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(0, 0.2), st.just(math.nan)), max_size=40))
def test_expanding_mean_leaves_absent_values_out(values: list[float]) -> None:
    means = volatility.expanding_mean(np.array(values, dtype=np.float64))
    for i, mean in enumerate(means):
        there = [value for value in values[: i + 1] if not math.isnan(value)]
        expected = math.fsum(there) / len(there) if there else math.nan
        np.testing.assert_allclose(mean, expected, rtol=1e-9, atol=1e-15)


def test_both_means_work_column_by_column() -> None:
    values = np.abs(np.random.default_rng(1).standard_normal((50, 3)))
    for column in range(3):
        np.testing.assert_array_equal(
            volatility.expanding_mean(values)[:, column], volatility.expanding_mean(values[:, column])
        )
        np.testing.assert_allclose(
            volatility.exponential_mean(values, 0.94)[:, column], volatility.exponential_mean(values[:, column], 0.94)
        )


def test_no_values_no_means() -> None:
    assert volatility.exponential_mean(np.array([]), 0.94).shape == (0,)
    assert volatility.expanding_mean(np.array([])).shape == (0,)


def test_current_is_quick_to_rise_and_slow_to_forget() -> None:
    size = np.concatenate([np.full(300, 0.004), np.full(40, 0.02), np.full(300, 0.004)])
    now = volatility.current(size, 0.94, 0.985)
    np.testing.assert_allclose(now[:300], 0.004)
    assert now[339] > 0.6 * 0.02
    fast, slow = volatility.exponential_mean(size, 0.94), volatility.exponential_mean(size, 0.985)
    assert fast[309] > now[309] > slow[309]
    assert fast[420] < now[420] < slow[420]


def panel_movement(moves: list[list[float]]) -> list[float]:
    """Each driver's move over the mean of its own so far, today's included; their mean; the last while none moves."""
    result, last = [], 1.0
    for day in range(len(moves)):
        relative = []
        for driver, move in enumerate(moves[day]):
            past = [abs(row[driver]) for row in moves[: day + 1] if not math.isnan(row[driver])]
            usual = sum(past) / len(past) if past else 0.0
            if not math.isnan(move) and usual > 0:
                relative.append(abs(move) / usual)
        last = sum(relative) / len(relative) if relative else last
        result.append(last)
    return result


MOVE = st.one_of(st.floats(-0.1, 0.1).filter(lambda move: move == 0 or abs(move) > 1e-9), st.just(math.nan))


@settings(deadline=None)
@given(st.lists(st.lists(MOVE, min_size=3, max_size=3), min_size=1, max_size=20))
def test_panel_movement_equals_a_loop(moves: list[list[float]]) -> None:
    np.testing.assert_allclose(volatility.panel_movement(np.array(moves)), panel_movement(moves), rtol=1e-9)


def test_panel_movement_has_no_unit_and_is_usual_at_one() -> None:
    moves = 0.01 * np.random.default_rng(2).standard_normal((4000, 5)) * np.array([1, 2, 5, 10, 0.1])
    movement = volatility.panel_movement(moves)
    np.testing.assert_allclose(volatility.panel_movement(100 * moves), movement)
    assert abs(movement[500:].mean() - 1) < 0.03


@pytest.mark.parametrize("cut", [1, 17, 199])
def test_nothing_later_is_read(cut: int) -> None:
    rng = np.random.default_rng(3)
    values = np.abs(rng.standard_normal((200, 4)))
    values[rng.random(values.shape) < 0.1] = np.nan
    sizes = np.abs(rng.standard_normal(200))
    np.testing.assert_array_equal(volatility.panel_movement(values[:cut]), volatility.panel_movement(values)[:cut])
    np.testing.assert_array_equal(volatility.expanding_mean(values[:cut]), volatility.expanding_mean(values)[:cut])
    np.testing.assert_array_equal(
        volatility.current(sizes[:cut], 0.94, 0.985), volatility.current(sizes, 0.94, 0.985)[:cut]
    )
