"""Every file that this project writes passes through here: whole or not at all, and the same bytes for the same content.

Written aside, flushed to disk, renamed. Parquet has page checksums, verified on reading; JSON has sorted keys; numbers are rounded
(CLP per USD to 4 decimals, others to 8 significant digits), so that the last bit of a sum never reaches a file.
"""

import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PanicException, PolarsError

from forex.core.edges import limits, parquet
from forex.core.edges.json import parsed as parsed_json
from forex.core.edges.limits import Limit
from forex.core.edges.reading import read_bytes, read_utf8, regular
from forex.core.errors import DataError

# A file that is being written: what it is to be, the id of the process that writes it, and chance; git and DVC ignore it.
ASIDE = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)\.[a-z0-9_]{8}\.tmp")
FROM_GIT = "Restore it with git."
CLP_DECIMALS = 4
SIGNIFICANT_DIGITS = 8


def round_clp(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(values, CLP_DECIMALS)


def round_significant(values: NDArray[np.float64], digits: int = SIGNIFICANT_DIGITS) -> NDArray[np.float64]:
    """Each value at `digits` significant digits; zeros and non-finite values as they are.

    >>> round_significant(np.array([0.0123456789, 912.3456789])).tolist()
    [0.012345679, 912.34568]
    """
    values = np.asarray(values, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.where(np.isfinite(values) & (values != 0), np.floor(np.log10(np.abs(values))), 0)
    decimals = np.minimum(digits - 1 - exponent, 300).astype(int)  # 10^300 is finite; nothing of ours is that small
    scale = 10.0 ** np.abs(decimals)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(decimals >= 0, np.round(values * scale) / scale, np.round(values / scale) * scale)


def write_atomically(path: Path, write: Callable[[Path], None], *, mode: int = 0o644) -> None:
    """Let `write` fill a file beside `path`, flush it to disk, then rename it over `path`.  mode: its permissions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}.", suffix=".tmp")
    os.close(handle)
    aside = Path(name)
    try:
        write(aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.chmod(mode)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    write_atomically(path, lambda aside: _write_bytes(aside, content))


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_durably(path: Path, text: str) -> None:
    """As `write_text`; when it returns, the file's new name has been flushed to disk, too, and outlives a power failure."""
    write_text(path, text)
    _flush_folder(path.parent)


def write_private(path: Path, content: bytes) -> None:
    """As durably as `write_durably`, and for nobody to read but the owner."""
    write_atomically(path, lambda aside: _write_bytes(aside, content), mode=0o600)
    _flush_folder(path.parent)


def move_durably(path: Path, target: Path) -> None:
    """Rename, and flush both folders: when it returns, the file has its new name and no other after a power failure, too."""
    path.replace(target)
    _flush_folder(target.parent)
    _flush_folder(path.parent)


def _flush_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """Sorted keys, two spaces, floats at 8 significant digits, no NaN, newline at the end."""
    write_text(path, json_text(content))


def json_text(content: Any) -> str:
    return json.dumps(_canonical(content), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _canonical(content: Any) -> Any:
    # The most frequent first: to ask whether something is a Mapping takes longest.
    if isinstance(content, float):
        return float(f"{content:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(content) else content
    if content is None or isinstance(content, str | int):
        return content
    if isinstance(content, Mapping):
        return {str(key): _canonical(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_canonical(value) for value in content]
    if isinstance(content, np.ndarray | np.generic):
        return _canonical(content.tolist())
    return content


def read_json(path: Path) -> Any:
    """What a file of the pipeline's holds.  Raises DataError where it is missing, and as `forex.core.edges.json`."""
    try:
        content = read_bytes(path, limits.JSON_BYTES)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. `dvc repro` makes it.") from error
    return parsed_json(content, path, mend="`dvc repro --force` makes it anew.")


def read_text(path: Path) -> str:
    """The text of a file that git holds.  Raises DataError where it is missing or no text."""
    try:
        return read_utf8(path, limits.TEXT_BYTES, mend=FROM_GIT)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. {FROM_GIT}") from error


def write_csv(path: Path, frame: pl.DataFrame) -> None:
    write_text(path, frame.write_csv(line_terminator="\n"))


MADE_ANEW = "Delete it; `dvc repro` makes it anew."


def write_parquet(path: Path, frame: pl.DataFrame, notes: Mapping[str, str] | None = None) -> None:
    """notes: what the file says of itself beside its columns, for `read_note`."""
    import pyarrow.parquet as pq

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    if notes:
        table = table.replace_schema_metadata(dict(notes))
    write_atomically(path, lambda aside: pq.write_table(table, aside, compression="zstd", write_page_checksum=True))


def write_verified_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Like `write_parquet`, and what was written is read back before it takes the old file's place.

    Raises DataError, the old file untouched, where it is not what was to be written.
    """
    import pyarrow.parquet as pq

    def write(aside: Path) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        pq.write_table(table, aside, compression="zstd", write_page_checksum=True)
        if not read_parquet(aside).equals(frame):
            raise DataError(
                f"{path}: what was written reads back differently. Check the disk; the old file is untouched."
            )

    write_atomically(path, write)


def read_parquet(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    mend: str = MADE_ANEW,
    rows: Limit = limits.PARQUET_ROWS,
    size: Limit = limits.PARQUET_BYTES,
) -> pl.DataFrame:
    """The frame at `path`, or these columns of it, the page checksums of what is read verified.

    rows, size: how many it may have, and how many bytes, packed and unpacked; the footer says so before anything else is read.

    Raises DataError for a missing file, for one beyond a limit, and for a damaged one with `mend`, what to do about it.
    """
    import pyarrow as pa

    try:
        with regular(path, size):
            pass
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. `dvc repro` makes it.") from error
    try:
        frame = cast(pl.DataFrame, pl.from_arrow(parquet.table(path, columns, rows=rows, size=size)))
    except (pa.ArrowException, OSError, UnicodeDecodeError, PolarsError, PanicException) as error:
        raise DataError(f"{path}: damaged ({error}). {mend}") from error
    parquet.refuse_impossible_days(frame, path, mend)
    return frame


def read_note(path: Path, name: str) -> str:
    """A note that `write_parquet` gave the file.  Raises DataError as `read_parquet`, and where the file has no such note."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with regular(path, limits.PARQUET_BYTES):
            notes = pq.read_schema(path).metadata or {}
        return str(notes[name.encode()].decode())
    except KeyError as error:
        raise DataError(f"{path}: does not say its {name}. {MADE_ANEW}") from error
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. `dvc repro` makes it.") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: damaged ({error}). {MADE_ANEW}") from error


def sha256_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
