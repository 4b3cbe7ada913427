"""Delimited text: which encoding, which separator, and the cells between."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from forex.core.edges.limits import IMPORT_LINES, IMPORT_ROWS
from forex.core.errors import DataError
from forex.importing.days import is_a_month, is_a_serial, looks_like_a_day
from forex.importing.grid import Grid, Row, Size, shown
from forex.importing.numbers import is_absent, readings

SEPARATORS: Final = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar"}
MARKS_OF_UNICODE: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Record(NamedTuple):
    """A row of delimited text.

    line: where it begins, the first being 0.  cells: without blanks around.  fault: why these may not be what was meant, else "".
    """

    line: int
    cells: tuple[str, ...]
    fault: str = ""


def text_grid(content: bytes, name: str) -> Grid:
    """The cells of delimited text.  name: what messages call the file.

    Raises DataError where the bytes are not text, are more than the limits of an import, no separator parts days from numbers, or a
    quote is not closed.
    """
    text, encoding = decoded(content, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (lines := text.count("\n")) > IMPORT_LINES.most:
        raise DataError(f"{IMPORT_LINES.passed(name, lines)} Keep those of the series.")
    first = 1
    if text[:5].casefold().startswith("sep=") and text[5:6] == "\n":
        separator, text, first = text[4], text[6:], 2  # how a file tells Excel its separator
    else:
        separator = _separator(text, name)
    rows = _rows(text, separator, first, name)
    told = {"file": f"text, {encoding}", "separator": SEPARATORS.get(separator, repr(separator))}
    return Grid(rows, told)


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
    for begins, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if content[begins:200:2].count(0) > len(content[:200]) // 4:
            return content.decode(encoding, errors="replace"), "UTF-16"
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
    # Months and serial numbers are not read, but then a message can say so.
    for is_day in (looks_like_a_day, is_a_month, is_a_serial):
        counts = {separator: _told_apart(text, separator, is_day) for separator in SEPARATORS}
        best = max(counts, key=lambda separator: counts[separator])
        if counts[best]:
            return best
    for separator in filter(text.__contains__, SEPARATORS):
        _rows(text, separator, 1, name)
    raise DataError(
        f"{name}: no line has a day and a number or ND beside it, parted by ; , | or a tab. The file has to have a row a "
        "day, or a column a day."
    )


def _rows(text: str, separator: str, first: int, name: str) -> tuple[Row, ...]:
    """The rows of the text, whose first line is of this number.  Raises DataError for a fault in one, and beyond the limits."""
    rows, size = [], Size(name)
    for record in _records(text, separator):
        place = f"line {first + record.line}"
        if record.fault:
            raise DataError(f"{name}, {place}: {record.fault}")
        cells = _trimmed(record.cells)
        if passed := size.passed(len(cells)):
            raise DataError(f"{passed} Keep those of the series.")
        rows.append(Row(place, cells))
    return tuple(rows)


def _told_apart(text: str, separator: str, is_day: Callable[[str], bool]) -> int:
    """How many rows have a day and, in another cell, a number or a sign that there is none.

    Where a row has more days than that side by side, and more than two, their number.
    """
    if separator not in text:
        return 0
    down = across = 0
    size = Size("")
    for record in _records(text, separator):
        days = sum(map(is_day, record.cells))
        if days > 2:
            across = max(across, days)
        down += days > 0 and _has_more(record.cells, is_day)
        if size.passed(len(_trimmed(record.cells))):
            break
    return max(down, across)


def _has_more(cells: tuple[str, ...], is_day: Callable[[str], bool]) -> bool:
    """Whether a cell that is no day has a number, or a sign that there is none."""
    return any((readings(cell) or is_absent(cell)) and not is_day(cell) for cell in cells)


@dataclass
class _Following:
    """The lines after the first of a row, as its quotes ask for them.

    asked: whether the first was not enough.  taken: those that were given.
    """

    lines: Iterator[str]
    asked: bool = False
    taken: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.asked = True
        self.taken.append(next(self.lines))
        return self.taken[-1]


def _records(text: str, separator: str) -> Iterator[Record]:
    """The rows of the text that are not empty, each of its lines being in the one that its quotes put it in.

    A row that is one cell, because the whole line is quoted, is taken apart.
    """
    lines = iter(io.StringIO(text, newline=""))
    number = 0
    for line in lines:
        following = _Following(lines)
        if (cells := line.count(separator) + 1) > IMPORT_ROWS.most:
            yield Record(number, (), IMPORT_ROWS._replace(unit="cells").passed("a row", cells))
        else:
            record = (
                _quoted(number, line, following, separator)
                if '"' in line
                else Record(number, _bare(line.split(separator)))
            )
            if record.fault or any(record.cells):
                yield record
        number += 1 + len(following.taken)


def _quoted(number: int, line: str, following: _Following, separator: str) -> Record:
    """The row that begins with this line, and has those that follow as far as its quotes hold them."""
    reader = csv.reader(chain([line], following), delimiter=separator, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        if following.asked:
            return Record(number, (), "a quote opens in this row and is not closed. Close it, or take it out.")
        return _carelessly_quoted(number, line, separator)
    if any(_is_a_row(other, separator) for other in following.taken):
        fault = "a quote opens in this row and holds rows with days. Close it in its line, or take it out."
        return Record(number, _bare(cells), fault)
    if len(cells) == 1 and separator in cells[0] and not following.taken:
        cells = next(csv.reader([cells[0]], delimiter=separator))
    return Record(number, _bare(cells))


def _carelessly_quoted(number: int, line: str, separator: str) -> Record:
    """A row in which text follows a closing quote: a fault where that makes a day or a number that does not stand there."""
    try:
        cells = _bare(next(csv.reader([line], delimiter=separator)))
    except csv.Error as error:
        return Record(number, (), f"not readable as delimited text ({error}).")
    made = [cell for cell in cells if cell not in line and (looks_like_a_day(cell) or readings(cell))]
    return Record(
        number,
        cells,
        f"text follows a quote that closes, which would make {shown(made[0])!r}. Correct it." if made else "",
    )


def _is_a_row(line: str, separator: str) -> bool:
    """Whether a line has a day and something beside it, as a row of data has."""
    cells = _bare(line.replace('"', "").split(separator))
    return any(map(looks_like_a_day, cells)) and _has_more(cells, looks_like_a_day)


def _bare(cells: list[str]) -> tuple[str, ...]:
    """The cells without blanks and marks around."""
    return tuple(cell.strip().removeprefix("\ufeff") for cell in cells)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells up to the last that has something."""
    last = next((i for i in range(len(cells), 0, -1) if cells[i - 1]), 0)
    return cells[:last]
