"""The forecast's report from what the stages before hand over: which rows, which figures, and what it had to do without."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from forex.core.errors import DataError
from forex.core.quantiles import COLUMNS, GRID
from forex.forecast.forecast import at_origin, forecast_report, forecast_table, target_forecast
from forex.forecast.report import Forecast, Reason, Stale
from forex.observations.manifest import Manifest
from forex.observations.store import SCHEMA, Publication
from forex.params import load_params
from forex.params.entering import ENTERING
from forex.validation.report import Expectations, SeriesResult
from forex.validation.validate import check_series
from tests.support.forecasts_made_up import UNKNOWN_CONDITIONS, checked, entry, expectations, manifest
from tests.support.made_up import EVENING, ROOT

DAY = dt.date(2024, 11, 27)
TARGETS = {"1d": "2024-11-28", "7d": "2024-12-04", "30d": "2024-12-27"}
CUT_OFF = dt.datetime(2024, 11, 27, 18)
RULE = Publication.model_validate(EVENING)
SHA256 = {"usdclp": "a" * 64, "brl": "b" * 64, "mxn": "c" * 64}
UNITS = {"usdclp": "CLP per USD", "brl": "BRL per USD", "mxn": "MXN per USD"}


def rows(
    horizons: tuple[str, ...] = ("1d", "7d", "30d"), model: str = "published", origin: dt.date = DAY
) -> pl.DataFrame:
    made = []
    for horizon in horizons:
        forecast = entry(TARGETS[horizon])
        fields = {
            "origin_date": origin,
            "horizon": horizon,
            "target_date": forecast.target_date,
            "steps": forecast.steps,
        }
        made.append(
            fields
            | {"anchor": 900.0, "regime": "NORMAL", "model": model}
            | dict(zip(COLUMNS, forecast.quantiles.values(), strict=True))
        )
    return pl.DataFrame(made)


def listed(**changes: dict[str, Any]) -> Manifest:
    """Of UNITS; `changes` by series."""
    whole = manifest(UNITS)
    series = {
        name: listing.model_copy(update={"publication": RULE, "sha256": SHA256[name]} | changes.get(name, {}))
        for name, listing in whole.series.items()
    }
    return whole.model_copy(update={"series": series})


PANEL_ROW = {
    "cut_off_at": CUT_OFF,
    "anchor_date": DAY,
    "anchor_age": 0,
    "brl": 5.8,
    "brl_age": 0,
    "mxn": 20.6,
    "mxn_age": 0,
}


def report(
    panel_row: dict[str, Any] | None = None,
    found: Expectations | None = None,
    listing: Manifest | None = None,
    said: pl.DataFrame | None = None,
) -> Forecast:
    return forecast_report(
        rows() if said is None else said,
        panel_row=panel_row or PANEL_ROW,
        regime_row={"confidence": 0.87},
        model="nowcast",
        manifest=listing or listed(),
        expectations=found or expectations(series={}),
        hashes=dict.fromkeys(ENTERING, "ab" * 32),
        levels=(0.5, 0.95),
        conditions=UNKNOWN_CONDITIONS,
    )


def without(*names: str) -> dict[str, Any]:
    """The panel's row of an origin that has nothing of these series."""
    return {key: value for key, value in PANEL_ROW.items() if key.removesuffix("_age") not in names}


def validated(name: str, values: list[Any], tier: str = "important") -> SeriesResult:
    """What validate says of a driver's rows up to DAY."""
    days = pl.date_range(dt.date(2023, 6, 1), DAY, interval="1d", eager=True)
    days = days.filter(days.dt.weekday() < 6)
    there = [values[row % len(values)] for row in range(len(days))]
    frame = pl.DataFrame({"line": range(2, len(days) + 2), "date": days, "value": there}, strict=False).with_columns(
        known_at=pl.col("date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"), source=pl.lit(None, pl.String)
    )
    text = frame["value"].dtype == pl.String
    schema: Any = SCHEMA | ({"value": pl.String} if text else {})
    params = load_params(path=ROOT / "params.yaml").validate_
    made = check_series(name, UNITS[name], tier, RULE, frame.cast(schema), params, as_of=str(DAY))  # type: ignore[arg-type]
    return checked(fate=made.fate, why=made.why, rows=made.rows.height, usable=made.usable.height)


# --- what is said -----------------------------------------------------------------------------------------------------


def test_the_published_rows_of_the_origin_come_in_the_order_of_the_horizons() -> None:
    others = [rows(model="nowcast"), rows(origin=dt.date(2024, 11, 26)), rows(("30d", "1d", "7d"))]
    found = at_origin(pl.concat(others), DAY, ["1d", "7d", "30d"])
    assert found["horizon"].to_list() == ["1d", "7d", "30d"]
    assert set(found["model"]) == {"published"} and set(found["origin_date"]) == {DAY}
    assert at_origin(pl.concat(others), DAY, ["30d", "7d", "1d"])["horizon"].to_list() == ["30d", "7d", "1d"]


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        (dt.date(2024, 11, 30), "it is not a business day"),
        (dt.date(2024, 9, 18), "it is not a business day"),
        (dt.date(2024, 11, 28), "it is outside of it"),
        (dt.date(1999, 1, 4), "it is outside of it"),
    ],
)
def test_an_origin_without_a_forecast_is_named_with_those_that_there_are(origin: dt.date, why: str) -> None:
    whole = pl.concat([rows(origin=dt.date(2024, 11, 25)), rows(), rows(model="walk", origin=dt.date(2024, 11, 30))])
    first, last = "2024-11-25", "2024-11-30"
    with pytest.raises(
        DataError, match=f"no forecast was made on {origin}: origins run from {first} to {last}, and {why}"
    ):
        at_origin(whole, origin, ["1d"])


