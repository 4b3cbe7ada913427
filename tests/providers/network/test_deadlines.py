"""No answer takes longer than the deadline, whatever part of it is slow."""

import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from forex.core.errors import ProviderError
from tests.support.live.asked import refused
from tests.support.live.web import Answer, Web


def test_silence_ends_in_time(site: Web) -> None:
    site.route = lambda path, query: Answer(send=lambda handler: time.sleep(1.5))
    begun = time.monotonic()
    refused(site, "no answer in time, after 2 attempts", read_timeout=0.3, attempts=2)
    assert time.monotonic() - begun < 1.5


def ends_at_the_deadline(site: Web, drip: Callable[[BaseHTTPRequestHandler], None]) -> None:
    """Although every byte comes within the read time-out."""
    site.route = lambda path, query: Answer(send=drip)
    begun = time.monotonic()
    refused(site, "not complete within 0.5 s", read_timeout=5, deadline=0.5, attempts=1)
    assert time.monotonic() - begun < 3


def test_a_slow_drip_ends_in_time(site: Web) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.1)

    ends_at_the_deadline(site, drip)


def test_headers_that_never_end_do_not_outlast_the_deadline(site: Web) -> None:
    """Each byte comes in time; the whole does not."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(50):
            handler.wfile.write(f"X-{i}: 1\r\n".encode())
            handler.wfile.flush()
            time.sleep(0.1)

    ends_at_the_deadline(site, drip)


@pytest.mark.parametrize("pause", [0.1, 0])
def test_a_packed_body_without_content_does_not_outlast_the_deadline(site: Web, pause: float) -> None:
    """Empty blocks unpack to nothing, for as long as the server likes; without a pause there is always more to read."""
    import zlib

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        packer = zlib.compressobj(wbits=31)
        handler.wfile.write(packer.compress(b"1") + packer.flush(zlib.Z_SYNC_FLUSH))
        begun = time.monotonic()
        while time.monotonic() < begun + 5:
            handler.wfile.write(b"\0\0\0\xff\xff")
            handler.wfile.flush()
            time.sleep(pause)

    ends_at_the_deadline(site, drip)


@pytest.mark.slow
def test_the_look_up_of_a_name_does_not_outlast_the_deadline(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*arguments: Any, **options: Any) -> Any:
        time.sleep(1.5)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with site.client(connect_timeout=5, deadline=0.3, attempts=1) as client:
        begun = time.monotonic()
        with pytest.raises(ProviderError, match="not complete within 0.3 s"):
            client.get(f"{site.url}/series")
        assert time.monotonic() - begun < 1


@pytest.mark.slow
def test_a_deadline_that_has_passed_does_not_reach_the_next_request(site: Web) -> None:
    def late(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(1)

    answers = iter([Answer("fine"), Answer(send=late), Answer("fine"), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client(deadline=0.5) as client:
        assert client.get(f"{site.url}/series") == b"fine"
        assert client.get(f"{site.url}/series") == b"fine"
        time.sleep(0.6)
        assert client.get(f"{site.url}/series") == b"fine"
