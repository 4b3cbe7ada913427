"""A mail as a whole message, the same bytes for the same content; sender, recipient and date join it when it is sent.

multipart/mixed holds what is attached and multipart/related, that the picture and multipart/alternative, that text and HTML.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Final

from forex.core.errors import DataError
from forex.mail.headers import Mailbox, one_line
from forex.mail.rules import Priority

PICTURE: Final = "fan@forex"  # the Content-ID of the picture
ID_DIGITS: Final = 24  # hexadecimal, of the content's hash in the Message-ID
# How clients ask for importance, the old way and the new.
MARKS: Final[dict[Priority, dict[str, str]]] = {
    "URGENT": {"Importance": "high", "X-Priority": "1 (Highest)"},
    "ATTENTION": {"Importance": "high", "X-Priority": "2 (High)"},
    "ROUTINE": {},
}
ADDED: Final = ("From", "To", "Date", "Message-ID")  # when it is sent

WHOLE_LINES = SMTP.clone(max_line_length=998)  # a header is one line, as long as RFC 5322 allows


@dataclass(frozen=True)
class Attachment:
    """type: main and sub type, "application/pdf"."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """text, html: the same in both.  picture: PNG, shown inside the HTML."""

    subject: str
    language: str
    priority: Priority
    text: str
    html: str
    picture: bytes
    attachments: Sequence[Attachment]


def message(letter: Letter) -> bytes:
    """The message without `ADDED`, its lines ended as SMTP ends them."""
    whole = EmailMessage(policy=SMTP)
    whole["MIME-Version"] = "1.0"
    whole["Content-Type"] = "multipart/mixed"
    headers = {
        "Subject": letter.subject,
        "Content-Language": letter.language,
        "Auto-Submitted": "auto-generated",  # RFC 3834: no answer from a machine is asked for
        **MARKS[letter.priority],
    }
    for name, value in headers.items():
        whole[name] = one_line(value, name)
    related = EmailMessage(policy=SMTP)
    related["Content-Type"] = 'multipart/related; type="multipart/alternative"'
    related.attach(_alternative(letter))
    related.attach(_picture(letter.picture))
    whole.attach(related)
    for one in letter.attachments:
        main, _, sub = one.type.partition("/")
        whole.add_attachment(one.content, main, sub, filename=one_line(one.name, "Content-Disposition"))
    _bound(whole, _hash(repr(letter).encode())[:ID_DIGITS])
    return whole.as_bytes(policy=WHOLE_LINES)


def _alternative(letter: Letter) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "multipart/alternative"
    for subtype, said in (("plain", letter.text), ("html", letter.html)):
        inner = EmailMessage(policy=SMTP)
        inner.set_content(said, subtype=subtype, cte="quoted-printable")
        part.attach(inner)
    return part


def _picture(content: bytes) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part.set_content(content, "image", "png", disposition="inline", filename="forecast.png", cid=f"<{PICTURE}>")
    return part


def _bound(whole: EmailMessage, seed: str) -> None:
    """Boundaries of our own: the library's are random.  "=_" stands in no part, each of which is encoded (RFC 2045, 6.7)."""
    multiparts = [part for part in whole.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        part.set_boundary(f"=_{seed}_{number}")


def message_id(name: str, content: bytes, sender: Mailbox) -> str:
    """The same for the same message, so that whoever gets it twice can tell."""
    return f"<{name}.{_hash(content)[:ID_DIGITS]}@{sender.domain}>"


def addressed(content: bytes, *, sender: Mailbox, recipient: Mailbox, identity: str, date: dt.datetime) -> bytes:
    """The message with the headers that it is sent with.  Raises DataError where it has one of them already, or no subject."""
    known = headers(content)
    if "Subject" not in known or any(name in known for name in ADDED):
        raise DataError("it is not as forex mail writes one: expected a Subject, and neither sender nor recipient.")
    first = EmailMessage(policy=SMTP)
    first["From"] = sender.header
    first["To"] = recipient.header
    first["Date"] = date
    first["Message-ID"] = one_line(identity, "Message-ID")
    return first.as_bytes(policy=WHOLE_LINES).removesuffix(b"\r\n") + content


def headers(content: bytes) -> EmailMessage:
    """The headers of a message, without its body."""
    from email.parser import BytesHeaderParser

    return BytesHeaderParser(EmailMessage, policy=SMTP).parsebytes(content)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
