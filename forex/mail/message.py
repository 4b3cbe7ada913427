"""A mail as a whole message, the same bytes for the same content; sender, recipient and date are added when it is sent.

multipart/mixed holds the attachments and multipart/related, which holds the picture and multipart/alternative, which holds text
and HTML.
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
# The headers by which clients know importance, the new one and the old.
MARKS: Final[dict[Priority, dict[str, str]]] = {
    "URGENT": {"Importance": "high", "X-Priority": "1 (Highest)"},
    "ATTENTION": {"Importance": "high", "X-Priority": "2 (High)"},
    "ROUTINE": {},
}
ADDED: Final = ("From", "To", "Date", "Message-ID")  # when it is sent

WHOLE_LINES = SMTP.clone(max_line_length=998)  # a header is one line, as long as RFC 5322 allows


@dataclass(frozen=True)
class Attachment:
    """A file to attach.  type: its MIME type, like "application/pdf"."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail in parts.  language: its code.  text, html: the same content in both.  picture: PNG, shown inside the HTML."""

    subject: str
    language: str
    priority: Priority
    text: str
    html: str
    picture: bytes
    attachments: Sequence[Attachment]


def message(letter: Letter) -> bytes:
    """The message without the headers `ADDED`, its lines ending as in SMTP.  Raises UsageError where a header is not one line."""
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
    for attachment in letter.attachments:
        main, _, sub = attachment.type.partition("/")
        whole.add_attachment(attachment.content, main, sub, filename=one_line(attachment.name, "Content-Disposition"))
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
    """Set boundaries of our own: the library's are random.  "=_" occurs in no part, as each is encoded (RFC 2045, 6.7)."""
    multiparts = [part for part in whole.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        part.set_boundary(f"=_{seed}_{number}")


def message_id(name: str, content: bytes, sender: Mailbox) -> str:
    """The Message-ID: the same for the same message from the same domain, so that whoever gets it twice can tell."""
    return f"<{name}.{_hash(content)[:ID_DIGITS]}@{sender.domain}>"


def addressed(content: bytes, *, sender: Mailbox, recipient: Mailbox, identity: str, date: dt.datetime) -> bytes:
    """The message with the headers `ADDED` before its own.  identity: the Message-ID.

    Raises DataError where it has one of them already, or no subject; UsageError where `identity` is not one line.
    """
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
