"""The message: its parts where clients look for them, the same bytes for the same content, headers of one line."""

import datetime as dt
import os
import struct
import subprocess
import sys
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256

import pytest

from forex.core.errors import DataError, UsageError
from forex.mail.headers import Mailbox
from forex.mail.message import PICTURE, addressed, message, message_id
from tests.support.made_up import ROOT
from tests.support.mail.material import SHEET, usual, written

SENDER = Mailbox("forecasts@example.org", "Pronóstico")
ANN = Mailbox("ann@example.org")
DATE = dt.datetime(2024, 11, 28, 11, 0, 3, tzinfo=dt.UTC)


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def whole(content: bytes | None = None) -> bytes:
    made = message(usual()) if content is None else content
    return addressed(
        made, sender=SENDER, recipient=ANN, identity=message_id("daily-2024-11-27", made, SENDER), date=DATE
    )


def test_the_parts_lie_in_each_other_as_clients_expect() -> None:
    found = parsed(whole())
    related, sheet = found.iter_parts()
    alternative, picture = related.iter_parts()
    text, html = alternative.iter_parts()
    kinds = [part.get_content_type() for part in (found, related, alternative, text, html, picture, sheet)]
    assert kinds == [
        "multipart/mixed",
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/png",
        SHEET.type,
    ]
    assert text.get_content().splitlines() == usual().text.splitlines()
    assert html.get_content().splitlines() == usual().html.splitlines()
    assert (sheet.get_filename(), sheet.get_content()) == (SHEET.name, SHEET.content)
    assert picture["Content-ID"] == f"<{PICTURE}>" and f'src="cid:{PICTURE}"' in html.get_content()
    assert picture.get_content_disposition() == "inline" and sheet.get_content_disposition() == "attachment"
    assert found.defects == [] and all(part.defects == [] for part in found.walk())


def test_the_picture_is_a_png_fine_enough_for_a_fine_screen() -> None:
    content = usual().picture
    assert content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR"
    width, height = struct.unpack(">II", content[16:24])
    assert 1000 <= width <= 1300 and 500 <= height <= 800
    assert b"IEND" in content[-12:] and len(content) < 300_000


@pytest.mark.slow
def test_the_picture_is_the_same_in_every_zone_and_locale() -> None:
    """In another process, without the fonts and the zone that this one may have seen."""
    script = (
        "import sys; from hashlib import sha256; from tests.support.mail.material import written; "
        "sys.stdout.write(sha256(written('daily', 'es').picture).hexdigest())"
    )
    environ = os.environ | {
        "TZ": "America/New_York",
        "LC_ALL": "C",
        "FONTCONFIG_FILE": "/nowhere",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == sha256(usual().picture).hexdigest()


def test_the_same_content_is_the_same_bytes_and_another_one_has_another_id() -> None:
    first = message(usual())
    assert message(usual()) == first == message(written("daily", "es"))
    other = message(replace(usual(), text=usual().text + "."))
    assert message_id("a", first, SENDER) == message_id("a", first, SENDER) != message_id("a", other, SENDER)


def test_what_waits_names_nobody_and_no_day_of_sending() -> None:
    waiting = parsed(message(usual()))
    assert not {"From", "To", "Cc", "Bcc", "Date", "Message-ID", "Sender"} & {*waiting.keys()}
    sent = parsed(whole())
    assert (sent["From"], sent["To"]) == ("Pronóstico <forecasts@example.org>", "ann@example.org")
    assert sent["Date"].datetime == DATE and sent["Message-ID"].endswith("@example.org>")
    assert sent["Auto-Submitted"] == "auto-generated"


def test_headers_are_single_lines_that_no_server_breaks() -> None:
    long = replace(usual(), subject="é" * 120 + " end")
    for content in (whole(), whole(message(long))):
        for name, value in parsed(content).items():
            assert "\n" not in value and "\r" not in value, name
        head = content.partition(b"\r\n\r\n")[0]
        assert head.isascii() and all(len(line) <= 998 and b":" in line for line in head.split(b"\r\n"))
    assert parsed(whole(message(long)))["Subject"] == long.subject


def test_every_line_ends_as_smtp_ends_it_and_none_is_too_long() -> None:
    content = whole()
    assert content.endswith(b"\r\n") and content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert max(map(len, content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: eve@example.org", "a\nX: y", "a\rb", "a\0b", "a\x0bb", "a\u2028b", "a\x85b"]
)
def test_a_header_takes_no_second_line(evil: str) -> None:
    with pytest.raises(UsageError, match="control character U\\+"):
        message(replace(usual(), subject=evil))
    with pytest.raises(UsageError, match="control character U\\+"):
        message(replace(usual(), attachments=[replace(SHEET, name=evil)]))
    with pytest.raises(UsageError, match="control character U\\+"):
        addressed(message(usual()), sender=SENDER, recipient=ANN, identity=evil, date=DATE)


@pytest.mark.parametrize(
    "content",
    [b"", b"half a", b"To: eve@example.org\r\nSubject: x\r\n\r\n", b"Subject: x\r\nMessage-ID: <a@b>\r\n\r\n"],
)
def test_what_is_no_message_of_ours_is_not_sent(content: bytes) -> None:
    with pytest.raises(DataError, match="not as forex mail writes one"):
        whole(content)


def test_importance_is_marked_as_clients_know_it() -> None:
    for priority, importance in (("URGENT", "high"), ("ATTENTION", "high"), ("ROUTINE", None)):
        found = parsed(message(replace(usual(), priority=priority)))  # type: ignore[arg-type]
        assert found["Importance"] == importance and (found["X-Priority"] is None) == (importance is None)
