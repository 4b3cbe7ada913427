"""Tails that lean: equal to a readable loop, with width and median kept, and from nothing but what was known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forex.calibration.calibrate import calibrate
from forex.calibration.lean import lean
from forex.core.names import PUBLISHED
from forex.core.quantiles import MEDIAN
from forex.observations.history import Floats
from forex.statistics.conformal import COVERAGE, quantiles
from tests.support.calibrated_world import HORIZONS, PARAMS, changed, result, world

WEIGHT = 20.0
seeds = st.integers(0, 2**32 - 1)


def normal(origins: int) -> Floats:
    """Half-widths of the standard normal at every origin, (n, 12)."""
    from scipy.special import ndtri

    return np.tile(ndtri((1 + COVERAGE) / 2), (origins, 1))


def by_hand(signed: Floats, half_widths: Floats, matured: NDArray[np.int64], steps: Floats, weight: float) -> Floats:
    """At each origin from scratch: how often outcomes were beyond each half-width, above and below."""
    found = np.zeros_like(half_widths)
    for origin in range(len(signed)):
        known = [
            i
            for i in range(len(signed))
            if matured[i] <= origin and np.isfinite(signed[i]) and np.isfinite(half_widths[i]).all()
        ]
        if np.isnan(half_widths[origin]).any():
            continue
        number = len(known) / max(steps[origin], 1)
        for pair, coverage in enumerate(COVERAGE):
            beyond = []
            for side in (1, -1):
                on_side = [i for i in known if side * signed[i] > 0]
                count = sum(side * signed[i] > half_widths[i, pair] for i in on_side)
                beyond.append(count / len(on_side) if on_side else 1 - coverage)
            above, below = beyond
            tilt = number / (number + weight * coverage / (1 - coverage)) * (below - above) / 2
            levels, widths = [0.0, *COVERAGE], [0.0, *half_widths[origin]]
            longer, shorter = (np.interp(coverage - side * tilt, levels, widths) for side in (1, -1))
            if half_widths[origin, pair] > 0:
                found[origin, pair] = np.clip((longer - shorter) / (2 * half_widths[origin, pair]), -1, 1)
    return found


@pytest.mark.slow
@given(seeds, st.sampled_from([0.5, 20.0]))
def test_readable_loop_agrees(seed: int, weight: float) -> None:
    rng = np.random.default_rng(seed)
    origins = 30
    signed = rng.standard_normal(origins) + rng.choice([0.0, 1.0])
    signed[rng.random(origins) < 0.1] = np.nan
    half_widths = np.sort(rng.exponential(1.0, (origins, len(COVERAGE))), axis=1)
    half_widths[: rng.integers(0, 6)] = np.nan
    half_widths[-1, :3] = 0.0
    matured, steps = np.arange(origins) + rng.integers(1, 9, origins), rng.integers(0, 8, origins)
    ours = lean(signed, half_widths, matured, steps, weight)
    np.testing.assert_allclose(ours, by_hand(signed, half_widths, matured, steps, weight), rtol=1e-8, atol=1e-10)


def test_before_anything_has_matured_nothing_leans() -> None:
    assert not lean(np.full(9, 3.0), normal(9), np.full(9, 9), np.ones(9, dtype=np.int64), WEIGHT).any()
    assert not lean(np.full(9, np.nan), normal(9), np.arange(9) + 1, np.ones(9, dtype=np.int64), WEIGHT).any()
    assert lean(np.zeros(0), normal(0), np.arange(0), np.arange(0), WEIGHT).shape == (0, len(COVERAGE))


def test_symmetric_outcomes_lean_next_to_nothing() -> None:
    rng = np.random.default_rng(1)
    origins = 4000
    for steps in (1, 20):
        made = lean(
            rng.standard_normal(origins), normal(origins), np.arange(origins) + steps, np.full(origins, steps), WEIGHT
        )
        assert np.abs(made[-1]).max() < 0.05
        assert np.sqrt(np.mean(made[1000:] ** 2)) < 0.03


@pytest.mark.parametrize("side", [1, -1])
def test_outcomes_with_a_long_tail_lean_to_its_side(side: int) -> None:
    """Outcomes 1.5 times a normal's size above the median and 0.7 times below: the intervals' ends come nearer their place."""
    rng = np.random.default_rng(2)
    origins = 4000
    draws = rng.standard_normal(origins)
    signed = side * np.where(draws > 0, 1.5, 0.7) * draws
    half_widths = normal(origins)
    made = lean(signed, half_widths, np.arange(origins) + 1, np.ones(origins, dtype=np.int64), WEIGHT)
    assert (side * made[-1] > 0.05).all()
    before, after = (quantiles(np.zeros(origins), np.ones(origins), half_widths, leans)[1000:] for leans in (0.0, made))
    late = signed[1000:]
    for pair in range(len(COVERAGE)):
        due = (1 - COVERAGE[pair]) / 2
        for end, beyond in ((MEDIAN + 1 + pair, 1), (MEDIAN - 1 - pair, -1)):
            missed, misses = (np.mean(beyond * late > beyond * forecast[:, end]) for forecast in (before, after))
            assert abs(misses - due) < max(abs(missed - due), 0.01)


def test_thin_tails_need_more_evidence_and_overlaps_count_for_less() -> None:
    """The same record as of one step and as of twenty, and the lean that it gives the middle and the tails."""
    rng = np.random.default_rng(3)
    draws = rng.standard_normal(400)
    signed = np.where(draws > 0, 1.5, 0.7) * draws
    short, long = (
        lean(signed, normal(400), np.arange(400) + 1, np.full(400, steps, dtype=np.int64), WEIGHT)[-1]
        for steps in (1, 20)
    )
    assert (long < short).all() and (long > 0).all()
    kept = long / short
    assert kept[COVERAGE > 0.9].max() < kept[COVERAGE < 0.5].min()


@given(seeds)
def test_the_width_and_the_median_stay_and_no_quantile_crosses(seed: int) -> None:
    """However one-sided the record is: here every outcome is above the median, and beyond some of the half-widths."""
    rng = np.random.default_rng(seed)
    origins = 60
    signed = np.abs(rng.standard_t(2, origins))
    half_widths = np.sort(rng.exponential(1.0, (origins, len(COVERAGE))), axis=1)
    made = lean(signed, half_widths, np.arange(origins) + 1, np.ones(origins, dtype=np.int64), 0.1)
    assert (np.abs(made) <= 1).all()
    spread = quantiles(np.full(origins, 0.01), np.ones(origins), half_widths, made)
    assert (spread[:, MEDIAN] == 0.01).all() and (np.diff(spread, axis=1) >= 0).all()
    above, below = half_widths * (1 + made), half_widths * (1 - made)
    np.testing.assert_allclose(above + below, 2 * half_widths)
    in_order = (np.diff(above, axis=1) >= 0).all(axis=1) & (np.diff(below, axis=1) >= 0).all(axis=1)
    widths = spread[:, MEDIAN + 1 :] - spread[:, :MEDIAN][:, ::-1]
    np.testing.assert_allclose(widths[in_order], 2 * half_widths[in_order], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("matures", [41, 60, 150])
def test_an_outcome_counts_from_the_origin_that_knows_it_not_one_earlier(matures: int) -> None:
    rng = np.random.default_rng(4)
    signed, matured = rng.standard_normal(200), np.arange(200) + rng.integers(1, 20, 200)
    matured[40] = matures
    signed[40] = 0.01
    other = signed.copy()
    other[40] = 99.0
    steps = np.full(200, 3)
    usual, moved = (lean(errors, normal(200), matured, steps, WEIGHT) for errors in (signed, other))
    np.testing.assert_array_equal(usual[:matures], moved[:matures])
    assert (usual[matures:, -1] != moved[matures:, -1]).all()
    part = lean(signed[: matures + 1], normal(matures + 1), matured[: matures + 1], steps[: matures + 1], WEIGHT)
    np.testing.assert_array_equal(part, usual[: matures + 1])


# --- in what is published ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_calibrated_quantiles_lean_from_the_shortest_pooled_horizon_on_and_their_widths_do_not() -> None:
    first = result()[1]
    symmetric = calibrate(*world(), changed(lean_weight=1e12))[0]
    for horizon in HORIZONS:
        ours, plain = result()[0][horizon].quantiles[PUBLISHED][first:], symmetric[horizon].quantiles[PUBLISHED][first:]
        np.testing.assert_array_equal(ours[:, MEDIAN], plain[:, MEDIAN])
        middle = (plain + plain[:, ::-1]) / 2
        np.testing.assert_allclose(middle, np.repeat(plain[:, [MEDIAN]], 25, axis=1), atol=1e-9)
        if horizon == "1d":
            np.testing.assert_allclose(ours, plain, atol=1e-12)
        else:
            assert (ours != plain).any(axis=1)[60:].all()  # the errors that it learns from start at `first`, too
            turned = ((ours[:, -1] - ours[:, 0]) - (plain[:, -1] - plain[:, 0])) / (plain[:, -1] - plain[:, 0])
            assert np.abs(turned).max() < 1e-6
    assert min(int(horizon[:-1]) for horizon in PARAMS.pool_horizons) == 7


@pytest.mark.slow
def test_where_no_horizon_is_pooled_all_but_the_next_day_lean() -> None:
    made, first = calibrate(*world(), changed(pool_horizons=()))
    for horizon in HORIZONS:
        distances = made[horizon].quantiles[PUBLISHED][first:]
        distances = distances - distances[:, [MEDIAN]]
        symmetric = np.abs(distances + distances[:, ::-1]).max(axis=1) < 1e-12
        assert symmetric.all() if horizon == "1d" else not symmetric[60:].any()
