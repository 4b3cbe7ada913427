"""Moves of a series as each origin knew it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forex.observations.moves import daily_moves, moves_over
from forex.timeline import calendar

DAYS = calendar.business_days("2024-01-02", "2024-12-30")


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-0.05, 0.05)), min_size=2, max_size=40), st.booleans())
def test_daily_moves_equal_the_loop(steps: list[tuple[int, float]], logs: bool) -> None:
    """A step of 0 business days is a row without news, whatever its value."""
    at = np.cumsum([0] + [days for days, _ in steps])
    values = 900 * np.exp(np.cumsum([0.0] + [move for _, move in steps]))
    found = daily_moves(values, DAYS[at], logs=logs)
    expected = [np.nan]
    for row in range(1, at.size):
        days = at[row] - at[row - 1]
        change = np.log(values[row] / values[row - 1]) if logs else values[row] - values[row - 1]
        expected.append(change / np.sqrt(days) if days else np.nan)
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-12, equal_nan=True)


def test_a_value_without_a_logarithm_has_no_move_but_a_difference() -> None:
    values = np.array([20.0, -36.98, 10.0, 11.0])  # WTI on 2020-04-20
    assert np.isnan(daily_moves(values, DAYS[:4])).tolist() == [True, True, True, False]
    assert daily_moves(values, DAYS[:4], logs=False)[1:].round(2).tolist() == [-56.98, 46.98, 1.0]


def test_what_was_not_known_has_no_move() -> None:
    dates = DAYS[:4].copy()
    dates[1] = np.datetime64("NaT")
    assert np.isnan(daily_moves(np.array([900.0, np.nan, 901.0, 902.0]), dates)).tolist() == [True, True, True, False]


def test_a_return_over_three_days_counts_once_at_its_daily_size() -> None:
    days = calendar.business_days("2024-05-02", "2024-05-17")[:6]
    values, dates = np.array([900.0, 909.0, 909.0, 909.0, 927.0, 927.0]), days[[0, 1, 1, 1, 4, 5]]
    found = daily_moves(values, dates)
    np.testing.assert_allclose(found, [np.nan, np.log(1.01), np.nan, np.nan, np.log(927 / 909) / np.sqrt(3), 0.0])


def test_a_value_carried_forward_is_no_copper_move() -> None:
    days = calendar.business_days("2024-05-02", "2024-06-28")
    moves, _ = moves_over(np.full(days.size, 4.0), np.full(days.size, days[0]), 5)
    assert np.isnan(moves).all()
