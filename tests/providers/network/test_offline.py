"""A machine without a network: each service is said to be out of reach once, and soon."""

import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from forex.operations import Network
from forex.providers.asking import Fetched
from forex.providers.lines import Lines
from forex.providers.network.net import Client, ServiceDown
from tests.support.live.web import Answer, Web


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def network(**changes: object) -> Network:
    settings = {
        "hosts": ("localhost", "127.0.0.1"),
        "user_agent": "forex",
        "connect_timeout": 2,
        "read_timeout": 5,
        "deadline": 20,
        "attempts": 3,
        "longest_wait": 30,
        "max_bytes": 1000,
    }
    return Network(**settings | changes)  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_second_host_is_tried_once_and_briefly(silent: int) -> None:
    waits: list[float] = []
    with Client(network(), sleep=waits.append) as client:
        with pytest.raises(ServiceDown, match="no answer in time, after 3 attempts"):
            client.get(f"https://localhost:{silent}/a")
        assert not client.offline
        begun = time.monotonic()
        with pytest.raises(ServiceDown, match=r"no answer in time, after 1 attempt$"):
            client.get(f"https://127.0.0.1:{silent}/b")
        assert time.monotonic() - begun < 1.8
        assert client.offline
    assert len(waits) == 2


@pytest.mark.slow
def test_where_one_has_answered_the_others_are_waited_for(site: Web, silent: int) -> None:
    site.route = lambda path, query: Answer("fine")
    trust: ssl.SSLContext = site.trust
    with Client(network(connect_timeout=0.2), verify=trust, sleep=site.waits.append) as client:
        assert client.get(f"{site.url}/a") == b"fine"
        with pytest.raises(ServiceDown, match="after 3 attempts"):
            client.get(f"https://127.0.0.1:{silent}/b")
        with pytest.raises(ServiceDown, match="after 3 attempts"):
            client.get(f"https://localhost:{silent}/c")
        assert not client.offline


def test_an_answer_of_any_kind_is_a_network(site: Web, silent: int) -> None:
    site.route = lambda path, query: Answer(status=404)
    with Client(network(connect_timeout=0.2, attempts=1), verify=site.trust, sleep=site.waits.append) as client:
        with pytest.raises(ServiceDown):
            client.get(f"https://127.0.0.1:{silent}/a")
        with pytest.raises(Exception, match="status 404"):
            client.get(f"{site.url}/b")
        assert not client.offline


def test_what_is_wrong_is_said_once() -> None:
    lines = Lines()
    failing = {
        "aud": [
            "aud from ecb: https://a.org/AUD: the connection failed",
            "aud from jsdelivr: https://b.org/x: no answer in time",
        ],
        "brl": [
            "brl from ecb: https://a.org/BRL: the connection failed",
            "brl from jsdelivr: https://b.org/x: no answer in time",
        ],
        "vix": [
            "vix from yahoo: https://c.org/VIX: status 500",
            "vix from ecb: https://a.org/VIX: the connection failed",
        ],
    }
    told = [lines.of(Fetched(name, expected=dt.date(2024, 11, 27), failures=said)) for name, said in failing.items()]
    assert "the connection failed" in told[0] and "no answer in time" in told[0]
    assert "newest none; nothing from ecb, jsdelivr, as for aud; 2024-11-27 was expected" in told[1]
    assert "status 500; nothing from ecb, as for aud" in told[2]
    assert sum(line.count("the connection failed") for line in told) == 1
