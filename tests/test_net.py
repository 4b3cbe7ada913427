"""The network's manners, against a real server: what is retried, what is refused, and what never reaches a message."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from web import Answer, Web, web

from forex.errors import ProviderError
from forex.net import Secret


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as served:
        yield served


def refused(site: Web, match: str, url: str = "", **network: float) -> str:
    with site.client(**network) as client, pytest.raises(ProviderError, match=match) as error:
        client.get(url or f"{site.url}/series", {"pass": Secret("hunter2")})
    assert "hunter2" not in str(error.value)
    assert "pass" not in str(error.value)
    return str(error.value)


def test_a_body_comes_back_and_a_secret_reaches_the_server(site: Web) -> None:
    site.route = lambda path, query: Answer({"asked": query})
    with site.client() as client:
        assert client.json(f"{site.url}/series", {"code": "a b", "pass": Secret("hunter2")}) == {
            "asked": {"code": "a b", "pass": "hunter2"}
        }


def test_a_secret_shows_nowhere() -> None:
    assert "hunter2" not in f"{Secret('hunter2')!r} {Secret('hunter2')} {[Secret('hunter2')]}"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_or_broken_is_asked_again(site: Web, status: int) -> None:
    answers = iter([Answer(status=status), Answer(status=status), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        assert client.get(f"{site.url}/series") == b"fine"
    assert len(site.requests) == 3
    assert 0.5 <= site.waits[0] <= 1 <= site.waits[1] <= 2  # exponential, with jitter


def test_attempts_end(site: Web) -> None:
    site.route = lambda path, query: Answer(status=500)
    refused(site, "/series: status 500, after 3 attempts")
    assert len(site.requests) == 3


def test_retry_after_is_honoured_and_bounded(site: Web) -> None:
    answers = iter([Answer(status=429, headers={"Retry-After": "7"}), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        client.get(f"{site.url}/series")
    assert site.waits == [7.0]
    site.route = lambda path, query: Answer(status=429, headers={"Retry-After": "3600"})
    refused(site, "status 429, asks to wait 3600 s")


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_asked_again(site: Web, status: int) -> None:
    site.route = lambda path, query: Answer(status=status)
    refused(site, f"status {status}$")
    assert len(site.requests) == 1


def test_silence_ends_in_time(site: Web) -> None:
    site.route = lambda path, query: Answer(send=lambda handler: time.sleep(1.5))
    begun = time.monotonic()
    refused(site, "no answer in time, after 2 attempts", read_timeout=0.3, attempts=2)
    assert time.monotonic() - begun < 1.5


def test_a_slow_drip_ends_in_time(site: Web) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.1)

    site.route = lambda path, query: Answer(send=drip)
    begun = time.monotonic()
    refused(site, "not complete within 0.5 s", read_timeout=5, deadline=0.5, attempts=1)
    assert time.monotonic() - begun < 3


def test_a_reset_connection_is_asked_again(site: Web) -> None:
    def reset(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    answers = iter([Answer(send=reset), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        assert client.get(f"{site.url}/series") == b"fine"


def test_a_cut_off_body_is_not_taken(site: Web) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"serie": [')

    site.route = lambda path, query: Answer(send=cut)
    refused(site, "the connection failed .*after 3 attempts")


def test_fifty_megabytes_are_not_read(site: Web) -> None:
    sent = 0

    def flood(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b"x" * 1_000_000)
            sent += 1

    site.route = lambda path, query: Answer(send=flood)
    refused(site, "more than 2000000 bytes", max_bytes=2_000_000)
    assert sent < 20


def test_a_small_body_that_unpacks_to_much_is_not_read(site: Web) -> None:
    import gzip

    packed = gzip.compress(b"0" * 30_000_000)
    site.route = lambda path, query: Answer(packed, headers={"Content-Encoding": "gzip"})
    refused(site, "more than 2000000 bytes", max_bytes=2_000_000)


def test_redirects_stay_on_listed_hosts(site: Web) -> None:
    moved = {"/series": Answer(status=302, headers={"Location": "/there"}), "/there": Answer("fine")}
    site.route = lambda path, query: moved[path]
    with site.client() as client:
        assert client.get(f"{site.url}/series") == b"fine"
    for elsewhere in ("https://example.org/x", "http://localhost/x", site.url.replace("localhost", "127.0.0.1")):
        moved["/series"] = Answer(status=302, headers={"Location": elsewhere})
        refused(site, "expected https and a host among localhost")


def test_redirects_end(site: Web) -> None:
    site.route = lambda path, query: Answer(status=302, headers={"Location": "/series"})
    refused(site, "more than 3 redirects")


@pytest.mark.parametrize("url", ["https://example.org/series", "http://localhost/series"])
def test_only_listed_hosts_and_https(site: Web, url: str) -> None:
    refused(site, "expected https and a host among localhost", url)


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b'{"serie": [1, 2', b"\xff\xfe\x00", b""])
def test_what_is_not_json_is_said(site: Web, body: bytes) -> None:
    site.route = lambda path, query: Answer(body)
    with site.client() as client, pytest.raises(ProviderError, match=f"expected JSON, got {len(body)} bytes"):
        client.json(f"{site.url}/series")


def test_an_unknown_certificate_is_refused(site: Web) -> None:
    from forex.net import Client

    with (
        Client(site.network(attempts=1), sleep=site.waits.append) as client,
        pytest.raises(ProviderError, match="the connection failed"),
    ):
        client.get(f"{site.url}/series")
    assert not site.requests
