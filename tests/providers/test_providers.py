"""Each provider's client against a server that speaks its documented format, and what it says where it is refused."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from forex.core.errors import ProviderError
from forex.operations import declared_providers, load_operations
from forex.providers.bcch import Bcch
from forex.providers.ecb import Ecb
from forex.providers.mindicador import Mindicador
from forex.providers.protocol import Provider
from forex.providers.registry import provider
from forex.providers.secret import Secret
from forex.providers.yahoo import Yahoo
from tests.support.live import recorded
from tests.support.live.provider_clients import (
    CLIENTS,
    CODE,
    MONDAY,
    OBSERVADO,
    TUESDAY,
    WEDNESDAY,
    ask,
    bcch,
    fred,
)
from tests.support.live.web import Answer, Web
from tests.support.made_up import utc


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


def test_bcch(site: Web) -> None:
    holiday = dt.date(2024, 11, 24)
    site.route = lambda path, query: Answer(recorded.bcch(query["timeseries"], OBSERVADO, missing=(holiday,)))
    found = ask(site, bcch, CODE)
    assert [(one.date, one.value) for one in found] == list(OBSERVADO.items())
    query = site.requests[0][1]
    assert query == {
        "user": "someone",
        "pass": "hunter2",
        "function": "GetSeries",
        "timeseries": CODE,
        "firstdate": "2024-11-25",
        "lastdate": "2024-11-27",
    }


def test_bcch_reads_titles_in_latin_1(site: Web) -> None:
    body = json.dumps(recorded.bcch(CODE, OBSERVADO), ensure_ascii=False).encode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    site.route = lambda path, query: Answer(body)
    assert [one.value for one in ask(site, bcch, CODE)] == list(OBSERVADO.values())


def test_bcch_with_a_token(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.bcch(query["timeseries"], OBSERVADO))
    settings = load_operations().fetch
    with_token = provider(
        "bcch", settings.model_copy(update={"providers": {"bcch": site.url}}), {"BCCH_TOKEN": "t0ken"}
    )
    ask(site, lambda url: with_token, CODE)
    query = site.requests[0][1]
    assert query["token"] == "t0ken" and not {"user", "pass"} & set(query)


@pytest.mark.parametrize(
    ("client_of", "refusal"),
    [
        (bcch, {"Codigo": -5, "Descripcion": "no account hunter2"}),
        (fred, {"error_code": 400, "error_message": "Bad Request. hunter2 is not a key"}),
        (fred, "<p>hunter2 is no key</p>"),
    ],
)
def test_what_a_service_says_is_repeated_without_the_secret(
    client_of: Callable[[str], Provider], refusal: Any, site: Web
) -> None:
    site.route = lambda path, query: Answer(refusal)
    with pytest.raises(ProviderError, match=r"\*\*\*") as refused:
        ask(site, client_of, CODE)
    assert "hunter2" not in str(refused.value)


def test_a_password_that_holds_the_user_s_name_is_hidden_whole(site: Web) -> None:
    service = Bcch(site.url, {"user": Secret("maria"), "pass": Secret("maria@home")})
    said = "no account: user=maria&pass=maria%40home (maria@home)"
    site.route = lambda path, query: Answer({"Codigo": -5, "Descripcion": said})
    with pytest.raises(ProviderError, match=r"no account: user=\*\*\*&pass=\*\*\* \(\*\*\*\)\. Check BCCH_USER"):
        ask(site, lambda url: service, CODE)


def test_bcch_says_what_the_bank_said(site: Web) -> None:
    refusal = {"Codigo": -5, "Descripcion": "Invalid username or password", "Series": {"Obs": None}, "SeriesInfos": []}
    site.route = lambda path, query: Answer(refusal)
    with pytest.raises(ProviderError, match=rf"bcch {CODE}: refused with -5: Invalid username or password"):
        ask(site, bcch, CODE)


def test_mindicador_by_year(site: Web) -> None:
    years = {2023: {dt.date(2023, 12, 29): 884.59}, 2024: OBSERVADO}
    site.route = lambda path, query: Answer(recorded.mindicador("dolar", years[int(path.rsplit("/", 1)[1])]))
    found = ask(site, Mindicador, "dolar", dt.date(2023, 12, 1))
    assert [(one.date, one.value) for one in found] == [(dt.date(2023, 12, 29), 884.59), *OBSERVADO.items()]
    assert [path for path, _ in site.requests] == ["/dolar/2023", "/dolar/2024"]


def test_mindicador_ipc_by_year_has_a_value_a_month(site: Web) -> None:
    """Labelled by the month it is about, not by its publication."""
    months = {year: {dt.date(year, month, 1): 0.1 * month for month in range(1, 13)} for year in (2023, 2024)}
    site.route = lambda path, query: Answer(recorded.mindicador("ipc", months[int(path.rsplit("/", 1)[1])]))
    found = ask(site, Mindicador, "ipc", dt.date(2023, 7, 1), dt.date(2024, 12, 31))
    assert [str(one.date) for one in found][:2] == ["2023-07-01", "2023-08-01"] and len(found) == 18
    assert [path for path, _ in site.requests] == ["/ipc/2023", "/ipc/2024"]


def test_mindicador_dates_are_santiago_s_in_summer_and_winter(site: Web) -> None:
    days = {dt.date(2024, 1, 15): 900.0, dt.date(2024, 7, 15): 910.5}
    answer = recorded.mindicador("dolar", days)
    assert {row["fecha"][11:13] for row in answer["serie"]} == {"03", "04"}
    site.route = lambda path, query: Answer(answer)
    assert [one.date for one in ask(site, Mindicador, "dolar", dt.date(2024, 1, 1))] == list(days)


def test_a_decimal_comma_is_a_decimal_point(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.mindicador("dolar", OBSERVADO, decimal_comma=True))
    assert [one.value for one in ask(site, Mindicador, "dolar")] == list(OBSERVADO.values())


def test_fred_with_vintages(site: Web) -> None:
    rows = [
        ("2024-11-22", "2024-11-22", "4.37"),  # stood there on the first day asked for: known by the rule
        ("2024-11-26", "2024-11-25", "4.25"),
        ("2024-11-27", "2024-11-25", "4.26"),  # revised
        ("2024-11-27", "2024-11-26", "."),
    ]
    site.route = lambda path, query: Answer(recorded.fred(rows))
    found = ask(site, fred, "DGS2", dt.date(2024, 11, 22))
    assert [(one.date, one.value) for one in found] == [(dt.date(2024, 11, 22), 4.37), (MONDAY, 4.25), (MONDAY, 4.26)]
    assert [one.known_at for one in found] == [None, utc("2024-11-27T06:00"), utc("2024-11-28T06:00")]
    query = site.requests[0][1]
    assert query["series_id"] == "DGS2" and query["api_key"] == "hunter2"
    assert (query["realtime_start"], query["realtime_end"]) == (
        "2024-11-22",
        "9999-12-31",
    )  # its today may be before ours


def test_fred_asks_for_long_histories_in_parts(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.fred([(query["realtime_start"], "2003-01-02", "1.0")]))
    found = ask(site, fred, "DGS2", dt.date(2003, 1, 1))
    assert [(one.date, one.value, one.known_at) for one in found] == [(dt.date(2003, 1, 2), 1.0, None)]
    periods = sorted((query["realtime_start"], query["realtime_end"]) for _, query in site.requests)
    assert periods[0][0] == "2003-01-01" and periods[-1][1] == "9999-12-31"
    for (_, end), (start, _) in zip(periods, periods[1:], strict=False):
        assert dt.date.fromisoformat(start) == dt.date.fromisoformat(end) + dt.timedelta(days=1)


@pytest.mark.parametrize(
    "before",
    [
        Answer(
            {
                "error_code": 400,
                "error_message": "Bad Request. The series does not exist in ALFRED but may exist in FRED.",
            },
            status=400,
        ),
        Answer(recorded.fred([])),
    ],
    ids=["refused", "empty"],
)
def test_fred_an_archive_that_begins_later_holds_what_the_rule_dates(before: Answer, site: Web) -> None:
    """What stood in the archive's first vintage had been published before; what came later has its own day."""
    rows = [
        ("2019-02-07", "2006-01-03", "101.1"),
        ("2019-02-07", "2019-02-01", "110.0"),
        ("2019-02-11", "2019-02-08", "110.5"),
    ]
    site.route = lambda path, query: Answer(recorded.fred(rows)) if query["realtime_end"] >= "2019-02-11" else before
    found = ask(site, fred, "DTWEXBGS", dt.date(2006, 1, 1), dt.date(2019, 2, 12))
    assert [(str(one.date), one.known_at) for one in found] == [
        ("2006-01-03", None),
        ("2019-02-01", None),
        ("2019-02-08", utc("2019-02-12T06:00")),
    ]


