"""Every key of `fetch` does something: each leaf, changed alone, changes what is asked, waited for, stored or said.

Against the local server; tests/providers says what each behaviour is for and how the network's limits act.
"""

import datetime as dt
import socket
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from forex.commands.live import fetch as fetching
from forex.core import lock
from forex.core.errors import ForexError
from forex.core.files import read_parquet
from forex.observations.store import read_series_list
from forex.operations import load_operations
from forex.params import load_params
from forex.providers.asking import Fetched
from forex.providers.fetch import fetch
from forex.providers.network.net import Client
from forex.providers.services import Services
from tests.support.changed_params import OPERATIONS, leaves
from tests.support.live import recorded
from tests.support.live.project import PROVIDERS, Live, live_project
from tests.support.live.web import Answer, Query, Web
from tests.support.made_up import utc

pytestmark = pytest.mark.slow

KEYS = [key for key in leaves(OPERATIONS) if key.startswith("fetch.")]
NOW = utc("2024-11-27T18:05")
KEYS_OF_USERS = {"BCCH_USER": "someone", "BCCH_PASSWORD": "hunter2", "FRED_API_KEY": "hunter2"}
ASKED_FOR = {
    "bcch": "usdclp",
    "mindicador": "copper_bcch",
    "findic": "copper_bcch",
    "ecb_xml": "brl",
    "frankfurter": "brl",
    "fred": "us_2y",
    "yahoo": "copper_comex",
    "ecb": "brl",
    "jsdelivr": "brl",
}


@pytest.fixture
def live(server: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Live:
    """Every series of params.yaml, every provider at the local server, which answers nothing yet."""
    monkeypatch.chdir(tmp_path)
    server.route = lambda path, query: Answer(status=404)
    project = live_project(tmp_path, server, OPERATIONS["fetch"]["series"])
    project.set(
        fetch__network__attempts=1,
        fetch__network__read_timeout=5,
        fetch__network__connect_timeout=5,
        fetch__first="2024-11-01",
    )
    return project


def set_key(live: Live, key: str, value: Any) -> None:
    live.set(**{key.replace(".", "__"): value})


def from_operations(live: Live) -> Client:
    return Client(load_operations().fetch.network, verify=live.site.trust, sleep=live.site.waits.append)


def said_by_get(live: Live) -> str:
    """The body, or the error, of a request under the project's limits."""
    with from_operations(live) as client:
        try:
            return client.get(f"{live.site.url}/x").decode()
        except ForexError as error:
            return str(error)


def requests(live: Live, name: str, at: dt.datetime = NOW) -> list[tuple[str, Query]]:
    """What a fetch of one series asks."""
    live.site.requests.clear()
    fetched(live, name, at)
    return list(live.site.requests)


def fetched(live: Live, name: str, at: dt.datetime = NOW) -> list[Fetched]:
    params, settings = load_params(), load_operations().fetch
    (fetching.live_store(params) / "fetches").mkdir(exist_ok=True)
    listed = {name: read_series_list(live.store)[name]}
    with from_operations(live) as client:
        return fetch(
            live.store,
            listed,
            params.validate_.bounds,
            settings,
            Services(settings, KEYS_OF_USERS, client),
            clock=lambda: at,
            progress=lambda result: None,
        )


# --- the network ------------------------------------------------------------------------------------------------------


def with_header(handler: BaseHTTPRequestHandler) -> None:
    body = handler.headers["user-agent"].encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def late(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.5)
    with_header(handler)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "6")
    handler.end_headers()
    for _ in range(6):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


NETWORK: dict[str, tuple[Answer, Any, str, str]] = {  # the answer, the other value, what is said before and after
    "hosts": (Answer("fine"), ["example.org"], "fine", "expected https and a host among example.org"),
    "user_agent": (Answer(send=with_header), "another", "Mozilla/5.0 (compatible; forex/", "another"),
    "read_timeout": (Answer(send=late), 0.1, "Mozilla", "no answer in time"),
    "deadline": (Answer(send=dripping), 0.2, "xxxxxx", "not complete within 0.2 s"),
    "attempts": (Answer(status=500), 2, "after 1 attempt", "after 2 attempts"),
    "longest_wait": (Answer(status=503, headers={"Retry-After": "7"}), 5, "after 1 attempt", "asks to wait 7 s"),
    "max_bytes": (Answer("12345"), 4, "12345", "more than 4 bytes"),
}


@pytest.mark.parametrize("key", NETWORK)
def test_limit_of_the_network(key: str, live: Live) -> None:
    answer, value, before, after = NETWORK[key]
    live.site.route = lambda path, query: answer
    assert before in said_by_get(live)
    set_key(live, f"fetch.network.{key}", value)
    assert after in said_by_get(live)


