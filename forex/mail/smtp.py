"""The one place that talks to a mail server: encrypted or not at all, and every failure classed by what may be done after it.

The server's certificate is checked against the system's or those in the account's file; the password goes out only after that.
Whether a message was accepted is for the server to say, once it has the whole of it: Later.unanswered marks where it did not.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Final, NoReturn, TypeVar

from forex.mail.account import CA, FROM, HOST, PASSWORD, PORT, TLS, USER, Account
from forex.mail.headers import Mailbox
from forex.operations import Smtp
from forex.presentation.one_line import as_text
from forex.providers.network.secret import Secret, hidden

START: Final = 354  # to DATA: go on
DOT = re.compile(rb"^\.", re.MULTILINE)  # which SMTP would take for the end
SHOWN: Final = 200  # characters of what a server says

Result = TypeVar("Result")


class Refused(Exception):
    """The server refuses this message for this recipient; asking again changes nothing."""


class Later(Exception):
    """It failed in a way that another attempt may mend.

    unanswered: the whole message went out and no answer came; the server may have it.  unreached: no message can be sent now.
    """

    def __init__(self, reason: str, *, unanswered: bool = False, unreached: bool = False):
        super().__init__(reason)
        self.unanswered, self.unreached = unanswered, unreached


class Unusable(Exception):
    """No message can be sent through this server with this account."""


class Session:
    """A connection that is made when it is needed and again after a failure.  Use it as a context manager."""

    def __init__(self, account: Account, limits: Smtp):
        self._account, self._limits = account, limits
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):  # whatever it says to that changes nothing
                self._close()

    def deliver(self, content: bytes, recipient: Mailbox, going: Callable[[], None]) -> None:
        """Bring a whole message to one recipient; when it returns, the server has accepted it.

        content: its lines end with CRLF.  going: called when the server waits for the message, before it goes out.
        Raises Refused, Later or Unusable, which name no address, user, password or host.
        """
        try:
            server = self._server = self._server or self._connected()
            self._said(server.mail(self._account.sender.address), f"refuses the sender ({FROM})")
            self._said(server.rcpt(recipient.address), "refuses the recipient")
            code, said = server.docmd("DATA")
            if code != START:
                self._refused((code, said), "refuses to take a message")
            going()
            self._said(self._sent(server, content), "refuses the message")
        except (Refused, Later, Unusable):
            self._close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise Later(self._fault(error)) from None

    def _sent(self, server: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        try:
            server.send(DOT.sub(b"..", content) + b".\r\n")
            if server.sock is not None:
                server.sock.settimeout(self._limits.accept_timeout)
            answer = server.getreply()
            if server.sock is not None:
                server.sock.settimeout(self._limits.timeout)
            return answer
        except (OSError, smtplib.SMTPException) as error:
            raise Later(f"{self._fault(error)}, after the whole message went out", unanswered=True) from None

    def _connected(self) -> smtplib.SMTP:
        account = self._account
        trusted = self._tried(lambda: ssl.create_default_context(cafile=account.ca and str(account.ca)), CA)
        where = (account.host, account.port)
        named = account.sender.domain  # what it greets with, not this machine's name
        if account.tls == "ssl":
            server: smtplib.SMTP = self._tried(
                lambda: smtplib.SMTP_SSL(*where, named, timeout=self._limits.timeout, context=trusted)
            )
        else:
            server = self._tried(lambda: smtplib.SMTP(*where, named, timeout=self._limits.timeout))
        with ExitStack() as unless_opened:
            unless_opened.callback(server.close)
            self._tried(lambda: self._opened(server, trusted))
            unless_opened.pop_all()
        return server

    def _opened(self, server: smtplib.SMTP, trusted: ssl.SSLContext) -> None:
        server.ehlo_or_helo_if_needed()
        if self._account.tls == "starttls":
            if not server.has_extn("starttls"):
                raise Unusable(
                    "The mail server offers no encryption (STARTTLS), and neither password nor mail is sent in the clear. "
                    f"Check {HOST} and {PORT}, or set {TLS}=ssl where it is encrypted from the first byte."
                )
            server.starttls(context=trusted)
            server.ehlo()
        if self._account.user and self._account.password:
            self._log_in(server, self._account.user, self._account.password)

    def _log_in(self, server: smtplib.SMTP, user: Secret, password: Secret) -> None:
        """One attempt: smtplib's own `login` tries a refused password again in another way, and accounts are locked for less."""
        server.user, server.password = user.reveal(), password.reveal()
        offered = server.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            server.auth("PLAIN", server.auth_plain)
        elif "LOGIN" in offered:
            server.auth("LOGIN", server.auth_login)
        else:
            raise Unusable(
                f"The mail server takes no user and password as we send them (PLAIN, LOGIN). Leave out {USER} and {PASSWORD}, or "
                f"check {HOST}."
            )

    def _tried(self, step: Callable[[], Result], name: str = "") -> Result:
        """A step of connecting; its failures sorted by whether another attempt may mend them."""
        try:
            return step()
        except ssl.SSLCertVerificationError as error:
            raise Unusable(
                f"The mail server's certificate is not accepted ({self._shown(error.verify_message or 'not verified')}); nothing "
                f"was sent. Check {HOST}, this machine's clock, and {CA} where the server's certificate is of your own authority."
            ) from None
        except ssl.SSLError as error:
            if name:
                raise Unusable(f"{name}: no certificates that can be read; expected a PEM file.") from None
            raise Unusable(
                f"The mail server speaks no TLS there ({self._shown(error.reason or 'no TLS')}). Check {PORT} and {TLS}: "
                "587 is usual for starttls, 465 for ssl."
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            self._refused(
                (error.smtp_code, error.smtp_error), f"does not accept the account ({USER}, {PASSWORD})", whole=True
            )
        except smtplib.SMTPResponseException as error:
            self._refused((error.smtp_code, error.smtp_error), "refuses the connection", whole=True)
        except (OSError, smtplib.SMTPException) as error:
            raise Later(self._fault(error), unreached=True) from None

    def _said(self, answer: tuple[int, bytes], refusal: str) -> None:
        if not 200 <= answer[0] < 300:
            self._refused(answer, refusal)

    def _refused(self, answer: tuple[int, bytes | str], refusal: str, *, whole: bool = False) -> NoReturn:
        """Raise for a refusal: codes from 500 on are final, others for now.  whole: it concerns every message, not just this."""
        code, said = answer
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        reason = f"The mail server {refusal}: {code} {self._shown(text)}"
        if code < 500:
            raise Later(reason, unreached=whole) from None
        raise (Unusable if whole else Refused)(reason) from None

    def _fault(self, error: Exception) -> str:
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps some
            return "The mail server did not answer in time"
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return "The mail server closed the connection"
        if isinstance(error, OSError):
            return f"The mail server is out of reach ({self._shown(error.strerror or type(error).__name__)})"
        return f"The mail server's answer is none of SMTP ({type(error).__name__})"

    def _shown(self, said: str) -> str:
        return as_text(hidden(said, self._account.secrets))[:SHOWN].strip()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
