"""What is usual for USD/CLP: equal to a computation by hand, near a simulated truth, and made from nothing known later."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import kurtosis, skew

from forex.core.errors import TooLittleData
from forex.estimates.estimates import (
    differing_months,
    estimate_all,
    horizon_moves,
    monthly_log_volatility,
    of_months,
    of_returns,
)
from forex.estimates.resamples import Estimate, correlation, moments, quantile
from forex.observations import align
from forex.observations.store import TARGET
from forex.params import Estimation
from forex.statistics.inference import block_weights
from forex.timeline import calendar
from tests.support.made_up import AFTER_THE_CUT_OFF, Project, published
from tests.support.nowcast_runs import build_store
from tests.support.regimes.panels import EPISODES, stressed
from tests.support.simulated import DAILY, committed, garch_returns, iid_normal

pytestmark = pytest.mark.slow

SETTINGS = committed().usdclp.estimation
REGIMES = committed().regimes
HORIZONS = ("1d", "30d")
REAL = os.environ.get("FOREX_REAL_DATA")
DAYS = calendar.business_days("2003-01-02", "2023-12-29")


def settings(**values: Any) -> Estimation:
    return SETTINGS.model_copy(update=values)


def walk(returns: np.ndarray, last: str = "2023-12-29") -> pl.DataFrame:
    days = calendar.business_days("1990-01-02", last)[-returns.size :]
    return published(days, 900 * np.exp(np.cumsum(returns)))


def on_panel(target: pl.DataFrame, as_of: str = "2023-12-29", **drivers: pl.DataFrame) -> pl.DataFrame:
    return align.panel(target, drivers, set(), as_of=as_of, cut_off="15:00")


def estimates(panel: pl.DataFrame, **values: Any) -> dict[str, Estimate]:
    return estimate_all(panel, REGIMES, settings(draws=100, **values), HORIZONS)


# --- statistics under weights: the same as of the repeated observations ------------------------------------------------


def test_weighted_statistics_are_those_of_the_repeated_observations() -> None:
    rng = np.random.default_rng(0)
    x, y = 900 + rng.standard_t(4, 300), rng.standard_normal(300)
    weights = block_weights(300, length=30, draws=5, rng=rng).astype(np.float64)
    mean, sd, skewness, excess = moments(x, weights)
    middle, both = quantile(x, weights, 0.9), correlation(x, x + y, weights)
    for draw, row in enumerate(weights.astype(int)):
        again, other = np.repeat(x, row), np.repeat(x + y, row)
        assert mean[draw] == pytest.approx(again.mean(), rel=1e-12)
        assert sd[draw] == pytest.approx(again.std(), rel=1e-9)
        assert skewness[draw] == pytest.approx(skew(again), rel=1e-6)
        assert excess[draw] == pytest.approx(kurtosis(again), rel=1e-6)
        assert middle[draw] == np.quantile(again, 0.9, method="inverted_cdf")
        assert both[draw] == pytest.approx(np.corrcoef(again, other)[0, 1], rel=1e-9)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_every_figure_of_the_observado_by_hand() -> None:
    returns = 0.01 * np.random.default_rng(1).standard_t(5, 1500)
    target = walk(returns)
    found = estimates(on_panel(target))
    days, values = target["date"].to_numpy(), target["value"].to_numpy()
    daily = np.diff(np.log(values))
    assert found["volatility.daily"].value == pytest.approx(daily.std(), rel=1e-5)
    assert found["distribution.skewness"].value == pytest.approx(skew(daily), abs=1e-4)
    assert found["distribution.excess_kurtosis"].value == pytest.approx(kurtosis(daily), abs=1e-3)
    for name, level in (("large_move", 0.95), ("extreme_move", 0.99)):
        by_hand = np.quantile(np.abs(daily), level, method="inverted_cdf")
        assert found[f"thresholds.{name}"].value == pytest.approx(by_hand, rel=1e-5)
    by_date = dict(zip(days.tolist(), values.tolist(), strict=True))
    month = []
    for day, value in by_date.items():
        due = calendar.on_or_after(np.datetime64(day) + 30, known_at=day).item()
        if due in by_date:
            month.append(np.log(by_date[due] / value))
    assert found["volatility.by_horizon.30d"].value == pytest.approx(np.std(month), rel=1e-6)
    assert found["volatility.by_horizon.30d"].n == len(month)
    estimate = found["volatility.daily"]
    assert (estimate.n, estimate.first, estimate.last) == (1499, str(days[1]), str(days[-1]))


def test_a_return_over_three_days_counts_at_its_daily_size() -> None:
    target = walk(0.01 * np.random.default_rng(2).standard_normal(1500))
    thinned = target.filter(pl.int_range(pl.len()) % 3 == 0)
    full, part = (estimates(on_panel(rows), min_returns=400)["volatility.daily"] for rows in (target, thinned))
    assert part.n == 499
    assert part.value == pytest.approx(full.value, rel=0.1)


def test_a_missing_target_has_no_move() -> None:
    days = calendar.as_dates(["2024-09-13", "2024-09-16", "2024-09-24"])
    moves = horizon_moves(days, np.array([900.0, 909.0, 990.0]), "7d")
    assert np.isnan(moves).all()  # 2024-09-23 has no value, and no neighbour stands in


def test_months_of_full_years_only() -> None:
    days = calendar.business_days("2019-03-01", "2021-12-31")
    size = np.where(days.astype("datetime64[M]").astype(int) % 12 == 6, 0.02, 0.01)
    cells = monthly_log_volatility(days, size, 10)
    assert cells.shape == (2, 12)  # 2019 has no January
    assert np.exp(cells[:, 6]) == pytest.approx(0.02) and np.exp(np.delete(cells, 6, axis=1)) == pytest.approx(0.01)


def test_copper_by_hand_and_near_its_truth() -> None:
    rng = np.random.default_rng(3)
    copper = 0.015 * rng.standard_normal(2500)
    usdclp = -0.2 * copper + 0.006 * rng.standard_normal(2500)
    target = walk(usdclp)
    driver = published(
        target["date"], 4 * np.exp(np.cumsum(copper))
    )  # published with the observado: no lag between them
    panel = on_panel(target, copper_lme=driver)
    found = estimates(panel)
    a, b = np.log(panel["anchor"].to_numpy()), np.log(panel["copper_lme"].to_numpy())
    window = REGIMES.copper_window
    x, y = a[window:] - a[:-window], b[window:] - b[:-window]
    expected = found["copper_correlation.expected"]
    assert expected.value == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-5)
    rolling = pl.DataFrame({"x": x, "y": y}).select(
        pl.rolling_corr("x", "y", window_size=REGIMES.copper_correlation_window)
    )
    rolled = rolling.to_series().drop_nulls().to_numpy()
    assert found["copper_correlation.sd"].value == pytest.approx(rolled.std(), rel=1e-5)
    strays = np.quantile(np.abs(rolled - expected.value), 0.95, method="inverted_cdf")
    assert found["copper_correlation.break_threshold"].value == pytest.approx(strays, rel=1e-5)
    move = np.quantile(np.abs(y), 0.95, method="inverted_cdf")
    assert found["thresholds.copper_move"].value == pytest.approx(move, rel=1e-5)
    truth = -0.2 * 0.015 / np.hypot(0.2 * 0.015, 0.006)
    assert expected.low < truth < expected.high < 0


def test_without_copper_it_is_not_evaluated_and_too_little_is_refused() -> None:
    target = walk(iid_normal(np.random.default_rng(4), 700))
    found = estimates(on_panel(target))
    for name in ("copper_correlation.expected", "thresholds.copper_move"):
        assert found[name].value is None and "neither copper_lme nor copper_comex" in str(found[name].why)
    assert found["volatility.month_factors.1"].value is None and "8 needed" in str(
        found["volatility.month_factors.1"].why
    )
    with pytest.raises(TooLittleData, match="699 returns are known, 800 are needed"):
        estimates(on_panel(target), min_returns=800)


# --- nothing known later ------------------------------------------------------------------------------------------------


def test_what_is_known_later_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    target, as_of = walk(garch_returns(rng, 2200)), "2023-06-30"
    copper = published(target["date"], 4 * np.exp(np.cumsum(0.015 * rng.standard_normal(2200))), AFTER_THE_CUT_OFF)
    until = calendar.cut_offs([as_of], "15:00").item()
    later = pl.col("usable_at").dt.replace_time_zone(None) > until
    whole = estimates(on_panel(target, as_of, copper_lme=copper))
    changed = [
        rows.with_columns(value=pl.when(later).then(pl.col("value") * 1.3).otherwise("value"))
        for rows in (target, copper)
    ]
    deleted = [rows.filter(~later) for rows in (target, copper)]
    for observado, driver in (changed, deleted):
        assert estimates(on_panel(observado, as_of, copper_lme=driver)) == whole
    first = [
        rows.with_columns(value=pl.col("value") * pl.Series(np.exp(0.001 * rng.standard_normal(2200))))
        for rows in (target,)
    ]
    assert estimates(on_panel(first[0], as_of, copper_lme=copper)) != whole


def test_the_same_seed_makes_the_same_interval() -> None:
    panel = on_panel(walk(garch_returns(np.random.default_rng(6), 1500)))
    assert estimates(panel) == estimates(panel)
    usual, other = estimates(panel)["volatility.daily"], estimates(panel, seed=7)["volatility.daily"]
    assert usual.value == other.value and usual.low != other.low


# --- what the intervals promise -----------------------------------------------------------------------------------------


def covered(make: Any, worlds: int) -> float:
    hits = 0
    for seed in range(worlds):
        daily = of_returns(DAYS, make(np.random.default_rng(seed), DAYS.size), settings(draws=100))["volatility.daily"]
        hits += bool(daily.low <= DAILY <= daily.high)
    return hits / worlds


def test_the_interval_holds_the_truth_where_returns_are_independent() -> None:
    """0.90 nominal; two standard errors of 150 worlds are 0.05."""
    assert 0.85 <= covered(iid_normal, 150) <= 0.95


def test_the_interval_nearly_holds_it_where_volatility_clusters() -> None:
    """Twenty-one years hold ten blocks: less than nominal, and never as little as without blocks (about a half)."""
    assert 0.70 <= covered(garch_returns, 60) <= 0.97


@pytest.mark.parametrize("make", [iid_normal, garch_returns])
def test_no_month_differs_where_none_does(make: Any) -> None:
    """Any of twelve, in at most `significance` of all cases: 5 % of 100 worlds, and two and a half standard errors."""
    alarms = sum(
        bool(differing_months(of_months(DAYS, make(np.random.default_rng(seed), DAYS.size), SETTINGS)))
        for seed in range(100)
    )
    assert alarms <= 10


def test_a_month_that_differs_is_found() -> None:
    month = DAYS.astype("datetime64[M]").astype(int) % 12 + 1
    scale = np.where(month == 10, 1.6, np.where(month == 2, 0.6, 1.0))
    found = of_months(DAYS, scale * garch_returns(np.random.default_rng(8), DAYS.size), SETTINGS)
    assert differing_months(found) == [2, 10]
    ratio = found["volatility.month_factors.10"].value / found["volatility.month_factors.2"].value
    assert ratio == pytest.approx(1.6 / 0.6, rel=0.25)


# --- real data ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA is not set")
def test_real_copper_moves_against_the_dollar(project: Project) -> None:
    from forex.params import load_params
    from forex.regimes.regimes import classify
    from stages import align as align_stage
    from stages import ingest, validate
    from tests.support.regimes.panels import INTERVENTIONS, MEETINGS

    build_store(Path("own"), (Path(str(REAL)).resolve(), [TARGET, "copper_lme"]))
    project.set(ingest={"store": "own"})
    for stage in (ingest, validate, align_stage):
        stage.main()
    panel = pl.read_parquet("data/panel.parquet")
    found = estimates(panel)
    expected = found["copper_correlation.expected"]
    assert expected.n > 3000 and -1 < expected.low < expected.value < expected.high < 0
    move = found["thresholds.copper_move"].value
    assert move is not None and 0.03 < move < 0.15
    frame = classify(panel, MEETINGS, INTERVENTIONS, load_params("regimes").regimes, copper_move=move)
    shocked = frame.filter(pl.col("regime") == "COPPER_SHOCK")["origin_date"].dt.year()
    assert {2008, 2015, 2020} <= set(shocked)
    for first, last in EPISODES:  # the estimated threshold calls what everybody remembers, too
        assert stressed(frame, first, last).all()
