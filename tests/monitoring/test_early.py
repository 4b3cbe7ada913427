"""The early signal: what a readable loop over the fans finds, before anything has matured, and how rare it is."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from forex.core.quantiles import COLUMNS, GRID
from forex.monitoring.early import EPOCH, Early, Path, early, fans, path_of, seen
from forex.monitoring.measured import EarlyRates
from forex.statistics.distribution import between_horizons
from forex.timeline import calendar

HORIZONS = ("1d", "7d", "30d")
RATES = EarlyRates(np.array([1.0, 0.5, 0.1, 0.01]), {"30d": np.array([0.0, 1.0, 2.0, 3.0])})
HALF_95 = 1.96


def world(days: int = 120, *, seed: int = 3, step: float = 0.006, first: str = "2015-01-02") -> pl.DataFrame:
    """Forecasts of a random walk in the columns of calibrated.parquet, one origin a business day; every tenth anchor is stale."""
    rng = np.random.default_rng(seed)
    dates = calendar.business_days(first, "2025-12-30")[:days]
    values = 700 * np.exp(np.cumsum(step * rng.standard_normal(days)))
    rows = []
    for at in range(1, days):
        anchor = at - 1 if at % 10 == 0 else at
        for horizon in HORIZONS:
            target = calendar.target_dates([dates[at]], [dates[anchor]], horizon)
            steps = int(calendar.steps_between(dates[anchor], target, known_at=dates[at])[0])
            spread = step * np.sqrt(steps) * np.linspace(-2.6, 2.6, len(GRID)) * (1 + 0.1 * (at % 3))
            rows.append(
                {
                    "origin_date": dates[at].item(),
                    "target_date": target[0].item(),
                    "horizon": horizon,
                    "model": "published",
                    "steps": steps,
                    "anchor": float(values[anchor]),
                    **dict(zip(COLUMNS, (values[anchor] * np.exp(spread + 0.0005)).tolist(), strict=True)),
                }
            )
    return pl.DataFrame(rows)


def signal(frame: pl.DataFrame) -> Early:
    return early(frame, path_of(frame), horizons=HORIZONS, rates=RATES)


def by_hand(frame: pl.DataFrame, origin: dt.date, horizon: str) -> list[float]:
    """The distances of the forecasts of a horizon that are open at an origin, one forecast after the other."""

    def anchor_day(row: dict[str, object]) -> int:
        return int(calendar.steps_between(EPOCH, [row["target_date"]])[0]) - int(str(row["steps"]))

    newest = frame.filter(pl.col("origin_date") == origin).row(0, named=True)
    today, rate = anchor_day(newest), np.log(newest["anchor"])
    low, high = COLUMNS.index("q0.025"), COLUMNS.index("q0.975")
    found = []
    for date in sorted({*frame.filter(pl.col("origin_date") < origin)["origin_date"]}):
        rows = frame.filter(pl.col("origin_date") == date).sort("steps").rows(named=True)
        own = next(row for row in rows if row["horizon"] == horizon)
        age = today - anchor_day(own)
        if not 1 <= age < own["steps"]:
            continue
        distances = [[np.log(row[name] / row["anchor"]) for name in COLUMNS] for row in rows]
        fan = between_horizons([row["steps"] for row in rows], distances, age)
        move = rate - np.log(own["anchor"]) - fan[len(GRID) // 2]
        half = fan[high] - fan[len(GRID) // 2] if move >= 0 else fan[len(GRID) // 2] - fan[low]
        found.append(abs(move) / half)
    return found


def test_a_readable_loop_agrees() -> None:
    frame = world()
    made = signal(frame)
    for origin in frame["origin_date"].unique().sort()[[1, 5, 30, 57, 100, -1]]:
        at = int(np.flatnonzero(made.path.origin_date <= np.datetime64(origin))[-1])
        found = seen(made.fans, made.path.day[[at]], made.path.value[[at]])
        for column, horizon in enumerate(HORIZONS):
            expected = by_hand(frame, origin, horizon)
            assert found.count[0, column] == len(expected)
            assert found.outside[0, column] == sum(distance > 1 for distance in expected)
            if expected:
                assert found.distance[0, column] == pytest.approx(np.mean(expected), rel=1e-12)
            else:
                assert np.isnan(found.distance[0, column])


def test_nothing_after_a_look_enters_it() -> None:
    frame = world()
    until = frame["origin_date"].unique().sort()[70]
    noise = pl.col("anchor") * pl.when(pl.col("origin_date") > until).then(1.3).otherwise(1.0)
    known = np.array([until], dtype="datetime64[D]")
    whole, other = (signal(table).at(known) for table in (frame, frame.with_columns(anchor=noise)))
    short = signal(frame.filter(pl.col("origin_date") <= until)).at(known)
    for found in (other, short):
        assert np.array_equal(found[0].distance, whole[0].distance, equal_nan=True)
        assert np.array_equal(found[1], whole[1], equal_nan=True)


@pytest.mark.parametrize("holiday", ["2021-06-21", "2022-09-16"])
def test_a_holiday_that_becomes_law_moves_no_anchor(holiday: str) -> None:
    """Forecasts made before count it as a step; the path and the forecasts lie on the same days as without it."""
    before = np.datetime64(holiday) - 70
    frame = world(first=str(before), days=60)
    for horizon in HORIZONS:
        of_horizon = frame.filter(pl.col("horizon") == horizon)
        assert path_of(of_horizon).day.tolist() == path_of(frame.filter(pl.col("horizon") == "1d")).day.tolist()
    made = signal(frame)
    days = frame["origin_date"].unique().sort()
    origins = [row for row in range(1, len(days) + 1) if row % 10]  # the others know no more than the origin before
    expected = calendar.steps_between(EPOCH, [days[row - 1] for row in origins])
    assert made.path.day.tolist() == expected.tolist()
    assert made.path.origin_date.tolist() == [days[row - 1] for row in origins]


def test_it_is_raised_while_nothing_of_the_jump_has_matured_and_says_since_when() -> None:
    frame = world(step=0.002)
    days = frame["origin_date"].unique().sort()
    jump = days[-5]
    moved = pl.when(pl.col("origin_date") >= jump).then(1.08).otherwise(1.0)
    frame = frame.with_columns(pl.col("anchor", *COLUMNS) * moved)
    quiet, loud = (signal(table).newest(raised_at=0.02) for table in (world(step=0.002), frame))
    assert not quiet["30d"].raised and quiet["30d"].since is None
    thirty = loud["30d"]
    assert thirty.raised and thirty.since == str(jump) and thirty.rate == 0.01 and thirty.outside >= 15
    assert thirty.distance is not None and thirty.distance > 3
    first_about_it = frame.filter((pl.col("horizon") == "30d") & (pl.col("target_date") >= jump))["origin_date"].min()
    assert first_about_it < jump  # forecasts that are about the days after the jump, none of which has come out


def test_rates_lie_between_the_measured_ones_and_end_with_them() -> None:
    assert RATES.rate("30d", np.array([0.0, 0.5, 1.0, 2.5, 9.0])).tolist() == pytest.approx(
        [1.0, 0.75, 0.5, 0.055, 0.01]
    )
    assert np.isnan(RATES.rate("30d", np.array([np.nan]))[0])


def test_a_horizon_that_was_not_simulated_or_has_too_few_open_forecasts_has_no_rate() -> None:
    frame = world()
    found = signal(frame).newest(raised_at=0.02)
    assert set(found) == {"30d"}
    assert np.isnan(signal(frame).at(np.array(["2015-05-04"], dtype="datetime64[D]"))[1][0, :2]).all()
    last = frame["origin_date"].unique().sort()[-4]
    issued = frame.filter(pl.col("origin_date") >= last).drop("model")  # a ledger that has just begun
    young = early(issued, path_of(frame), horizons=HORIZONS, rates=RATES).newest(raised_at=0.02)["30d"]
    assert young.open == 3 and young.rate is None and not young.raised


def test_nothing_issued_is_nothing_open() -> None:
    frame = world()
    none = early(frame.clear().drop("model"), path_of(frame), horizons=HORIZONS, rates=RATES)
    assert none.newest(raised_at=0.02)["30d"].open == 0
    found, rate = none.at(np.array(["2015-03-02", "NaT"], dtype="datetime64[D]"))
    assert not found.count.any() and np.isnan(rate).all()
    without_path = Early(
        HORIZONS, none.fans, Path(np.array([], dtype="datetime64[D]"), np.array([], dtype=int), np.array([])), RATES
    )
    assert without_path.newest(raised_at=0.02)["30d"].open == 0


def test_whoever_looks_sees_what_the_path_up_to_then_shows() -> None:
    """Any looks, in any order and repeated, agree with those looks taken alone."""
    made = signal(world())
    newest = np.array([40, -1, 7, 40, made.path.day.size - 1, 0])
    found, rate = made.on_path(newest)
    for row, at in enumerate(newest.tolist()):
        alone = seen(made.fans, made.path.day[[at]], made.path.value[[at]])
        if at < 0:
            assert not found.count[row].any() and np.isnan(found.distance[row]).all() and np.isnan(rate[row]).all()
        else:
            assert found.count[row].tolist() == alone.count[0].tolist()
            assert found.outside[row].tolist() == alone.outside[0].tolist()
            assert np.array_equal(found.distance[row], alone.distance[0], equal_nan=True)


def test_a_fan_without_width_is_left_by_any_move() -> None:
    flat = np.zeros((2, 1, len(GRID)))
    given = fans(np.array([10, 11]), np.array([900.0, 900.0]), np.array([[5], [5]]), flat)
    found = seen(given, np.array([12, 12]), np.log(np.array([900.0, 901.0])))
    assert found.distance[0, 0] == 0.0 and np.isinf(found.distance[1, 0])
    assert found.outside[:, 0].tolist() == [0, 2]
