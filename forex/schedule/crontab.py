"""One block of the user's crontab starts the ticks; the rest of the crontab stays as it is, byte for byte.

The block stands first, before variables that the user sets for other lines and before a last line without an end. It runs every
five minutes because Debian's cron knows only the host's zone: no line of it can say when it is 15:05 in Santiago on a host
elsewhere. Each folder of a project has a block of its own, known by its path.
"""

import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from forex.core.errors import UsageError

EVERY: Final = b"*/5 * * * *"
ESCAPED: Final = rb"\r"
NONE_YET: Final = b"no crontab for"
EDIT: Final = "Mend it with crontab -e, then try again."


class NoCron(UsageError):
    """This machine has no cron."""


def block(folder: Path, python: Path) -> bytes:
    """What starts the ticks of the project in `folder` with this interpreter.

    Raises UsageError for a path with a line break, which no crontab can hold.

    >>> print(block(Path("/srv/100 % dólar"), Path("/srv/venv/bin/python")).decode(), end="")
    # BEGIN forex /srv/100 % dólar
    # Every five minutes; what is due then is in operations.yaml. forex schedule remove takes this block out.
    */5 * * * * cd '/srv/100 '\\%' dólar' && exec /srv/venv/bin/python -m forex.schedule.tick
    # END forex /srv/100 % dólar
    """
    begin, end = _marks(folder)
    lines = [
        begin,
        b"# Every five minutes; what is due then is in operations.yaml. forex schedule remove takes this block out.",
        EVERY + b" cd " + _quoted(folder) + b" && exec " + _quoted(python) + b" -m forex.schedule.tick",
        end,
    ]
    return b"".join(line + b"\n" for line in lines)


def with_block(crontab: bytes, folder: Path, python: Path) -> bytes:
    """The crontab with the project's block as it is now: where it was, or first.  Raises UsageError for half a block."""
    found, new = _found(crontab, folder), block(folder, python)
    if not found:
        return new + crontab
    first = found[0].start()
    return crontab[:first] + new + _without(crontab, found)[first:]


def without_block(crontab: bytes, folder: Path) -> bytes:
    """The crontab as if the project had never had a block.  Raises UsageError for half a block."""
    return _without(crontab, _found(crontab, folder))


def installed(crontab: bytes, folder: Path) -> bytes | None:
    """The project's block as it stands in the crontab; None without one.  Raises UsageError for half a block."""
    found = _found(crontab, folder)
    return found[0][0] if found else None


def read() -> bytes:
    """The user's crontab, nothing where there is none.  Raises NoCron, and UsageError where cron refuses."""
    done = _crontab("-l")
    if done.returncode == 0:
        return _copied() if ESCAPED in done.stdout else done.stdout
    if NONE_YET in done.stderr:
        return b""
    raise UsageError(f"crontab -l failed: {_said(done)}")


def write(crontab: bytes) -> None:
    """Make this the user's crontab; one with nothing in it is removed.

    cron takes no crontab whose last line has no end. Where there was such a line, it gets one.  Raises NoCron, and UsageError where
    cron refuses.
    """
    done = _crontab("-", crontab) if crontab else _crontab("-r")
    if done.returncode and not crontab.endswith(b"\n"):
        done = _crontab("-", crontab + b"\n")
    if done.returncode:
        raise UsageError(f"crontab refused the new crontab, and the old one stays: {_said(done)}")


def _copied() -> bytes:
    """The crontab as an editor gets it: Debian's crontab -l writes a carriage return as a backslash and an r."""
    with tempfile.TemporaryDirectory() as folder:
        copy, editor = Path(folder) / "copy", Path(folder) / "editor"
        editor.write_text(f'#!/bin/sh\nexec cp "$1" {shlex.quote(str(copy))}\n', encoding="utf-8")
        editor.chmod(0o700)
        command = shlex.quote(str(editor))
        done = _crontab("-e", b"n\n", VISUAL=command, EDITOR=command)
        if done.returncode or not copy.exists():
            raise UsageError(f"crontab -e failed: {_said(done)}")
        return copy.read_bytes()


def _crontab(word: str, given: bytes = b"", **variables: str) -> "subprocess.CompletedProcess[bytes]":
    environ = os.environ | {"LC_ALL": "C"} | variables
    try:
        return subprocess.run(["crontab", word], input=given, capture_output=True, check=False, env=environ)
    except FileNotFoundError as error:
        raise NoCron(
            "there is no crontab here: install cron, or use forex schedule install --systemd where systemd is."
        ) from error


def _said(done: "subprocess.CompletedProcess[bytes]") -> str:
    return " ".join(done.stderr.decode("utf-8", "replace").split()) or f"exit code {done.returncode}"


def _marks(folder: Path) -> tuple[bytes, bytes]:
    path = os.fsencode(folder)
    if b"\n" in path or b"\r" in path:
        raise UsageError(f"{folder}: no crontab can hold a path with a line break. Rename the folder.")
    return b"# BEGIN forex " + path, b"# END forex " + path


def _quoted(path: Path) -> bytes:
    """Quoted for the shell, and for cron, which reads % as the end of a line unless a backslash stands before it.

    The two stand outside the shell's quotes, so that no backslash of the path itself comes before them.
    """
    text = os.fsencode(path)
    if b"%" not in text:
        return os.fsencode(shlex.quote(os.fsdecode(text)))
    return b"\\%".join(os.fsencode(shlex.quote(os.fsdecode(part))) for part in text.split(b"%"))


def _found(crontab: bytes, folder: Path) -> "list[re.Match[bytes]]":
    begin, end = (re.escape(mark) for mark in _marks(folder))
    found = list(
        re.finditer(b"^" + begin + rb"\r?\n(?:(?!# BEGIN forex ).*\n)*?" + end + rb"(?:\r?\n|\Z)", crontab, re.M)
    )
    marks = len(re.findall(b"^(?:" + begin + b"|" + end + rb")\r?$", crontab, re.M))
    if marks != 2 * len(found):
        raise UsageError(
            f"the crontab has one of the lines # BEGIN forex and # END forex of {folder} without the other. {EDIT}"
        )
    return found


def _without(crontab: bytes, found: "list[re.Match[bytes]]") -> bytes:
    for match in reversed(found):
        crontab = crontab[: match.start()] + crontab[match.end() :]
    return crontab
