"""Each provider's client against answers that are not in its format, and against spoilt rows."""

import datetime as dt
from typing import Any

import pytest

from forex.core.errors import ProviderError
from tests.support.live import recorded
from tests.support.live.provider_clients import CLIENTS, CODE, ask
from tests.support.live.web import Answer, Web
from tests.support.made_up import utc


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html><body>En mantenci\xf3n</body></html>", id="html, not UTF-8"),
        pytest.param(b'{"Series": {"Obs": [{"ind', id="truncated"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"unexpected": true}', id="other fields"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_not_the_format_is_refused_by_name(name: str, body: bytes, site: Web) -> None:
    client_of, code = CLIENTS[name]
    site.route = lambda path, query: Answer(body)
    with pytest.raises(ProviderError, match=f"{name} |localhost"):
        ask(site, client_of, code)


# One row of a good answer spoilt in each provider's own fields: (value, date, repeated with another value, field renamed).
def spoilt(name: str, fault: str) -> Any:
    value: Any = "12x" if fault == "value" else 975.06
    date = "27-13-2024" if fault == "date" else None
    rows = 2 if fault == "repeated" else 1
    rename = fault == "renamed"
    match name:
        case "bcch":
            row = {
                "indexDateString": date or "27-11-2024",
                "valor" if rename else "value": str(value),
                "statusCode": "OK",
            }
            return {
                "Series": {"seriesId": CODE, "Obs": [row | {"value": str(900 + i)} if i else row for i in range(rows)]}
            }
        case "mindicador" | "findic":
            row = {"fecha": date or "2024-11-27T03:00:00.000Z", "value" if rename else "valor": value}
            return {"codigo": "dolar", "serie": [row | {"valor": 900 + i} if i else row for i in range(rows)]}
        case "fred":
            row = {
                "realtime_start": "2024-11-27",
                "date": date or "2024-11-26",
                "val" if rename else "value": str(value),
            }
            return {"observations": [row]}
        case "ecb":
            head = "CURRENCY,TIME_PERIOD," + ("VALUE" if rename else "OBS_VALUE")
            lines = [f"USD,2024-11-27,{1.05}"] + [
                f"BRL,{date or '2024-11-27'},{900 + i if i else value}" for i in range(rows)
            ]
            return "\n".join([head, *lines])
        case "yahoo":
            answer = recorded.yahoo("HG=F", [(utc("2024-11-27T05:00"), 4.1)] * rows)
            result = answer["chart"]["result"][0]
            if fault == "repeated":
                result["indicators"]["quote"][0]["close"][1] = 5.1
            if fault == "value":
                result["indicators"]["quote"][0]["close"] = [value]
            if fault == "date":
                result["timestamp"] = [date]
            if rename:
                result["indicators"] = {"adjclose": [{"adjclose": [4.1]}]}
            return answer
        case "ecb_xml":
            cells = [
                f'<Cube currency="BRL" {"kurs" if rename else "rate"}="{900 + i if i else value}"/>'
                for i in range(rows)
            ]
            whole = recorded.ecb_xml({"USD": {dt.date(2024, 11, 27): 1.05}})
            return whole.replace("2024-11-27", date or "2024-11-27").replace("</Cube>", "".join(cells) + "</Cube>", 1)
        case "frankfurter":
            return {"base": "EUR", "rate" if rename else "rates": {date or "2024-11-27": {"USD": 1.05, "BRL": value}}}
        case _:
            return {"date": date or "2024-11-27", "eur" if rename else "usd": {"brl": value}}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (name, fault)
        for name in CLIENTS
        for fault in ("value", "date", "repeated", "renamed")
        if (name, fault) not in {(provider, "repeated") for provider in ("fred", "jsdelivr", "frankfurter", "yahoo")}
        # a date has vintages, a file of its own, one key, or the later bar as its close
    ],
)
def test_an_answer_whose_one_row_is_spoilt_is_refused_by_name(name: str, fault: str, site: Web) -> None:
    client_of, code = CLIENTS[name]
    site.route = lambda path, query: Answer(spoilt(name, fault))
    with pytest.raises(ProviderError, match=f"{name} "):
        ask(site, client_of, code)


def chart(stamp: Any = 1732683600, **meta: Any) -> dict[str, Any]:
    answer = recorded.yahoo("HG=F", [(utc("2024-11-27T05:00"), 4.1)], **meta)
    answer["chart"]["result"][0]["timestamp"] = [stamp]
    return answer


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        (
            "bcch",
            {
                "Series": {
                    "seriesId": CODE,
                    "Obs": [{"indexDateString": "27-11-2024", "value": 10**400, "statusCode": "OK"}],
                }
            },
        ),
        (
            "bcch",
            {
                "Series": {
                    "seriesId": CODE,
                    "Obs": [{"indexDateString": "27-11-2024", "value": "1_000", "statusCode": "OK"}],
                }
            },
        ),
        ("mindicador", {"codigo": "dolar", "serie": [{"fecha": "0001-01-01T00:00:00+04:00", "valor": 975.06}]}),
        ("jsdelivr", {"date": "0001-01-01", "usd": {"brl": 5.81}}),
        ("frankfurter", {"base": "EUR", "rates": {"2024-11-27": {"BRL": 6.1, "USD": 0}}}),
        ("mindicador", {"codigo": "dolar", "serie": [{"fecha": "9999-12-31T23:59:00-04:00", "valor": 975.06}]}),
        ("fred", {"observations": [{"realtime_start": "9999-12-31", "date": "2024-11-26", "value": "4.2"}]}),
        ("yahoo", chart(1732683600000)),  # milliseconds
        ("yahoo", chart(1e18)),
        ("yahoo", chart(float("nan"))),
        ("yahoo", chart(exchangeTimezoneName="America")),
        ("yahoo", chart(regularMarketTime=1, currentTradingPeriod={"regular": {"end": 1e15}})),
        ("yahoo", {"chart": {"result": [None]}}),
        ("yahoo", {"chart": {"result": ["HG=F"]}}),
    ],
)
def test_what_no_number_date_or_instant_can_hold_is_the_provider_s_error(name: str, answer: Any, site: Web) -> None:
    client_of, code = CLIENTS[name]
    site.route = lambda path, query: Answer(answer)
    with pytest.raises(ProviderError, match=f"{name} "):
        ask(site, client_of, code)
