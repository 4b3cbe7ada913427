"""The running sums equal a regression written out at every refit, and only matured rows are in it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from forex.observations.history import Floats
from forex.statistics import ridge
from forex.statistics.ridge import Schedule

SCHEDULE = Schedule(refit_every=7, half_life=40.0, penalty=3.0, min_rows=20, floor=0.0)


class Rows:
    """n rows of p features of very different size; some features, targets and variances are absent, some late."""

    def __init__(self, seed: int, count: int = 150, width: int = 4):
        rng = np.random.default_rng(seed)
        self.features = rng.standard_normal((count, width)) * np.array([0.005, 0.02, 3.0, 100.0])[:width]
        self.target = self.features @ np.array([0.5, -0.2, 1e-3, 1e-5])[:width] + 0.006 * rng.standard_normal(count)
        self.features[rng.random((count, width)) < 0.1] = np.nan
        self.features[:, -1] = np.nan if seed % 2 else 0.0  # a driver that never was there, or never moved
        self.target[rng.random(count) < 0.08] = np.nan
        self.variance = 0.006**2 * np.exp(0.5 * rng.standard_normal(count))
        self.variance[:5] = np.nan
        self.variance[9] = 0.0
        self.matured = np.arange(count) + 1 + rng.integers(0, 9, count)

    def predictions(self, schedule: Schedule = SCHEDULE) -> ridge.Estimates:
        return ridge.predictions(self.features, self.target, self.variance, self.matured, schedule)


def used_at(rows: Rows, refit: int) -> list[int]:
    known = range(len(rows.target))
    return [i for i in known if rows.matured[i] <= refit and np.isfinite(rows.target[i]) and rows.variance[i] > 0]


def by_hand(rows: Rows, schedule: Schedule) -> tuple[Floats, Floats]:
    """At each refit, from scratch: the normal equations in units of each feature's root mean square."""
    count, width = rows.features.shape
    predictions, coefficients = np.zeros(count), np.zeros((count, width))
    beta = np.zeros(width)
    for row in range(count):
        if row % schedule.refit_every == 0:
            used = used_at(rows, row)
            if len(used) >= schedule.min_rows:
                beta = solved(rows, used, row, schedule)
        coefficients[row] = beta
        predictions[row] = np.nan_to_num(rows.features[row]) @ beta
    return predictions, coefficients


