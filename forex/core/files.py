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
    """CLP per USD rounded to the decimals that files hold; same shape."""
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
    """Write `content` as `json_text` gives it, and note its hash for those who read it.

    Raises as `json_text` and `forex.core.disk.write_bytes`.
    """
    whole = json_text(content).encode("utf-8")
    note(path, whole)
    write_bytes(path, whole)


def json_text(content: Any) -> str:
    """Canonical JSON: keys sorted, two spaces, floats at 8 significant digits, a newline at the end.

    numpy's arrays and scalars are written as lists and numbers.  Raises ValueError for a number that is not finite, TypeError for
    what JSON has no form for.
    """
    return json.dumps(_canonical(content), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _canonical(content: Any) -> Any:
    # The most frequent first: asking whether something is a Mapping takes longest.
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
    """The content of a JSON file that a stage wrote.

    Raises DataError where it is missing, is not what its stage wrote, or is not JSON as `forex.core.edges.json` has it.
    """
    content = json_bytes(path)
    found = parsed_json(content, path, mend=FORCED)
    vouch(path, io.BytesIO(content))
    return found


def json_bytes(path: Path) -> bytes:
    """The bytes of a JSON file that a stage wrote, not yet checked.  Raises DataError where it is missing or too large."""
    try:
        return read_bytes(path, limits.JSON_BYTES)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. `dvc repro` makes it.") from error


def read_text(path: Path) -> str:
    """The text of a file that git keeps.  Raises DataError where it is missing, too large, or not UTF-8."""
    try:
        return read_utf8(path, limits.TEXT_BYTES, mend=FROM_GIT)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not found. {FROM_GIT}") from error


def write_csv(path: Path, frame: pl.DataFrame) -> None:
    """Write a table as CSV with a header, and note its hash and rows for those who read it."""
    content = frame.write_csv(line_terminator="\n").encode("utf-8")
    note(path, content, frame.height)
    write_bytes(path, content)


def read_csv_text(path: Path) -> bytes:
    """The bytes of a table that `write_csv` wrote.  Raises FileNotFoundError, and DataError where they are not what it wrote."""
    content = read_bytes(path, limits.TEXT_BYTES)
    vouch(path, io.BytesIO(content))
    return content


MADE_ANEW = "Delete it; `dvc repro` makes it anew."


def write_parquet(path: Path, frame: pl.DataFrame, notes: Mapping[str, str] | None = None) -> None:
    """Write a table as Parquet, and note its hash and rows for those who read it.

    notes: what the file says of itself beside its columns, by name, for `read_note`.
    """
    content = _parquet(frame, notes)
    note(path, content, frame.height)
    write_bytes(path, content)


def write_verified_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Write a table as Parquet once its new content, read back, has proved to be the table; no hash is noted.

    Raises DataError, the old file untouched, where it is not.
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
    # figures hardly repeat: a dictionary of them costs more time and bytes than they do
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    pq.write_table(table, buffer, compression="zstd", use_dictionary=texts, write_page_checksum=True)
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
    """The table at `path`, or these columns of it, with the page checksums of what is read verified.

    mend: what to do where a file is damaged that no stage handed on; without it, the content must be what its stage wrote.
    rows, size: how many rows it may have, and how many bytes, packed and unpacked; the footer tells before anything else is read.

    Raises DataError where the file is missing, beyond a limit, damaged, or not what its stage wrote; FileRefused where the system
    does not let it be read.
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
    """A note that `write_parquet` put into the file.  Raises as `read_parquet`, and DataError where there is no such note."""
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
