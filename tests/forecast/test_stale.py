"""`stale` of forecast.json: series whose last value is older than their publication rule explains, and by how much."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.core.quantiles import COLUMNS
from forex.forecast.forecast import forecast_report
from forex.forecast.report import Stale
from forex.observations.align import panel
from forex.observations.store import Publication
from forex.params.entering import ENTERING
from forex.timeline import calendar
from tests.support.forecasts_made_up import UNKNOWN_CONDITIONS, entry, expectations, manifest
from tests.support.made_up import AFTER_THE_CUT_OFF, EVENING, NOON, published

NEXT_DAY = {"business_days": 1, "time": "16:15", "zone": "America/New_York"}  # as FRED publishes closes
RULES = {"usdclp": EVENING, "mxn": NOON, "vix": AFTER_THE_CUT_OFF, "dxy": NEXT_DAY, "tpm": EVENING}
FIRST, LAST = "2024-01-02", "2024-12-30"
DAYS = [str(day) for day in calendar.business_days(FIRST, "2025-01-10")]


def row_of(row: dict[str, Any], rules: dict[str, dict[str, Any]] = RULES) -> tuple[Stale, ...]:
    """What the report of an origin says is stale, from its row of the panel."""
    quantiles = dict(zip(COLUMNS, entry("2024-12-04").quantiles.values(), strict=True))
    fields = {"origin_date": row["origin_date"], "horizon": "7d", "target_date": dt.date(2025, 1, 8), "steps": 5}
    listed = manifest(dict.fromkeys(rules, "index"))
    series = {
        name: listing.model_copy(update={"publication": Publication.model_validate(rules[name])})
        for name, listing in listed.series.items()
    }
    return forecast_report(
        pl.DataFrame([fields | {"anchor": 900.0, "regime": "NORMAL", "model": "published"} | quantiles]),
        panel_row=row,
        regime_row={"confidence": 0.9},
        model="nowcast",
        manifest=listed.model_copy(update={"series": series}),
        expectations=expectations(series={}),
        hashes=dict.fromkeys(ENTERING, "ab" * 32),
        levels=(0.5, 0.95),
        conditions=UNKNOWN_CONDITIONS,
    ).stale


def rows(cut_off: str = "15:00", *, but: dict[str, list[str]] | None = None) -> list[dict[str, Any]]:
    """The panel's rows of a year in which every value comes on time; `but`: days without one, by series."""
    rng = np.random.default_rng(4)
    made = {}
    for name, rule in RULES.items():
        there = [day for day in DAYS if day not in (but or {}).get(name, [])]
        made[name] = published(there, 900 * np.exp(0.005 * rng.standard_normal(len(there)).cumsum()), rule)
    target = made.pop("usdclp")
    whole = panel(target, made, set(), as_of=LAST, cut_off=cut_off)
    return whole.filter(pl.col("cut_off_at").is_not_null(), pl.col("anchor").is_not_null()).to_dicts()[20:]


@pytest.mark.parametrize("cut_off", ["15:00", "18:30"])
def test_a_series_that_is_published_on_time_is_never_stale(cut_off: str) -> None:
    """On no day of a year, across both changes of the clocks and all holidays; the slowest is two days old when on time."""
    found = rows(cut_off)
    assert len(found) > 200
    assert {row["dxy_age"] for row in found} == ({2} if cut_off == "15:00" else {1})
    assert {row["tpm_age"] for row in found} == {0}  # at 18:30 tomorrow's is public, and of no use to the panel
    assert {row["anchor_age"] for row in found} == ({0} if cut_off == "15:00" else {-1})
    assert [(str(row["origin_date"]), row_of(row)) for row in found[::3] if row_of(row)] == []


def test_a_value_that_does_not_come_is_late_by_the_days_that_it_fails() -> None:
    missing = [day for day in DAYS if "2024-11-18" <= day <= "2024-11-20"]
    late = {
        str(row["origin_date"]): {stale.series: (stale.late, stale.business_days) for stale in row_of(row)}
        for row in rows(but={"dxy": missing, "usdclp": missing[:1]})
        if str(row["origin_date"]) >= "2024-11-15"
    }
    assert late["2024-11-15"] == {}
    assert late["2024-11-18"] == {"usdclp": (1, 1)}  # in force that day, published the evening before
    assert late["2024-11-19"] == {}  # dxy of the 18th is due on the 20th
    assert late["2024-11-20"] == {"dxy": (1, 3)}
    assert late["2024-11-21"] == {"dxy": (2, 4)}
    assert late["2024-11-22"] == {"dxy": (3, 5)}
    assert late["2024-11-25"] == {}


def test_an_evenings_cut_off_expects_tomorrows_observado() -> None:
    found = {str(row["origin_date"]): row for row in rows("18:30", but={"usdclp": ["2024-11-28"]})}
    late = row_of(found["2024-11-27"])
    assert [(stale.series, stale.late, stale.business_days) for stale in late] == [("usdclp", 1, 0)]
    assert row_of(found["2024-11-26"]) == ()


def test_a_series_without_any_value_is_missing_and_not_late() -> None:
    row = rows()[-1]
    assert row_of(row | {"dxy_age": None}) == ()
    assert row_of({name: value for name, value in row.items() if not name.startswith("dxy")}) == ()