def solved(rows: Rows, used: list[int], refit: int, schedule: Schedule) -> Floats:
    features, target = rows.features[used], rows.target[used]
    weights = np.array([0.5 ** ((refit - i) / schedule.half_life) / rows.variance[i] for i in used])
    with np.errstate(invalid="ignore"):
        size = np.sqrt(np.nansum(features**2, axis=0) / np.isfinite(features).sum(axis=0))
    there = np.flatnonzero(size > 0)
    size = np.maximum(size, schedule.floor * size[0])
    moved = np.nan_to_num(features)[:, there]
    penalty = schedule.penalty * weights.mean() * np.diag(size[there] ** 2)
    beta = np.zeros(features.shape[1])
    beta[there] = np.linalg.solve(moved.T @ (weights[:, None] * moved) + penalty, moved.T @ (weights * target))
    return beta


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "schedule",
    [SCHEDULE, Schedule(1, 1000.0, 100.0, 1, 2.0), Schedule(21, 5.0, 1e-3, 60, 0.0)],
    ids=["usual", "daily", "short"],
)
def test_readable_regression_agrees(seed: int, schedule: Schedule) -> None:
    rows = Rows(seed)
    predictions, coefficients, grams = rows.predictions(schedule)
    expected_predictions, expected_coefficients = by_hand(rows, schedule)
    np.testing.assert_allclose(coefficients, expected_coefficients, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(predictions, expected_predictions, rtol=1e-7, atol=1e-12)
    refits = range(0, len(predictions), schedule.refit_every)
    assert grams.shape == (len(refits), rows.features.shape[1], rows.features.shape[1])
    for refit, gram in zip(refits, grams, strict=True):
        moments = np.zeros_like(gram)
        for i in used_at(rows, refit):
            x = np.nan_to_num(rows.features[i])
            moments += 0.5 ** ((refit - i) / schedule.half_life) / rows.variance[i] * np.outer(x, x)
        np.testing.assert_allclose(gram, moments, rtol=1e-9, atol=1e-9 * np.abs(moments).max())


def first_difference(made: NDArray, other: NDArray) -> int:
    different = np.flatnonzero((made != other).any(axis=1))
    return int(different[0]) if different.size else len(made)


def test_a_row_enters_at_the_first_refit_at_which_it_has_matured() -> None:
    rows = Rows(1)
    row = 60
    rows.target[row] = 0.05
    for matured, enters in ((69, 70), (70, 70), (71, 77), (90, 91)):
        rows.matured[row] = matured
        usual = rows.predictions()[1]
        lacking = Rows(1)
        lacking.matured[row] = len(lacking.matured)
        assert first_difference(usual, lacking.predictions()[1]) == enters


def test_a_row_that_matures_later_changes_predictions_from_the_right_refit_on() -> None:
    rows, late = Rows(3), Rows(3)
    rows.target[60] = late.target[60] = 0.05
    rows.matured[60], late.matured[60] = 63, 80  # refits at 63, 70, 77; from 84 on both know it
    usual, delayed = rows.predictions()[1], late.predictions()[1]
    np.testing.assert_array_equal(usual[:63], delayed[:63])
    assert (usual[63:84, 0] != delayed[63:84, 0]).all()
    np.testing.assert_allclose(usual[84:], delayed[84:], rtol=1e-9)


def test_no_estimate_before_enough_rows_have_matured() -> None:
    rows = Rows(2)
    rows.matured[:] = np.maximum(rows.matured, 50)
    predictions, coefficients, _ = rows.predictions()
    assert not coefficients[:56].any() and not predictions[:56].any()
    assert coefficients[56].any()


@pytest.mark.parametrize("min_rows", [1, 2, 7, 30])
def test_the_first_estimate_needs_so_many_rows_and_none_more(min_rows: int) -> None:
    """Every row matures on the next day, and every day is a refit: row t knows t of them."""
    rng = np.random.default_rng(8)
    features = rng.standard_normal((60, 1))
    target = 0.8 * features[:, 0] + 0.1 * rng.standard_normal(60)
    variance, matured = np.ones(60), np.arange(60) + 1
    schedule = Schedule(1, 1e9, 1e-9, min_rows, 0.0)
    made = ridge.predictions(features, target, variance, matured, schedule)
    assert np.flatnonzero(made.coefficients[:, 0])[0] == min_rows
    share = ridge.earned(target, target, variance, matured, schedule)
    assert np.flatnonzero(share)[0] == min_rows


@pytest.mark.parametrize("factor", [0.01, 2.0, 1e4])
def test_units_of_features_target_and_variance_do_not_matter(factor: float) -> None:
    usual, moved = Rows(4), Rows(4)
    moved.features[:, 0] *= factor
    np.testing.assert_allclose(moved.predictions()[0], usual.predictions()[0], rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(moved.predictions()[1][:, 0] * factor, usual.predictions()[1][:, 0], rtol=1e-9)
    moved.variance *= factor
    np.testing.assert_allclose(moved.predictions()[0], usual.predictions()[0], rtol=1e-9, atol=1e-13)
    moved.target *= factor
    np.testing.assert_allclose(moved.predictions()[0], factor * usual.predictions()[0], rtol=1e-9, atol=1e-13)


def test_a_heavier_penalty_shrinks_towards_nothing() -> None:
    sizes = [
        np.abs(Rows(0).predictions(Schedule(7, 40.0, penalty, 20, 0.0))[0]).sum() for penalty in (0.1, 10.0, 1e3, 1e9)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 1e-6 * sizes[0]


def test_without_a_penalty_and_ageing_it_is_least_squares() -> None:
    rng = np.random.default_rng(5)
    features = rng.standard_normal((300, 3))
    target = features @ np.array([0.3, -0.2, 0.1]) + 0.1 * rng.standard_normal(300)
    _, coefficients, _ = ridge.predictions(
        features, target, np.ones(300), np.arange(300) + 1, Schedule(1, 1e12, 1e-12, 10, 0.0)
    )
    expected = np.linalg.lstsq(features[:299], target[:299], rcond=None)[0]
    np.testing.assert_allclose(coefficients[-1], expected, rtol=1e-8)


def earned_by_hand(rows: Rows, prediction: Floats, schedule: Schedule) -> Floats:
    """At each refit, from scratch: the weighted slope of outcome on prediction and its robust standard error."""
    share, current = np.zeros(len(prediction)), 0.0
    for row in range(len(prediction)):
        if row % schedule.refit_every == 0:
            used = [
                i
                for i in range(len(prediction))
                if rows.matured[i] <= row
                and np.isfinite(rows.target[i])
                and rows.variance[i] > 0
                and prediction[i] != 0
            ]
            current = 0.0
            if len(used) >= schedule.min_rows:
                weights = np.array([0.5 ** ((row - i) / schedule.half_life) / rows.variance[i] for i in used])
                m, y = prediction[used], rows.target[used]
                slope = (weights * m * y).sum() / (weights * m * m).sum()
                error = np.sqrt(((weights * m * (y - slope * m)) ** 2).sum()) / (weights * m * m).sum()
                current = min(slope, 1.0) * max(1 - (error / slope) ** 2, 0.0) if slope > 0 else 0.0
        share[row] = current
    return share


@pytest.mark.parametrize("seed", range(6))
def test_readable_record_agrees(seed: int) -> None:
    rows = Rows(seed)
    prediction = rows.predictions()[0]
    share = ridge.earned(prediction, rows.target, rows.variance, rows.matured, SCHEDULE)
    np.testing.assert_allclose(share, earned_by_hand(rows, prediction, SCHEDULE), rtol=1e-7, atol=1e-9)
    assert ((share >= 0) & (share <= 1)).all()


def test_an_edge_is_kept_and_a_useless_prediction_costs_nothing() -> None:
    rng = np.random.default_rng(6)
    count = 4000
    outcome = rng.standard_normal(count)
    variance, matured = np.ones(count), np.arange(count) + 1
    schedule = Schedule(refit_every=21, half_life=1000.0, penalty=1.0, min_rows=250, floor=0.0)
    edge = ridge.earned(0.5 * outcome + 0.5 * rng.standard_normal(count), outcome, variance, matured, schedule)
    assert edge[500:].min() > 0.9
    wrong = ridge.earned(-outcome, outcome, variance, matured, schedule)
    assert not wrong.any()
    none = [
        ridge.earned(rng.standard_normal(count), outcome, variance, matured, schedule)[500:].mean() for _ in range(20)
    ]
    assert np.mean(none) < 0.02
