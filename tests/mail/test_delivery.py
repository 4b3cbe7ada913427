"""Sending to a real SMTP server, with TLS and AUTH: what arrives, and what does not when the server fails in one way or another."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forex.mail.account import account
from forex.mail.message import message
from forex.mail.outbox import Journal, Outbox, key_of
from forex.mail.send import Sent, send
from forex.mail.smtp import Session
from tests.support.mail.material import settings, usual
from tests.support.mail.server import (
    ACCEPT_AND_DROP,
    DROP,
    DROP_DURING,
    PASSWORD,
    USER,
    Post,
    free_port,
    post,
    scripted,
)

NAME = "daily-2024-11-27"
NOW = dt.datetime(2024, 11, 28, 11, 0, 3, tzinfo=dt.UTC)
LIMITS = {"timeout": 2.0, "accept_timeout": 2.0, "attempts": 2, "longest_wait": 60.0}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    with post(tmp_path_factory.mktemp("post")) as server:
        yield server


@pytest.fixture
def server(running: Post) -> Post:
    man = running.man
    for kept in (man.arrived, man.answers, man.logins):
        kept.clear()
    man.refused.clear()
    return running


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    mine = Outbox(tmp_path / "outbox", lock_timeout=1)
    mine.put(NAME, message(usual()))
    return mine


def delivered(
    box: Outbox, environ: dict[str, str], *, waits: list[float] | None = None, at: dt.datetime = NOW, **limits: Any
) -> list[Sent]:
    mine, chosen = account(environ), settings(smtp=LIMITS | limits)
    with box.sending(), Session(mine, chosen.smtp) as session:
        return send(box, mine, chosen, session, clock=lambda: at, sleep=(waits if waits is not None else []).append)


def said(found: list[Sent]) -> str:
    return "\n".join(line for delivery in found for line in delivery.said)


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_each_recipient_gets_it_alone_over_an_encrypted_line(tls: str, tmp_path: Path, box: Outbox) -> None:
    with post(tmp_path / tls, tls) as server:
        [delivery] = delivered(box, server.environ("ann@example.org", "Bob <bob@example.org>"))
        assert (delivery.fate, delivery.accepted, delivery.said) == ("sent", 2, [])
        assert server.man.logins == [(USER, True)]
        assert [mail.recipients for mail in server.man.arrived] == [["ann@example.org"], ["bob@example.org"]]
        for mail, to in zip(server.man.arrived, ("ann@example.org", "Bob <bob@example.org>"), strict=True):
            found = mail.message
            assert mail.sender == "forecasts@example.org"
            assert (found["To"], found["From"]) == (to, "Pronóstico <forecasts@example.org>")
            assert found["Subject"] == usual().subject and found["Date"].datetime == NOW
        first, second = (mail.message for mail in server.man.arrived)
        assert first["Message-ID"] == second["Message-ID"]
    assert box.place(NAME) == "sent" and box.waiting() == []


def test_it_arrives_byte_for_byte(server: Post, box: Outbox) -> None:
    delivered(box, server.environ())
    [mail] = server.man.arrived
    assert mail.content.endswith(message(usual()))


def test_lines_that_begin_with_a_dot_arrive_as_they_are(server: Post, tmp_path: Path) -> None:
    mine = Outbox(tmp_path / "dots", lock_timeout=1)
    content = b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nb\r\n"
    mine.put(NAME, content)
    delivered(mine, server.environ())
    assert server.man.arrived[0].content.endswith(content)


def test_what_is_sent_is_not_sent_again(server: Post, box: Outbox) -> None:
    delivered(box, server.environ())
    assert delivered(box, server.environ("ann@example.org", "eve@example.org")) == []
    assert not box.put(NAME, message(usual())) and delivered(box, server.environ()) == []
    assert len(server.man.arrived) == 1


# --- a server or an account that cannot be used -------------------------------------------------------------------------


def test_a_wrong_password_sends_nothing_and_shows_nothing(server: Post, box: Outbox) -> None:
    """This server repeats what it was given."""
    waits: list[float] = []
    found = delivered(box, server.environ(FOREX_SMTP_PASSWORD="hunter2 is wrong"), waits=waits)
    assert "does not accept the account (FOREX_SMTP_USER, FOREX_SMTP_PASSWORD): 535" in said(found)
    assert not any(secret in said(found) for secret in ("hunter2", USER, "localhost", "ann@"))
    assert (box.place(NAME), server.man.arrived, waits) == ("new", [], [])
    assert len(server.man.logins) == 1  # a lock-out comes sooner with every attempt


def test_an_untrusted_certificate_gets_neither_password_nor_mail(server: Post, tmp_path: Path, box: Outbox) -> None:
    with post(tmp_path / "other") as other:
        for environ in (server.environ(FOREX_SMTP_CA=str(other.ca)), server.environ(FOREX_SMTP_CA="")):
            assert "certificate is not accepted" in said(delivered(box, environ))
    assert (box.place(NAME), server.man.logins) == ("new", [])


def test_a_certificate_of_another_host_is_not_accepted(server: Post, box: Outbox) -> None:
    found = delivered(box, server.environ(FOREX_SMTP_HOST="127.0.0.1"))
    assert "certificate is not accepted" in said(found)
    assert server.man.logins == []


def test_without_encryption_nothing_is_sent(tmp_path: Path, box: Outbox) -> None:
    with post(tmp_path / "clear", offered=False) as server:
        found = delivered(box, server.environ())
        assert "offers no encryption (STARTTLS)" in said(found)
        assert (server.man.logins, server.man.arrived, box.place(NAME)) == ([], [], "new")


def test_the_wrong_kind_of_encryption_is_named(server: Post, box: Outbox) -> None:
    found = delivered(box, server.environ(FOREX_SMTP_TLS="ssl"))
    assert "speaks no TLS there" in said(found) and "FOREX_SMTP_PORT" in said(found)


def test_a_file_without_certificates_is_named(server: Post, tmp_path: Path, box: Outbox) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    assert "FOREX_SMTP_CA: no certificates" in said(
        delivered(box, server.environ(FOREX_SMTP_CA=str(tmp_path / "no.pem")))
    )


@pytest.mark.parametrize(
    ("lines", "says", "attempts"),
    [
        ((b"554 go away\r\n",), "refuses the connection: 554 go away", 1),
        ((b"421 busy\r\n",), "refuses the connection: 421 busy", 2),
        ((b"",), "closed the connection", 2),
        ((b"HTTP/1.1 400 Bad Request\r\n",), "The mail server", 2),
        ((b"220 hello\r\n", b"250-a\r\n250 STARTTLS\r\n", b"454 no\r\n"), "refuses the connection: 454 no", 2),
        ((b"220 hello\r\n", b"250-a\r\n250 STARTTLS\r\n", b"220 go\r\nnothing of TLS\r\n"), "speaks no TLS", 1),
    ],
)
def test_a_server_that_does_not_let_us_in(
    lines: tuple[bytes, ...], says: str, attempts: int, server: Post, box: Outbox
) -> None:
    box.put("daily-2024-11-28", message(usual()))
    waits: list[float] = []
    with scripted(*lines) as port:
        found = delivered(box, server.environ(FOREX_SMTP_PORT=str(port)), waits=waits)
    assert says in said(found) and len(waits) == attempts - 1
    assert [delivery.fate for delivery in found] == ["waiting", "waiting"]  # the second one asks no server
    assert box.waiting() == [NAME, "daily-2024-11-28"] and box.journal(NAME) is None


def test_a_server_that_is_silent_or_not_there(server: Post, box: Outbox) -> None:
    with scripted(b"", hold=True) as port:
        assert "did not answer in time" in said(delivered(box, server.environ(FOREX_SMTP_PORT=str(port)), timeout=0.2))
    assert "out of reach" in said(delivered(box, server.environ(FOREX_SMTP_PORT=str(free_port()))))
    assert "out of reach" in said(delivered(box, server.environ(FOREX_SMTP_HOST="no.such.host.invalid")))
    assert box.place(NAME) == "new"


# --- a message that is not accepted -------------------------------------------------------------------------------------


def test_one_recipient_is_refused_and_the_other_gets_it(server: Post, box: Outbox) -> None:
    server.man.refused["ann@example.org"] = ["550 5.1.1 <ann@example.org>: no such user"] * 9
    [delivery] = delivered(box, server.environ("ann@example.org", "bob@example.org"))
    assert (delivery.fate, delivery.accepted, delivery.of) == ("sent", 1, 2)
    [line] = delivery.said
    assert line.startswith("Recipient 1 of 2 (FOREX_SMTP_TO): The mail server refuses the recipient: 550")
    assert "ann" not in line
    assert [mail.recipients for mail in server.man.arrived] == [["bob@example.org"]]
    assert delivered(box, server.environ("ann@example.org", "bob@example.org")) == []


def test_where_everybody_is_refused_it_waits_and_is_tried_again(server: Post, box: Outbox) -> None:
    server.man.refused["ann@example.org"] = ["550 no"]
    assert delivered(box, server.environ())[0].fate == "waiting"
    assert box.place(NAME) == "new"
    assert delivered(box, server.environ())[0].fate == "sent"
    assert len(server.man.arrived) == 1


def test_for_now_is_tried_again_after_a_while(server: Post, box: Outbox) -> None:
    server.man.refused["ann@example.org"] = ["450 4.2.0 greylisted"]
    server.man.answers = ["451 4.3.0 not now"]
    waits: list[float] = []
    [delivery] = delivered(box, server.environ(), waits=waits, attempts=4)
    assert (delivery.fate, delivery.said, len(server.man.arrived)) == ("sent", [], 1)
    assert 1 <= waits[0] <= 2 <= waits[1] <= 4


def test_waits_grow_and_have_a_limit(server: Post, box: Outbox) -> None:
    server.man.refused["ann@example.org"] = ["450 no"] * 9
    waits: list[float] = []
    [delivery] = delivered(box, server.environ(), waits=waits, attempts=9, longest_wait=10.0)
    assert delivery.fate == "waiting" and len(waits) == 8
    assert all(
        low <= wait <= high for wait, low, high in zip(waits, [1, 2, 4, *[5] * 5], [2, 4, 8, *[10] * 5], strict=True)
    )


def test_a_greylisted_recipient_gets_it_later_and_the_others_not_again(server: Post, box: Outbox) -> None:
    environ = server.environ("ann@example.org", "bob@example.org")
    server.man.refused["ann@example.org"] = ["450 later"] * 2
    [delivery] = delivered(box, environ)
    assert (delivery.fate, delivery.accepted) == ("waiting", 1)
    [again] = delivered(box, environ)
    assert (again.fate, again.accepted, again.said) == ("sent", 2, [])
    assert [mail.recipients for mail in server.man.arrived] == [["bob@example.org"], ["ann@example.org"]]


def test_a_message_that_is_refused_is_not_lost(server: Post, box: Outbox) -> None:
    server.man.answers = ["554 5.7.1 spam"]
    waits: list[float] = []
    [delivery] = delivered(box, server.environ(), waits=waits)
    assert delivery.fate == "waiting" and "refuses the message: 554" in delivery.said[0] and waits == []
    assert box.content(NAME) == message(usual()) and box.journal(NAME) is None


def test_a_connection_that_breaks_in_the_middle_of_a_message(server: Post, box: Outbox) -> None:
    server.man.answers = [DROP_DURING]
    [delivery] = delivered(box, server.environ())
    assert (delivery.fate, len(server.man.arrived)) == ("sent", 1)


def test_a_server_that_takes_its_time_is_waited_for(server: Post, box: Outbox) -> None:
    """Longer than for any other answer: it is busy with the message, and hanging up means sending it twice."""
    server.man.answers = [0.6]
    [delivery] = delivered(box, server.environ(), timeout=0.3, accept_timeout=5.0)
    assert (delivery.fate, len(server.man.arrived)) == ("sent", 1)


@pytest.mark.parametrize("fault", [DROP, ACCEPT_AND_DROP])
def test_where_the_server_falls_silent_it_is_sent_again_with_the_same_id(fault: str, server: Post, box: Outbox) -> None:
    server.man.answers = [fault]
    [delivery] = delivered(box, server.environ())
    assert (delivery.fate, delivery.accepted) == ("sent", 1)
    assert "may arrive twice" in delivery.said[0]
    ids = [mail.message["Message-ID"] for mail in server.man.arrived]
    assert len(ids) == (2 if fault == ACCEPT_AND_DROP else 1) and len(set(ids)) == 1


def test_what_was_left_in_doubt_says_so_and_is_sent_again_with_the_same_id_and_date(server: Post, box: Outbox) -> None:
    server.man.answers = [ACCEPT_AND_DROP, ACCEPT_AND_DROP]
    [delivery] = delivered(box, server.environ())
    assert delivery.fate == "waiting" and "after the whole message went out" in delivery.said[0]
    noted = box.journal(NAME)
    assert noted and noted.recipients == {key_of("ann@example.org"): "unanswered"}
    [again] = delivered(box, server.environ(), at=NOW + dt.timedelta(hours=1))
    assert again.fate == "sent" and "may arrive twice" in again.said[0]
    assert {mail.content for mail in server.man.arrived} == {server.man.arrived[0].content}
    assert len(server.man.arrived) == 3


def test_what_was_in_doubt_stays_so_where_the_server_is_gone(server: Post, box: Outbox) -> None:
    box.note(NAME, Journal(message_id="<x@example.org>", date=NOW, recipients={key_of("ann@example.org"): "trying"}))
    delivered(box, server.environ(FOREX_SMTP_PORT=str(free_port())))
    noted = box.journal(NAME)
    assert noted and noted.recipients[key_of("ann@example.org")] == "unanswered"
    delivered(box, server.environ())
    assert server.man.arrived[0].message["Message-ID"] == "<x@example.org>"


# --- what waits ---------------------------------------------------------------------------------------------------------


def test_of_a_backlog_of_three_days_the_newest_is_sent_and_the_others_are_kept_and_told(
    server: Post, box: Outbox
) -> None:
    for name in ("daily-2024-11-25", "daily-2024-11-26", "weekly-2024-11-25", "alert-2024-11-26", "alert-2024-11-25"):
        box.put(name, message(usual()).replace(b"Subject: ", f"Subject: {name} ".encode(), 1))
    found = {delivery.name: delivery for delivery in delivered(box, server.environ())}
    assert [name for name, delivery in found.items() if delivery.fate == "sent"] == [
        "weekly-2024-11-25",
        "alert-2024-11-26",
        NAME,
    ]
    assert [name for name, delivery in found.items() if delivery.fate == "kept"] == [
        "alert-2024-11-25",
        "daily-2024-11-25",
        "daily-2024-11-26",
    ]
    assert "3 business days old, and mail.max_age.daily" in found["daily-2024-11-25"].said[0]
    assert len(server.man.arrived) == 3 and box.place("daily-2024-11-25") == "kept"


def test_a_mail_of_friday_is_not_old_on_monday_nor_before_midnight_of_santiago(server: Post, tmp_path: Path) -> None:
    for name, at, fate in (
        ("daily-2024-11-29", dt.datetime(2024, 12, 2, 11, tzinfo=dt.UTC), "sent"),
        ("daily-2024-09-17", dt.datetime(2024, 9, 23, 11, tzinfo=dt.UTC), "sent"),
        ("daily-2024-11-27", dt.datetime(2024, 11, 29, 2, 59, tzinfo=dt.UTC), "sent"),
        ("daily-2024-11-27", dt.datetime(2024, 11, 29, 3, 1, tzinfo=dt.UTC), "kept"),
        ("daily-2024-09-06", dt.datetime(2024, 9, 10, 2, 59, tzinfo=dt.UTC), "sent"),  # clocks went forward between
    ):
        mine = Outbox(tmp_path / f"{at:%s}", lock_timeout=1)
        mine.put(name, message(usual()))
        assert [delivery.fate for delivery in delivered(mine, server.environ(), at=at)] == [fate], (name, at)


def test_what_is_no_mail_of_ours_is_told_and_holds_nothing_up(server: Post, box: Outbox) -> None:
    (box.folder / "new/notes.eml").write_bytes(message(usual()))
    (box.folder / "new/daily-2024-11-26.eml").write_bytes(b"")
    (box.folder / "new/daily-2024-11-25.eml").write_bytes(b"To: eve@example.org\r\nSubject: x\r\n\r\nx\r\n")
    (box.folder / "new/daily-2024-11-24.eml").mkdir()
    (box.folder / "new/daily-2024-11-23.eml").symlink_to("gone")
    (box.folder / "new/daily-2024-11-22.eml").symlink_to("daily-2024-11-22.eml")
    (box.folder / f"sending/{NAME}.json").write_text("{")
    box.put("alert-2024-11-27", message(usual()))
    found = {delivery.name: delivery for delivery in delivered(box, server.environ())}
    assert {name: delivery.fate for name, delivery in found.items()} == dict.fromkeys(
        ("notes", *(f"daily-2024-11-{day}" for day in (26, 25, 24, 23, 22)), NAME), "waiting"
    ) | {"alert-2024-11-27": "sent"}
    assert all(delivery.said for delivery in found.values() if delivery.fate == "waiting")
    assert [mail.recipients for mail in server.man.arrived] == [["ann@example.org"]]


def test_nothing_of_the_account_is_in_the_outbox(server: Post, box: Outbox) -> None:
    server.man.refused["bob@example.org"] = ["450 later"] * 9
    delivered(box, server.environ("ann@example.org", "bob@example.org"))
    stored = b"".join(path.read_bytes() for path in box.folder.rglob("*") if path.is_file())
    for secret in (USER, PASSWORD, "ann@example.org", "bob@example.org", "forecasts@example.org", "localhost"):
        assert secret.encode() not in stored
