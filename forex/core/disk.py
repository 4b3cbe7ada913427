"""Bytes to the disk and back: the one place where this project writes a file, and what every reading edge reads through.

A file is written aside, flushed, renamed, and its folder flushed: a process that is killed, a full disk or an error of the disk
leaves the file that was there or the one that was to be, never a part. What the system refuses is said in its words, with the
file's name and exit code 2: it is no reason to call a file damaged.
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

# A file that is being written: what it is to be, the id of the process that writes it, and chance; git and DVC ignore it.
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
NOT_THROUGH_LINKS: Final = (".dvc", ".git")  # a link there leads to what DVC or git keep for other revisions, too

# Writing


def write_bytes(path: Path, content: bytes, *, private: bool = False, new: bool = False) -> None:
    """The file at `path` has this content when it returns, and outlives a power failure; or is what it was.

    The mode and, where the system allows it, the owner of a file that is there stay; a new one follows the umask.  private: it
    is for its owner alone.  new: there must be no file.

    Written are new and regular files, through links to their target.  Raises UsageError for anything else, for a file that is
    read-only, where a link leads out of the project (a path that is not in the project: out of its folder), and for a file that
    is there though it is to be new; FileRefused for what the system says.
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
    write_bytes(path, text.encode("utf-8"))


def append_text(path: Path, text: str) -> None:
    """Put `text` behind what a log holds; its folder is made.  Raises as `write_bytes`; a full disk may leave a part."""
    target, _ = destination(path)
    make_folder(target.parent)
    try:
        with open(target, "a", encoding="utf-8", opener=_no_link) as file:
            file.write(text)
    except OSError as error:
        raise FileRefused(f"{os_fault(error, path)} It was not written.") from error


def move(path: Path, target: Path) -> None:
    """Rename; when it returns, the file has its new name and no other after a power failure, too."""
    path.replace(target)
    flush_folder(target.parent)
    flush_folder(path.parent)


def remove_files(folder: Path, ending: str) -> None:
    """Remove the folder's files with this ending.  Raises FileRefused where one stays."""
    for path in files_in(folder, ending):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FileRefused(os_fault(error, path)) from error


def make_folder(path: Path, mode: int = 0o777) -> None:
    """The folder and those above it, each flushed into the one above.  Raises FileRefused for what the system says."""
    try:
        if path.is_dir():
            return
        make_folder(path.parent)
        path.mkdir(mode=mode, exist_ok=True)
        flush_folder(path.parent)
    except OSError as error:
        raise FileRefused(os_fault(error, path)) from error


def flush_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def destination(path: Path) -> tuple[Path, os.stat_result | None]:
    """The file that a write to `path` writes, and what is there; None where nothing is.  Raises as `write_bytes`."""
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
    if any(named.is_relative_to(one) for one in SYSTEMS_OWN):
        raise UsageError(f"{path} is the system's, and stays what it is. Name a file.")
    if not target.is_relative_to(home) or any(target.is_relative_to(one) for one in kept):
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
    """A file beside `target` that nobody could have known of before, and its descriptor; the system takes the umask off."""
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
    """What the system refuses while `path` is read becomes FileRefused; that there is no such file stays FileNotFoundError.

    An error without a number of the system's is a parser's, about what the file holds, and stays as it is.
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
    """Whether there is such a file or folder, through links.  Raises FileRefused where the system does not say."""
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
    """The folder's files with this ending, in order, no hidden ones; none where there is no such folder.

    Raises FileRefused where it may not be listed: that is no empty folder.
    """
    try:
        with reading(folder):
            names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(folder / name for name in names if name.endswith(ending) and not name.startswith("."))
