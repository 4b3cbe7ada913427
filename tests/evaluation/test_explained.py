"""What the nowcast explains: the split of R² against the definition of the Shapley value, and standard errors of the right size."""

import datetime as dt
import math
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.evaluation import explained
from forex.evaluation.report import Record, Unexplained
from forex.statistics.forecasts import CONTRIBUTION
from forex.statistics.scores import LEVELS, Panel
from forex.timeline import calendar
from tests.support.simulated import committed

SERIES = ["usdclp", "brl", "mxn", "zar"]
DAILY = 0.006
SETTINGS = committed().evaluate


def made_up(rng: np.random.Generator, n: int, size: float = 0.002) -> tuple[np.ndarray, np.ndarray]:
    """Contributions of four series that move together, the last one against the others, and what came out."""
    common = rng.standard_normal((n, 1))
    parts = size * (common + rng.standard_normal((n, len(SERIES)))) * np.array([1.0, 0.7, 0.4, -0.3])
    return 0.8 * parts.sum(axis=1) + DAILY * rng.standard_normal(n), parts


def record(actual: np.ndarray, parts: np.ndarray, **changes: Any) -> Record:
    return explained.record(actual, parts, SERIES, **({"steps": 1, "bandwidth_steps": 3.0} | changes))


def explained_by(actual: np.ndarray, parts: np.ndarray, group: tuple[int, ...]) -> float:
    """R² of the forecast that is the sum of a group's contributions."""
    wrong = right = 0.0
    for outcome, row in zip(actual.tolist(), parts.tolist(), strict=True):
        wrong += (outcome - sum(row[j] for j in group)) ** 2
        right += outcome**2
    return 1 - wrong / right


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_the_split_is_the_shapley_value_and_sums_to_r2(seed: int, n: int) -> None:
    actual, parts = made_up(np.random.default_rng(seed), n)
    found = record(actual, parts)
    everyone = tuple(range(len(SERIES)))
    assert found.r2 == pytest.approx(explained_by(actual, parts, everyone), rel=1e-9, abs=1e-12)
    assert sum(part.r2 for part in found.series.values()) == pytest.approx(found.r2, rel=1e-9, abs=1e-12)
    for j, name in enumerate(SERIES):
        others = [k for k in everyone if k != j]
        value = 0.0
        for size in range(len(others) + 1):
            weight = math.factorial(size) * math.factorial(len(others) - size) / math.factorial(len(SERIES))
            for group in combinations(others, size):
                value += weight * (explained_by(actual, parts, (*group, j)) - explained_by(actual, parts, group))
        assert found.series[name].r2 == pytest.approx(value, rel=1e-9, abs=1e-12)
        lost = explained_by(actual, parts, everyone) - explained_by(actual, parts, tuple(others))
        assert found.series[name].r2_lost == pytest.approx(lost, rel=1e-9, abs=1e-12)


def test_direction_counts_signs_and_leaves_out_what_has_none() -> None:
    actual = np.array([0.01, -0.01, 0.02, 0.0, 0.01])
    parts = np.array([0.002, 0.001, 0.003, 0.001, 0.0])[:, None] * np.array([1.0, 0.0, 0.0, 0.0])
    found = record(actual, parts)
    assert (found.n, found.n_direction, found.direction) == (5, 3, pytest.approx(2 / 3))


def test_standard_errors_are_the_spread_over_repeated_worlds() -> None:
    rng = np.random.default_rng(1)
    records = [record(*made_up(rng, 1000)) for _ in range(300)]
    for name in ("r2", "direction"):
        spread = np.std([getattr(drawn, name) for drawn in records])
        reported = np.mean([getattr(drawn, f"{name}_se") for drawn in records])
        assert reported == pytest.approx(spread, rel=0.15)


