"""Sending what waits in the outbox: each message once to each recipient, separately.

The server's answer is noted on disk before anything else is done, so where it answered, a message is sent exactly once. Where it
fell silent after a whole message, or this process was killed before the answer was noted, nobody can know: the message is sent
again, so at least once, with the same Message-ID, which servers and clients recognise; and the user is told.
"""

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from forex.core.clock import Clock
from forex.core.errors import DataError, FileRefused
from forex.core.places import OUTBOX
from forex.mail import outbox
from forex.mail.account import TO, Account
from forex.mail.headers import Mailbox
from forex.mail.message import addressed, message_id
from forex.mail.outbox import Journal, Outbox
from forex.mail.smtp import Later, Refused, Unusable
from forex.operations import Mail
from forex.timeline import calendar

AGAIN: Final = "An attempt ended without an answer, so it was sent again with the same Message-ID and may arrive twice."

IN_DOUBT: Final = ("trying", "unanswered")

Fate = Literal["sent", "waiting", "kept", "due"]


class Delivers(Protocol):
    """What delivers messages: `forex.mail.smtp.Session`, or what stands in for it."""

    def deliver(self, content: bytes, recipient: Mailbox, going: Callable[[], None]) -> None:
        """Deliver a whole message to one recipient, as `forex.mail.smtp.Session.deliver` does."""
        ...


@dataclass
class Sent:
    """What became of one message.

    fate: `due` only in a dry run: it would be sent.  accepted: by how many recipients' servers, out of `of`.  said: what the user
    is told about it.
    """

    name: str
    fate: Fate
    of: int = 0
    accepted: int = 0
    said: list[str] = field(default_factory=list)


def send(
    box: Outbox,
    account: Account,
    settings: Mail,
    session: Delivers,
    *,
    clock: Clock,
    sleep: Callable[[float], None] = time.sleep,
    rng: random.Random | None = None,
) -> list[Sent]:
    """Send what waits, the oldest first, and set aside what is too old.  The caller holds `box.sending`.

    Once the server cannot be reached or used, no more is tried; what is left waits, with the reason in `said`.
    sleep: waits the seconds between two attempts at a recipient.  rng: draws them.
    """
    sender = _Sender(box, account, settings, session, clock, sleep, rng or random.Random())
    return [sender.send(name) for name in box.waiting()]


def would_send(box: Outbox, account: Account, settings: Mail, *, clock: Clock) -> list[Sent]:
    """What `send` would do with each message if every server accepted; nothing is written or sent."""
    found = []
    for name in box.waiting():
        message = Sent(name, "due", of=len(account.recipients))
        if (why := _unfit(box, account, name, clock())) is not None:
            message.fate = "waiting"
            message.said.append(why)
        elif (why := _too_old(name, settings, clock())) is not None:
            message.fate = "kept"
            message.said.append(why)
        found.append(message)
    return found