def test_fred_a_refusal_of_the_newest_part_is_an_error(site: Web) -> None:
    site.route = lambda path, query: Answer({"error_message": "Bad Request."}, status=400)
    with pytest.raises(ProviderError, match="status 400"):
        ask(site, fred, "DGS2", dt.date(2003, 1, 1))


def test_fred_says_what_it_said(site: Web) -> None:
    site.route = lambda path, query: Answer(
        {"error_code": 400, "error_message": "Bad Request. api_key is not registered."}
    )
    with pytest.raises(ProviderError, match=r"fred DGS2: refused: Bad Request. api_key is not registered."):
        ask(site, fred, "DGS2")


def test_ecb_crosses_with_the_dollar(site: Web) -> None:
    rates = {"BRL": {MONDAY: 6.0922, TUESDAY: 6.1019}, "USD": {MONDAY: 1.0495, TUESDAY: 1.0477}}
    site.route = lambda path, query: Answer(recorded.ecb(rates, missing=(("BRL", WEDNESDAY), ("USD", WEDNESDAY))))
    found = ask(site, Ecb, "BRL")
    assert [one.value for one in found] == pytest.approx([6.0922 / 1.0495, 6.1019 / 1.0477], rel=1e-7)
    assert site.requests[0] == (
        "/D.BRL+USD.EUR.SP00.A",
        {"format": "csvdata", "detail": "dataonly", "startPeriod": "2024-11-25", "endPeriod": "2024-11-27"},
    )


