"""Each provider's client against a server that speaks its documented format, and what it says where it is refused."""

import datetime as dt
from typing import Any

import pytest

from forex.core.errors import ProviderError
from forex.operations import declared_providers, load_operations
from forex.providers.ecb import Ecb
from forex.providers.mindicador import Mindicador
from forex.providers.protocol import Bars
from forex.providers.quote.standing import standing
from forex.providers.registry import provider
from forex.providers.yahoo import Yahoo
from tests.support.live import recorded
from tests.support.live.provider_clients import (
    CLIENTS,
    MONDAY,
    OBSERVADO,
    TUESDAY,
    WEDNESDAY,
    ask,
)
from tests.support.live.web import Answer, Web
from tests.support.made_up import utc


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


def test_mindicador_by_year(site: Web) -> None:
    years = {2023: {dt.date(2023, 12, 29): 884.59}, 2024: OBSERVADO}
    site.route = lambda path, query: Answer(recorded.mindicador("dolar", years[int(path.rsplit("/", 1)[1])]))
    found = ask(site, Mindicador, "dolar", dt.date(2023, 12, 1))
    assert [(row.date, row.value) for row in found] == [(dt.date(2023, 12, 29), 884.59), *OBSERVADO.items()]
    assert [path for path, _ in site.requests] == ["/dolar/2023", "/dolar/2024"]


def test_mindicador_ipc_by_year_has_a_value_a_month(site: Web) -> None:
    """Labelled by the month it is about, not by its publication."""
    months = {year: {dt.date(year, month, 1): 0.1 * month for month in range(1, 13)} for year in (2023, 2024)}
    site.route = lambda path, query: Answer(recorded.mindicador("ipc", months[int(path.rsplit("/", 1)[1])]))
    found = ask(site, Mindicador, "ipc", dt.date(2023, 7, 1), dt.date(2024, 12, 31))
    assert [str(row.date) for row in found][:2] == ["2023-07-01", "2023-08-01"] and len(found) == 18
    assert [path for path, _ in site.requests] == ["/ipc/2023", "/ipc/2024"]


def test_mindicador_dates_are_santiago_s_in_summer_and_winter(site: Web) -> None:
    days = {dt.date(2024, 1, 15): 900.0, dt.date(2024, 7, 15): 910.5}
    answer = recorded.mindicador("dolar", days)
    assert {row["fecha"][11:13] for row in answer["serie"]} == {"03", "04"}
    site.route = lambda path, query: Answer(answer)
    assert [row.date for row in ask(site, Mindicador, "dolar", dt.date(2024, 1, 1))] == list(days)


def test_a_decimal_comma_is_a_decimal_point(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.mindicador("dolar", OBSERVADO, decimal_comma=True))
    assert [row.value for row in ask(site, Mindicador, "dolar")] == list(OBSERVADO.values())


def test_ecb_crosses_with_the_dollar(site: Web) -> None:
    rates = {"BRL": {MONDAY: 6.0922, TUESDAY: 6.1019}, "USD": {MONDAY: 1.0495, TUESDAY: 1.0477}}
    site.route = lambda path, query: Answer(recorded.ecb(rates, missing=(("BRL", WEDNESDAY), ("USD", WEDNESDAY))))
    found = ask(site, Ecb, "BRL")
    assert [row.value for row in found] == pytest.approx([6.0922 / 1.0495, 6.1019 / 1.0477], rel=1e-7)
    assert site.requests[0] == (
        "/D.BRL+USD.EUR.SP00.A",
        {"format": "csvdata", "detail": "dataonly", "startPeriod": "2024-11-25", "endPeriod": "2024-11-27"},
    )


def test_ecb_euro_is_the_inverse_of_the_dollar(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.ecb({"USD": {MONDAY: 1.0495}}))
    assert [row.value for row in ask(site, Ecb, "EUR")] == pytest.approx([1 / 1.0495], rel=1e-7)


def test_yahoo_dates_by_the_exchange_and_leaves_out_the_running_day(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-25T05:00"), 4.1),
        (utc("2024-11-26T05:00"), None),
        (utc("2024-11-27T05:00"), 4.13),
    ]
    end = utc("2024-11-27T22:00")
    running: dict[str, Any] = {
        "regularMarketTime": int(end.timestamp()) - 3600,
        "currentTradingPeriod": {"regular": {"end": int(end.timestamp())}},
    }
    site.route = lambda path, query: Answer(recorded.yahoo("HG=F", bars, **running))
    assert [(row.date, row.value) for row in ask(site, Yahoo, "HG=F")] == [(MONDAY, 4.1)]
    running["regularMarketTime"] = int(end.timestamp())
    assert [row.date for row in ask(site, Yahoo, "HG=F")] == [MONDAY, WEDNESDAY]
    path, query = site.requests[0]
    assert path == "/HG=F" and query["interval"] == "1d"
    assert int(query["period1"]) == int(utc("2024-11-25T00:00").timestamp())


MINUTES, HOURS = dt.timedelta(minutes=5), dt.timedelta(hours=1)


