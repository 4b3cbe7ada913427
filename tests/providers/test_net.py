"""The network's manners, against a real server: what is retried, what is refused, and what never reaches a message."""

import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from forex.core.errors import ProviderError
from forex.providers.net import Secret
from tests.support.live.web import Answer, Web, web


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


def test_a_reset_connection_is_asked_again(site: Web) -> None:
    def reset(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    answers = iter([Answer(send=reset), Answer("fine")])
    site.route = lambda path, query: next(answers)
    with site.client() as client:
        assert client.get(f"{site.url}/series") == b"fine"


def test_a_broken_record_is_asked_again(site: Web) -> None:
    """Bytes under the encryption that no key of this connection made."""

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


def test_redirects_stay_on_listed_hosts(site: Web) -> None:
    moved = {"/series": Answer(status=302, headers={"Location": "/there"}), "/there": Answer("fine")}
    site.route = lambda path, query: moved[path]
    with site.client() as client:
        assert client.get(f"{site.url}/series") == b"fine"
    for elsewhere in ("https://example.org/x", "http://localhost/x", site.url.replace("localhost", "127.0.0.1")):
        moved["/series"] = Answer(status=302, headers={"Location": elsewhere})
        refused(site, "expected https and a host among localhost")


@pytest.mark.parametrize(
    ("location", "match"),
    [
        ("data:x", "redirects to data:: expected https"),
        ("javascript:alert(1)", "redirects to javascript:: expected https"),
        ("mailto:someone@localhost", "redirects to mailto:: expected https"),
        ("https://xn--zzzz-zzz/", "redirects to https://xn--zzzz-zzz: expected https and a host among localhost"),
        ("https://xn--/", "redirects to https://xn--: expected https"),
        ("https://example.org/?pass=hunter2", "redirects to https://example.org: expected https"),
        ("https://example.org/hunter2", "redirects to https://example.org: expected https"),
        ("https://[::1/", "redirects to what is no address"),
        ("https://b\xfc\ud800cher.example/", "redirects to what is no address"),
        ("/" + "x" * 70_000, "redirects to what is no address"),
        ("https://localhost:99999999/", "redirects to https://localhost: 99999999 is no port"),
    ],
)
def test_a_redirect_to_what_is_no_web_page_is_the_provider_s_error(site: Web, location: str, match: str) -> None:
    def moved(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
            + location.encode("utf-8", "surrogatepass")
            + b"\r\n\r\n"
        )

    site.route = lambda path, query: Answer(send=moved)
    refused(site, match, attempts=1)


def test_an_address_that_is_none_is_the_provider_s_error(site: Web) -> None:
    refused(site, "'https://\\[::1/series' is no address", "https://[::1/series")
    refused(site, "expected https and a host among localhost", "https://xn--zzzz-zzz/")


def test_redirects_end(site: Web) -> None:
    site.route = lambda path, query: Answer(status=302, headers={"Location": "/series"})
    refused(site, "more than 3 redirects")


@pytest.mark.parametrize("url", ["https://example.org/series", "http://localhost/series"])
def test_only_listed_hosts_and_https(site: Web, url: str) -> None:
    refused(site, "expected https and a host among localhost", url)


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
