"""Credentials of the commands: `.forex/environment`, lines NAME='value' that nobody but its owner may read.

Cron and systemd start a process with nearly nothing in its environment, so that what a shell exports does not reach it. The file is
read, never run: values are as written, without expansion.
"""

import re
import shlex
from pathlib import Path

from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.errors import UsageError
from forex.core.places import ENVIRONMENT

LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")


def credentials(path: Path = ENVIRONMENT) -> dict[str, str]:
    """The credentials by name; none where there is no such file.

    Raises UsageError where others may read the file, and for a line that is no entry, by its number and never by what it holds.
    """
    try:
        text = read_utf8(path, YAML_BYTES, fault=UsageError, mend="Write it anew, lines like NAME='value'.")
    except FileNotFoundError:
        return {}
    if path.stat().st_mode & 0o077:
        raise UsageError(f"{path} may be read by others: chmod 600 {path}")
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            name, value = _entry(line.strip(), f"{path}, line {number}")
            found[name] = value
    return found


def _entry(line: str, where: str) -> tuple[str, str]:
    match = LINE.fullmatch(line)
    try:
        words = shlex.split(match["value"]) if match else []
    except ValueError:
        match = None
    if match is None or len(words) > 1:
        raise UsageError(f"{where}: expected a line like NAME='value', quoted where it has spaces or signs.")
    return match["name"], words[0] if words else ""
