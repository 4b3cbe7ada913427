"""What a provider's date means: which day its value is about, and from when it was public."""

import csv
import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forex.observations.store import read_series, read_series_list
from forex.providers.mindicador import Mindicador
from forex.providers.protocol import Observation, weekday_before
from forex.providers.yahoo import Yahoo
from tests.support.live import recorded
from tests.support.live.provider_clients import ask, jsdelivr
from tests.support.live.web import Answer, Query, Web
from tests.support.made_up import ROOT, utc

RECORDINGS = Path(os.environ.get("FOREX_RECORDINGS", ""))
REAL = Path(os.environ.get("FOREX_REAL_DATA", ""))
with_recordings = pytest.mark.skipif(not os.environ.get("FOREX_RECORDINGS"), reason="needs FOREX_RECORDINGS")
with_real_data = pytest.mark.skipif(not os.environ.get("FOREX_REAL_DATA"), reason="needs FOREX_REAL_DATA")

SANTIAGO = ZoneInfo("America/Santiago")


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


def days(first: str, last: str) -> list[dt.date]:
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [begin + dt.timedelta(days=i) for i in range((end - begin).days + 1)]


# --- mindicador and findic --------------------------------------------------------------------------------------------


def changes(year: int) -> list[dt.date]:
    """The days on which Santiago's clock is changed."""
    every = days(f"{year}-01-02", f"{year}-12-31")

    def offset(day: dt.date) -> dt.timedelta | None:
        return dt.datetime.combine(day, dt.time(12), tzinfo=SANTIAGO).utcoffset()

    return [day for day in every if offset(day) != offset(day - dt.timedelta(days=1))]


def forms(day: dt.date) -> list[str]:
    """As every year's answers have it: midnight at either of Santiago's hours, in three ways; and a date alone."""
    hours = [f"{day}T{hour}:00:00.000" for hour in ("03", "04", "05")]
    return [hour + zone for hour in hours for zone in ("Z", "+00:00", "")] + [str(day), f"{day}T00:00:00-04:00"]


@pytest.mark.parametrize("year", range(2010, 2027))
def test_a_stamp_is_its_utc_date_around_both_changes_of_the_clock(year: int, site: Web) -> None:
    around = sorted({day + dt.timedelta(days=i) for day in changes(year) for i in range(-7, 8)})
    for form in range(len(forms(dt.date(year, 1, 1)))):
        rows = [{"fecha": forms(day)[form], "valor": 800.0 + i} for i, day in enumerate(around)]
        answer = {"codigo": "dolar", "serie": rows}
        site.route = lambda path, query, answer=answer: Answer(answer)  # type: ignore[misc]
        found = ask(site, Mindicador, "dolar", dt.date(year, 1, 1), dt.date(year, 12, 31))
        assert [row.date for row in found] == [day for day in around if day.year == year]


# --- jsDelivr ---------------------------------------------------------------------------------------------------------


def test_a_file_is_about_the_weekday_before_it_and_public_from_its_midnight(site: Web) -> None:
    def route(path: str, query: Query) -> Answer:
        version = path.split("@")[1].split("/")[0]
        day = dt.date(2024, 11, 27) if version == "latest" else dt.date.fromisoformat(version)
        assert path.endswith("/v1/currencies/usd.json")
        return Answer(recorded.jsdelivr(day, {"brl": 5.8 + day.day / 100}))

    site.route = route
    found = ask(site, jsdelivr, "brl", dt.date(2024, 11, 21), dt.date(2024, 11, 27))
    assert [(str(row.date), row.value, row.not_before) for row in found] == [
        ("2024-11-21", pytest.approx(6.02), utc("2024-11-22T00:00")),
        ("2024-11-22", pytest.approx(6.03), utc("2024-11-23T00:00")),  # Saturday's file is Friday's close
        ("2024-11-25", pytest.approx(6.06), utc("2024-11-26T00:00")),
        ("2024-11-26", pytest.approx(6.07), utc("2024-11-27T00:00")),
    ]
    assert len(site.requests) == 4


