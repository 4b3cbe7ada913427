"""Scores at the level of the dollar in pesos: closed forms, laws, propriety, and loops as oracles."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import beta, gamma, ndtri, stdtrit

from forex.core.errors import DataError
from forex.core.quantiles import COLUMNS, GRID
from forex.statistics.scores import LEVELS, WEIGHTS, covered, crps, interval_score, made, matured, pinball, pit

LEVEL_CLP, SIGMA = 900.0, 12.0


def normal_quantiles(mean: float = LEVEL_CLP, sigma: float = SIGMA) -> np.ndarray:
    return mean + sigma * ndtri(LEVELS)


def crps_normal(y: np.ndarray) -> np.ndarray:
    """Closed form (Gneiting & Raftery 2007, eq. 21), mean 900, standard deviation 12."""
    from scipy.special import ndtr

    z = (y - LEVEL_CLP) / SIGMA
    return SIGMA * (z * (2 * ndtr(z) - 1) + 2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi))


def crps_t(y: np.ndarray, nu: float) -> np.ndarray:
    """Closed form for t with nu degrees of freedom (Jordan, Krüger & Lerch 2019), centre 900, scale 12."""
    from scipy.special import stdtr

    z = (y - LEVEL_CLP) / SIGMA
    density = gamma((nu + 1) / 2) / (np.sqrt(nu * np.pi) * gamma(nu / 2)) * (1 + z**2 / nu) ** (-(nu + 1) / 2)
    constant = 2 * np.sqrt(nu) / (nu - 1) * beta(0.5, nu - 0.5) / beta(0.5, nu / 2) ** 2
    return SIGMA * (z * (2 * stdtr(nu, z) - 1) + 2 * density * (nu + z**2) / (nu - 1) - constant)


def crps_loop(y: float, quantiles: np.ndarray) -> float:
    """The quadrature as it is described: trapezoids between levels, the outermost loss for all levels beyond."""
    losses = [level * (y - q) if y >= q else (1 - level) * (q - y) for level, q in zip(GRID, quantiles, strict=True)]
    area = GRID[0] * losses[0] + (1 - GRID[-1]) * losses[-1]
    for i in range(len(GRID) - 1):
        area += (GRID[i + 1] - GRID[i]) * (losses[i] + losses[i + 1]) / 2
    return 2 * area


def pit_loop(y: float, quantiles: np.ndarray) -> float:
    equal = [level for level, q in zip(GRID, quantiles, strict=True) if q == y]
    if equal:
        return (equal[0] + equal[-1]) / 2
    if y < quantiles[0]:
        return GRID[0] / 2
    for i in range(len(GRID) - 1):
        if quantiles[i] < y < quantiles[i + 1]:
            share = (y - quantiles[i]) / (quantiles[i + 1] - quantiles[i])
            return GRID[i] + share * (GRID[i + 1] - GRID[i])
    return (1 + GRID[-1]) / 2


# Prices in cents, so that ties happen.
cents = st.integers(85_000, 95_000).map(lambda value: value / 100)
grids = st.lists(st.integers(89_950, 90_050).map(lambda value: value / 100), min_size=25, max_size=25).map(sorted)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.one_of(cents, st.integers(89_950, 90_050).map(lambda v: v / 100)), grids), min_size=1, max_size=4
    )
)
def test_crps_and_pit_equal_the_loops(rows: list[tuple[float, list[float]]]) -> None:
    y = np.array([row[0] for row in rows])
    quantiles = np.array([row[1] for row in rows])
    assert crps(y, quantiles) == pytest.approx([crps_loop(a, b) for a, b in zip(y, quantiles, strict=True)], abs=1e-9)
    assert pit(y, quantiles) == pytest.approx([pit_loop(a, b) for a, b in zip(y, quantiles, strict=True)], abs=1e-9)


def test_quadrature_weights() -> None:
    assert (WEIGHTS > 0).all()
    assert WEIGHTS.sum() == pytest.approx(1, abs=1e-12)
    assert float(WEIGHTS @ LEVELS) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(
    ("quantiles", "closed"),
    [
        (normal_quantiles(), crps_normal),
        (LEVEL_CLP + SIGMA * stdtrit(5, LEVELS), lambda y: crps_t(y, 5)),
    ],
)
def test_crps_is_near_the_closed_form(quantiles: np.ndarray, closed) -> None:
    y = np.linspace(LEVEL_CLP - 8 * SIGMA, LEVEL_CLP + 8 * SIGMA, 2001)
    ratio = crps(y, np.broadcast_to(quantiles, (y.size, 25))) / closed(y)
    assert -0.009 < ratio.min() - 1 < 0
    assert 0 < ratio.max() - 1 < 0.001


def test_crps_on_average_over_the_forecasts_own_outcomes() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    for outcomes, quantiles, closed in (
        (LEVEL_CLP + SIGMA * ndtri(u), normal_quantiles(), crps_normal),
        (LEVEL_CLP + SIGMA * stdtrit(5, u), LEVEL_CLP + SIGMA * stdtrit(5, LEVELS), lambda y: crps_t(y, 5)),
    ):
        grid = crps(outcomes, np.broadcast_to(quantiles, (u.size, 25))).mean()
        assert grid / closed(outcomes).mean() - 1 == pytest.approx(-0.0024, abs=0.0003)


def test_scores_obey_shift_and_scale() -> None:
    rng = np.random.default_rng(5)
    y = LEVEL_CLP + SIGMA * rng.standard_t(4, 200)
    quantiles = LEVEL_CLP + SIGMA * np.sort(rng.standard_normal((200, 25)), axis=1)
    low, high = quantiles[:, 2], quantiles[:, 22]
    for shift, scale in ((-250.0, 1.0), (0.0, 1.7), (40.0, 0.5)):

        def moved(values: np.ndarray, shift: float = shift, scale: float = scale) -> np.ndarray:
            return shift + scale * values

        assert crps(moved(y), moved(quantiles)) == pytest.approx(scale * crps(y, quantiles), rel=1e-9)
        assert interval_score(moved(y), moved(low), moved(high), level=0.95) == pytest.approx(
            scale * interval_score(y, low, high, level=0.95), rel=1e-9
        )
        assert pit(moved(y), moved(quantiles)) == pytest.approx(pit(y, quantiles), abs=1e-9)


def test_a_point_forecast_scores_its_absolute_error() -> None:
    y = np.array([700.0, 899.99, 900.0, 1300.0])
    assert crps(y, np.full((4, 25), 900.0)) == pytest.approx(np.abs(y - 900.0), abs=1e-9)


def test_the_true_distribution_scores_best() -> None:
    u = (np.arange(50_000) + 0.5) / 50_000
    y = LEVEL_CLP + SIGMA * ndtri(u)

    def mean_crps(mean: float, sigma: float) -> float:
        return float(crps(y, np.broadcast_to(normal_quantiles(mean, sigma), (y.size, 25))).mean())

    def mean_interval_score(mean: float, sigma: float) -> float:
        bounds = normal_quantiles(mean, sigma)[[2, 22]]
        return float(interval_score(y, np.full(y.size, bounds[0]), np.full(y.size, bounds[1]), level=0.95).mean())

    others = [(LEVEL_CLP + 1, SIGMA), (LEVEL_CLP - 1, SIGMA), (LEVEL_CLP, SIGMA * 1.05), (LEVEL_CLP, SIGMA * 0.95)]
    for score in (mean_crps, mean_interval_score):
        assert all(score(LEVEL_CLP, SIGMA) < score(*other) for other in others)


def test_each_grid_quantile_is_the_best_one_for_its_own_level() -> None:
    """Propriety without a loophole at the ends: moving any one quantile off its true place costs."""
    u = (np.arange(50_000) + 0.5) / 50_000
    y = LEVEL_CLP + SIGMA * ndtri(u)
    best = normal_quantiles()
    for i in (0, 1, 12, 23, 24):
        for step in (-2.0, 2.0):
            other = best.copy()
            other[i] += step
            loss = pinball(y, other[i], level=LEVELS[i]).mean()
            assert pinball(y, best[i], level=LEVELS[i]).mean() < loss


def test_interval_score_example_and_sides() -> None:
    y, low, high = np.array([905.0, 875.0, 900.0, 880.0, 890.0]), np.full(5, 880.0), np.full(5, 900.0)
    assert interval_score(y, low, high, level=0.8) == pytest.approx([70, 70, 20, 20, 20])
    assert covered(y, low, high).tolist() == [False, False, True, True, True]


def test_interval_score_is_the_pinball_loss_of_its_ends() -> None:
    rng = np.random.default_rng(6)
    y, low, high = rng.normal(900, 15, 300), np.full(300, 885.0), np.full(300, 915.0)
    ends = pinball(y, low, level=0.1) + pinball(y, high, level=0.9)
    assert interval_score(y, low, high, level=0.8) == pytest.approx(2 / 0.2 * ends)


def test_wrong_arguments_are_refused() -> None:
    y = np.array([900.0])
    with pytest.raises(ValueError, match=r"expected a level in \(0, 1\), got 95"):
        interval_score(y, y, y, level=95)
    with pytest.raises(ValueError, match="lower bound above"):
        interval_score(y, y + 1, y, level=0.95)
    with pytest.raises(ValueError, match="expected 25 quantiles"):
        crps(y, np.full((1, 24), 900.0))
    for levels in (1.0, 0.0, [0.5, 1.5], [-0.5, 0.5], [0.5, 1.0], [0.0, 0.5], math.nan):
        with pytest.raises(ValueError, match="expected levels"):
            pinball(y, y, level=levels)
    for level in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="expected a level"):
            interval_score(y, y, y, level=level)
    with pytest.raises(ValueError, match="lower bound above"):
        interval_score([900.0, 900.0], [890.0, 911.0], [910.0, 910.0], level=0.95)


def test_pit_of_a_true_forecast_is_uniform() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    values = pit(LEVEL_CLP + SIGMA * ndtri(u), np.broadcast_to(normal_quantiles(), (u.size, 25)))
    assert np.abs(values - u).max() < 0.005


def small_frame() -> pl.DataFrame:
    """Three origins, two models, two horizons; the last origin is unmatured."""
    rows = []
    for day in (1, 2, 3):
        for horizon in ("1d", "7d"):
            for model in ("published", "random_walk"):
                sigma = 5.0 if model == "published" else 6.0
                rows.append(
                    {
                        "origin_date": dt.date(2024, 10, day),
                        "target_date": dt.date(2024, 10, day + int(horizon[0])),
                        "horizon": horizon,
                        "model": model,
                        "regime": "NORMAL",
                        "steps": int(horizon[0]),
                        "anchor": 900.0 + day,
                        "actual": None if day == 3 else 905.0 + day,
                    }
                    | dict(zip(COLUMNS, normal_quantiles(900.0 + day, sigma), strict=True))
                )
    return pl.DataFrame(rows).sort("origin_date", "horizon", "model")


def test_matured_reads_the_contract() -> None:
    panel = matured(small_frame(), "7d")
    assert panel.models == ("published", "random_walk")
    assert panel.origin_date.astype(str).tolist() == ["2024-10-01", "2024-10-02"]
    assert panel.actual.tolist() == [906.0, 907.0]
    assert panel.quantiles[1, 0] == pytest.approx(normal_quantiles(902.0, 5.0))
    assert panel.crps.shape == (2, 2)
    assert panel.typical_steps == 7
    assert matured(small_frame(), "7d", origins_from="2024-10-02").n == 1
    assert matured(small_frame(), "30d").n == 0
    assert panel.last(1).origin_date.astype(str).tolist() == ["2024-10-02"]


def test_matured_refuses_a_broken_contract() -> None:
    frame = small_frame()
    with pytest.raises(DataError, match=r"no column q0\.5"):
        matured(frame.drop("q0.5"), "1d")
    with pytest.raises(DataError, match="horizon 1d: expected one row per origin and model"):
        matured(frame.slice(1), "1d")
    with pytest.raises(DataError, match="sorted by both"):
        matured(frame.reverse(), "1d")
    crossing = frame.with_columns(
        pl.when(pl.col("model") == "random_walk").then(2000.0).otherwise(pl.col("q0.5")).alias("q0.5")
    )
    with pytest.raises(DataError, match="2024-10-01 1d random_walk: a quantile"):
        matured(crossing, "1d")
    with pytest.raises(DataError, match="a quantile is empty"):
        matured(frame.with_columns(pl.lit(None, dtype=pl.Float64).alias("q0.01")), "1d")


def test_every_forecast_is_made_and_one_is_due_when_its_day_has_come() -> None:
    days = [dt.date(2024, 1, day) for day in (2, 3, 4, 5)]
    known = dict(zip(days, (900.0, None, None, None), strict=True))
    rows = [
        {"origin_date": day, "target_date": day + dt.timedelta(2), "horizon": horizon, "model": model}
        | {"regime": "NORMAL", "actual": actual}
        for day, actual in known.items()
        for horizon in ("1d", "7d")
        for model in ("published", "random_walk")
    ]
    frame = pl.DataFrame(rows, schema_overrides={"actual": pl.Float64})
    found = made(frame, "1d")
    assert found.origin_date.astype(str).tolist() == [str(day) for day in days]
    assert found.matured.tolist() == [True, False, False, False]
    assert found.due.tolist() == [True, True, False, False]
    assert made(frame, "1d", origins_from="2024-01-04").due.tolist() == [False, False]
    assert made(frame, "30d").due.tolist() == []