def test_a_targets_figures_are_those_of_its_row() -> None:
    row = rows(("7d",)).row(0, named=True) | {name: 880.0 + i for i, name in enumerate(COLUMNS)}
    forecast = target_forecast(row, (0.5, 0.8, 0.95))
    at = dict(zip(GRID, (row[name] for name in COLUMNS), strict=True))
    assert (forecast.target_date, forecast.steps, forecast.median) == (dt.date(2024, 12, 4), 5, at[0.5])
    assert forecast.intervals == {
        "0.5": (at[0.25], at[0.75]),
        "0.8": (at[0.1], at[0.9]),
        "0.95": (at[0.025], at[0.975]),
    }
    assert list(forecast.quantiles.values()) == [row[name] for name in COLUMNS]
    assert forecast.probability_of_rise == pytest.approx(0.1)  # 900 is q0.9


def test_the_report_is_about_the_origin_its_anchor_and_its_inputs() -> None:
    made = report()
    assert (made.origin_date, made.anchor, made.anchor_date, made.anchor_age) == (DAY, 900.0, DAY, 0)
    assert made.made_at == CUT_OFF.replace(tzinfo=dt.UTC)
    assert (made.regime, made.regime_confidence) == ("NORMAL", 0.87)
    assert list(made.horizons) == ["1d", "7d", "30d"]
    assert {forecast.model for forecast in made.horizons.values()} == {"nowcast"}
    assert made.ladder.above.keys() == made.horizons.keys()
    assert made.inputs.series == SHA256
    unread = report(listing=listed(mxn={"sha256": None}))
    assert set(unread.inputs.series) == {"usdclp", "brl"}
    assert unread.inputs.data_sha256 != made.inputs.data_sha256


def test_the_table_has_a_row_per_horizon_with_the_ends_of_each_interval() -> None:
    made = report()
    table = forecast_table(made)
    assert table["horizon"].to_list() == ["1d", "7d", "30d"]
    for row, forecast in zip(table.iter_rows(named=True), made.horizons.values(), strict=True):
        assert (row["target_date"], row["median"]) == (forecast.target_date, forecast.median)
        for level, ends in forecast.intervals.items():
            assert (row[f"lower_{level}"], row[f"upper_{level}"]) == ends
        assert (row["origin_date"], row["anchor"], row["regime"]) == (DAY, 900.0, "NORMAL")
        assert row["probability_of_rise"] == forecast.probability_of_rise


# --- what it had to do without ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [1, 2, 7])
def test_a_late_anchor_is_listed_with_its_age(age: int) -> None:
    assert report(PANEL_ROW | {"anchor_age": age}).stale == (
        Stale(series="usdclp", tier="important", business_days=age, late=age),
    )
    assert report(PANEL_ROW | {"anchor_age": 0}).stale == ()


def test_late_series_are_listed_by_name_each_with_its_tier_and_its_own_age() -> None:
    row = PANEL_ROW | {"anchor_age": 2, "mxn_age": 3, "brl_age": 0}
    found = report(row, listing=listed(usdclp={"tier": "critical"}, mxn={"tier": "optional"})).stale
    assert [(stale.series, stale.tier, stale.late) for stale in found] == [
        ("mxn", "optional", 3),
        ("usdclp", "critical", 2),
    ]


@pytest.mark.parametrize("values", [["n/a", "5.80"], ["5,80", "5,81"]], ids=["words", "decimal commas"])
def test_a_driver_that_validate_left_out_is_missing_for_its_reason(values: list[str]) -> None:
    result = validated("brl", values)
    assert result.fate == "left_out" and result.why is not None
    made = report(without("brl"), expectations(series={"brl": result}))
    assert made.missing == (Reason(series="brl", tier="important", why=result.why),)
    assert "brl: type: " in str(made.missing[0].why) and "no usable value" not in str(made.missing[0].why)
    assert made.flagged == ()


def test_so_is_one_whose_rows_are_all_set_aside() -> None:
    result = validated("brl", [-5.8])
    made = report(without("brl"), expectations(series={"brl": result}))
    assert result.fate == "left_out"
    [missing] = made.missing
    assert missing.why == result.why and "no usable value" not in str(missing.why)


def test_a_driver_that_is_sound_and_has_no_value_yet_has_none_that_is_usable() -> None:
    used = validated("brl", [5.8, 5.81])
    assert used.why is None
    for found in (expectations(series={"brl": used}), expectations(series={})):
        [missing] = report(without("brl"), found).missing
        assert (missing.series, str(missing.why)) == ("brl", "no usable value")


def test_the_target_is_never_missing_and_what_is_there_is_not() -> None:
    assert report().missing == ()
    made = report(without("brl", "mxn"))
    assert [reason.series for reason in made.missing] == ["brl", "mxn"]


def test_a_series_in_use_that_failed_a_check_is_flagged_and_one_that_is_missing_is_not() -> None:
    old = validated("brl", [5.8, 5.81]).model_copy(update={"fate": "flagged", "why": validated("brl", ["x"]).why})
    assert [reason.series for reason in report(found=expectations(series={"brl": old})).flagged] == ["brl"]
    assert report(without("brl"), expectations(series={"brl": old})).flagged == ()
