"""Bytes to the disk and back: the one place where this project writes a file, and what every reading edge reads through.

A file is written under a temporary name, flushed and renamed, and its folder is flushed: a process that is killed, a full disk or
an error of the disk leaves the old file or the new one, never a part. What the system refuses is reported in its own words, with
the file's name and exit code 2: it does not mean that the file is damaged.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from forex.core.errors import FileRefused, UsageError, os_fault

# The name of a file that is being written: its final name, the id of the writing process, random digits; git and DVC ignore it.
ASIDE: Final = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)\.[a-z0-9_]{8}\.tmp")
PRIVATE: Final = 0o600
KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a fifo",
    stat.S_IFSOCK: "a socket",
}
SYSTEMS_OWN: Final = (Path("/proc"), Path("/sys"))
NOT_THROUGH_LINKS: Final = (".dvc", ".git")  # a link into these leads to what DVC or git keep for other revisions

# Writing


def write_bytes(path: Path, content: bytes, *, private: bool = False, new: bool = False) -> None:
    """Replace the content of the file at `path`, whole or not at all; once this returns, it survives a power failure.

    An existing file keeps its mode and, where the system allows it, its owner; the mode of a new one follows the umask, and its
    folder is made where it is missing.  private: only the owner may read and write it.  new: there must be no file yet.

    Only new and regular files are written; links are followed to their target.  Raises UsageError for anything else and in /proc
    and /sys, for a read-only file, where a link leads out of the project (for a path outside the project: out of its folder) or
    into .dvc or .git, and where a file exists that is to be new; FileRefused where the system refuses.
    """
    target, before = destination(path)
    if new and before is not None:
        raise _exists(path)
    try:
        make_folder(target.parent if path.is_symlink() else path.parent)
        aside, descriptor = _aside(target, PRIVATE if private or before else 0o666)
        try:
            try:
                _write_all(descriptor, content)
                if before is not None:
                    _keep(descriptor, before)
                if private:
                    os.fchmod(descriptor, PRIVATE)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if new:
                os.link(aside, target)  # a rename would take the place of a file that has come since
            else:
                aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
        flush_folder(target.parent)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise FileRefused(f"{os_fault(error, path)} It was not written.") from error


def write_text(path: Path, text: str) -> None:
    """Replace the content of the file at `path` with `text`, in UTF-8.  Raises as `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def append_text(path: Path, text: str) -> None:
    """Append `text` to a log, which is made with its folder where it is missing.  Raises as `write_bytes`.

    A full disk may leave a part of the text.
    """
    target, _ = destination(path)
    make_folder(target.parent)
    try:
        with open(target, "a", encoding="utf-8", opener=_no_link) as file:
            file.write(text)
    except OSError as error:
        raise FileRefused(f"{os_fault(error, path)} It was not written.") from error


def move(path: Path, target: Path) -> None:
    """Rename a file; once this returns, it has the new name and no other, even after a power failure.

    Raises OSError where the system refuses.
    """
    path.replace(target)
    flush_folder(target.parent)
    flush_folder(path.parent)


def remove_files(folder: Path, ending: str) -> None:
    """Remove the files that `files_in` lists.  Raises FileRefused at the first that cannot be removed."""
    for path in files_in(folder, ending):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FileRefused(os_fault(error, path)) from error


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it that are missing, each flushed into the one above.

    mode: of the folder itself.  Raises FileRefused where the system refuses.
    """
    try:
        if path.is_dir():
            return
        make_folder(path.parent)
        path.mkdir(mode=mode, exist_ok=True)
        flush_folder(path.parent)
    except OSError as error:
        raise FileRefused(os_fault(error, path)) from error


def flush_folder(path: Path) -> None:
    """Flush a folder, so that a power failure undoes no change to its entries.  Raises OSError where the system refuses."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def destination(path: Path) -> tuple[Path, os.stat_result | None]:
    """The file that a write to `path` replaces, links followed, and its status, None if it does not exist yet.

    Raises as `write_bytes`, except that an existing file is no error.
    """
    named = Path(os.path.abspath(path))
    try:
        before = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        before = None
    except OSError as error:
        raise FileRefused(os_fault(error, path)) from error
    if before is not None and not stat.S_ISREG(before.st_mode):
        kind = KINDS.get(stat.S_IFMT(before.st_mode), "no regular file")
        raise UsageError(f"{path} is {kind}, and stays what it is. Name a file.")
    target, project = Path(os.path.realpath(path)), Path.cwd()
    folder = Path(os.path.realpath(named.parent))
    home = project if named.is_relative_to(project) or folder.is_relative_to(project) else folder
    kept = [project / name for name in NOT_THROUGH_LINKS if not named.is_relative_to(project / name)]
    if any(named.is_relative_to(root) for root in SYSTEMS_OWN):
        raise UsageError(f"{path} is the system's, and stays what it is. Name a file.")
    if not target.is_relative_to(home) or any(target.is_relative_to(place) for place in kept):
        raise UsageError(
            f"{path} leads to {target}, which is not the project's to write, and stays what it is. Put a file in the "
            "link's place, or name its target."
        )
    if before is not None and not (before.st_mode & stat.S_IWUSR and os.access(target, os.W_OK)):
        # A rename would replace it all the same.
        raise UsageError(f"{path} is read-only, and nothing was changed. `chmod u+w {path}` lets it be written.")
    return target, before


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path}: exists, and nothing is overwritten. Choose another file, or move it away.")


def _aside(target: Path, mode: int) -> tuple[Path, int]:
    """A new file beside `target`, under a name that cannot be guessed, and its descriptor; `mode` is subject to the umask."""
    while True:
        aside = target.parent / f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
        with suppress(FileExistsError):
            return aside, os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _keep(descriptor: int, before: os.stat_result) -> None:
    made = os.fstat(descriptor)
    for changed, ids in (
        (made.st_uid != before.st_uid, (before.st_uid, -1)),
        (made.st_gid != before.st_gid, (-1, before.st_gid)),
    ):
        if changed:
            with suppress(PermissionError):  # only root gives files away
                os.fchown(descriptor, *ids)
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode))


# Reading


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system refuses while `path` is read, memory included, into FileRefused; FileNotFoundError stays as it is.

    So does an OSError without an errno: it comes from a parser and is about the content of the file.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno is None:
            raise
        raise FileRefused(os_fault(error, path)) from error
    except MemoryError as error:
        raise FileRefused(os_fault(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), path)) from error


def exists(path: Path) -> bool:
    """Whether there is such a file or folder, links followed.  Raises FileRefused where the system does not say."""
    try:
        with reading(path):
            path.stat()
    except FileNotFoundError:
        return False
    except FileRefused as error:
        if isinstance(error.__cause__, NotADirectoryError):
            return False
        raise
    return True


def files_in(folder: Path, ending: str) -> list[Path]:
    """The paths in the folder whose names have this ending, sorted, hidden ones left out; empty if there is no such folder.

    Raises FileRefused where the folder may not be listed: that is not the same as an empty one.
    """
    try:
        with reading(folder):
            names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(folder / name for name in names if name.endswith(ending) and not name.startswith("."))
