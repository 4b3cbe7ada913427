"""A folder that is filled whole or not at all, whatever kills the process or fills the disk.

What is to be in it is made in a hidden folder inside, which is renamed when it is complete; then its entries are moved up. So the
name of what a killed run left says whether it is removed (LAYING) or only has to be moved up (LAID).
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from forex.core.disk import flush_folder, make_folder
from forex.core.errors import FileRefused, UsageError
from forex.core.owner import named, owns

LAYING: Final = ".forex-laying."  # and the id of the process
LAID: Final = ".forex-laid."
OURS: Final = re.compile(rf"(?:{re.escape(LAYING)}|{re.escape(LAID)})(?P<pid>\d+)")
NOTHING: Final = "Nothing was written."


@contextmanager
def filled(folder: Path) -> Iterator[Path]:
    """The hidden folder to fill: its entries are those of `folder` afterwards; where the block fails, `folder` is what it was.

    What a killed run left there is removed before.

    Raises UsageError where `folder` is not new or an empty folder, and where another run is filling it; FileRefused where the
    system refuses a file.
    """
    root = Path(os.path.realpath(folder))
    for path in _leftovers(root, folder):
        shutil.rmtree(path)
    missing = [path for path in (root, *root.parents) if not path.exists()]
    aside, laid = (root / f"{name}{os.getpid()}" for name in (LAYING, LAID))
    try:
        make_folder(aside)
        _leftovers(root, folder)  # of two runs that came together, both stop
        yield aside
        _move_up(aside.rename(laid), folder)
    except BaseException as error:
        for path in (aside, laid):
            shutil.rmtree(path, ignore_errors=True)
        for path in missing:
            with suppress(OSError):
                path.rmdir()
        if isinstance(error, FileRefused):
            raise FileRefused(str(error).replace(str(aside), str(folder))) from error
        raise


def resumed(folder: Path) -> bool:
    """Whether a killed run had made all and its entries were still to be moved up: they are now.

    Raises UsageError where something else has come into the place of an entry.
    """
    if not folder.is_dir():
        return False
    found = [path for path in _ours(folder) if path.name.startswith(LAID) and not _runs(path)]
    for path in found:
        _move_up(path, folder)
    return bool(found)


def _leftovers(root: Path, folder: Path) -> list[Path]:
    """The folders that killed runs left in the folder, which has nothing else in it.  Raises as `filled`."""
    if not root.exists():
        return []
    found = _ours(root) if root.is_dir() else []
    if not root.is_dir() or len(found) < len(os.listdir(root)):
        raise UsageError(f"{folder}: expected a new or an empty folder. {NOTHING}")
    for path in found:
        if _runs(path):
            raise UsageError(f"{folder}: {named(_pid(path))} is laying a project there. {NOTHING}")
    return found


def _ours(root: Path) -> list[Path]:
    return [path for path in sorted(root.iterdir()) if OURS.fullmatch(path.name) and path.is_dir()]


def _pid(path: Path) -> int:
    return int(path.name.rpartition(".")[2])


def _runs(path: Path) -> bool:
    """Whether another process is filling this folder now."""
    return _pid(path) != os.getpid() and owns(_pid(path), path.stat().st_mtime)


def _move_up(laid: Path, folder: Path) -> None:
    """Move the entries of a folder into the one above, all or none."""
    moved: list[Path] = []
    try:
        for path in sorted(laid.iterdir()):
            target = laid.parent / path.name
            if os.path.lexists(target):
                raise UsageError(
                    f"{folder / path.name}: has come while the project was laid. Move it away, then try again."
                )
            moved.append(path.rename(target))
        flush_folder(laid.parent)
        laid.rmdir()
    except BaseException:
        for path in moved:
            path.rename(laid / path.name)
        raise
