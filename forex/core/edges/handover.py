"""What one stage hands to the next is vouched for outside of its file: by its hash and its number of rows.

A Parquet file's pages have checksums, but its footer, which says what the pages mean, has none, and a report has none at all: a bit
that flips there can be read as another table. So a stage notes, before it writes data/panel.parquet, the SHA-256 of the content and
its rows in .forex/handed/data/panel.parquet.json, behind those of the contents before. Whoever reads the file reads one of these;
or, where git, DVC's cache or a remote brought it, the one whose MD5 dvc.lock lists. Which of the two it is is DVC's to say: a
content that a stage once wrote is whole.

The notes are of this machine alone, and enter no output. Where neither they nor dvc.lock know a file, nothing vouches for it:
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
KEPT: Final = 20  # contents of a file that are remembered
DVC_LOCK: Final = Path("dvc.lock")
MADE_ANEW: Final = "`dvc repro` makes it anew."

Notes = dict[str, int | None]  # SHA-256 of a content -> its rows, None for what is no table; the oldest first


def note(path: Path, content: bytes, rows: int | None = None) -> None:
    """Vouch for what is about to be written to `path`; nothing where that is no place of a run's."""
    if (notes := notes_of(path)) is not None:
        digest = hashlib.sha256(content).hexdigest()
        before = {one: of for one, of in noted(path).items() if one != digest}
        kept = dict(list(before.items())[1 - KEPT :])
        write_text(notes, json.dumps(kept | {digest: rows}, indent=2) + "\n")


def vouch(path: Path, file: BinaryIO, rows: int | None = None) -> None:
    """Raises DataError where the open file is one that its stage never wrote and dvc.lock does not list."""
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
    """Where the notes on a file stand; None for one that no stage hands on."""
    named, project = Path(os.path.abspath(path)), Path.cwd()
    inside = named.relative_to(project) if named.is_relative_to(project) else None
    if inside is None or inside.parts[0] not in OF_A_RUN:
        return None
    return NOTES / inside.with_name(f"{inside.name}.json")


def noted(path: Path) -> Notes:
    """The contents of the file that stages noted; none where there are no notes, or none that can be read."""
    notes = notes_of(path)
    try:
        found = json.loads(read_bytes(notes, JSON_BYTES)) if notes else {}
    except (FileNotFoundError, DataError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def listed_in_dvc_lock(path: Path) -> str | None:
    """The MD5 that dvc.lock lists for a file; None where it lists none, or cannot be read.

    Of a folder it lists one for the whole: where the folder is that one, what it holds is vouched for.
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
    """MD5 of every output by its path.  The arguments say which dvc.lock it is about."""
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
    """Raises FileRefused where the file may not be read."""
    with reading(path), path.open("rb") as file:
        return _digest(file, "md5")


def folder_md5(members: dict[str, str]) -> str:
    """The hash that DVC lists for a folder: of the list of its files, as JSON.

    >>> folder_md5({"a.txt": "764efa883dda1e11db47671c4a3bbd9e"})
    'b21d23c14f3daa34129968cc07fff04c.dir'
    """
    entries = [{"md5": md5, "relpath": name} for name, md5 in sorted(members.items())]
    return f"{hashlib.md5(json.dumps(entries, sort_keys=True).encode()).hexdigest()}.dir"


def _digest(file: BinaryIO, name: str) -> str:
    file.seek(0)
    return hashlib.file_digest(file, name).hexdigest()  # type: ignore[arg-type]
