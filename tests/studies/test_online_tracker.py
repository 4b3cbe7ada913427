"""The tracker equals a readable loop, learns when outcomes are known and not before, and keeps its bound for any sequence."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.observations.history import Floats
from forex.statistics.conformal import COVERAGE
from studies.online_correction import tracker

LEVELS = (0.5, 0.8, 0.95)


def by_hand(ratios: Floats, matured: np.ndarray, levels: tuple[float, ...], rate: float) -> Floats:
    """Day by day, level by level: what has become known today is judged by the factor it was made with."""
    path = np.full(ratios.shape, math.nan)
    for j, level in enumerate(levels):
        factor = 1.0
        for today in range(len(ratios)):
            for made in range(today):
                if matured[made] == today and not np.isnan(ratios[made]).any():
                    if ratios[made, j] > path[made, j]:
                        factor += rate * level
                    else:
                        factor -= rate * (1 - level)
            path[today, j] = factor
    return path


@st.composite
def sequences(draw: st.DrawFn) -> tuple[Floats, np.ndarray]:
    """Ratios with gaps; each outcome is known 1 to 9 origins later, several at once on some days, or never."""
    n = draw(st.integers(1, 40))
    ratio = st.one_of(st.floats(0, 4), st.just(math.nan))
    ratios = np.array(draw(st.lists(st.tuples(ratio, ratio, ratio), min_size=n, max_size=n)))
    delays = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    return ratios, np.arange(n) + np.array(delays)


@given(sequences(), st.sampled_from([0.003, 0.1, 1.0]))
def test_readable_loop_agrees(sequence: tuple[Floats, np.ndarray], rate: float) -> None:
    ratios, matured = sequence
    ours = tracker.factors(ratios, matured, np.array(LEVELS), rate=rate)
    np.testing.assert_allclose(ours, by_hand(ratios, matured, LEVELS, rate), rtol=1e-9, atol=1e-9)


# --- the guarantee --------------------------------------------------------------------------------------------------


def misses(ratios: Floats, matured: np.ndarray, rate: float) -> tuple[Floats, int]:
    """Cumulated misses of every level in the order in which they become known; and the most that wait at a time."""
    path = tracker.factors(ratios, matured, np.array(LEVELS), rate=rate)
    known = np.flatnonzero(matured < len(ratios))
    known = known[np.argsort(matured[known], kind="stable")]
    days = np.arange(len(ratios))
    waiting = int(np.max(days + 1 - np.searchsorted(np.sort(matured), days, side="right")))
    return np.cumsum(ratios[known] > path[known], axis=0), waiting


def assert_bound(ratios: Floats, matured: np.ndarray, rate: float) -> None:
    missed, waiting = misses(ratios, matured, rate)
    largest = max(float(ratios.max()), 1.0)
    counts = np.arange(1, len(missed) + 1)
    error = np.abs(missed / counts[:, None] - (1 - np.array(LEVELS)))
    allowed = [tracker.bound(rate, largest=largest, waiting=waiting, outcomes=int(count)) for count in counts]
    # Outcomes that become known on one day move the factor together: the bound holds at the end of each day.
    last_of_day = np.append(np.diff(np.sort(matured[matured < len(ratios)])) > 0, True)
    assert (error <= np.array(allowed)[:, None] + 1e-12)[last_of_day].all()


@settings(max_examples=100)
@given(st.lists(st.floats(0, 5), min_size=30, max_size=120), st.integers(1, 25), st.sampled_from([0.01, 0.2, 1.0]))
def test_coverage_error_is_bounded_for_any_sequence(values: list[float], delay: int, rate: float) -> None:
    ratios = np.repeat(np.array(values)[:, None], len(LEVELS), axis=1)
    assert_bound(ratios, np.arange(len(values)) + delay, rate)


@pytest.mark.parametrize("delay", [1, 5, 22, 64])
@pytest.mark.parametrize("rate", [0.02, 0.1])
@pytest.mark.parametrize("kind", ["always far out", "always at the median", "periods", "trend", "against the tracker"])
def test_coverage_error_is_bounded_for_an_adversary(kind: str, rate: float, delay: int) -> None:
    n, largest = 2000, 4.0
    days = np.arange(n)
    ratio = {
        "always far out": np.full(n, largest),
        "always at the median": np.zeros(n),
        "periods": np.where(days // 300 % 2 == 0, 0.1, largest),
        "trend": largest * days / n,
    }.get(kind)
    if ratio is None:  # just outside the factors of a constant sequence; two days in seven just inside
        path = tracker.factors(np.full((n, 1), 2.0), days + delay, np.array([0.8]), rate=rate)[:, 0]
        ratio = np.clip(path + np.where(days % 7 < 5, 1e-6, -1e-6), 0, largest)
    assert_bound(np.repeat(ratio[:, None], len(LEVELS), axis=1), days + delay, rate)


def test_without_correction_the_same_adversary_is_not_bounded() -> None:
    """So that the bound is the tracker's and not the sequence's: half-widths of half the size miss far more than allowed."""
    rng, n, rate = np.random.default_rng(1), 6000, 0.05
    scores = np.abs(rng.standard_normal(n))
    ratios = np.repeat(scores[:, None] / (0.5 * 1.2816), len(LEVELS), axis=1)
    missed, waiting = misses(ratios, np.arange(n) + 5, rate)
    allowed = tracker.bound(rate, largest=float(ratios.max()), waiting=waiting, outcomes=len(missed))
    assert abs(missed[-1, 1] / len(missed) - 0.2) <= allowed < 0.03
    assert abs(np.mean(ratios[:, 1] > 1) - 0.2) > 0.3


# --- delayed feedback -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [20, 77, 150, 251])
def test_factors_do_not_depend_on_what_is_known_later(cut: int) -> None:
    """To the last bit: other outcomes after the cut, and a history that ends there."""
    rng = np.random.default_rng(2)
    ratios, matured = np.abs(rng.standard_normal((300, 3))), np.arange(300) + rng.integers(1, 20, 300)
    usual = tracker.factors(ratios, matured, np.array(LEVELS), rate=0.05)
    other = np.where((matured > cut)[:, None], 9.0, ratios)
    changed = tracker.factors(other, matured, np.array(LEVELS), rate=0.05)
    short = tracker.factors(ratios[: cut + 1], np.minimum(matured, cut + 1)[: cut + 1], np.array(LEVELS), rate=0.05)
    np.testing.assert_array_equal(changed[: cut + 1], usual[: cut + 1])
    np.testing.assert_array_equal(short, usual[: cut + 1])
    assert (changed[cut + 25 :] != usual[cut + 25 :]).any()


def test_an_outcome_counts_from_the_first_origin_that_knows_it() -> None:
    ratios, matured = np.full((60, 3), 0.5), np.arange(60) + 7
    other = ratios.copy()
    other[30] = 3.0
    usual, changed = (tracker.factors(values, matured, np.array(LEVELS), rate=0.1) for values in (ratios, other))
    np.testing.assert_array_equal(changed[:37], usual[:37])
    np.testing.assert_allclose(changed[37:44] - usual[37:44], 0.1)


# --- half-widths ----------------------------------------------------------------------------------------------------


def made_up(n: int = 3000) -> tuple[Floats, Floats, np.ndarray]:
    """Half-widths of a standard normal, and scores whose size doubles half-way, known five origins later."""
    from statistics import NormalDist

    rng = np.random.default_rng(3)
    usual = np.array([NormalDist().inv_cdf(0.5 + level / 2) for level in COVERAGE])
    scores = np.abs(rng.standard_normal(n)) * np.where(np.arange(n) < n // 2, 1.0, 2.0)
    return np.tile(usual, (n, 1)), scores, np.arange(n) + 5


def test_rate_zero_changes_nothing() -> None:
    half_widths, scores, matured = made_up()
    assert tracker.corrected(half_widths, scores, matured, rate=0.0) is half_widths


def test_corrected_half_widths_are_in_order_and_mend_a_change_of_size() -> None:
    half_widths, scores, matured = made_up()
    half_widths[:50], scores[40] = np.nan, np.nan
    made = tracker.corrected(half_widths, scores, matured, rate=0.05)
    assert np.isnan(made[:50]).all() and (np.diff(made[50:], axis=1) >= 0).all() and (made[50:] >= 0).all()
    late = slice(1900, None)
    for j in (7, 9):  # 80 and 95 %
        before, after = (np.mean(scores[late] <= widths[late, j]) for widths in (half_widths, made))
        assert abs(after - COVERAGE[j]) < 0.03 < abs(before - COVERAGE[j])


def test_half_widths_of_zero_teach_nothing() -> None:
    half_widths, scores, matured = made_up(200)
    half_widths[:100] = 0.0
    made = tracker.corrected(half_widths, scores, matured, rate=0.05)
    np.testing.assert_array_equal(made[:100], 0.0)
    np.testing.assert_array_equal(made[100:105], half_widths[100:105])