def test_connect_timeout(live: Live) -> None:
    """A port that listens, and never says a word of TLS."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        waited = []
        for seconds in (0.1, 0.8):
            live.set(fetch__network__connect_timeout=seconds)
            started = time.monotonic()
            with from_operations(live) as client, pytest.raises(ForexError, match="no answer in time"):
                client.get(f"https://localhost:{mute.getsockname()[1]}/")
            waited.append(time.monotonic() - started)
    assert waited[0] < 0.7 <= waited[1]


# --- who is asked, and from when --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROVIDERS)
def test_address_of_a_provider(name: str, live: Live) -> None:
    before = {path.split("/")[1] for path, _ in requests(live, ASKED_FOR[name])}
    set_key(live, f"fetch.providers.{name}", f"{live.site.url}/elsewhere")
    after = {path.split("/")[1] for path, _ in requests(live, ASKED_FOR[name])}
    assert {folder.split("@")[0] for folder in before ^ after} == {name, "elsewhere"}


@pytest.mark.parametrize("name", OPERATIONS["fetch"]["series"])
def test_sources_of_a_series(name: str, live: Live) -> None:
    before = requests(live, name)
    sources = OPERATIONS["fetch"]["series"][name]
    live.set(fetch__series=OPERATIONS["fetch"]["series"] | {name: [f"{source.split()[0]} QQQ" for source in sources]})
    after = requests(live, name)
    assert len(after) >= len(sources)
    assert "QQQ" not in str(before) and (
        "QQQ" in str(after) or {source.split()[0] for source in sources} == {"jsdelivr"}
    )


def test_first(live: Live) -> None:
    assert requests(live, "usdclp")[0][1]["firstdate"] == "2024-11-01"
    live.set(fetch__first="2024-10-01")
    assert requests(live, "usdclp")[0][1]["firstdate"] == "2024-10-01"


def test_overlap_days(live: Live) -> None:
    live.set(fetch__series={"usdclp": OPERATIONS["fetch"]["series"]["usdclp"]})
    live.site.route = bank({dt.date(2024, 11, day): 970.0 for day in (25, 26, 27)})
    requests(live, "usdclp")
    for days, first in ((5, "2024-11-22"), (10, "2024-11-17")):
        live.set(fetch__overlap_days=days)
        assert requests(live, "usdclp")[0][1]["firstdate"] == first


# --- what is stored and said ------------------------------------------------------------------------------------------


def bank(
    values: Mapping[dt.date, float], spot: float | None = None, other: float = 1.0, since: str = "2024-11-27T17:40"
) -> Callable[[str, Query], Answer]:
    def route(path: str, query: Query) -> Answer:
        match path.split("/")[1]:
            case "bcch":
                return Answer(recorded.bcch(query["timeseries"], values))
            case "mindicador":
                return Answer(recorded.mindicador("dolar", {date: value * other for date, value in values.items()}))
            case "yahoo" if spot:
                five, begun = dt.timedelta(minutes=5), utc(since)
                bars: Any = [(begun + i * five, spot) for i in range((utc("2024-11-27T17:45") - begun) // five)]
                return Answer(recorded.yahoo(path.split("/")[2], bars))
        return Answer(status=404)

    return route


NEWEST = dt.date(2024, 11, 27)
SAID: dict[str, tuple[Any, Any, Callable[[str, Query], Answer], str]] = {  # two values; at the second this is said
    "max_ratio": (2, 1.1, bank({dt.date(2024, 11, 26): 800.0, NEWEST: 970.0}), "a move by more than a factor of 1.1"),
    "max_early_hours": (
        48,
        1,
        bank({NEWEST: 970.0, dt.date(2024, 11, 29): 975.0}),
        "2024-11-29: lies after 2024-11-27",
    ),
    "max_disagreement": (0.02, 0.005, bank({NEWEST: 970.0}, other=1.01), "1.00% apart"),
    "quote.max_gap": (
        0.05,
        0.003,
        bank({NEWEST: 970.0}, spot=973.4),
        "973.4 is +0.3% from the observado 970, more than",
    ),
    "quote.stuck_hours": (4, 3.5, bank({NEWEST: 970.0}, 973.4, since="2024-11-27T13:30"), "the feed stands still"),
    "quote.trading": (
        ["09:00", "12:00"],
        ["09:00", "12:45"],
        bank({NEWEST: 970.0}, 973.4, since="2024-11-27T13:30"),
        "the feed stands",
    ),
    "quote.max_age_minutes": (120, 5, bank({NEWEST: 970.0}, spot=973.4), "no price within 5 minutes"),
}


@pytest.mark.parametrize("key", SAID)
def test_bound_on_what_is_stored(key: str, live: Live) -> None:
    usual, other, live.site.route, sentence = SAID[key]
    live.set(fetch__series={"usdclp": OPERATIONS["fetch"]["series"]["usdclp"]})
    set_key(live, f"fetch.{key}", usual)
    live.fetch(NOW)
    assert sentence not in "".join(live.said)
    for path in live.store.glob("*.parquet"):
        path.unlink()
    set_key(live, f"fetch.{key}", other)
    live.fetch(NOW)
    assert sentence in "".join(live.said)


@pytest.mark.parametrize(("key", "value"), [("quote.source", "yahoo CLPUSD=X"), ("quote.series", "usdclp_close")])
def test_the_quote(key: str, value: str, live: Live) -> None:
    live.set(fetch__series={"usdclp": OPERATIONS["fetch"]["series"]["usdclp"]})
    live.site.route = bank({NEWEST: 970.0}, spot=973.4)
    live.site.requests.clear()
    set_key(live, f"fetch.{key}", value)
    if key == "quote.series":
        listed = fetching.live_store(load_params()) / "series.yaml"
        listed.write_text(listed.read_text(encoding="utf-8").replace("usdclp_spot", value), encoding="utf-8")
    live.fetch(NOW)
    if key == "quote.source":
        assert "/yahoo/CLPUSD=X" in [path for path, _ in live.site.requests]
    else:
        assert read_parquet(live.store / "usdclp_close.parquet")["value"].to_list() == [973.4]


def test_how_far_back_the_quote_is_filled_in(live: Live) -> None:
    live.set(fetch__series={"usdclp": OPERATIONS["fetch"]["series"]["usdclp"]})
    live.site.route = bank({NEWEST: 970.0}, spot=973.4)
    for days, first in ((720, "2024-11-04"), (9, "2024-11-18")):  # a Monday both; the bars of five days before it
        live.site.requests.clear()
        live.set(fetch__quote__history_days=days)
        live.fetch(NOW)
        (query,) = [query for _, query in live.site.requests if query.get("interval") == "1h"]
        assert int(query["period1"]) == int((utc(f"{first}T18:00") - dt.timedelta(days=5)).timestamp())


@pytest.mark.parametrize("name", ["mindicador", "findic", "fred"])
def test_requests_of_a_service_and_of_any(name: str, live: Live) -> None:
    """A history from 2003 on, in parts."""

    live.site.route = lambda path, query: (
        Answer(recorded.fred([(query["realtime_start"], "2003-01-02", "1.0")])) if query else Answer(status=404)
    )
    live.set(fetch__first="2003-01-01", fetch__series={"tpm": [f"{name} DFF"]})
    whole = len(requests(live, "tpm"))
    assert whole == (6 if name == "fred" else 22)
    live.set(fetch__requests_of=OPERATIONS["fetch"]["requests_of"] | {name: 4})
    assert len(requests(live, "tpm")) == 4
    live.set(fetch__requests_of={}, fetch__max_requests=3)
    assert len(requests(live, "tpm")) == 3


def test_longest_run(live: Live) -> None:
    assert len(requests(live, "usdclp")) == 3
    live.set(fetch__longest_run=1e-9)
    assert requests(live, "usdclp") == []


@pytest.mark.parametrize("name", ["mindicador", "findic"])
def test_patience_with_a_slow_service(name: str, live: Live) -> None:
    live.site.route = lambda path, query: Answer(send=late)
    live.set(fetch__network__read_timeout=0.1, fetch__series={"usdclp": [f"{name} dolar"]})
    for seconds, said in ((5, "expected JSON"), (0.2, "no answer in time")):
        live.set(fetch__patience=OPERATIONS["fetch"]["patience"] | {name: seconds})
        (found,) = fetched(live, "usdclp")
        assert said in found.failures[0]


def test_lock_timeout(live: Live) -> None:
    (fetching.live_store(load_params()) / "fetches").mkdir()
    for seconds in (0.1, 0.3):
        live.set(fetch__lock_timeout=seconds)
        with (
            lock.held(live.store / "fetches/lock", timeout=1),
            pytest.raises(ForexError, match=f"after {seconds} seconds"),
        ):
            live.fetch(NOW)


def test_every_key_is_tested() -> None:
    """By the name of its test or by its parameter above."""
    tested = {f"network.{key}" for key in (*NETWORK, "connect_timeout")} | {f"providers.{name}" for name in PROVIDERS}
    tested |= {f"series.{name}" for name in OPERATIONS["fetch"]["series"]} | set(SAID)
    tested |= {"first", "overlap_days", "lock_timeout", "quote.source", "quote.series", "quote.history_days"}
    tested |= {"longest_run", "max_requests", "patience.mindicador", "patience.findic"}
    tested |= {f"requests_of.{name}" for name in ("mindicador", "findic", "fred")}
    assert {f"fetch.{key}" for key in tested} == set(KEYS)
