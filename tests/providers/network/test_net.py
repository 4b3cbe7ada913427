"""The network's manners, against a real server: what is retried, what is refused, and what never reaches a message."""

import contextlib
import os
import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest

from forex.core.errors import ProviderError
from forex.providers.network.net import Secret
from tests.support.live.asked import refused
from tests.support.live.web import Answer, Web


def test_a_body_comes_back_and_a_secret_reaches_the_server(site: Web) -> None:
    site.route = lambda path, query: Answer({"asked": query})
    with site.client() as client:
        assert client.json(f"{site.url}/series", {"code": "a b", "pass": Secret("hunter2")}) == {
            "asked": {"code": "a b", "pass": "hunter2"}
        }


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("ends", ["well", "refused", "with an error of ours"])
def test_a_client_that_is_left_has_closed_what_it_opened(site: Web, ends: str) -> None:
    """Its connection, which the server sees end, and its loop, however the block ends."""
    gone: list[bytes] = []

    def until_the_end(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(404 if ends == "refused" else 200)
        handler.send_header("Content-Length", "4")
        handler.end_headers()
        handler.wfile.write(b"fine")
        handler.connection.settimeout(5)
        gone.append(handler.connection.recv(1))  # b"" where the other side has hung up
        handler.close_connection = True

    site.route = lambda path, query: Answer(send=until_the_end)
    before = open_files()
    with contextlib.suppress(ProviderError, RuntimeError), site.client() as client:
        client.get(f"{site.url}/series")
        assert open_files() > before
        if ends == "with an error of ours":
            raise RuntimeError
    for _ in range(200):
        if gone and open_files() <= before:
            break
        time.sleep(0.01)
    assert client._http.is_closed and gone == [b""] and open_files() <= before


def test_a_secret_shows_nowhere() -> None:
    assert "hunter2" not in f"{Secret('hunter2')!r} {Secret('hunter2')} {[Secret('hunter2')]}"


@pytest.mark.parametrize("status", [500, 503])
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
    answers = iter([Answer(status=503, headers={"Retry-After": "7"}), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        client.get(f"{site.url}/series")
    assert site.waits == [7.0]
    site.route = lambda path, query: Answer(status=503, headers={"Retry-After": "3600"})
    refused(site, "status 503, asks to wait 3600 s")


def test_retry_after_as_a_date_counts_from_the_answer_s_own(site: Web) -> None:
    sent, asked = "Wed, 27 Nov 2024 18:00:00 GMT", "Wed, 27 Nov 2024 18:00:09 GMT"

    def busy(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(
            f"HTTP/1.1 503 Busy\r\nDate: {sent}\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n".encode()
        )

    answers = iter([Answer(send=busy), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        client.get(f"{site.url}/series")
    assert site.waits == [9.0]


@pytest.mark.parametrize("said", ["-5", "\xb2", "soon", "9 9"])
def test_a_retry_after_that_is_neither_number_nor_date_counts_as_not_said(said: str, site: Web) -> None:
    site.route = lambda path, query: Answer(status=503, headers={"Retry-After": said})
    refused(site, "status 503, after 2 attempts", attempts=2)
    assert 0.5 <= site.waits[0] <= 1


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_asked_again(site: Web, status: int) -> None:
    site.route = lambda path, query: Answer(status=status)
    refused(site, f"status {status}$")
    assert len(site.requests) == 1


def test_a_reset_connection_is_asked_again(site: Web) -> None:
    def reset(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    answers = iter([Answer(send=reset), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        assert client.get(f"{site.url}/series") == b"fine"


def test_a_broken_record_is_asked_again(site: Web) -> None:
    """Bytes in the encrypted stream that no key of this connection made."""

    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        socket.socket.sendall(handler.connection, b"\x17\x03\x03\x00\x20" + b"x" * 32)

    answers = iter([Answer(send=broken), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        assert client.get(f"{site.url}/series") == b"fine"
    site.route = lambda path, query: Answer(send=broken)
    refused(site, r"the connection failed \(\w+\), after 3 attempts")


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


def test_what_is_packed_twice_is_not_unpacked(site: Web) -> None:
    """A few hundred bytes would become a gigabyte before its first byte could be counted."""
    import gzip

    packed = gzip.compress(gzip.compress(b"0" * 30_000_000))
    site.route = lambda path, query: Answer(packed, headers={"Content-Encoding": "gzip, gzip"})
    refused(site, "packed as 'gzip, gzip', expected one of identity, gzip, deflate")


def test_a_secret_is_hidden_however_it_is_written_and_wherever_a_message_ends(site: Web) -> None:
    with site.client() as client:
        for echoed in (b"<p>pass=hunt%40er+2", b"<p>pass=hunt%40er%202", b"<p>" + b"x" * 32 + b"hunt@er 2"):
            site.route = lambda path, query, body=echoed: Answer(body)  # type: ignore[misc]
            with pytest.raises(ProviderError, match=r"\*\*\*") as error:
                client.json(f"{site.url}/series", {"pass": Secret("hunt@er 2")})
            assert "hunt" not in str(error.value)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"<html>maintenance</html>", b'{"serie": [1, 2', b"\xff\xfe\x00", b""]
)
def test_what_is_not_json_is_said(site: Web, body: bytes) -> None:
    site.route = lambda path, query: Answer(body)
    with site.client() as client, pytest.raises(ProviderError, match=f"expected JSON, got {len(body)} bytes"):
        client.json(f"{site.url}/series")
