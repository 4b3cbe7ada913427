"""The outbox: whole messages in files, each in one place at a time, readable by their owner alone.

new      to be sent: NAME.eml, without sender, recipient or date
sending  NAME.json for a message in new: who it has been delivered to, written before and after each attempt
sent     what at least one recipient's server has accepted: NAME.eml, and NAME.json that says so
kept     what was too old to be sent

NAME is the kind and the day, so that each message is made once. Every step is one rename or one whole file, flushed to disk: a
process that is killed leaves the state before the step or after it, and the next process goes on from there.
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

# trying: begun; where it stays so, the process was killed.  unanswered: the whole message went out, and the server fell silent.
# Both are sent again, with the same Message-ID.  accepted and refused are what the server said.
Delivery = Literal["trying", "unanswered", "accepted", "refused"]
Place = Literal["new", "sent", "kept"]


class Journal(Report):
    """How far the sending of a message has got.  recipients: by the hash of their address; the address itself is not kept."""

    message_id: str
    date: Instant
    recipients: dict[str, Delivery]

    def with_(self, recipient: str, state: Delivery | None) -> "Journal":
        """The journal with one recipient's state changed.  recipient: a `key_of`.  state: None forgets the attempt."""
        others = {name: delivery for name, delivery in self.recipients.items() if name != recipient}
        return self.model_copy(update={"recipients": others if state is None else {**others, recipient: state}})

    @property
    def accepted(self) -> bool:
        """Whether at least one recipient's server has accepted the message."""
        return "accepted" in self.recipients.values()


def name_of(kind: Kind, day: dt.date) -> str:
    """The NAME of a message: its kind and its day."""
    return f"{kind}-{day}"


def key_of(address: str) -> str:
    """The hash by which a journal knows an address, the same whatever its case.

    >>> key_of("Ann@Example.org") == key_of("ann@example.org")
    True
    """
    return sha256(address.lower().encode()).hexdigest()[:HASH_DIGITS]


class Outbox:
    """The messages in `folder`, from being made to being sent.  lock_timeout: seconds to wait for another process."""

    def __init__(self, folder: Path = OUTBOX, *, lock_timeout: float):
        self.folder, self.lock_timeout = folder, lock_timeout

    # Making

    def place(self, name: str) -> Place | None:
        """Where a message is, None where it was never made; looked for in the order in which it moves."""
        places: tuple[Place, ...] = ("new", "sent", "kept")
        return next((place for place in places if exists(self._path(place, name))), None)

    def put(self, name: str, content: bytes) -> bool:
        """Put a message into `new`; False, and nothing is written, where one of that name was ever made.

        When it returns, the message is on disk.  Raises GateFailed where another process still makes one after `lock_timeout`.
        """
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
        """Hold the outbox to send from it, one process at a time.

        Raises GateFailed naming the other one where it still sends after `lock_timeout`.
        """
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
        """A message that waits in `new`.

        Raises DataError where it is gone, no regular file, or larger than `MAIL_BYTES`; FileRefused where it may not be read.
        """
        path = self._path("new", name)
        try:
            return read_bytes(path, MAIL_BYTES)
        except FileNotFoundError as error:
            raise DataError(f"{path}: not found. Where it is a link, remove it: what it leads to is gone.") from error

    def journal(self, name: str) -> Journal | None:
        """What was noted of the sending, None where nothing was.  Raises DataError where the file is damaged."""
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
        """Note how far the sending has got.  When it returns, the journal is on disk."""
        write_bytes(self._journal("sending", name), json_text(plain(journal)).encode(), private=True)

    def forget(self, name: str) -> None:
        """Remove the journal of a message that has reached nobody."""
        self._journal("sending", name).unlink(missing_ok=True)

    def move(self, name: str, place: Literal["sent", "kept"]) -> None:
        """Move a message out of `new`, and its journal after it: a message counts as being where its own file is."""
        move(self._path("new", name), self._path(place, name))
        self._move_journal(name, place)

    def _finish(self) -> None:
        """Complete each move whose process was killed after its first half."""
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
    """The kind of a message, and its age in business days.  Raises DataError where the name is not as `name_of` makes it."""
    found = NAME.fullmatch(name)
    kind = next((known for known in KINDS if found and known == found["kind"]), None)
    try:
        day = iso_day(found["day"]) if found else None
    except ValueError:
        day = None
    if kind is None or day is None:
        raise DataError(
            f"{OUTBOX}/new/{name}.eml: expected a name like daily-2024-11-27.eml. Take it out of the outbox."
        )
    return kind, int(calendar.steps_between(str(day), str(today)))
