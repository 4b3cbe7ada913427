"""The mail server and its account, from the environment; none of it is ever shown or stored."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from forex.core.errors import UsageError
from forex.mail.headers import Mailbox, mailbox, mailboxes, one_line
from forex.providers.network.secret import Secret

Tls = Literal["starttls", "ssl"]

HOST, PORT, TLS = "FOREX_SMTP_HOST", "FOREX_SMTP_PORT", "FOREX_SMTP_TLS"
USER, PASSWORD, CA = "FOREX_SMTP_USER", "FOREX_SMTP_PASSWORD", "FOREX_SMTP_CA"
FROM, TO = "FOREX_SMTP_FROM", "FOREX_SMTP_TO"
SUBMISSION: Final = 587  # the port of STARTTLS
SUBMISSIONS: Final = 465  # and that of TLS from the first byte
LAST_PORT: Final = 65535


@dataclass(frozen=True, repr=False)
class Account:
    """How to reach a mail server and log in, and the addresses to write from and to.

    ca: a file of the certificates to trust, None for the system's.  user, password: None where the server asks for neither.
    """

    host: str
    port: int
    tls: Tls
    user: Secret | None
    password: Secret | None
    ca: Path | None
    sender: Mailbox
    recipients: tuple[Mailbox, ...]

    @property
    def secrets(self) -> list[Secret]:
        """Host, addresses, user and password, which no message may show; the last two also as the protocol encodes them."""
        user, password = (secret.reveal() if secret else "" for secret in (self.user, self.password))
        mine = [user, password, self.host, self.sender.address, *(recipient.address for recipient in self.recipients)]
        encoded = [user, password, f"\0{user}\0{password}"] if user else []
        return [Secret(text) for text in (*mine, *(b64encode(login.encode()).decode() for login in encoded)) if text]


def account(environ: Mapping[str, str]) -> Account:
    """The account that the environment gives.

    Raises UsageError naming the variable that is missing or wrong, never its value.
    """
    host = _given(environ, HOST)
    if not host or any(character.isspace() for character in host):
        raise UsageError(
            f"{HOST}: expected the name of a mail server, like smtp.example.org; {FROM} and {TO} are needed, too, and "
            f"{USER}, {PASSWORD}, {PORT}, {TLS} and {CA} where the server asks for them."
        )
    port = _port(_given(environ, PORT), _given(environ, TLS))
    tls = _given(environ, TLS) or ("ssl" if port == SUBMISSIONS else "starttls")
    if tls not in ("starttls", "ssl"):
        raise UsageError(f"{TLS}: expected starttls or ssl; mail is never sent without encryption.")
    user, password = (Secret(value) if (value := _given(environ, name)) else None for name in (USER, PASSWORD))
    if (user is None) != (password is None):
        raise UsageError(f"{USER}, {PASSWORD}: expected both, or neither where the server asks for none.")
    ca = Path(found) if (found := _given(environ, CA)) else None
    if ca is not None and not ca.is_file():
        raise UsageError(f"{CA}: there is no such file; expected one with the certificates to trust, or no variable.")
    return Account(
        host=host,
        port=port,
        tls="ssl" if tls == "ssl" else "starttls",
        user=user,
        password=password,
        ca=ca,
        sender=mailbox(_given(environ, FROM), FROM),
        recipients=mailboxes(_given(environ, TO), TO),
    )


def _given(environ: Mapping[str, str], name: str) -> str:
    return one_line(environ.get(name, ""), name)


def _port(text: str, tls: str) -> int:
    if not text:
        return SUBMISSIONS if tls == "ssl" else SUBMISSION
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise UsageError(f"{PORT}: expected a number from 1 to {LAST_PORT}, like {SUBMISSION} or {SUBMISSIONS}.")
    return int(text)
