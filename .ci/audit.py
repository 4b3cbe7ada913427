"""Checks the locked packages against the advisories of safety-db, a database that is itself a package: no network is used.

    python audit.py requirements.lock [FOLDER OF THE DATABASE]

Prints a line for each advisory about a locked version, then how old the database is and how many of the locked packages it has
advisories about: what it does not know it cannot find. Exits with 1 where an advisory is about a locked version or may be, with 2
where nothing could be checked.
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
    """Nothing could be checked; the message says why."""


def locked(path: Path) -> list[tuple[str, str]]:
    """Canonical name and version of each pin; a package may be pinned once for each Python.

    Raises NotChecked where the file cannot be read or pins nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotChecked(f"{path}: cannot be read ({error}).") from error
    pins = [(str(canonicalize_name(pin["name"])), str(pin["version"])) for pin in map(PIN.match, lines) if pin]
    if not pins:
        raise NotChecked(f"{path}: pins no version (NAME==VERSION).")
    return pins


def database(folder: Path | None) -> tuple[Advisories, dt.date]:
    """The advisories by canonical package name, and the database's date (UTC).

    folder: the one that holds insecure_full.json; None: that of the installed safety-db.  Raises NotChecked where there is no
    readable database.
    """
    if folder is None:
        found = importlib.util.find_spec("safety_db")  # not imported: the package opens a file that is elsewhere
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
    """Yields each advisory about the version with True, and each whose range of versions cannot be read with False."""
    for advisory in advisories:
        try:
            if any(SpecifierSet(spec).contains(version, prereleases=True) for spec in advisory["specs"]):
                yield advisory, True
        except (InvalidSpecifier, KeyError, TypeError):
            yield advisory, False


def audit(lock: Path, folder: Path | None, today: dt.date) -> tuple[list[str], int]:
    """The lines to print, and the exit code: 1 where an advisory is about a locked version or its range cannot be read, else 0.

    folder: as in `database`.  today: the day that the database's age is counted to.

    Raises NotChecked as `locked` and `database` do.
    """
    pins, (advisories, day) = locked(lock), database(folder)
    said, found, unread = [], 0, 0
    for name, version in pins:
        for advisory, readable in about(version, advisories.get(name, [])):
            found, unread = found + readable, unread + (not readable)
            text = " ".join(str(advisory.get("advisory", "")).split())[:MOST]
            caveat = "" if readable else " (its range cannot be read: look at it yourself)"
            said.append(f"{name} {version}: {advisory.get('cve') or advisory.get('id') or 'no id'}{caveat}: {text}")
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
    """Audit the files named on the command line, print what was found and return the exit code.

    That is 2 for wrong usage, and where nothing could be checked.
    """
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