def test_what_cannot_be_said_is_none() -> None:
    still = record(np.zeros(10), np.full((10, 4), 0.001))
    assert still.r2 is still.r2_se is still.direction is still.direction_se is None
    assert {part.r2 for part in still.series.values()} == {None}
    few = record(*made_up(np.random.default_rng(2), 100), steps=62)
    assert few.r2 is not None and few.r2_se is None and few.direction_se is None


# --- the report -------------------------------------------------------------------------------------------------------


def panel_and_contributions(n: int = 600) -> tuple[Panel, pl.DataFrame]:
    actual, parts = made_up(np.random.default_rng(3), n)
    days = calendar.business_days("2020-01-02", "2024-11-27")[: n + 1]
    anchor = np.full(n, 900.0)
    panel = Panel(
        horizon="1d",
        models=("nowcast",),
        origin_date=days[:n],
        target_date=days[1:],
        regime=np.full(n, "NORMAL"),
        steps=np.ones(n, dtype=np.int64),
        anchor=anchor,
        actual=anchor * np.exp(actual),
        quantiles=np.tile(900.0 + LEVELS, (n, 1, 1)),
    )
    columns = {f"{name}{CONTRIBUTION}": parts[:, j] for j, name in enumerate(SERIES)}
    quoted = ["none"] * 300 + ["live"] * (n - 300)
    made = pl.DataFrame({"origin_date": days[:n], "horizon": ["1d"] * n, "quote": quoted} | columns)
    # Origins that the panel does not score, and another horizon.
    before = made.with_columns(pl.col("origin_date") - dt.timedelta(days=3000))
    other = made.with_columns(horizon=pl.lit("7d"), **{f"brl{CONTRIBUTION}": pl.lit(9.0)})
    return panel, pl.concat([before, made, other]).sort("origin_date", "horizon")


def test_report_scores_the_panels_origins_and_splits_them_by_year_and_quote() -> None:
    panel, contributions = panel_and_contributions()
    found = explained.report(contributions, {"1d": panel}, horizons=["1d", "7d"], settings=SETTINGS)
    actual, parts = made_up(np.random.default_rng(3), panel.n)
    assert found["1d"].r2 == pytest.approx(explained_by(actual, parts, (0, 1, 2, 3)), rel=1e-9)
    years = panel.origin_date.astype("datetime64[Y]").astype(int) + 1970
    assert list(found["1d"].by_year) == ["2020", "2021", "2022"]
    for year, split in found["1d"].by_year.items():
        then = years == int(year)
        assert split.n == then.sum()
        assert split.r2 == pytest.approx(explained_by(actual[then], parts[then], (0, 1, 2, 3)), rel=1e-9)
        assert sum(part.r2 for part in split.series.values()) == pytest.approx(split.r2)
    assert list(found["1d"].by_quote) == ["live", "none"]
    for kind, then in (("none", slice(300)), ("live", slice(300, None))):
        assert found["1d"].by_quote[kind].n == len(actual[then])
        assert found["1d"].by_quote[kind].r2 == pytest.approx(
            explained_by(actual[then], parts[then], (0, 1, 2, 3)), rel=1e-9
        )
    assert found["7d"] == Unexplained(status="INSUFFICIENT_DATA")

    named = explained.metrics(found)
    assert list(named["nowcast"]) == ["1d"]
    leaves = named["nowcast"]["1d"]["nowcast"]
    assert set(leaves) == {"r2", "r2_se", "direction", "direction_se", *(f"r2_from_{name}" for name in SERIES)}
    assert sum(leaves[f"r2_from_{name}"] for name in SERIES) == pytest.approx(leaves["r2"])


def test_without_a_nowcast_nothing_is_evaluated() -> None:
    panel, contributions = panel_and_contributions()
    found = explained.report(contributions.clear(), {"1d": panel}, horizons=["1d"], settings=SETTINGS)
    assert found == {"1d": Unexplained(status="NOT_EVALUATED")}
    assert explained.metrics(found) == {"nowcast": {}}
