"""A web server on the loopback interface that speaks https with a certificate of its own, and answers as a test tells it to."""

import json
import random
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from forex.operations import Network
from forex.providers.network.net import Client

Query = dict[str, str]


@dataclass
class Answer:
    """What the server sends; `pieces` are sent one by one, `send` may do anything else with the raw handler."""

    body: bytes | str | Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    send: Callable[[BaseHTTPRequestHandler], None] | None = None

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Route = Callable[[str, Query], Answer]


@dataclass
class Web:
    """The server's address, the requests it saw (path and query), and a client that trusts it."""

    url: str
    trust: ssl.SSLContext
    certificate: bytes = b""  # PEM, for other processes to trust
    requests: list[tuple[str, Query]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    route: Route = lambda path, query: Answer(status=404)

    def network(self, **changes: Any) -> Network:
        settings = {
            "hosts": ("localhost",),
            "user_agent": "forex",
            "connect_timeout": 5,
            "read_timeout": 5,
            "deadline": 20,
            "attempts": 3,
            "longest_wait": 30,
            "max_bytes": 20_000_000,
        }
        return Network(**settings | changes)  # type: ignore[arg-type]

    def client(self, **changes: Any) -> Client:
        """Its waits are noted and not waited."""
        return Client(self.network(**changes), verify=self.trust, sleep=self.waits.append, rng=random.Random(1))


@contextmanager
def web(names: tuple[str, ...] = ("localhost", "127.0.0.1")) -> Iterator[Web]:
    """names: of the hosts that its certificate is for."""
    import trustme

    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(serving)
    trust = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            site.requests.append((parts.path, query))
            answer = site.route(parts.path, query)
            if answer.send:
                answer.send(self)
                return
            body = answer.encoded()
            self.send_response(answer.status)
            for key, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *arguments: Any) -> None:
            pass  # a client that hangs up is part of what is tested

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    site = Web(f"https://localhost:{server.server_port}", trust, authority.cert_pem.bytes())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