class _Sender:
    def __init__(
        self,
        box: Outbox,
        account: Account,
        settings: Mail,
        session: Delivers,
        clock: Clock,
        sleep: Callable[[float], None],
        rng: random.Random,
    ):
        self.box, self.account, self.settings, self.session = box, account, settings, session
        self.clock, self.sleep, self.rng = clock, sleep, rng
        self.stopped: str | None = None  # why no server is asked any more

    def send(self, name: str) -> Sent:
        message = Sent(name, "waiting", of=len(self.account.recipients))
        if (why := _unfit(self.box, self.account, name, self.clock())) is not None:
            message.said.append(why)
        elif (why := _too_old(name, self.settings, self.clock())) is not None:
            self.box.move(name, "kept")
            message.fate = "kept"
            message.said.append(why)
        elif self.stopped:
            message.said.append(self.stopped)
        else:
            self._bring(message)
        return message

    def _bring(self, message: Sent) -> None:
        content = self.box.content(message.name)
        try:
            noted = self.box.journal(message.name)
        except (DataError, FileRefused) as error:
            message.said.append(str(error))
            return
        identity = message_id(message.name, content, self.account.sender)
        journal = noted or Journal(message_id=identity, date=self.clock(), recipients={})
        for number, recipient in enumerate(self.account.recipients, start=1):
            before = journal.recipients.get(outbox.key_of(recipient.address))
            if before == "accepted" or (before == "refused" and journal.accepted):
                message.accepted += before == "accepted"
            elif not self.stopped:
                journal = self._to(message, number, recipient, content, journal)
        self._conclude(message, journal)

    def _to(self, message: Sent, number: int, recipient: Mailbox, content: bytes, journal: Journal) -> Journal:
        """Deliver to one recipient, the `number`-th of the environment; returns the journal as it was noted."""
        key = outbox.key_of(recipient.address)
        whole = addressed(
            content, sender=self.account.sender, recipient=recipient, identity=journal.message_id, date=journal.date
        )
        perhaps = journal.recipients.get(key) in IN_DOUBT

        def going() -> None:
            self.box.note(message.name, journal.with_(key, "trying"))

        def attempt() -> None:
            nonlocal perhaps
            try:
                self.session.deliver(whole, recipient, going)
            except Later as error:
                perhaps = perhaps or error.unanswered
                raise

        try:
            self._attempts()(attempt)
        except Refused as error:
            journal = journal.with_(key, "refused")
            message.said.append(self._of(number, str(error)))
        except (Later, Unusable) as error:
            journal = journal.with_(key, "unanswered" if perhaps else None)
            message.said.append(self._of(number, str(error)))
            if isinstance(error, Unusable) or error.unreached:
                self.stopped = str(error)
        else:
            journal = journal.with_(key, "accepted")
            message.accepted += 1
            if perhaps:
                message.said.append(self._of(number, AGAIN))
        self.box.note(message.name, journal)
        return journal

    def _attempts(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self.settings.smtp.attempts),
            wait=self._wait,
            retry=retry_if_exception_type(Later),
            sleep=self.sleep,
            reraise=True,
        )

    def _conclude(self, message: Sent, journal: Journal) -> None:
        """Mark it sent once every recipient has it or was refused it, and at least one has it; otherwise it waits.

        The journal is removed where no recipient has the message or may have it.
        """
        keys = [outbox.key_of(recipient.address) for recipient in self.account.recipients]
        done = all(journal.recipients.get(key) in ("accepted", "refused") for key in keys)
        if done and journal.accepted:
            self.box.move(message.name, "sent")
            message.fate = "sent"
        elif not any(state in ("accepted", *IN_DOUBT) for state in journal.recipients.values()):
            self.box.forget(message.name)

    def _of(self, number: int, said: str) -> str:
        return f"Recipient {number} of {len(self.account.recipients)} ({TO}): {said}"

    def _wait(self, state: RetryCallState) -> float:
        longest = self.settings.smtp.longest_wait
        return self.rng.uniform(0.5, 1.0) * min(2.0**state.attempt_number, longest)


def _unfit(box: Outbox, account: Account, name: str, at: dt.datetime) -> str | None:
    """Why a file cannot be sent as a message; None where it can."""
    try:
        outbox.age(name, _today(at))
        content = box.content(name)
        addressed(content, sender=account.sender, recipient=account.recipients[0], identity="<x@x>", date=at)
    except (DataError, FileRefused) as error:
        return str(error)
    return None


def _too_old(name: str, settings: Mail, at: dt.datetime) -> str | None:
    kind, days = outbox.age(name, _today(at))
    most = {"daily": settings.max_age.daily, "weekly": settings.max_age.weekly, "alert": settings.max_age.alert}[kind]
    if days <= most:
        return None
    return (
        f"It is {days} business days old, and mail.max_age.{kind} in operations.yaml allows {most}: it is not sent but kept "
        f"in {OUTBOX}/kept."
    )


def _today(at: dt.datetime) -> dt.date:
    return at.astimezone(ZoneInfo(calendar.SANTIAGO)).date()