# --- Yahoo ------------------------------------------------------------------------------------------------------------


def test_a_currency_s_bar_is_the_price_at_its_start_and_another_s_its_close(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [(utc("2024-11-22T00:00"), 5.8), (utc("2024-11-25T00:00"), 5.9)]
    london = {"exchangeTimezoneName": "Europe/London"}
    site.route = lambda path, query: Answer(recorded.yahoo(path.strip("/"), bars, **london))
    first = dt.date(2024, 11, 20)
    assert [(str(row.date), row.not_before) for row in ask(site, Yahoo, "BRL=X", first)] == [
        ("2024-11-21", utc("2024-11-23T00:00")),
        ("2024-11-22", utc("2024-11-26T00:00")),
    ]
    assert [(str(row.date), row.not_before) for row in ask(site, Yahoo, "HG=F", first)] == [
        ("2024-11-22", None),
        ("2024-11-25", None),
    ]


# --- beside independent series ----------------------------------------------------------------------------------------


def moves_together(found: list[Observation], other: Mapping[dt.date, float]) -> dict[int, float]:
    """Correlation of the moves over common days, `found` shifted by so many of them."""
    common = [row for row in found if row.date in other]
    ours = np.diff(np.log([row.value for row in common]))
    theirs = np.diff(np.log([other[row.date] for row in common]))
    assert len(ours) >= 100
    pairs = {0: (ours, theirs), 1: (ours[1:], theirs[:-1]), -1: (ours[:-1], theirs[1:])}
    return {lag: float(np.corrcoef(*pair)[0, 1]) for lag, pair in pairs.items()}


def stored(folder: Path, name: str) -> dict[dt.date, float]:
    rows = read_series(folder, name, read_series_list(folder)[name])
    return dict(rows.select("date", "value").iter_rows())


def yahoo_bars(site: Web, currency: str) -> list[Observation]:
    bars: list[tuple[dt.datetime, float | None]] = []
    text = (RECORDINGS / f"yahoo_csv/{currency}.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines(), delimiter=";"):
        midnight = dt.datetime.combine(dt.date.fromisoformat(row["Date"]), dt.time(), tzinfo=ZoneInfo("Europe/London"))
        bars.append((midnight.astimezone(dt.UTC), float(row["Close"].replace(",", "."))))
    code = f"{currency}=X"
    site.route = lambda path, query: Answer(recorded.yahoo(code, bars, exchangeTimezoneName="Europe/London"))
    return ask(site, Yahoo, code, dt.date(2016, 1, 1), dt.date(2026, 12, 31))


@with_recordings
@with_real_data
def test_yahoo_s_peso_moves_with_the_interbank_close_of_the_same_date(site: Web) -> None:
    prices = [row for row in yahoo_bars(site, "CLP") if 300 <= row.value <= 1500]  # there are prints of 5.00
    together = moves_together(prices, stored(REAL, "usdclp_close"))
    assert together[0] > max(together[1], together[-1]), together


@with_recordings
def test_yahoo_s_rand_moves_with_the_sample_s_of_the_same_date(site: Web) -> None:
    together = moves_together(yahoo_bars(site, "ZAR"), stored(ROOT / "data/sample", "zar"))
    assert together[0] > max(together[1], together[-1]), together


@with_recordings
@with_real_data
def test_mindicador_s_dolar_moves_with_the_observado_of_the_same_date(site: Web) -> None:
    body = (RECORDINGS / "mindicador/dolar_2022.json").read_bytes()
    site.route = lambda path, query: Answer(body)
    found = ask(site, Mindicador, "dolar", dt.date(2022, 1, 1), dt.date(2022, 12, 31))
    together = moves_together(found, stored(REAL, "usdclp"))
    assert together[0] > 0.99 > max(together[1], together[-1]), together
    close = {weekday_before(row.date): row.value for row in found}  # the deals that the observado averages
    by_day = moves_together([Observation(day, value) for day, value in close.items()], stored(REAL, "usdclp_close"))
    assert by_day[0] > max(by_day[1], by_day[-1]), by_day
