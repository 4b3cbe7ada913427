"""The locked packages beside the known advisories of safety-db, a database that comes as a package: no network is asked.

    python audit.py requirements.lock [FOLDER OF THE DATABASE]

Each package that an advisory is about, a line; then how old the database is and how much of the lock it knows, because what it does
not know it cannot find. Ends with 1 where an advisory is about a locked version, with 2 where nothing could be checked.
"""

import datetime as dt
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,100})==(?P<version>[^\s;]{1,100})")
MOST = 200  # characters of an advisory that are shown

Advisories = dict[str, list[dict[str, Any]]]


class NotChecked(Exception):
    """Why nothing could be checked."""


def locked(path: Path) -> list[tuple[str, str]]:
    """Name and version of each pin: a package may have one for each Python.  Raises NotChecked where the file pins none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotChecked(f"{path}: cannot be read ({error}).") from error
    pins = [(str(canonicalize_name(pin["name"])), str(pin["version"])) for pin in map(PIN.match, lines) if pin]
    if not pins:
        raise NotChecked(f"{path}: pins no version (NAME==VERSION).")
    return pins


def database(folder: Path | None) -> tuple[Advisories, dt.date]:
    """The advisories by canonical name, and the day that they are of.  Raises NotChecked where there are none."""
    if folder is None:
        found = importlib.util.find_spec("safety_db")  # which cannot be imported: it opens a file that is elsewhere
        if found is None or found.origin is None:
            raise NotChecked("safety-db is not installed here; `make audit` installs it.")
        folder = Path(found.origin).parent
    path = folder / "insecure_full.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        day = dt.datetime.fromtimestamp(content.pop("$meta")["timestamp"], dt.UTC).date()
        return {str(canonicalize_name(name)): list(entries) for name, entries in content.items()}, day
    except (OSError, OverflowError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotChecked(f"{path}: no database of advisories ({type(error).__name__}: {error}).") from error


def about(version: str, advisories: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], bool]]:
    """The advisories that are about the version, or whose range cannot be read, with whether it could."""
    for one in advisories:
        try:
            if any(SpecifierSet(spec).contains(version, prereleases=True) for spec in one["specs"]):
                yield one, True
        except (InvalidSpecifier, KeyError, TypeError):
            yield one, False


def audit(lock: Path, folder: Path | None, today: dt.date) -> tuple[list[str], int]:
    """What is said, and the exit code."""
    pins, (advisories, day) = locked(lock), database(folder)
    said, found, unread = [], 0, 0
    for name, version in pins:
        for one, readable in about(version, advisories.get(name, [])):
            found, unread = found + readable, unread + (not readable)
            what = " ".join(str(one.get("advisory", "")).split())[:MOST]
            about_it = "" if readable else " (its range cannot be read: look at it yourself)"
            said.append(f"{name} {version}: {one.get('cve') or one.get('id') or 'no id'}{about_it}: {what}")
    known = len({name for name, _ in pins} & advisories.keys())
    said.append(
        f"{found} advisories are about the {len(pins)} locked versions"
        + (f", and {unread} more may be." if unread else ".")
    )
    said.append(
        f"The database is of {day}, {(today - day).days} days old, and has advisories about {known} of these packages: what "
        "became known since it cannot tell. With a network, `pip-audit -r requirements.lock` asks a service that is up to date."
    )
    return said, 1 if found or unread else 0


def main(words: list[str]) -> int:
    try:
        lock, *folder = map(Path, words)
    except ValueError:
        print("usage: audit.py requirements.lock [FOLDER OF THE DATABASE]", file=sys.stderr)
        return 2
    try:
        said, code = audit(lock, folder[0] if folder else None, dt.datetime.now(dt.UTC).date())
    except NotChecked as error:
        print(f"Not checked: {error}", file=sys.stderr)
        return 2
    print("\n".join(said))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
