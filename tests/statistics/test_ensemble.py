"""The record equals a loop, weights add up to one, the first model is published unless another is clearly better."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forex.statistics import ensemble
from forex.statistics.ensemble import Record, record

SCORE = st.one_of(st.floats(0.01, 20), st.just(math.nan))


@st.composite
def histories(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    scores = draw(st.lists(st.tuples(SCORE, SCORE, SCORE), min_size=1, max_size=30))
    delays = draw(st.lists(st.integers(1, 9), min_size=len(scores), max_size=len(scores)))
    return np.array(scores), np.arange(len(scores)) + np.array(delays)


@settings(deadline=None)
@given(histories(), st.sampled_from([0.7, 20.0, 500.0]))
def test_record_equals_a_loop(history: tuple[np.ndarray, np.ndarray], half_life: float) -> None:
    scores, matured = history
    ours = record(scores, matured, half_life)
    for origin in range(len(scores)):
        known = [i for i in range(len(scores)) if matured[i] <= origin and np.isfinite(scores[i]).all()]
        weights = [0.5 ** ((origin - i) / half_life) for i in known]
        assert ours.count[origin] == len(known)
        for model in range(3):
            expected = (
                sum(w * scores[i, model] for i, w in zip(known, weights, strict=True)) / sum(weights)
                if known
                else math.nan
            )
            np.testing.assert_allclose(ours.mean[origin, model], expected, rtol=1e-9)


def test_a_score_has_a_say_from_the_origin_that_knows_it() -> None:
    rng = np.random.default_rng(1)
    scores, matured = 5 + rng.random((100, 2)), np.arange(100) + rng.integers(1, 9, 100)
    matured[40] = 47
    other = scores.copy()
    other[40] = 99.0
    usual, changed = (record(values, matured, 50.0) for values in (scores, other))
    np.testing.assert_array_equal(usual.mean[:47], changed.mean[:47])
    assert (usual.mean[47:] != changed.mean[47:]).all()


@pytest.mark.parametrize("length", [30, 77])
def test_a_history_cut_off_has_the_same_bits_as_the_whole(length: int) -> None:
    rng = np.random.default_rng(2)
    scores, matured = 5 + rng.random((100, 2)), np.arange(100) + rng.integers(1, 9, 100)
    whole, part = record(scores, matured, 37.0), record(scores[:length], matured[:length], 37.0)
    np.testing.assert_array_equal(part.mean, whole.mean[:length])
    np.testing.assert_array_equal(part.count, whole.count[:length])


def test_long_histories_keep_their_weights_in_range() -> None:
    ours = record(np.ones((20_000, 1)), np.arange(20_000) + 1, 10.0)
    np.testing.assert_allclose(ours.mean[1:], 1.0)


MEANS = st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0.1, 20)), min_size=1, max_size=10)


@settings(deadline=None)
@given(MEANS, st.floats(0, 200), st.floats(0, 1))
def test_weights_add_up_to_one_and_favour_the_better(means: list, sharpness: float, shrinkage: float) -> None:
    past = Record(np.array(means), np.full(len(means), 300))
    ours = ensemble.weights(past, sharpness=sharpness, shrinkage=shrinkage)
    np.testing.assert_allclose(ours.sum(axis=1), 1.0)
    assert (ours >= shrinkage / 3 - 1e-12).all()
    for row, mean in zip(ours, means, strict=True):
        in_order = row[np.argsort(mean)]
        assert (np.diff(in_order) <= 1e-12).all()


def test_weights_are_equal_without_evidence_sharpness_or_when_shrunk_all_the_way() -> None:
    past = Record(np.array([[10.0, 12.0], [np.nan, np.nan]]), np.array([300, 0]))
    assert ensemble.weights(past, sharpness=50, shrinkage=1).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert ensemble.weights(past, sharpness=0, shrinkage=0).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    unequal = ensemble.weights(past, sharpness=50, shrinkage=0)
    np.testing.assert_allclose(unequal[0, 0] / unequal[0, 1], np.exp(50 * 0.2))


@pytest.mark.parametrize("factor", [1e-3, 900.0])
def test_weights_and_choice_do_not_depend_on_the_unit_of_the_scores(factor: float) -> None:
    rng = np.random.default_rng(3)
    means, count = 5 + rng.random((50, 3)), np.full(50, 300)
    usual, moved = Record(means, count), Record(factor * means, count)
    for shrinkage in (0.0, 0.5):
        np.testing.assert_allclose(
            ensemble.weights(moved, sharpness=50, shrinkage=shrinkage),
            ensemble.weights(usual, sharpness=50, shrinkage=shrinkage),
        )


def test_average_is_by_quantile_and_keeps_their_order() -> None:
    rng = np.random.default_rng(4)
    members = np.sort(0.01 * rng.standard_normal((3, 20, 25)), axis=2)
    weights = rng.dirichlet([1, 1, 1], 20)
    ours = ensemble.average(members, weights)
    for origin in range(20):
        for quantile in range(25):
            expected = sum(weights[origin, model] * members[model, origin, quantile] for model in range(3))
            np.testing.assert_allclose(ours[origin, quantile], expected, atol=1e-16)
    assert (np.diff(ours, axis=1) >= 0).all()
