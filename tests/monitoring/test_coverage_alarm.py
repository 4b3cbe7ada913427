"""The sequential alarm: fair bets, equal to a readable loop, slots without overlap, and its bound where it is sharpest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.monitoring.coverage_alarm import LARGEST, Path, dealt, payoffs, richest, shares, slots, wealth

SHOWN, SCALES = (0.5, 0.8, 0.95), (1.25, 1.5, 2.0, 3.0)
BETS = payoffs(SHOWN, SCALES, tolerance=0.1)

levels = st.lists(st.sampled_from([0.3, 0.5, 0.6, 0.8, 0.9, 0.95]), min_size=1, max_size=4, unique=True)


@given(levels=levels, scale=st.floats(1.05, 4), tolerance=st.sampled_from([0.0, 0.1, 0.3]))
def test_every_bet_is_fair_at_the_promise_and_rises_with_the_misses(
    levels: list[float], scale: float, tolerance: float
) -> None:
    pays = payoffs(levels, [scale], tolerance=tolerance)
    promised = 1 - (1 - np.sort(levels)) * (1 + tolerance)
    probability = np.diff(np.concatenate([[0.0], promised, [1.0]]))
    assert probability @ pays == pytest.approx(np.ones(pays.shape[1]))
    assert np.all(np.diff(pays, axis=0) >= -1e-12)
    assert np.all(pays >= 0)


def test_a_forecaster_that_covers_more_than_it_says_never_gains_in_expectation() -> None:
    nominal = np.array(SHOWN)
    for slack in np.random.default_rng(1).uniform(0, 1, (200, 3)):
        covered = np.maximum.accumulate(nominal + slack * (1 - nominal))
        probability = np.diff(np.concatenate([[0.0], covered, [1.0]]))
        assert np.all(probability @ BETS <= 1 + 1e-12)


def loop(misses: list[int], slot: list[int], share: float, targets: int) -> list[float]:
    """R = (R + 1)·f, per slot and bet, the bets averaged."""
    sums: dict[int, list[float]] = {}
    worth = []
    for missed, place in zip(misses, slot, strict=True):
        if place < 0:
            worth.append(0.0)
            continue
        old = sums.get(place, [0.0] * BETS.shape[1])
        sums[place] = [(value + 1) * float(BETS[missed, bet]) for bet, value in enumerate(old)]
        worth.append(sum(sums[place]) / BETS.shape[1] * share / targets)
    return worth


def test_wealth_equals_the_loop_for_one_series_and_for_many() -> None:
    rng = np.random.default_rng(2)
    misses, slot = rng.integers(0, 4, (200, 3)), rng.integers(-1, 4, 200)
    many = wealth(misses, slot, BETS, share=0.3, targets=1260)
    for run in range(3):
        expected = loop(misses[:, run].tolist(), slot.tolist(), 0.3, 1260)
        assert many.wealth[:, run] == pytest.approx(expected)
        alone = wealth(misses[:, run], slot, BETS, share=0.3, targets=1260)
        assert alone.wealth == pytest.approx(expected)
        assert alone.since.tolist() == many.since[:, run].tolist()


def test_the_evidence_begins_where_the_misses_do() -> None:
    misses = np.zeros(300, dtype=np.int64)
    misses[200:230] = 2
    path = wealth(misses, np.zeros(300, dtype=np.int64), BETS, share=1.0, targets=1260)
    assert path.wealth[199] < 0.01 and path.wealth[229] > 20
    assert path.since[229] == 200


def test_the_richest_slot_speaks_for_its_horizon() -> None:
    path = Path(np.array([1.0, 5.0, 0.0, 2.0, 0.5]), np.array([0, 1, -1, 0, 1]), np.array([0, 1, -1, 0, 1]))
    value, since = richest(path)
    assert value.tolist() == [1.0, 5.0, 5.0, 5.0, 2.0]
    assert since.tolist() == [0, 1, 1, 1, 0]
    empty = wealth(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), BETS, share=1.0, targets=1260)
    assert richest(empty)[0].size == 0


def test_no_slot_holds_forecasts_that_overlap_and_none_is_passed_over_needlessly() -> None:
    rng = np.random.default_rng(3)
    anchor = np.cumsum(rng.integers(1, 3, 300))
    target = anchor + rng.integers(3, 6, 300)
    found = dealt(anchor, target, 6)
    assert (found >= 0).all()
    for slot in range(6):
        own = np.flatnonzero(found == slot)
        assert np.all(anchor[own][1:] >= target[own][:-1])
    few = dealt(anchor, target, 1)
    for position in np.flatnonzero(few < 0).tolist():
        last = np.flatnonzero(few[:position] == 0)[-1]
        assert target[last] > anchor[position]


@pytest.mark.parametrize(
    ("anchor", "target", "count", "expected"),
    [
        ([0, 0, 0, 1], [5, 5, 5, 6], 2, [0, 1, -1, -1]),  # made on the same news: they overlap all the way
        ([3, 3], [4, 4], 2, [0, 1]),
        ([0, 1, 5, 6], [5, 6, 9, 9], 2, [0, 1, 0, 1]),  # a target on the anchor's own day is known
        ([0, 1, 4, 5], [5, 6, 9, 9], 2, [0, 1, -1, 0]),  # one day later is not
        ([0, 2], [1, 3], 1, [0, 0]),
    ],
)
def test_a_forecast_without_a_free_slot_has_none(
    anchor: list[int], target: list[int], count: int, expected: list[int]
) -> None:
    assert dealt(np.array(anchor), np.array(target), count).tolist() == expected


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6)), max_size=40),
    st.integers(1, 5),
)
def test_no_two_bets_of_a_slot_overlap_however_few_slots_there_are(steps: list[tuple[int, int]], count: int) -> None:
    """Origins may share an anchor. What the bound needs: every forecast of a slot begins when the one before it is known."""
    anchor = np.cumsum([ahead for ahead, _ in steps], dtype=np.int64)
    target = anchor + np.array([length for _, length in steps], dtype=np.int64)
    found = dealt(anchor, target, count)
    last: dict[int, int] = {}
    for begins, ends, slot in zip(anchor.tolist(), target.tolist(), found.tolist(), strict=True):
        free = [place for place in range(count) if last.get(place, begins) <= begins]
        assert slot == (free[0] if free else -1)
        if free:
            last[slot] = ends


def test_shares_sum_to_one_and_favour_what_can_be_found() -> None:
    found = shares(("1d", "7d", "15d", "30d", "90d"))
    assert sum(found.values()) == pytest.approx(1)
    assert list(found) == sorted(found, key=lambda horizon: -found[horizon])
    assert slots("15d") == 12


def test_wealth_stays_finite_when_everything_misses() -> None:
    misses = np.full(2000, 3)
    path = wealth(misses, np.zeros(2000, dtype=np.int64), BETS, share=1.0, targets=1)
    assert 1e90 < path.wealth.max() <= LARGEST


def test_what_matures_later_does_not_change_the_path() -> None:
    misses, slot = np.random.default_rng(4).integers(0, 4, 300), np.arange(300) % 5
    other = np.where(np.arange(300) >= 200, 3, misses)
    first, second = (wealth(each, slot, BETS, share=0.5, targets=1260) for each in (misses, other))
    assert first.wealth[:200].tobytes() == second.wealth[:200].tobytes()
    assert first.since[:200].tolist() == second.since[:200].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 5])
def test_the_bound_holds_at_the_edge_of_what_is_promised(count: int) -> None:
    """Misses exactly as frequent as the tolerance allows, for five years, in one slot or five: at most 5 % of runs alarm."""
    runs, targets = 2000, 1260
    promised = 1 - (1 - np.array(SHOWN)) * 1.1
    uniform = np.random.default_rng(5).random((targets, runs))
    misses = (uniform[..., None] > promised).sum(axis=-1)
    path = wealth(misses, np.arange(targets) % count, BETS, share=1.0, targets=targets)
    alarms = (path.wealth >= 20).any(axis=0).mean()
    assert 0 < alarms <= 0.05
