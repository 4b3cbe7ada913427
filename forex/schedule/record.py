"""What is known of a job on a day: `.forex/schedule/DAY/JOB.json`, written before and after each of its commands.

A command's own exit code stands in a file beside it, JOB.ended, left there by the shell that ran the command. A tick that was
killed between a command's end and its record therefore costs nothing: the next one finds how the command ended. Where there is no
such file the command was interrupted, as by a power failure, and is run again; commands of forex that were run before do nothing
twice.
"""

import datetime as dt
from pathlib import Path
from typing import Any, Final, NamedTuple

from forex.core.disk import write_text
from forex.core.edges import json
from forex.core.edges.limits import JSON_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.edges.shown import LONGEST_REASON, cut
from forex.core.errors import DataError

STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"


class Damaged(DataError):
    """A record that nobody can read."""


class Record(NamedTuple):
    """What is known of a job on a day; instants in UTC.

    tried_at: when the last try began.  done: the commands that have succeeded.  running: the command that was begun and of which
    nobody has entered how it ended.  exit_code: of the last command that ended.
    """

    first_tried_at: dt.datetime
    tried_at: dt.datetime
    ended_at: dt.datetime | None = None
    tries: int = 1
    done: tuple[str, ...] = ()
    running: str | None = None
    exit_code: int | None = None
    succeeded: bool = False


def read(path: Path) -> Record | None:
    """The record at `path`; None where there is none.  Raises Damaged for one that no version wrote."""
    try:
        content = json.parsed(read_bytes(path, JSON_BYTES), path)
    except FileNotFoundError:
        return None
    except DataError as error:
        raise Damaged(str(error)) from error
    try:
        return _parsed(content)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"{path}: not what forex writes ({cut(repr(error), LONGEST_REASON)})") from error


def _parsed(content: Any) -> Record:
    if set(_of(content, dict)) != set(Record._fields):
        raise ValueError(f"the keys {', '.join(content)}")
    checked = {
        "first_tried_at": _instant(content["first_tried_at"]),
        "tried_at": _instant(content["tried_at"]),
        "ended_at": None if content["ended_at"] is None else _instant(content["ended_at"]),
        "tries": _of(content["tries"], int),
        "done": tuple(_of(command, str) for command in _of(content["done"], list)),
        "running": _of(content["running"], str, type(None)),
        "exit_code": _of(content["exit_code"], int, type(None)),
        "succeeded": _of(content["succeeded"], bool),
    }
    return Record(**checked)


def _of(value: Any, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise TypeError(value)
    return value


def _instant(text: Any) -> dt.datetime:
    at = dt.datetime.strptime(_of(text, str), STAMP).replace(tzinfo=dt.UTC)
    if f"{at:{STAMP}}" != text:
        raise ValueError(text)
    return at


def write(path: Path, record: Record) -> None:
    """Write the record whole or not at all; it is on the disk when this returns."""
    from forex.core.files import json_text  # numpy, which a tick with nothing to do can do without

    plain = {
        name: f"{value:{STAMP}}" if isinstance(value, dt.datetime) else value
        for name, value in record._asdict().items()
    }
    write_text(path, json_text(plain))
