"""One bad row does not cost an answer: what is sound is kept, what is not is named, and the rest is asked for next time."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from forex.core.files import read_parquet
from forex.providers.append import recorded_missing
from forex.providers.mindicador import Mindicador
from forex.providers.yahoo import Yahoo
from tests.support.live import recorded
from tests.support.live.project import Live
from tests.support.live.provider_clients import CLIENTS, CODE, MONDAY, OBSERVADO, TUESDAY, WEDNESDAY, ask, jsdelivr
from tests.support.live.services import NOW, Providers, result
from tests.support.live.services import OBSERVADO as BANK
from tests.support.live.web import Answer, Query, Web
from tests.support.made_up import utc

RATES = {"BRL": {MONDAY: 6.1, TUESDAY: 6.2, WEDNESDAY: 6.3}, "USD": {MONDAY: 1.05, TUESDAY: 1.05, WEDNESDAY: 1.05}}


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


def spoilt(name: str, value: Any) -> Any:
    """A good answer of three days whose Tuesday has this value."""
    match name:
        case "bcch":
            return recorded.bcch(CODE, OBSERVADO | {TUESDAY: value})
        case "mindicador" | "findic":
            return getattr(recorded, name)("dolar", OBSERVADO | {TUESDAY: value})
        case "fred":
            days = {MONDAY: "4.25", TUESDAY: value, WEDNESDAY: "4.26"}
            return recorded.fred([("2024-11-27", str(day), rate) for day, rate in days.items()])
        case "yahoo":
            stamps = [dt.datetime.combine(day, dt.time(5), tzinfo=dt.UTC) for day in OBSERVADO]
            return recorded.yahoo("HG=F", list(zip(stamps, [4.1, value, 4.2], strict=True)))
    return getattr(recorded, name)(RATES | {"BRL": RATES["BRL"] | {TUESDAY: value}})


@pytest.mark.parametrize("name", [name for name in CLIENTS if name != "jsdelivr"])
def test_a_spoilt_row_among_sound_ones_is_left_out_and_named(name: str, site: Web) -> None:
    client_of, code = CLIENTS[name]
    site.route = lambda path, query: Answer(spoilt(name, "12x"))
    found = ask(site, client_of, code)
    assert [row.date for row in found] == [MONDAY, WEDNESDAY]
    assert len(found.unsound) == 1 and name in found.unsound[0] and "'12x'" in found.unsound[0]


def test_a_live_bar_that_repeats_its_day_is_its_close(site: Web) -> None:
    """As ^VIX on 2024-11-27, when the market had closed."""
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-26T14:30"), 14.1),
        (utc("2024-11-27T14:30"), 14.10),
        (utc("2024-11-27T21:15:02"), 14.11),
    ]
    closed = int(utc("2024-11-27T21:15").timestamp())
    meta = {"regularMarketTime": closed + 2, "currentTradingPeriod": {"regular": {"end": closed}}}
    site.route = lambda path, query: Answer(recorded.yahoo("^VIX", bars, **meta))
    assert [(row.date, row.value) for row in ask(site, Yahoo, "^VIX")] == [(TUESDAY, 14.1), (WEDNESDAY, 14.11)]


def test_a_file_that_was_never_made_costs_its_day_alone(site: Web) -> None:
    def route(path: str, query: Query) -> Answer:
        version = path.split("@")[1].split("/")[0]
        day = dt.date(2025, 12, 12) if version == "latest" else dt.date.fromisoformat(version)
        return Answer(status=404) if str(day) == "2025-12-10" else Answer(recorded.jsdelivr(day, {"brl": 5.4}))

    site.route = route
    found = ask(site, jsdelivr, "brl", dt.date(2025, 12, 8), dt.date(2025, 12, 11))
    assert [str(row.date) for row in found] == ["2025-12-08", "2025-12-10", "2025-12-11"]
    assert "no file of 2025-12-10, so nothing about 2025-12-09" in found.unsound[0]


def test_a_year_that_fails_is_named_and_the_others_stay(site: Web) -> None:
    def route(path: str, query: Query) -> Answer:
        year = int(path[-4:])
        return (
            Answer(status=500) if year == 2023 else Answer(recorded.mindicador("dolar", {dt.date(year, 6, 1): 900.0}))
        )

    site.route = route
    found = ask(site, Mindicador, "dolar", dt.date(2022, 1, 1), dt.date(2024, 11, 27))
    assert [row.date.year for row in found] == [2022, 2024]
    assert found.missing == [(dt.date(2023, 1, 1), dt.date(2023, 12, 31))]
    assert "mindicador dolar 2023: " in found.unsound[0] and "asked for again next time" in found.unsound[0]


def test_the_next_fetch_asks_for_the_year_that_failed_and_its_history_is_usable(
    live: Live, providers: Providers
) -> None:
    """Though fetches in between have asked for it in vain."""
    days = {dt.date(year, month, 1): 900.0 + month for year in (2022, 2023) for month in (3, 6)}
    failing = True

    def route(path: str, query: Query) -> Answer:
        if path.startswith("/mindicador/"):
            year = int(path[-4:])
            if failing and year == 2023:
                return Answer(status=500)
            return Answer(
                recorded.mindicador("dolar", {day: value for day, value in (days | BANK).items() if day.year == year})
            )
        return providers.route(path, query)

    live.site.route = route
    live.set(fetch__first="2022-01-01", fetch__series={"usdclp": ["mindicador dolar"]})
    content = result(live.fetch(NOW, environ={}))
    assert any("mindicador dolar 2023" in sentence for sentence in content["refused"])
    live.fetch(NOW + dt.timedelta(hours=1))
    assert recorded_missing(live.store)["usdclp"] == [(dt.date(2023, 1, 1), dt.date(2023, 12, 31))]
    failing = False
    live.site.requests.clear()
    live.fetch(NOW + dt.timedelta(hours=2))
    asked = [path for path, _ in live.site.requests if path.startswith("/mindicador")]
    assert asked == ["/mindicador/dolar/2024", "/mindicador/dolar/2023"]
    rows = read_parquet(live.store / "usdclp.parquet").filter(pl.col("date").dt.year() == 2023)
    assert rows["date"].to_list() == [day for day in days if day.year == 2023]
    assert (rows["known_at"].dt.year() == 2023).all()
    assert recorded_missing(live.store).get("usdclp", []) == []
