"""Episodes whose outcomes do not overlap, and the band over them: against loops, and its real coverage with few clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from forex.statistics.clusters import episodes, share_band
from forex.timeline import calendar

DAYS = calendar.business_days("2012-01-02", "2014-12-30")


def numbered(origin: np.ndarray, target: np.ndarray) -> list[int]:
    """The rule as it is told."""
    found: list[list[int]] = []
    for i, day in enumerate(origin):
        if not found or not all(target[k] < day for k in found[-1]):
            if not found:
                found.append([])
        else:
            found.append([])
        found[-1].append(i)
    return [number for number, members in enumerate(found) for _ in members]


@given(st.lists(st.integers(0, 500), unique=True, max_size=60), st.sampled_from([1, 5, 62]))
def test_episodes_equal_the_rule_as_it_is_told(chosen: list[int], steps: int) -> None:
    at = np.array(sorted(chosen), dtype=np.int64)
    assert episodes(DAYS[at], DAYS[at + steps]).tolist() == numbered(DAYS[at], DAYS[at + steps])


@given(st.lists(st.integers(0, 500), unique=True, min_size=1, max_size=60), st.sampled_from([1, 5, 62]))
def test_no_two_episodes_share_an_outcome(chosen: list[int], steps: int) -> None:
    at = np.array(sorted(chosen), dtype=np.int64)
    number = episodes(DAYS[at], DAYS[at + steps])
    for episode in range(1, number.max() + 1):
        assert DAYS[at[number < episode] + steps].max() < DAYS[at[number == episode]].min()


def test_an_unbroken_run_is_one_episode_at_every_horizon() -> None:
    at = np.arange(40)
    for steps in (1, 5, 62):
        assert set(episodes(DAYS[at], DAYS[at + steps]).tolist()) == {0}
    parted = np.concatenate([at, at + 102])  # 63 business days after the last origin
    assert [episodes(DAYS[parted], DAYS[parted + steps]).max() for steps in (1, 62)] == [1, 1]
    assert episodes(DAYS[parted], DAYS[parted + 63]).max() == 0  # the last target is the day of the first new origin


def test_the_band_equals_a_readable_loop() -> None:
    rng = np.random.default_rng(5)
    cluster = np.repeat([3, 7, 8, 20], [4, 1, 30, 11])
    hits = rng.random((cluster.size, 2)) < [0.5, 0.8]
    low, high = share_band(hits, cluster, probability=0.9)
    for k in range(2):
        rows = {g: [bool(hit) for hit, own in zip(hits[:, k], cluster, strict=True) if own == g] for g in set(cluster)}
        n = sum(len(held) for held in rows.values())
        share = sum(sum(held) for held in rows.values()) / n
        squares = sum((sum(held) - share * len(held)) ** 2 for held in rows.values())
        error = (4 / 3 * squares) ** 0.5 / n
        assert low[k] == pytest.approx(share - t.ppf(0.95, 3) * error)
        assert high[k] == pytest.approx(share + t.ppf(0.95, 3) * error)


def test_a_band_ends_where_a_share_does() -> None:
    rare = np.arange(200) < 3  # all in one of four clusters
    low, high = share_band(np.stack([rare, ~rare], axis=1), np.arange(200) // 50, probability=0.9)
    assert low[0] == 0 and 0.015 < high[0] < 1
    assert 0 < low[1] < 0.985 and high[1] == 1


def test_one_cluster_has_no_band() -> None:
    low, high = share_band(np.ones((5, 1), dtype=bool), np.zeros(5, dtype=np.int64), probability=0.9)
    assert np.isnan([*low, *high]).all()


def covering(groups: int, level: float, *, equal: bool, draws: int = 1500) -> float:
    """How often the 90 % band holds the true `level`, where each episode's intervals hold with a probability of its own: a Beta of
    that mean, with a correlation of 0.2 within the episode. Its length is always 17, or geometric with that mean.
    """
    rng = np.random.default_rng([groups, round(100 * level)])
    held = 0
    for _ in range(draws):
        length = np.full(groups, 17) if equal else rng.geometric(1 / 17, groups)
        own = rng.beta(4 * level, 4 * (1 - level), groups)
        cluster = np.repeat(np.arange(groups), length)
        low, high = share_band((rng.random(cluster.size) < own[cluster])[:, None], cluster, probability=0.9)
        held += low[0] <= level <= high[0]
    return held / draws


@pytest.mark.parametrize("groups", [10, 16, 20])
def test_the_band_covers_as_it_says_where_episodes_are_alike(groups: int) -> None:
    assert abs(covering(groups, 0.5, equal=True) - 0.9) < 0.025


@pytest.mark.parametrize(("level", "at_least"), [(0.5, 0.80), (0.8, 0.77), (0.95, 0.64)])
@pytest.mark.parametrize("groups", [10, 16, 20])
def test_where_they_are_unequal_it_is_too_narrow_and_never_too_wide(groups: int, level: float, at_least: float) -> None:
    """It excuses fewer misses than it says, and the fewer the rarer they are: what it does excuse may be excused."""
    assert at_least <= covering(groups, level, equal=False) <= 0.9
