"""The formats of this project's files: the same bytes for the same content, and a damaged file is never read as a good one.

Parquet has page checksums, verified on reading; JSON has sorted keys; numbers are rounded (CLP per USD to 4 decimals, others to 8
significant digits), so that the last bit of a sum never reaches a file. `forex.core.disk` brings the bytes to the disk.
"""

import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PanicException, PolarsError

from forex.core.disk import write_bytes
from forex.core.edges import limits, parquet
from forex.core.edges.handover import note, vouch
from forex.core.edges.json import parsed as parsed_json
from forex.core.edges.limits import Limit
from forex.core.edges.reading import read_bytes, read_utf8, regular
from forex.core.errors import DataError

FORCED = "`dvc repro --force` makes it anew."
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


def write_json(path: Path, content: Any) -> None:
    """Sorted keys, two spaces, floats at 8 significant digits, no NaN, newline at the end."""
    whole = json_text(content).encode("utf-8")
    note(path, whole)
    write_bytes(path, whole)


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
    """What a file of the pipeline's holds.

    Raises DataError where it is missing, is not what its stage wrote, and as `forex.core.edges.json`.
    """
    content = json_bytes(path)
    found = parsed_json(content, path, mend=FORCED)
    vouch(path, io.BytesIO(content))
    return found


def json_bytes(path: Path) -> bytes:
    try:
        return read_bytes(path, limits.JSON_BYTES)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. `dvc repro` makes it.") from error


def read_text(path: Path) -> str:
    """The text of a file that git holds.  Raises DataError where it is missing or no text."""
    try:
        return read_utf8(path, limits.TEXT_BYTES, mend=FROM_GIT)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. {FROM_GIT}") from error


def write_csv(path: Path, frame: pl.DataFrame) -> None:
    content = frame.write_csv(line_terminator="\n").encode("utf-8")
    note(path, content, frame.height)
    write_bytes(path, content)


def read_csv_text(path: Path) -> bytes:
    """A table that `write_csv` wrote.  Raises FileNotFoundError, and DataError where it is another."""
    content = read_bytes(path, limits.TEXT_BYTES)
    vouch(path, io.BytesIO(content))
    return content


MADE_ANEW = "Delete it; `dvc repro` makes it anew."


def write_parquet(path: Path, frame: pl.DataFrame, notes: Mapping[str, str] | None = None) -> None:
    """notes: what the file says of itself beside its columns, for `read_note`."""
    content = _parquet(frame, notes)
    note(path, content, frame.height)
    write_bytes(path, content)


def write_verified_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Like `write_parquet`, and what is to be written is read back before it takes the old file's place.

    Raises DataError, the old file untouched, where it is not the frame.
    """
    content = _parquet(frame)
    if not _frame(io.BytesIO(content), path, None, limits.PARQUET_ROWS, limits.PARQUET_BYTES).equals(frame):
        raise DataError(f"{path}: its new content reads back differently. Report it; the old file is untouched.")
    write_bytes(path, content)


def _parquet(frame: pl.DataFrame, notes: Mapping[str, str] | None = None) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    if notes:
        table = table.replace_schema_metadata(dict(notes))
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    content: bytes = buffer.getvalue().to_pybytes()
    return content


def read_parquet(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    mend: str | None = None,
    rows: Limit = limits.PARQUET_ROWS,
    size: Limit = limits.PARQUET_BYTES,
) -> pl.DataFrame:
    """The frame at `path`, or these columns of it, the page checksums of what is read verified.

    mend: what to do about a damaged file that no stage handed on, and that nothing therefore vouches for.

    rows, size: how many it may have, and how many bytes, packed and unpacked; the footer says so before anything else is read.

    Raises DataError for a missing file, for one beyond a limit, and for a damaged one with `mend`, what to do about it; FileRefused
    where the system does not let it be read.
    """
    import pyarrow as pa

    try:
        with regular(path, size) as file:
            frame = _frame(file, path, columns, rows, size)
            if mend is None:
                vouch(path, file, frame.height)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. `dvc repro` makes it.") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError, PolarsError, PanicException) as error:
        raise DataError(f"{path}: damaged ({error}). {mend or MADE_ANEW}") from error
    parquet.refuse_impossible_days(frame, path, mend or MADE_ANEW)
    return frame


def _frame(file: BinaryIO, path: Path, columns: Sequence[str] | None, rows: Limit, size: Limit) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(parquet.table(file, path, columns, rows=rows, size=size)))


def read_note(path: Path, name: str) -> str:
    """A note that `write_parquet` gave the file.  Raises DataError as `read_parquet`, and where the file has no such note."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with regular(path, limits.PARQUET_BYTES) as file:
            notes = pq.read_schema(file).metadata or {}
            found = notes[name.encode()].decode()
            vouch(path, file)
        return str(found)
    except KeyError as error:
        raise DataError(f"{path}: does not say its {name}. {MADE_ANEW}") from error
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. `dvc repro` makes it.") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: damaged ({error}). {MADE_ANEW}") from error
