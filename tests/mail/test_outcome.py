"""What had been forecast for a day: from the ledger if it was issued, otherwise from the backtest, the newest of several."""

import datetime as dt

import polars as pl
import pytest

from forex.core.names import PUBLISHED
from forex.core.quantiles import COLUMNS
from forex.ledger.ledger import SCHEMA
from forex.mail.outcome import Outcome, outcome, week
from forex.mail.snapshot import snapshot

DAY = dt.date(2024, 11, 28)
NOTHING = pl.DataFrame(schema=SCHEMA)


def row(
    origin: str,
    horizon: str,
    base: float,
    *,
    target: dt.date = DAY,
    model: str = PUBLISHED,
    actual: float | None = None,
) -> dict[str, object]:
    quantiles = {name: base + i - 12 for i, name in enumerate(COLUMNS)}  # the median is `base`
    day = dt.date.fromisoformat(origin)
    return {
        "origin_date": day,
        "target_date": target,
        "horizon": horizon,
        "model": model,
        "actual": actual,
        **quantiles,
    }


CALIBRATED = pl.DataFrame(
    [
        row("2024-11-27", "1d", 900.0),
        row("2024-11-27", "1d", 100.0, model="random_walk"),
        row("2024-11-20", "7d", 910.0),
        row("2024-11-21", "7d", 920.0),
        row("2024-10-29", "30d", 930.0),
        row("2024-11-26", "15d", 940.0),
    ],
    schema_overrides={"actual": pl.Float64},
)


def found(
    issued: pl.DataFrame = NOTHING, *, horizons: tuple[str, ...] = ("1d", "7d", "15d", "30d"), observado: float = 905.0
) -> Outcome:
    return outcome(DAY, observado, calibrated=CALIBRATED, issued=issued, horizons=horizons, levels=(0.95, 0.8))


def test_the_newest_published_forecast_of_a_day_a_week_and_a_month_before() -> None:
    told = found().foretold
    assert [(forecast.horizon, forecast.median, forecast.issued) for forecast in told] == [
        ("1d", 900.0, False),
        ("7d", 920.0, False),
        ("30d", 930.0, False),
    ]
    assert [str(forecast.origin) for forecast in told] == ["2024-11-27", "2024-11-21", "2024-10-29"]
    assert list(told[0].intervals) == [0.8, 0.95]


def test_other_horizons_are_told_by_those_nearest_to_a_day_a_week_and_a_month() -> None:
    renamed = CALIBRATED.with_columns(pl.col("horizon").replace({"1d": "2d", "7d": "14d", "30d": "60d"}))
    told = outcome(
        DAY, 905.0, calibrated=renamed, issued=NOTHING, horizons=("2d", "14d", "60d"), levels=(0.8,)
    ).foretold
    assert [(forecast.horizon, forecast.median) for forecast in told] == [("2d", 900.0), ("14d", 920.0), ("60d", 930.0)]


def test_what_was_issued_counts() -> None:
    said = CALIBRATED.filter(horizon="7d").select("origin_date", "target_date", "horizon", pl.col(COLUMNS) + 3)
    other = said.with_columns(target_date=pl.lit(dt.date(2024, 11, 29)), origin_date=pl.lit(dt.date(2024, 11, 22)))
    told = {forecast.horizon: forecast for forecast in found(pl.concat([said, other])).foretold}
    assert (told["7d"].median, told["7d"].issued, told["1d"].issued) == (923.0, True, False)


@pytest.mark.parametrize(
    ("observado", "levels"), [(900.0, [0.8, 0.95]), (907.9, [0.8, 0.95]), (909.5, [0.95]), (912.0, []), (880.0, [])]
)
def test_which_intervals_held(observado: float, levels: list[float]) -> None:
    """The 80 % interval ends at the quantiles of 10 and 90 %, eight places from the median; the 95 % interval, ten places."""
    assert found(observado=observado).foretold[0].held(observado) == levels


def test_a_day_that_nothing_was_forecast_for_has_no_rows() -> None:
    assert (
        outcome(
            dt.date(2024, 12, 24), 900.0, calibrated=CALIBRATED, issued=NOTHING, horizons=("1d",), levels=(0.8,)
        ).foretold
        == ()
    )


def test_the_week_counts_what_matured_in_it() -> None:
    rows = [
        row("2024-11-20", "1d", 900.0, target=dt.date(2024, 11, day), actual=actual)
        for day, actual in ((21, 900.0), (22, 909.5), (27, 950.0))
    ]
    rows += [row("2024-11-27", "1d", 900.0), row("2024-11-20", "7d", 900.0, target=dt.date(2024, 11, 27), actual=900.0)]
    rows += [row("2024-11-20", "1d", 900.0, target=dt.date(2024, 11, 22), model="random_walk", actual=900.0)]
    table = pl.DataFrame(rows, schema_overrides={"actual": pl.Float64})
    told = week(table, until=dt.date(2024, 11, 28), days=7, levels=(0.8, 0.95))
    assert [(tally.horizon, tally.of, dict(tally.held)) for tally in told] == [
        ("1d", 2, {0.8: 0, 0.95: 1}),
        ("7d", 1, {0.8: 1, 0.95: 1}),
    ]


def test_the_snapshot_has_the_last_known_values_and_their_change() -> None:
    days = [dt.date(2024, 11, day) for day in (25, 26, 27, 28)]
    panel = pl.DataFrame(
        {
            "origin_date": days,
            "anchor": [900.0, 909.0, 909.0, 950.0],
            "anchor_date": [days[0], days[1], days[1], days[3]],
            "vix": [None, None, 15.0, 16.0],
            "vix_date": [None, None, days[2], days[3]],
            "dxy": [None] * 4,
            "dxy_date": [None] * 4,
        },
        schema_overrides={"dxy": pl.Float64, "dxy_date": pl.Date},
    )
    told = snapshot(panel, days[2], ["vix", "usdclp", "dxy", "copper_lme"])
    assert [(entry.series, entry.date, entry.value) for entry in told] == [
        ("vix", days[2], 15.0),
        ("usdclp", days[1], 909.0),
    ]
    assert told[0].change is None and told[1].change == pytest.approx(0.01)
