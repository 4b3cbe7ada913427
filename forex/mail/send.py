"""Sending what waits in the outbox: each message once to each recipient, by itself.

What the server answered is noted on the disk before anything else is done, so where it answered, a message is sent exactly once.
Where it fell silent after a whole message, or this process was killed before the answer was noted, nobody can know: it is sent
again, at least once, with the same Message-ID, which servers and clients recognise; and that is said.
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
from forex.core.errors import DataError
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
    """What brings messages: `forex.mail.smtp.Session`."""

    def deliver(self, content: bytes, recipient: Mailbox, going: Callable[[], None]) -> None: ...


@dataclass
class Sent:
    """What became of one message.  accepted: by how many recipients' servers, of `of`.  said: what there is to be said of it.

    due: of a dry run, it would be sent.
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
    """Send what waits, the oldest first, and set aside what is too old.  One process at a time: `box.sending` is held.

    A server that cannot be reached or used ends it; what was not tried then waits, and says why.
    """
    sender = _Sender(box, account, settings, session, clock, sleep, rng or random.Random())
    return [sender.send(name) for name in box.waiting()]


def would_send(box: Outbox, account: Account, settings: Mail, *, clock: Clock) -> list[Sent]:
    """What `send` would do with each message if every server accepted; nothing is written or sent."""
    found = []
    for name in box.waiting():
        one = Sent(name, "due", of=len(account.recipients))
        if (why := _unfit(box, account, name, clock())) is not None:
            one.fate = "waiting"
            one.said.append(why)
        elif (why := _too_old(name, settings, clock())) is not None:
            one.fate = "kept"
            one.said.append(why)
        found.append(one)
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
        one = Sent(name, "waiting", of=len(self.account.recipients))
        if (why := _unfit(self.box, self.account, name, self.clock())) is not None:
            one.said.append(why)
        elif (why := _too_old(name, self.settings, self.clock())) is not None:
            self.box.move(name, "kept")
            one.fate = "kept"
            one.said.append(why)
        elif self.stopped:
            one.said.append(self.stopped)
        else:
            self._bring(one)
        return one

    def _bring(self, one: Sent) -> None:
        content = self.box.content(one.name)
        try:
            noted = self.box.journal(one.name)
        except DataError as error:
            one.said.append(str(error))
            return
        identity = message_id(one.name, content, self.account.sender)
        journal = noted or Journal(message_id=identity, date=self.clock(), recipients={})
        for number, recipient in enumerate(self.account.recipients, start=1):
            before = journal.recipients.get(outbox.key_of(recipient.address))
            if before == "accepted" or (before == "refused" and journal.accepted):
                one.accepted += before == "accepted"
            elif not self.stopped:
                journal = self._to(one, number, recipient, content, journal)
        self._conclude(one, journal)

    def _to(self, one: Sent, number: int, recipient: Mailbox, content: bytes, journal: Journal) -> Journal:
        """Bring it to one recipient, by the number it has in the environment; returns the journal as it was noted."""
        key = outbox.key_of(recipient.address)
        whole = addressed(
            content, sender=self.account.sender, recipient=recipient, identity=journal.message_id, date=journal.date
        )
        perhaps = journal.recipients.get(key) in IN_DOUBT

        def going() -> None:
            self.box.note(one.name, journal.with_(key, "trying"))

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
            one.said.append(self._of(number, str(error)))
        except (Later, Unusable) as error:
            journal = journal.with_(key, "unanswered" if perhaps else None)
            one.said.append(self._of(number, str(error)))
            if isinstance(error, Unusable) or error.unreached:
                self.stopped = str(error)
        else:
            journal = journal.with_(key, "accepted")
            one.accepted += 1
            if perhaps:
                one.said.append(self._of(number, AGAIN))
        self.box.note(one.name, journal)
        return journal

    def _attempts(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self.settings.smtp.attempts),
            wait=self._wait,
            retry=retry_if_exception_type(Later),
            sleep=self.sleep,
            reraise=True,
        )

    def _conclude(self, one: Sent, journal: Journal) -> None:
        """Where everybody has it or was refused, and anybody has it, it is sent; else it waits."""
        keys = [outbox.key_of(recipient.address) for recipient in self.account.recipients]
        done = all(journal.recipients.get(key) in ("accepted", "refused") for key in keys)
        if done and journal.accepted:
            self.box.move(one.name, "sent")
            one.fate = "sent"
        elif not any(state in ("accepted", *IN_DOUBT) for state in journal.recipients.values()):
            self.box.forget(one.name)

    def _of(self, number: int, said: str) -> str:
        return f"Recipient {number} of {len(self.account.recipients)} ({TO}): {said}"

    def _wait(self, state: RetryCallState) -> float:
        longest = self.settings.smtp.longest_wait
        return self.rng.uniform(0.5, 1.0) * min(2.0**state.attempt_number, longest)


def _unfit(box: Outbox, account: Account, name: str, at: dt.datetime) -> str | None:
    """Why a file is no message that can be sent; None where it is one."""
    try:
        outbox.age(name, _today(at))
        content = box.content(name)
        addressed(content, sender=account.sender, recipient=account.recipients[0], identity="<x@x>", date=at)
    except DataError as error:
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