def test_ecb_euro_is_the_inverse_of_the_dollar(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.ecb({"USD": {MONDAY: 1.0495}}))
    assert [one.value for one in ask(site, Ecb, "EUR")] == pytest.approx([1 / 1.0495], rel=1e-7)


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
    assert [(one.date, one.value) for one in ask(site, Yahoo, "HG=F")] == [(MONDAY, 4.1)]
    running["regularMarketTime"] = int(end.timestamp())
    assert [one.date for one in ask(site, Yahoo, "HG=F")] == [MONDAY, WEDNESDAY]
    path, query = site.requests[0]
    assert path == "/HG=F" and query["interval"] == "1d"
    assert int(query["period1"]) == int(utc("2024-11-25T00:00").timestamp())


def test_yahoo_last_price_is_not_later_than_the_cut_off(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-27T17:50"), 973.1),
        (utc("2024-11-27T17:55"), None),
        (utc("2024-11-27T18:00"), 973.4),  # the last price before 18:05
        (utc("2024-11-27T18:05"), 980.0),
    ]
    site.route = lambda path, query: Answer(recorded.yahoo("CLP=X", bars))
    with site.client() as client:
        assert Yahoo(site.url).last_price(client, "CLP=X", utc("2024-11-27T18:00")) == (
            utc("2024-11-27T17:55"),
            973.1,
        )
        assert Yahoo(site.url).last_price(client, "CLP=X", utc("2024-11-27T18:05")) == (
            utc("2024-11-27T18:05"),
            973.4,
        )
        assert Yahoo(site.url).last_price(client, "CLP=X", utc("2024-11-27T17:00")) is None


def test_yahoo_s_price_of_this_moment_has_its_own_stamp(site: Web) -> None:
    bars: list[tuple[dt.datetime, float | None]] = [
        (utc("2024-11-27T17:50"), 973.1),
        (utc("2024-11-27T17:58:07"), 973.2),
    ]
    site.route = lambda path, query: Answer(recorded.yahoo("CLP=X", bars))
    with site.client() as client:
        assert Yahoo(site.url).last_price(client, "CLP=X", utc("2024-11-27T18:00")) == (bars[1][0], 973.2)


def test_yahoo_refuses_an_answer_about_another_symbol(site: Web) -> None:
    site.route = lambda path, query: Answer(recorded.yahoo("SI=F", [(utc("2024-11-25T05:00"), 31.0)]))
    with pytest.raises(ProviderError, match="yahoo HG=F: the answer is about 'SI=F'"):
        ask(site, Yahoo, "HG=F")


def test_fred_has_no_vintage_from_the_future(site: Web) -> None:
    """Its value would stay hidden until then."""
    rows = [("2024-11-26", "2024-11-25", "4.1"), ("2034-11-27", "2024-11-26", "4.2")]
    site.route = lambda path, query: Answer(recorded.fred(rows))
    with pytest.raises(ProviderError, match="fred DGS2: a vintage of 2034-11-27, which lies after 2024-11-2"):
        ask(site, fred, "DGS2")


def test_fred_takes_nothing_from_before_it_was_asked_for(site: Web) -> None:
    """A date that no store can hold would make the whole series unreadable."""
    rows = [("2024-11-26", "0001-01-01", "4.1"), ("2024-11-27", "2024-11-26", "4.2")]
    site.route = lambda path, query: Answer(recorded.fred(rows))
    assert [(one.date, one.value) for one in ask(site, fred, "DGS2")] == [(TUESDAY, 4.2)]


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
