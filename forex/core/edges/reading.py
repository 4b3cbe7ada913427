"""Files as bytes and as text: regular files only, and never more of one than its limit.

A device or a pipe may have no end, or none yet; it is refused before a byte of it is read. What the system refuses is reported in
its own words: it says nothing about the content of the file.
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
    """The file at `path`, open for reading in binary.

    Raises FileNotFoundError; FileRefused for a folder and where the system refuses; `fault` for anything else that is not a regular
    file, and for a file larger than `limit`.
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
    """Open without waiting for the writer of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def read_bytes(path: Path, limit: Limit, *, fault: type[ForexError] = DataError) -> bytes:
    """The content of a file.  Raises as `regular`, and `fault` also where the file grows beyond `limit` while it is read."""
    with regular(path, limit, fault=fault) as file:
        content = file.read(limit.most + 1)
    if len(content) > limit.most:
        raise fault(limit.passed(path, len(content)))
    return content


def read_utf8(path: Path, limit: Limit, *, fault: type[ForexError] = DataError, mend: str) -> str:
    """The text of a file, line endings as they stand, without a byte order mark.

    mend: what to do about bytes that are not UTF-8.  Raises as `read_bytes`, and `fault` for such bytes, naming the first.
    """
    return decoded(read_bytes(path, limit, fault=fault), path, fault=fault, mend=mend)


def decoded(content: bytes, where: object, *, fault: type[ForexError] = DataError, mend: str) -> str:
    """The text of bytes that come from `where`, as `read_utf8` gives it; raises `fault` likewise."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(f"{where}: not UTF-8 text (byte {error.start}). {mend}") from error
