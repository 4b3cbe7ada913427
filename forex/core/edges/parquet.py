"""Parquet files that may come from anywhere: measured by what their footer says, and by their values once unpacked.

A page of a few bytes can stand for millions of rows, and an entry of a dictionary of texts for a megabyte in each of them. So the
texts of a store are read as the dictionary in which they are stored, and written out only once it is known how long they are.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from forex.core.edges import limits
from forex.core.edges.limits import Limit
from forex.core.errors import DataError

UNITS_A_DAY = {"D": 1, "ms": 86_400_000, "us": 86_400_000_000}  # nanoseconds do not reach so far
FIRST_AND_LAST_DAY = (-719_161, 2_932_895)  # since 1970; a day within the years 1 to 9999, for the zones


def table(file: BinaryIO, path: Path, columns: Sequence[str] | None, *, rows: Limit, size: Limit) -> Any:
    """The open file as an Arrow table, or these columns of it, with page checksums verified.

    path: for messages.  rows, size: how many rows it may have, and how many bytes once unpacked.

    Raises DataError, naming the limit, where it is too large: by its footer, before its body is read, or by its texts, before they
    are written out.  Raises what pyarrow raises where the file is damaged.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(file, page_checksum_verification=True) as stored:  # read_table imports pandas
        _refuse_large(stored.metadata, path, rows, size)
        schema = stored.schema_arrow
        if size is limits.PARQUET_BYTES:  # what the pipeline wrote: to read it so would take half as long again
            return stored.read(None if columns is None else list(columns))
    texts = [field.name for field in schema if str(field.type) in ("string", "large_string")]
    with pq.ParquetFile(file, page_checksum_verification=True, read_dictionary=texts) as stored:
        found = stored.read(None if columns is None else list(columns))
    return _written_out(found, schema, path, size)


def _refuse_large(footer: Any, path: Path, rows: Limit, size: Limit) -> None:
    unpacked = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
    for limit, found in (
        (rows, footer.num_rows),
        (limits.PARQUET_COLUMNS, footer.num_columns),
        (size._replace(unit="bytes once unpacked"), unpacked),
    ):
        if found > limit.most:
            raise DataError(limit.passed(path, found))


def _written_out(found: Any, schema: Any, path: Path, size: Limit) -> Any:
    """The table with its texts in place of the entries of a dictionary.  Raises DataError where they are too long for `size`."""
    import pyarrow.types as kinds

    for at, field in enumerate(found.schema):
        if kinds.is_dictionary(field.type):
            longest = max(
                (len(text) for chunk in found[at].chunks for text in chunk.dictionary.to_pylist() if text), default=0
            )
            if longest * found.num_rows > size.most:
                raise DataError(size._replace(unit="characters of texts").passed(path, longest * found.num_rows))
            whole = schema.field(field.name)
            found = found.set_column(at, whole, found[at].cast(whole.type))
    return found


def refuse_impossible_days(frame: pl.DataFrame, path: Path, mend: str) -> None:
    """Raise DataError for days and instants outside the years 1 to 9999, which Python cannot represent.

    path, mend: what the message begins and ends with.
    """
    for name, kind in frame.schema.items():
        unit = UNITS_A_DAY.get("D" if kind == pl.Date else getattr(kind, "time_unit", ""))
        if unit is not None and kind != pl.Duration:
            days = frame[name].to_physical() // unit
            if not days.drop_nulls().is_between(*FIRST_AND_LAST_DAY).all():
                raise DataError(f"{path}: damaged ({name} has days outside of the years 1 to 9999). {mend}")
