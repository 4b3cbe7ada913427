"""The Banco Central's client: its format, its credentials, and what it says where it is refused."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from forex.core.errors import ProviderError, RequestRefused
from forex.operations import load_operations
from forex.providers.bcch import Bcch
from forex.providers.network.secret import Secret
from forex.providers.protocol import Provider
from forex.providers.registry import provider
from tests.support.live import recorded
from tests.support.live.provider_clients import (
    CODE,
    OBSERVADO,
    ask,
    bcch,
    fred,
)
from tests.support.live.web import Answer, Web


@pytest.fixture
def site(server: Web) -> Web:
    server.requests.clear()
    return server


def test_bcch(site: Web) -> None:
    holiday = dt.date(2024, 11, 24)
    site.route = lambda path, query: Answer(recorded.bcch(query["timeseries"], OBSERVADO, missing=(holiday,)))
    found = ask(site, bcch, CODE)
    assert [(row.date, row.value) for row in found] == list(OBSERVADO.items())
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
    assert [row.value for row in ask(site, bcch, CODE)] == list(OBSERVADO.values())


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


@pytest.mark.parametrize("token", ["ab", "a$b/c"])
def test_bcch_says_how_long_a_refused_token_is_and_to_quote_it(token: str, site: Web) -> None:
    """A shell takes the $ for a variable; the bank says no more than -5."""
    refusal = {"Codigo": -5, "Descripcion": "Invalid username or password", "Series": None, "SeriesInfos": []}
    site.route = lambda path, query: Answer(refusal)
    service = Bcch(site.url, {"token": Secret(token)})
    with pytest.raises(
        RequestRefused, match=rf"-5: .*arrived with {len(token)} characters; .*quote it: .*valid for a year"
    ) as said:
        ask(site, lambda url: service, CODE)
    assert token not in str(said.value)
