"""Only listed hosts are reached, by https, whatever a service redirects to."""

from http.server import BaseHTTPRequestHandler

import pytest

from tests.support.live.asked import refused
from tests.support.live.web import Answer, Web


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
