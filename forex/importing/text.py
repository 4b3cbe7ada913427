"""Delimited text: which encoding, which separator, and the cells between."""

import csv
import io
from collections.abc import Callable
from typing import Final

from forex.core.errors import DataError
from forex.importing.days import is_a_month, looks_like_a_day
from forex.importing.grid import Grid, rows_of
from forex.importing.numbers import is_absent, readings

SEPARATORS: Final = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar"}
MARKS_OF_UNICODE: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def text_grid(content: bytes, name: str) -> Grid:
    """The cells of delimited text.  name: what messages call the file.

    Raises DataError where the bytes are not text, or no separator parts days from numbers.
    """
    text, encoding = decoded(content, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = 1
    if text[:5].casefold().startswith("sep=") and text[5:6] == "\n":
        separator, text, first = text[4], text[6:], 2  # how a file tells Excel its separator
    else:
        separator = _separator(text, name)
    places, cells = _cells(text, separator, first, name)
    told = {"file": f"text, {encoding}", "separator": SEPARATORS.get(separator, repr(separator))}
    return Grid(rows_of(cells, places), told)


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text and the name of its encoding.

    The encoding is that of its byte order mark, else UTF-16 or UTF-8 where the bytes are such, else Windows-1252 or Latin-1.
    Raises DataError where they are not text.
    """
    for mark, encoding in MARKS_OF_UNICODE.items():
        if content.startswith(mark):
            try:
                return content.decode(encoding), {"utf-8-sig": "UTF-8 with a mark", "utf-16": "UTF-16"}[encoding]
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{name}: begins as {encoding} and is not: {error.reason}. Save it again as CSV UTF-8."
                ) from error
    if content[1:200:2].count(0) > len(content[:200]) // 4:
        return content.decode("utf-16-le", errors="replace"), "UTF-16"
    if b"\x00" in content:
        raise DataError(f"{name}: neither text nor an Excel workbook. Save it as CSV UTF-8 or as .xlsx.")
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"


def _separator(text: str, name: str) -> str:
    """The separator that parts most days from numbers."""
    for is_day in (looks_like_a_day, is_a_month):  # months are not read, but then a message can say so
        counts = {separator: _told_apart(text, separator, is_day, name) for separator in SEPARATORS}
        best = max(counts, key=lambda separator: counts[separator])
        if counts[best]:
            return best
    raise DataError(
        f"{name}: no line has a day and a number or ND beside it, parted by semicolon, tab or comma. The file has to have a row a "
        "day, or a column a day."
    )


def _told_apart(text: str, separator: str, is_day: Callable[[str], bool], name: str) -> int:
    """How many rows have a day and, in another cell, a number or a sign that there is none.

    Where a row has more days than that side by side, and more than two, their number.
    """
    if separator not in text:
        return 0
    _, rows = _cells(text, separator, 1, name)
    days = [sum(map(is_day, row)) for row in rows]
    beside = [any((readings(cell) or is_absent(cell)) and not is_day(cell) for cell in row) for row in rows]
    down = sum(bool(count) and other for count, other in zip(days, beside, strict=True))
    return max(down, max((count for count in days if count > 2), default=0))


def _cells(text: str, separator: str, first: int, name: str) -> tuple[list[str], list[list[str]]]:
    """The place and the cells of each row; a row that is one cell, because the whole line is quoted, is taken apart."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    places, rows, begins = [], [], first
    try:
        for row in reader:
            if len(row) == 1 and separator in row[0]:
                row = next(csv.reader([row[0]], delimiter=separator))
            places.append(f"line {begins}")
            rows.append([cell.strip().removeprefix("\ufeff") for cell in row])
            begins = first + reader.line_num
    except csv.Error as error:
        raise DataError(f"{name}, line {first + reader.line_num}: not readable as delimited text ({error}).") from error
    return places, rows
