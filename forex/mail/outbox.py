"""The outbox: whole messages in files, each in one place at a time, readable by their owner alone.

new      to be sent: NAME.eml, without sender, recipient or date
sending  NAME.json beside it: to whom it has been brought, written before and after each attempt
sent     what at least one recipient's server has accepted: NAME.eml, and NAME.json that says so
kept     what came too late to be sent

NAME is the kind and the day, so that one is made once. Every step is one rename or one whole file, flushed to the disk: a process
that is killed leaves the step before or the step after, and the next one goes on from there.
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from forex.core.disk import exists, files_in, make_folder, move, write_bytes
from forex.core.edges.limits import MAIL_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.edges.validators import iso_day
from forex.core.errors import DataError
from forex.core.files import json_text
from forex.core.lock import held
from forex.core.places import OUTBOX
from forex.core.report_fields import Instant
from forex.core.reports import Report, plain, read_report
from forex.mail.rules import KINDS, Kind
from forex.timeline import calendar

NAME = re.compile(rf"(?P<kind>{'|'.join(KINDS)})-(?P<day>\d{{4}}-\d{{2}}-\d{{2}})")
HASH_DIGITS: Final = 16  # of a recipient's address

# trying: begun, and not said how it ended: the process was killed.  unanswered: the whole message went out, and the server fell
# silent.  Both are sent again, with the same Message-ID.  accepted and refused are what the server said.
Delivery = Literal["trying", "unanswered", "accepted", "refused"]
Place = Literal["new", "sent", "kept"]


class Journal(Report):
    """How far the sending of a message has come; recipients by the hash of their address, which stands nowhere here."""

    message_id: str
    date: Instant
    recipients: dict[str, Delivery]

    def with_(self, recipient: str, state: Delivery | None) -> "Journal":
        """state: None forgets the attempt."""
        others = {name: one for name, one in self.recipients.items() if name != recipient}
        return self.model_copy(update={"recipients": others if state is None else {**others, recipient: state}})

    @property
    def accepted(self) -> bool:
        """Whether anybody has it."""
        return "accepted" in self.recipients.values()


def name_of(kind: Kind, day: dt.date) -> str:
    return f"{kind}-{day}"


def key_of(address: str) -> str:
    """
    >>> key_of("Ann@Example.org") == key_of("ann@example.org")
    True
    """
    return sha256(address.lower().encode()).hexdigest()[:HASH_DIGITS]


class Outbox:
    """lock_timeout: seconds to wait for another process."""

    def __init__(self, folder: Path = OUTBOX, *, lock_timeout: float):
        self.folder, self.lock_timeout = folder, lock_timeout

    # Making

    def place(self, name: str) -> Place | None:
        """Where a message is; looked for in the order in which it moves."""
        places: tuple[Place, ...] = ("new", "sent", "kept")
        return next((place for place in places if exists(self._path(place, name))), None)

    def put(self, name: str, content: bytes) -> bool:
        """Enter a message that was never made; False where it was.  When it returns, it is on disk."""
        self._open()
        with held(self.folder / ".making.lock", timeout=self.lock_timeout):
            if self.place(name):
                return False
            for leftover in (self.folder / "new").glob(f".{name}.eml.*"):  # of a killed process: nobody else writes now
                leftover.unlink()
            write_bytes(self._path("new", name), content, private=True)
            return True

    # Sending

    @contextmanager
    def sending(self) -> Iterator[None]:
        """One process at a time.  Raises GateFailed naming the other one where it still sends after `lock_timeout`."""
        self._open()
        with held(self.folder / ".sending.lock", timeout=self.lock_timeout):
            for leftover in (self.folder / "sending").glob(".*"):
                leftover.unlink()
            self._finish()
            yield

    def waiting(self) -> list[str]:
        """The names of the messages to be sent, the oldest day first."""
        names = [path.stem for path in files_in(self.folder / "new", ".eml")]
        return sorted(names, key=lambda name: (name.partition("-")[2], name))

    def content(self, name: str) -> bytes:
        return read_bytes(self._path("new", name), MAIL_BYTES)

    def journal(self, name: str) -> Journal | None:
        """What was noted of the sending.  Raises DataError where the file is damaged."""
        path = self._journal("sending", name)
        if not exists(path):
            return None
        try:
            return read_report(path, Journal)
        except DataError as error:
            raise DataError(
                f"{path}: damaged, so who has the message is unknown. Remove it to send the message to everybody again."
            ) from error

    def note(self, name: str, journal: Journal) -> None:
        """When it returns, it is on disk."""
        write_bytes(self._journal("sending", name), json_text(plain(journal)).encode(), private=True)

    def forget(self, name: str) -> None:
        """The attempt that was noted brought it to nobody."""
        self._journal("sending", name).unlink(missing_ok=True)

    def move(self, name: str, place: Literal["sent", "kept"]) -> None:
        """The message first: where it is, is where it counts as."""
        move(self._path("new", name), self._path(place, name))
        self._move_journal(name, place)

    def _finish(self) -> None:
        """The second half of a move whose process was killed after the first."""
        for path in files_in(self.folder / "sending", ".json"):
            place = self.place(path.stem)
            if place in ("sent", "kept"):
                self._move_journal(path.stem, place)

    def _move_journal(self, name: str, place: Literal["sent", "kept"]) -> None:
        if exists(self._journal("sending", name)):
            move(self._journal("sending", name), self._journal(place, name))

    def _open(self) -> None:
        for place in ("new", "sending", "sent", "kept"):
            make_folder(self.folder / place, 0o700)

    def _path(self, place: Place, name: str) -> Path:
        return self.folder / place / f"{name}.eml"

    def _journal(self, place: Literal["sending", "sent", "kept"], name: str) -> Path:
        return self.folder / place / f"{name}.json"


def age(name: str, today: dt.date) -> tuple[Kind, int]:
    """The kind of a message, and how many business days after its own day it is.  Raises DataError for another name."""
    found = NAME.fullmatch(name)
    kind = next((one for one in KINDS if found and one == found["kind"]), None)
    try:
        day = iso_day(found["day"]) if found else None
    except ValueError:
        day = None
    if kind is None or day is None:
        raise DataError(
            f"{OUTBOX}/new/{name}.eml: expected a name like daily-2024-11-27.eml. Take it out of the outbox."
        )
    return kind, int(calendar.steps_between(str(day), str(today)))
