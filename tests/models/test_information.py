"""How much an origin knew and what its forecast missed for lack of the rest: both equal to readable loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.models.information import explained_share, relative_errors

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(1, 4), st.sampled_from([1, 5, 7]))
def test_the_explained_share_is_what_a_loop_over_days_has(seed: int, width: int, refit_every: int) -> None:
    rng = np.random.default_rng(seed)
    refits = 4
    days = refits * refit_every - rng.integers(0, refit_every)
    roots = rng.standard_normal((refits, 6, width))
    grams = np.array([root.T @ root for root in roots])
    coefficients = np.repeat(rng.standard_normal((refits, width)), refit_every, axis=0)[:days]
    coefficients[: min(refit_every, days)] = 0.0  # before the first estimate
    absent = rng.random((days, width)) < 0.4
    ours = explained_share(coefficients, grams, absent, refit_every)
    for day in range(days):
        gram, whole = grams[day // refit_every], coefficients[day]
        lacking = [b if gone else 0.0 for b, gone in zip(whole, absent[day], strict=True)]
        explained, missing = (
            math.fsum(b[i] * gram[i, j] * b[j] for i in range(width) for j in range(width)) for b in (whole, lacking)
        )
        share = 1 - missing / explained if explained > 0 else 1.0
        assert ours[day] == pytest.approx(min(max(share, 0.0), 1.0), rel=1e-7, abs=1e-9)


def test_of_two_alike_drivers_one_has_three_quarters_and_of_two_unlike_ones_half() -> None:
    """Two alike drivers together explain (b + b)²·g = 4b²g, of which the missing one has b²g."""
    coefficients, absent = np.ones((1, 2)), np.array([[True, False]])
    assert explained_share(coefficients, np.ones((1, 2, 2)), absent, 5).tolist() == [0.75]
    assert explained_share(coefficients, np.eye(2)[None], absent, 5).tolist() == [0.5]


def test_with_all_of_them_the_share_is_one_with_none_nought_and_without_drivers_one() -> None:
    grams, coefficients = np.eye(3)[None], np.array([[0.5, 0.2, -0.1]])
    assert explained_share(coefficients, grams, np.zeros((1, 3), bool), 5).tolist() == [1.0]
    assert explained_share(coefficients, grams, np.ones((1, 3), bool), 5).tolist() == [0.0]
    assert explained_share(np.zeros((4, 0)), np.zeros((1, 0, 0)), np.zeros((4, 0), bool), 5).tolist() == [1.0] * 4


@given(seeds, st.sampled_from([3.0, 50.0]), st.sampled_from([0.0, 20.0]))
def test_relative_errors_are_what_a_loop_over_origins_has(seed: int, half_life: float, prior_days: float) -> None:
    rng = np.random.default_rng(seed)
    days = 40
    run, usual, outcome = rng.standard_normal((3, days))
    outcome[rng.random(days) < 0.1] = np.nan
    matured = np.arange(days) + rng.integers(1, 6, days)
    among = rng.random(days) < 0.5
    ours = relative_errors(run, usual, outcome, matured, among=among, half_life=half_life, prior_days=prior_days)
    for origin in range(days):
        known = [i for i in range(days) if among[i] and matured[i] <= origin and not math.isnan(outcome[i])]
        weight = {i: 0.5 ** ((origin - i) / half_life) for i in known}
        expected = 1.0
        if known:
            missed, usually = (sum(weight[i] * abs(outcome[i] - mean[i]) for i in known) for mean in (run, usual))
            prior = prior_days * usually / sum(weight.values())
            expected = (missed + prior) / (usually + prior)
        assert ours[origin] == pytest.approx(expected, rel=1e-9)


def test_without_an_error_to_compare_with_nothing_is_wider() -> None:
    zeros, matured = np.zeros(5), np.arange(5) + 1
    perfect = relative_errors(zeros, zeros, zeros, matured, among=np.full(5, True), half_life=9.0, prior_days=20.0)
    assert perfect.tolist() == [1.0] * 5
    none = relative_errors(zeros + 1, zeros, zeros + 2, matured, among=np.full(5, False), half_life=9.0)
    assert none.tolist() == [1.0] * 5
