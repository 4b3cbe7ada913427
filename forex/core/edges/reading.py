"""Files as bytes and as text: regular ones alone, and never more of one than its limit.

A device or a pipe has no end, or waits for one; it is refused before a byte of it is read. What the system refuses is said
in its words: it says nothing about what the file holds.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from forex.core.disk import reading
from forex.core.edges.limits import Limit
from forex.core.errors import DataError, ForexError

KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


@contextmanager
def regular(path: Path, limit: Limit, *, fault: type[ForexError] = DataError) -> Iterator[BinaryIO]:
    """The file at `path`, open for reading.

    Raises FileNotFoundError, FileRefused where the system refuses it or it is a folder, and `fault` where it is no regular file or
    larger than `limit`.
    """
    with reading(path), open(path, "rb", opener=_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            kind = KINDS.get(stat.S_IFMT(status.st_mode), "something else")
            raise fault(f"{path}: {kind}, where a file is expected. Put a regular file there.")
        if status.st_size > limit.most:
            raise fault(limit.passed(path, status.st_size))
        yield file


def _at_once(path: str, flags: int) -> int:
    """A pipe opens without a writer."""
    return os.open(path, flags | os.O_NONBLOCK)


def read_bytes(path: Path, limit: Limit, *, fault: type[ForexError] = DataError) -> bytes:
    """What the file holds.  Raises as `regular`, also where it grows beyond `limit` while it is read."""
    with regular(path, limit, fault=fault) as file:
        content = file.read(limit.most + 1)
    if len(content) > limit.most:
        raise fault(limit.passed(path, len(content)))
    return content


def read_utf8(path: Path, limit: Limit, *, fault: type[ForexError] = DataError, mend: str) -> str:
    """What the file holds, as it stands, ends of lines included; a byte order mark in front is none of it.

    mend: what to do about bytes that are no text.  Raises as `read_bytes`, and `fault` for those, naming the first.
    """
    return decoded(read_bytes(path, limit, fault=fault), path, fault=fault, mend=mend)


def decoded(content: bytes, where: object, *, fault: type[ForexError] = DataError, mend: str) -> str:
    """The text of bytes from `where`, as `read_utf8`."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(f"{where}: not UTF-8 text (byte {error.start}). {mend}") from error
