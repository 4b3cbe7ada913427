"""What a name, a day or a path from outside may be: a list of what is allowed, never of what is not.

Each takes a text and gives it back, or what it stands for. Each raises ValueError with what was expected and what was found; the
caller says where it stood. No name that passes begins with a dash: to git or DVC it would be an option.
"""

import datetime as dt
import math
import re
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Final

from forex.core.edges.shown import LONGEST_VALUE, cut, shown

HORIZON: Final = re.compile(r"[1-9][0-9]{0,2}d")
CLOCK_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SERIES: Final = re.compile(r"[a-z0-9_]{1,64}")  # also the name of its file
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
REVISION: Final = re.compile(r"[^-\s?*\[\\][^\s?*\[\\]{0,254}")  # git's own rules, and no dash in front
DRIVE: Final = re.compile(r"[A-Za-z]:")

LONGEST_HORIZON: Final = 365  # calendar days
LONGEST_NAME: Final = 255  # bytes of one part of a path, on every common file system
LONGEST_PATH: Final = 1024  # bytes


def horizon_name(text: str) -> str:
    """The name of a horizon in calendar days, from "1d" to "365d", unchanged.

    >>> horizon_name("7d")
    '7d'
    """
    if not HORIZON.fullmatch(text) or int(text[:-1]) > LONGEST_HORIZON:
        raise ValueError(f'expected calendar days from "1d" to "{LONGEST_HORIZON}d", got "{cut(text, LONGEST_VALUE)}"')
    return text


def iso_day(text: str) -> dt.date:
    """The day that a text of the form YYYY-MM-DD names; no other ISO form is accepted.

    >>> iso_day("2024-11-27")
    datetime.date(2024, 11, 27)
    """
    try:
        # 20241127 and 2024-W48-3 are ISO dates, too.
        found = dt.date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f'expected a date like "2024-11-27", got "{cut(text, LONGEST_VALUE)}"')
    return found


def clock_time(text: str) -> str:
    """A time of day from "00:00" to "23:59", unchanged."""
    if not CLOCK_TIME.fullmatch(text):
        raise ValueError(f'expected a time of day like "15:00", got "{cut(text, LONGEST_VALUE)}"')
    return text


def series_id(text: str) -> str:
    """The id of a series, which is also the stem of its file, unchanged.

    >>> series_id("copper_lme")
    'copper_lme'
    """
    if not SERIES.fullmatch(text):
        raise ValueError("expected at most 64 lower-case letters, digits and underscores")
    return text


def decimal_number(text: str) -> float:
    """The finite number that a text in decimal or scientific notation stands for.

    >>> decimal_number("934.54")
    934.54
    """
    found = float(text) if NUMBER.fullmatch(text) else math.nan  # float() takes 9_3, nan and the digits of every script
    if not math.isfinite(found):
        raise ValueError(f"expected a number like 934.54, got {shown(text)}")
    return found


def whole_number(text: str) -> int:
    """The integer that a text of at most 18 digits stands for."""
    if not INTEGER.fullmatch(text):
        raise ValueError(f"expected a whole number like 5, got {shown(text)}")
    return int(text)


def revision(text: str) -> str:
    """A revision as git takes it, unchanged: a branch, tag, hash or experiment, operators as in HEAD~2 included.

    >>> revision("origin/main")
    'origin/main'
    """
    if not REVISION.fullmatch(text) or any(unicodedata.category(letter).startswith("C") for letter in text):
        raise ValueError(f"{shown(text)}: expected a branch, tag or commit like origin/main or HEAD~1")
    return text


def relative(text: str) -> PurePosixPath:
    """A path below the current folder: no way up, no root on any system, and nothing that a system could take for either.

    >>> relative("reports/metrics/validation.json")
    PurePosixPath('reports/metrics/validation.json')
    """
    wrong = _fault_of_path(text)
    if wrong:
        raise ValueError(
            f"{shown(text)}: {wrong}; expected a path below the project's folder, like reports/metrics/a.json"
        )
    return PurePosixPath(text)


def confined(text: str, base: Path) -> Path:
    """The path `text` below the folder `base`.

    Raises ValueError as `relative`, and where a link on the path leads out of the folder.
    """
    path = base / relative(text)
    if not path.resolve().is_relative_to(base.resolve()):
        raise ValueError(f"{shown(text)}: a link on it leads out of {base}; expected a path below it")
    return path


def folder(text: str) -> str:
    """A folder that a user names, wherever it is, unchanged.

    >>> folder("data/sample")
    'data/sample'
    """
    if not text.strip() or text.startswith("-") or _unwritable(text):
        raise ValueError(f"expected a folder like data/sample, got {shown(text)}")
    return text


def _fault_of_path(text: str) -> str | None:
    parts = text.split("/")
    if _unwritable(text):
        return "empty, too long, or with characters that no path has"
    if text.startswith(("/", "~")) or "\\" in text or DRIVE.match(text):
        return "an absolute path"
    if any(part in ("", ".", "..") for part in parts):
        return "a way up, or a part without a name"
    if text.startswith("-"):
        return "an option, to git"
    if unicodedata.normalize("NFKC", text) != text:  # "．．／" is "../" to a system that normalises
        return "characters that are other ones to some systems"
    return None


def _unwritable(text: str) -> bool:
    return (
        not text
        or any(unicodedata.category(letter).startswith("C") for letter in text)
        or len(text.encode("utf-8", "surrogatepass")) > LONGEST_PATH
        or any(len(part.encode("utf-8", "surrogatepass")) > LONGEST_NAME for part in text.split("/"))
    )
