"""Rows of text with commas between: every row as long as the first, every quote closed."""

import csv
import io
from collections.abc import Iterator, Sequence

from forex.core.edges.shown import shown
from forex.core.errors import DataError


def rows(text: str, where: object, *, blank: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text with the number of the line on which each ends.

    where: what messages begin with.  blank: whether empty lines may stand between the rows; they are left out.  Raises DataError
    naming the line where a row is not readable or has another number of fields than the first.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    expected = 0
    try:
        for fields in reader:
            if not fields and blank:
                continue
            expected = expected or len(fields)
            if len(fields) != expected:
                raise DataError(
                    f"{where}, line {reader.line_num}: {len(fields)} fields, {expected} expected: {shown(','.join(fields))}. "
                    "The file may be cut off; restore or complete the line."
                )
            yield reader.line_num, fields
    except csv.Error as error:
        raise DataError(f"{where}, line {reader.line_num}: not readable as CSV ({error}).") from error


def records(text: str, where: object, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below a header of these columns in this order, by column, with the number of the line on which each ends.

    where: what messages begin with.  Raises DataError as `rows`, and for any other header.
    """
    found = rows(text, where, blank=False)
    _, header = next(found, (1, []))
    if header != list(columns):
        raise DataError(
            f"{where}, line 1: expected the columns {','.join(columns)}; found {shown(','.join(header)) if header else 'nothing'}."
        )
    for line, fields in found:
        yield line, dict(zip(columns, fields, strict=True))
