"""The confidence counts what is decided and nothing else, and its record says how good it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.statistics.confidence import probability_of_standing, record


@given(calls=st.lists(st.integers(0, 4), min_size=1, max_size=60), days=st.integers(1, 70), prior=st.integers(0, 5))
def test_only_decided_calls_count(calls: list[int], days: int, prior: int) -> None:
    call = np.array(calls)
    whole = probability_of_standing(call, call % 2, call != 4, days=days, prior_weight=prior)
    assert ((whole >= 0) & (whole <= 1)).all()
    for rows in range(1, call.size):
        part = probability_of_standing(call[:rows], call[:rows] % 2, call[:rows] != 4, days=days, prior_weight=prior)
        assert (part == whole[:rows]).all()


def test_the_record_of_a_forecaster_who_knows_and_of_one_who_does_not() -> None:
    rng = np.random.default_rng(1)
    chance = rng.choice([0.25, 0.95], 40_000)
    call = np.cumsum(rng.random(chance.size) >= chance)  # a new call wherever the last did not stand
    made = np.ones(call.size, bool)
    right = record(call, chance_of_next(chance), made, days=1)
    assert right["calls"] == call.size - 1
    assert right["reliability_error"] < 0.01 and right["brier"] < right["brier_base_rate"]
    overconfident = record(call, np.full(call.size, 0.99), made, days=1)
    assert overconfident["reliability_error"] == pytest.approx(0.99 - right["stood"], abs=1e-9)
    assert overconfident["brier"] > overconfident["brier_base_rate"]


def chance_of_next(chance: np.ndarray) -> np.ndarray:
    """The call at a row stands one row later with the chance drawn for that later row."""
    return np.append(chance[1:], 0.5)


def test_rows_without_a_call_have_no_record() -> None:
    assert record(np.full(9, 4), np.zeros(9), np.zeros(9, bool), days=5) == {}
    assert record(np.zeros(4, int), np.ones(4), np.ones(4, bool), days=5) == {}
