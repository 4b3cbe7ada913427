"""The committed store: from when its rows were public, and which of them carry another day's rate.

FOREX_REAL_DATA names the folder with the Banco Central's own series, FOREX_NOON_DATA that with the panel at New York noon.
"""

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from forex.observations.store import TARGET, read_series, read_series_list
from forex.timeline import calendar
from tests.support.made_up import ROOT
from tests.support.nowcast_runs import NOON_PANEL, REAL, SAMPLE

LISTED = read_series_list(SAMPLE)
DRIVERS = [name for name in LISTED if name != TARGET]
FIRST = {"brl": "2008-01-02", "mxn": "2008-01-02", "inr": "2009-01-02"} | dict.fromkeys(
    ("cny", "myr", "thb"), "2005-04-01"
)
CENT = 0.0101
PAGE = (ROOT / "docs/reference/data.md").read_text(encoding="utf-8")


@cache
def rows(name: str, store: Path = SAMPLE) -> pl.DataFrame:
    return read_series(store, name, read_series_list(store)[name]).sort("date")


def santiago(frame: pl.DataFrame) -> pl.Series:
    return frame["known_at"].dt.convert_time_zone("America/Santiago")


def easter(year: int) -> dt.date:
    """Sunday, by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def days_of_the_ecb(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days on which it publishes rates: weekdays but the closing days of the payment system TARGET."""
    fixed = {(1, 1), (5, 1), (12, 25), (12, 26)}
    for count in range((last - first).days + 1):
        day = first + dt.timedelta(days=count)
        movable = {easter(day.year) - dt.timedelta(days=2), easter(day.year) + dt.timedelta(days=1)}
        if day.weekday() < 5 and (day.month, day.day) not in fixed and day not in movable:
            yield day


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_is_public_before_the_cut_off_of_its_own_day(name: str) -> None:
    frame = rows(name)
    at = santiago(frame)
    assert (at.dt.date() == frame["date"]).all()
    assert set(at.dt.time()) == {dt.time(10), dt.time(11), dt.time(12)}


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_has_the_days_on_which_the_ecb_publishes_and_no_other(name: str) -> None:
    first = dt.date.fromisoformat(FIRST.get(name, "2002-12-31"))
    assert rows(name)["date"].to_list() == list(days_of_the_ecb(first, dt.date(2025, 1, 3)))


def test_the_observado_is_public_in_the_evening_of_the_business_day_before() -> None:
    frame = rows(TARGET)
    frame = frame.filter(pl.Series(calendar.is_business_day(frame["date"].to_numpy())))
    at = santiago(frame)
    assert set(at.dt.time()) == {dt.time(18)}
    assert (at.dt.date().to_numpy() == calendar.shift(frame["date"].to_numpy(), -1)).all()


def test_the_observado_is_as_the_provenance_counts_it() -> None:
    frame = rows(TARGET)
    dates = frame["date"].to_numpy()
    business = calendar.is_business_day(dates)
    every = calendar.business_days("2003-04-01", "2025-01-03")
    assert (frame.height, int((~business).sum())) == (5210, 37)
    assert len(set(every) - set(dates.astype("datetime64[D]"))) == 251
    assert (frame["date"][0], frame["date"][-1]) == (dt.date(2003, 4, 1), dt.date(2025, 1, 3))


@pytest.mark.skipif(REAL is None, reason="FOREX_REAL_DATA names no folder")
def test_the_rows_with_the_next_days_rate_are_those_that_the_page_lists() -> None:
    """Compared with the Banco Central's own series: off by more than a cent, and the rate of its next date."""
    assert REAL is not None
    official = rows(TARGET, REAL).select("date", official="value", following=pl.col("value").shift(-1))
    shared = rows(TARGET).join(official, on="date").with_columns(off=pl.col("value") - pl.col("official"))
    wrong = shared.filter(pl.col("off").abs() > CENT)
    carried = (wrong["value"] - wrong["following"]).abs() <= CENT
    found = wrong.filter(carried)
    said = {day: float(off) for day, off in re.findall(r"\| (\d{4}-\d\d-\d\d) \| ([+-]\d+\.\d\d)", PAGE)}
    assert said == {str(day): pytest.approx(off, abs=0.0051) for day, off in found.select("date", "off").iter_rows()}
    others = [str(day) for day in wrong.filter(~carried)["date"]]
    assert f"({', '.join(others)})" in " ".join(PAGE.split())
    assert f"the {shared.height:,} dates that the sample shares" in PAGE and found.height == 15


@pytest.mark.skipif(NOON_PANEL is None, reason="FOREX_NOON_DATA names no folder")
@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_moves_with_new_york_noon_of_the_same_date(name: str) -> None:
    """And with the noon before more than with the noon after: it is fixed some hours earlier that day."""
    assert NOON_PANEL is not None
    both = rows(name).join(rows(name, NOON_PANEL), on="date", suffix="_noon").sort("date")
    ours, noon = (np.diff(np.log(both[column].to_numpy())) for column in ("value", "value_noon"))
    same = np.corrcoef(ours, noon)[0, 1]
    before = np.corrcoef(ours[1:], noon[:-1])[0, 1]
    after = np.corrcoef(ours[:-1], noon[1:])[0, 1]
    assert same > 0.55 and same > before + 0.15 and same > after + 0.15