def yahoo_bars(site: Web, width: dt.timedelta) -> Bars:
    with site.client(attempts=1) as client:
        return Yahoo(site.url).bars(client, "CLP=X", utc("2024-11-22T18:00"), utc("2024-11-27T18:01"), width)


def stood(bars: Bars, at: str) -> tuple[dt.datetime, float] | None:
    i = standing(bars, utc(at), dt.timedelta(hours=2))
    return None if i is None else (bars[i].ends, bars[i].price)


def test_yahoo_last_price_is_not_later_than_the_cut_off(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-27T17:50"), 973.1),
        (utc("2024-11-27T17:55"), None),
        (utc("2024-11-27T18:00"), 973.4),  # the last price before 18:05
        (utc("2024-11-27T18:05"), 980.0),
    ]
    site.route = lambda path, query: Answer(recorded.yahoo("CLP=X", bars))
    found = yahoo_bars(site, MINUTES)
    assert stood(found, "2024-11-27T18:00") == (utc("2024-11-27T17:55"), 973.1)
    assert stood(found, "2024-11-27T18:05") == (utc("2024-11-27T18:05"), 973.4)
    assert stood(found, "2024-11-27T17:00") is None


def test_yahoo_s_price_of_this_moment_has_its_own_stamp(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-27T17:50"), 973.1),
        (utc("2024-11-27T17:58:07"), 973.2),
    ]
    site.route = lambda path, query: Answer(recorded.yahoo("CLP=X", bars))
    assert stood(yahoo_bars(site, MINUTES), "2024-11-27T18:00") == (bars[1][0], 973.2)


def test_an_hourly_bar_ends_an_hour_later_and_the_price_of_this_moment_is_no_bar(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-27T17:00"), 974.0),
        (utc("2024-11-27T15:00"), 973.1),  # in whatever order
        (utc("2024-11-27T16:00"), None),
        (utc("2024-11-27T15:00"), 973.1),  # the same once more
        (utc("2024-11-27T18:04:11"), 975.0),
    ]
    site.route = lambda path, query: Answer(recorded.yahoo("CLP=X", bars, dataGranularity="1h"))
    found = yahoo_bars(site, HOURS)
    assert [(bar.begins, bar.ends, bar.price) for bar in found] == [
        (utc("2024-11-27T15:00"), utc("2024-11-27T16:00"), 973.1),
        (utc("2024-11-27T17:00"), utc("2024-11-27T18:00"), 974.0),
        (utc("2024-11-27T18:04:11"), utc("2024-11-27T18:04:11"), 975.0),
    ]
    assert not found.unsound
    path, query = site.requests[-1]
    assert path == "/CLP=X" and query["interval"] == "1h"


def test_a_bar_with_two_prices_is_left_out_and_named(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-27T16:00"), 973.1),
        (utc("2024-11-27T17:00"), 974.0),
        (utc("2024-11-27T17:00"), 979.0),
    ]
    site.route = lambda path, query: Answer(recorded.yahoo("CLP=X", bars))
    found = yahoo_bars(site, HOURS)
    assert [bar.price for bar in found] == [973.1]
    assert found.unsound == ["yahoo CLP=X: two prices at 2024-11-27 17:00:00+00:00"]
    bars.pop(0)
    with pytest.raises(ProviderError, match="yahoo CLP=X: two prices at 2024-11-27 17:00"):
        yahoo_bars(site, HOURS)


def test_bars_of_another_width_are_refused(site: Web) -> None:
    """A day's bar, taken for an hour's, would end before its day."""
    answer = recorded.yahoo("CLP=X", [(utc("2024-11-27T00:00"), 973.1)], dataGranularity="1d")
    site.route = lambda path, query: Answer(answer)
    with pytest.raises(ProviderError, match="yahoo CLP=X: asked for bars of 1h, the answer is of '1d'"):
        yahoo_bars(site, HOURS)


def test_yahoo_refuses_an_answer_about_another_symbol(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.yahoo("SI=F", [(utc("2024-11-25T05:00"), 31.0)]))
    with pytest.raises(ProviderError, match="yahoo HG=F: the answer is about 'SI=F'"):
        ask(site, Yahoo, "HG=F")


@pytest.mark.parametrize("name", CLIENTS)
def test_every_service_has_a_client_and_credentials_come_from_the_environment(name: str) -> None:
    settings = load_operations().fetch
    full = {"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2", "FRED_API_KEY": "hunter2"}
    assert provider(name, settings, full).name == name
    assert "hunter2" not in repr(vars(provider(name, settings, full)))
    if name in ("bcch", "fred"):
        wanted = "BCCH_TOKEN, or BCCH_USER and BCCH_PASSWORD" if name == "bcch" else "FRED_API_KEY"
        for some in ({}, {"BCCH_USER": "someone", "BCCH_TOKEN": ""}):
            with pytest.raises(ProviderError, match=f"{name}: set {wanted} in the environment"):
                provider(name, settings, some)


def test_every_declared_service_is_among_the_tested() -> None:
    assert set(CLIENTS) == set(declared_providers())
