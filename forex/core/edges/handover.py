"""What one stage hands to the next is vouched for outside its file: by its hash and its number of rows.

A Parquet file's pages have checksums, but its footer, which says what the pages mean, has none, and a report has none at all: a bit
that flips there can make it read as another table. So a stage notes, before it writes data/panel.parquet, the SHA-256 of the
content and its rows in .forex/handed/data/panel.parquet.json, after those of earlier contents. A reader accepts any of these; or,
where git, DVC's cache or a remote brought the file, the content whose MD5 dvc.lock lists. Which of them it ought to be is for DVC
to say: any content that a stage once wrote is whole.

The notes belong to this machine alone, and enter no output. Where neither they nor dvc.lock know a file, nothing vouches for it:
`forex check --deep` says so.
"""

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from forex.core.disk import files_in, reading, write_text
from forex.core.edges import yaml
from forex.core.edges.limits import JSON_BYTES, YAML_BYTES
from forex.core.edges.reading import read_bytes, read_utf8
from forex.core.errors import DataError
from forex.core.places import OURS

NOTES: Final = OURS / "handed"
OF_A_RUN: Final = ("data", "reports")  # the folders in which stages write
KEPT: Final = 20  # how many contents of a file are remembered
DVC_LOCK: Final = Path("dvc.lock")
MADE_ANEW: Final = "`dvc repro` makes it anew."

Notes = dict[str, int | None]  # SHA-256 of a content -> its rows, None if it is no table; oldest first


def note(path: Path, content: bytes, rows: int | None = None) -> None:
    """Note what is about to be written to `path`; do nothing where that is not in a folder in which stages write.

    rows: of a table, None for anything else.
    """
    if (notes := notes_of(path)) is not None:
        digest = hashlib.sha256(content).hexdigest()
        before = {known: count for known, count in noted(path).items() if known != digest}
        kept = dict(list(before.items())[1 - KEPT :])
        write_text(notes, json.dumps(kept | {digest: rows}, indent=2) + "\n")


def vouch(path: Path, file: BinaryIO, rows: int | None = None) -> None:
    """Check that the open file at `path` holds what its stage noted or what dvc.lock lists.

    rows: as they were read, to compare with the note.  A file of which neither knows anything passes.  Raises DataError where
    its content is neither, or had another number of rows when it was written.
    """
    if notes_of(path) is None:
        return
    known = noted(path)
    if known:
        digest = _digest(file, "sha256")
        if digest in known:
            if rows is not None and known[digest] not in (None, rows):
                raise DataError(f"{path}: {rows} rows are read of the {known[digest]} that were written. {MADE_ANEW}")
            return
    listed = listed_in_dvc_lock(path)
    if listed is not None and _digest(file, "md5") == listed:
        return
    if known or listed is not None:
        raise DataError(
            f"{path}: is not what its stage wrote, though it can be read: its hash is none that was noted or that "
            f"{DVC_LOCK} lists. {MADE_ANEW}"
        )


def notes_of(path: Path) -> Path | None:
    """The file that holds the notes on `path`; None where `path` is not in a folder in which stages write."""
    named, project = Path(os.path.abspath(path)), Path.cwd()
    inside = named.relative_to(project) if named.is_relative_to(project) else None
    if inside is None or inside.parts[0] not in OF_A_RUN:
        return None
    return NOTES / inside.with_name(f"{inside.name}.json")


def noted(path: Path) -> Notes:
    """The contents of the file that stages noted; empty where there are no notes, or none that can be read."""
    notes = notes_of(path)
    try:
        found = json.loads(read_bytes(notes, JSON_BYTES)) if notes else {}
    except (FileNotFoundError, DataError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def listed_in_dvc_lock(path: Path) -> str | None:
    """The MD5 that dvc.lock lists for a file; None where it lists none, or cannot be read.

    For a folder it lists one MD5 of the whole.  Where the folder's files fit it, each of them has its own; else the answer is "",
    which no file fits.
    """
    try:
        status = DVC_LOCK.stat()
    except OSError:
        return None
    outputs = _outputs(status.st_mtime_ns, status.st_size)
    name = Path(os.path.abspath(path)).relative_to(Path.cwd())
    if str(name) in outputs:
        return outputs[str(name)]
    folder = outputs.get(str(name.parent))
    if folder is None:
        return None
    members = members_of(name.parent)
    return members.get(name.name, "") if folder_md5(members) == folder else ""


@lru_cache(maxsize=1)
def _outputs(_changed: int, _size: int) -> dict[str, str]:
    """MD5 of every output by its path.  The arguments tell the cache one dvc.lock from another."""
    try:
        content: Any = yaml.parsed(read_utf8(DVC_LOCK, YAML_BYTES, mend=""), DVC_LOCK, mend="")
        stages = content["stages"].values()
        return {out["path"]: out["md5"] for stage in stages for out in stage.get("outs", [])}
    except (FileNotFoundError, DataError, AttributeError, KeyError, TypeError):
        return {}


def members_of(folder: Path) -> dict[str, str]:
    """MD5 of each file of an output that is a folder, by name."""
    return {path.name: md5_of(path) for path in files_in(folder, "")}


def md5_of(path: Path) -> str:
    """The MD5 of a file, in hexadecimal.  Raises FileRefused where it may not be read."""
    with reading(path), path.open("rb") as file:
        return _digest(file, "md5")


def folder_md5(members: dict[str, str]) -> str:
    """The hash that DVC lists for a folder: the MD5 of the list of its files as JSON, and ".dir".

    members: the MD5 of each file, by name.

    >>> folder_md5({"a.txt": "764efa883dda1e11db47671c4a3bbd9e"})
    'b21d23c14f3daa34129968cc07fff04c.dir'
    """
    entries = [{"md5": md5, "relpath": name} for name, md5 in sorted(members.items())]
    return f"{hashlib.md5(json.dumps(entries, sort_keys=True).encode()).hexdigest()}.dir"


def _digest(file: BinaryIO, name: str) -> str:
    file.seek(0)
    return hashlib.file_digest(file, name).hexdigest()  # type: ignore[arg-type]
