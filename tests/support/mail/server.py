"""A real SMTP server on the loopback address, with TLS, AUTH and certificates of its own, that fails as a test tells it to."""

import asyncio
import contextlib
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "forecaster@example.org", "correct horse"
FINE = "250 OK"
DROP, ACCEPT_AND_DROP, DROP_DURING = "drop", "accept and drop", "drop during"


@dataclass
class Arrived:
    """sender, recipients: of the envelope."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Mailman:
    """What the server does, in turn: to a recipient by address, to a whole message by its number; FINE where nothing is set.

    refused: answers to RCPT.  answers: to a message, or DROP before an answer, ACCEPT_AND_DROP, DROP_DURING its lines, or seconds.
    """

    arrived: list[Arrived] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    answers: list[str | float] = field(default_factory=list)
    logins: list[tuple[str, bool]] = field(default_factory=list)  # user, whether the line was encrypted
    commands: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusals = self.refused.get(address, [])
        if refusals:
            return refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return FINE

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else FINE
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = FINE
        if answer in (FINE, ACCEPT_AND_DROP):
            content = envelope.content
            assert isinstance(content, bytes) and envelope.mail_from is not None
            self.arrived.append(Arrived(envelope.mail_from, list(envelope.rcpt_tos), content))
        if answer in (DROP, ACCEPT_AND_DROP):
            server.transport.abort()
        return answer

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        user, password = data.login.decode(), data.password.decode()
        right = (user, password) == (USER, PASSWORD)
        self.logins.append((user, server.transport.get_extra_info("sslcontext") is not None))
        return AuthResult(success=right, handled=False, message=None if right else f"535 5.7.8 {user} {password}: no")


class Server(SMTP):
    """Whose connection may break in the middle of a message."""

    async def smtp_DATA(self, arg: str) -> None:
        man = self.event_handler
        if man.answers[:1] == [DROP_DURING]:
            man.answers.pop(0)
            await self.push("354 go on")
            await self._reader.read(100)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Listening(Controller):
    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            # It warns that AUTH without STARTTLS is unsafe: with TLS from the first byte it is not.
            warnings.simplefilter("ignore", UserWarning)
            return Server(self.handler, **self.SMTP_kwargs)


@dataclass
class Post:
    """A server that listens.  ca: the file with the certificate of its authority."""

    host: str
    port: int
    tls: str
    ca: Path
    man: Mailman

    def environ(self, *recipients: str, **more: str) -> dict[str, str]:
        usual = {
            "FOREX_SMTP_HOST": self.host,
            "FOREX_SMTP_PORT": str(self.port),
            "FOREX_SMTP_TLS": self.tls,
            "FOREX_SMTP_USER": USER,
            "FOREX_SMTP_PASSWORD": PASSWORD,
            "FOREX_SMTP_CA": str(self.ca),
            "FOREX_SMTP_FROM": "Pronóstico <forecasts@example.org>",
            "FOREX_SMTP_TO": ",".join(recipients or ("ann@example.org",)),
        }
        return usual | more


@contextmanager
def post(folder: Path, tls: str = "starttls", *, offered: bool = True) -> Iterator[Post]:
    """tls: starttls or ssl.  offered: whether STARTTLS, and AUTH with it, is offered."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    folder.mkdir(parents=True, exist_ok=True)
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    man = Mailman()
    options: dict[str, Any] = {"authenticator": man, "auth_required": offered}
    if tls == "ssl":
        options |= {"ssl_context": context, "auth_require_tls": False}
    elif offered:
        options |= {"tls_context": context, "require_starttls": True}
    server = Listening(man, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    try:
        yield Post("localhost", server.port, tls, ca, man)
    finally:
        server.stop(no_assert=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _hung_up(connection: socket.socket) -> None:
    """Ends what is sent, then reads the rest: a connection that is closed with bytes unread would be reset."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        while connection.recv(4096):
            pass


@contextmanager
def scripted(*said: bytes, hold: bool = False) -> Iterator[int]:
    """The port of a server that says these lines, one after each thing it hears, and then hangs up, or with `hold` falls silent."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                for number, line in enumerate(said):
                    if number and not connection.recv(4096):
                        break
                    connection.sendall(line)
                if hold:
                    done.wait(10)
                else:
                    _hung_up(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        done.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=10)
