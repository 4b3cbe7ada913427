"""What the regressions see: own returns as known, and drivers' moves scaled as a readable loop scales them."""

import math
import statistics
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.models.design import Scaling, as_known, own_returns, scaled_moves
from forex.observations.history import Floats, History
from forex.statistics.volatility import WARM_UP
from tests.support.simulated import garch_returns, history_of, led_by_drivers, target_of

SCALING = Scaling(own_returns=2, largest_move=4.0, half_life=10.0, largest_ratio=1.5)


def history(seed: int, days: int = 200, gaps: float = 0.1) -> History:
    return history_of(*led_by_drivers(seed, days, gaps=gaps))


# --- own returns ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.integers(0, 50), st.integers(1, 4))
def test_own_returns_are_the_last_ones_known_the_newest_first(seed: int, count: int) -> None:
    made = history(seed, 40, 0.2)
    values = own_returns(made, count)
    assert values.shape == (len(made.days), count)
    for day, known in enumerate(made.known):
        last = made.daily[:known][::-1][:count].tolist()
        np.testing.assert_array_equal(values[day], last + [math.nan] * (count - len(last)))


def test_where_nothing_is_known_of_a_series_its_shape_is_kept() -> None:
    none = np.zeros(5, dtype=np.int64)
    for shape in ((0,), (0, 3), (2,), (2, 3)):
        known = as_known(np.ones(shape), none)
        assert known.shape == (5, *shape[1:]) and np.isnan(known).all()


# --- scaled moves -----------------------------------------------------------------------------------------------------


def mean_of_the_last(sizes: list[float], half_life: float) -> float:
    """The plain mean of the first WARM_UP sizes; from there on each new size has its weight and those before it fade."""
    if len(sizes) <= WARM_UP:
        return statistics.fmean(sizes)
    fading, mean = 0.5 ** (1 / half_life), statistics.fmean(sizes[:WARM_UP])
    for size in sizes[WARM_UP:]:
        mean = fading * mean + (1 - fading) * size
    return mean


def limited(moves: list[float], scaling: Scaling) -> list[float]:
    """Each move, at most `largest_move` times the mean size of those before it, once there are WARM_UP of them."""
    made: list[float] = []
    before: list[float] = []
    for move in moves:
        made.append(move)
        if math.isnan(move):
            continue
        if len(before) >= WARM_UP:
            limit = scaling.largest_move * statistics.fmean(before)
            made[-1] = max(-limit, min(limit, move))
        before.append(abs(move))
    return made


def by_hand(history: History, scaling: Scaling) -> dict[int, Floats]:
    scaled = {age: np.full_like(values, np.nan) for age, values in history.moves.items()}
    for driver in range(len(history.drivers)):
        kept = {age: limited(values[:, driver].tolist(), scaling) for age, values in history.moves.items()}
        for day, known in enumerate(history.known):
            own = [abs(daily) for daily in history.daily[:known]]
            moved = [abs(move) for move in kept[0][: day + 1] if not math.isnan(move)]
            storm = mean_of_the_last(own, scaling.half_life) / statistics.fmean(own) if own else 1.0
            quiet = 1.0
            if moved:
                now, usual = mean_of_the_last(moved, scaling.half_life), statistics.fmean(moved)
                largest = scaling.largest_ratio
                quiet = min(max(usual / now if now else largest, 1 / largest), largest)
            for age in scaled:
                scaled[age][day, driver] = kept[age][day] * math.sqrt(storm * quiet)
    return scaled


@pytest.mark.parametrize("seed", range(4))
def test_a_readable_loop_scales_alike(seed: int) -> None:
    made = history(seed)
    made.moves[0][120, 0] = 0.5  # a glitch
    made.moves[1][150, 1] = -0.5
    made.moves[0][:, 1] *= np.where(np.arange(len(made.days)) > 100, 6.0, 1.0)  # beyond the largest ratio
    ours, expected = scaled_moves(made.moves, made, SCALING), by_hand(made, SCALING)
    assert set(ours) == {0, 1}
    for age in ours:
        np.testing.assert_allclose(ours[age], expected[age], rtol=1e-9)


def test_a_glitch_counts_for_no_more_than_the_largest_move() -> None:
    made = history(3, gaps=0.0)
    usual = np.nanmean(np.abs(made.moves[0][:150, 0]))
    glitch = {age: values.copy() for age, values in made.moves.items()}
    glitch[0][150, 0] = 5.0
    plain = Scaling(2, 4.0, 10.0, 1.0)  # a driver's own size has no say
    ratio = scaled_moves(glitch, made, plain)[0][150, 0] / scaled_moves(made.moves, made, plain)[0][150, 0]
    assert ratio * made.moves[0][150, 0] == pytest.approx(4 * usual)


def test_a_quiet_drivers_move_counts_more_and_a_storm_of_the_peso_makes_all_count_more() -> None:
    made = history(4, 300, gaps=0.0)
    calm = made.moves[0].copy()
    calm[200:, 0] /= 1.2
    ours = scaled_moves({0: calm, 1: made.moves[1]}, made, SCALING)[0]
    factor = ours[260] / calm[260] / (scaled_moves(made.moves, made, SCALING)[0][260] / made.moves[0][260])
    assert 1.0 < factor[0] < math.sqrt(1.2) + 0.01 and factor[1] == pytest.approx(1.0)
    stormy = replace(made, returns=np.where(np.arange(len(made.returns)) > 240, 2 * made.returns, made.returns))
    louder = scaled_moves(made.moves, stormy, SCALING)[0] / scaled_moves(made.moves, made, SCALING)[0]
    assert (louder[1:240] == 1.0).all() and (louder[260] > 1.1).all()


@pytest.mark.parametrize("silent", [1, 5, 30])
def test_a_move_before_the_first_return_counts_as_it_is(silent: int) -> None:
    """No storm or calm of the peso is known yet: neither is made up, and nothing that comes later is looked at."""
    made = history(8, 200, gaps=0.0)
    late = replace(made, known=np.maximum(made.known - silent, 0))
    before = np.flatnonzero(late.known == 0)
    assert len(before) >= silent
    plain = Scaling(2, 30.0, 10.0, 1.0)  # a driver's own size has no say
    for age, values in scaled_moves(late.moves, late, plain).items():
        np.testing.assert_array_equal(values[before], late.moves[age][before])
    assert np.isfinite(late.moves[0][before][-1]).any()
    np.testing.assert_allclose(scaled_moves(late.moves, late, SCALING)[0], by_hand(late, SCALING)[0], rtol=1e-9)


def test_a_driver_of_constant_value_has_moves_of_zero() -> None:
    made = history(5, gaps=0.0)
    made.moves[0][:, 1] = made.moves[1][:, 1] = 0.0
    for values in scaled_moves(made.moves, made, SCALING).values():
        assert not values[:, 1].any()


def test_without_drivers_or_returns_there_is_nothing_to_scale() -> None:
    alone = history_of(target_of(garch_returns(np.random.default_rng(6), 30)))
    assert {age: values.shape for age, values in scaled_moves(alone.moves, alone, SCALING).items()} == {
        0: (len(alone.days), 0),
        1: (len(alone.days), 0),
    }
    first = history(7, 10, gaps=0.0)
    unknown = replace(
        first, known=np.zeros_like(first.known), returns=first.returns[:0], return_steps=first.returns[:0]
    )
    assert np.isnan(own_returns(unknown, 2)).all()
    for age, values in scaled_moves(first.moves, unknown, Scaling(2, 30.0, 10.0, 1.0)).items():
        np.testing.assert_array_equal(values, first.moves[age])
