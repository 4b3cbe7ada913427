"""A workbook: pages of tables whose numbers and dates are native and whose texts are nothing but texts.

The only module that knows XlsxWriter. The same content gives the same bytes: the file has the day that it is given and no other,
and is not compressed, for what a compressor makes depends on the machine's zlib.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Literal
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from xlsxwriter import Workbook

from forex.presentation.catalogue import Code
from forex.presentation.language import Language
from forex.presentation.one_line import as_text

Kind = Literal["text", "date", "rate", "count", "probability", "share", "interval", "number", "p"]
Value = str | dt.date | float | int | None

LETTER: Final = 1  # the paper, as Excel numbers them
OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

# As Excel writes formats; it shows their points and commas as its reader's machine has them.
FORMATS: Final[Mapping[Kind, str]] = {
    "text": "@",
    "rate": "#,##0.00",
    "count": "#,##0",
    "probability": '[>0.99]"> 99 %";[<0.01]"< 1 %";0\\ %',  # without false certainty
    "share": "0.0\\ %",
    "interval": "0\\ %",
    "number": "0.00",
}
# What a format itself says in a language: dates, and the figure of a small p.
SAID: Final[Mapping[Code, Mapping[Kind, str]]] = {
    "es": {"date": "dd-mm-yyyy", "p": '[<0.001]"< 0,001";0.000'},
    "en": {"date": "[$-409]d mmm yyyy", "p": '[<0.001]"< 0.001";0.000'},
}
WIDTHS: Final[Mapping[Kind, int]] = {"text": 14, "date": 13, "interval": 10, "count": 10}
WIDTH: Final = 12
DARK, PALE = "#1F3A5F", "#E8EDF3"


@dataclass(frozen=True)
class Column:
    """A column of a table: its head and kind of values; where not as usual for them, width in characters, format, alignment."""

    head: str
    kind: Kind
    width: int | None = None
    form: str | None = None
    left: bool = False

    @property
    def side(self) -> Mapping[str, Any]:
        """The properties of a format that align the column: texts and what is `left` to the left, all else to the right."""
        return {"align": "left", "indent": 1} if self.left or self.kind == "text" else {"align": "right"}


class Book:
    """A workbook in the making.  title, notes: among the file's properties.  made: the day that the file bears."""

    def __init__(self, language: Language, *, title: str, made: dt.date, notes: str):
        self.language = language
        self._file = BytesIO()
        self.workbook = Workbook(self._file, OPTIONS)
        self.workbook.set_properties(
            {"title": as_text(title), "comments": as_text(notes), "created": dt.datetime.combine(made, dt.time())}
        )
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, kind: Kind, **looks: Any) -> Any:
        """One format for each look, however often it is asked for."""
        number = {**FORMATS, **SAID[self.language.code]}[kind]
        wanted = {"num_format": number, "align": "left" if kind == "text" else "right", "valign": "top"} | looks
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(wanted)
        return self._formats[key]

    def page(self, name: str, title: str) -> "Page":
        """Add a sheet called `name`, with `title` in its first cell."""
        return Page(self, name, title)

    def name(self, name: str, page: "Page", row: int, column: int) -> None:
        """A name for a cell, by which formulas of other workbooks find it; the same in every language."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        self.workbook.define_name(name, f"='{page.title}'!{cell}")

    def content(self) -> bytes:
        """The file's bytes; nothing can be added after."""
        self.workbook.close()
        whole = BytesIO()
        with ZipFile(self._file) as packed, ZipFile(whole, "w") as plain:
            for part in packed.infolist():
                member = ZipInfo(part.filename)  # of 1980, as the format has it where there is no day
                member.compress_type, member.create_system, member.external_attr = ZIP_STORED, 3, 0o644 << 16
                plain.writestr(member, packed.read(part))
        return whole.getvalue()


class Page:
    """One sheet, filled from the top: a title, lines, tables. It prints on letter paper, as wide as a page.

    row: the next to fill.  first: the first row of the last table's body.  title: the sheet's name.
    """

    def __init__(self, book: Book, name: str, title: str):
        self.book, self.title = book, name
        self.sheet = book.workbook.add_worksheet(name)
        self.row = self.first = 0
        self._widths: dict[int, int] = {}
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(LETTER)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer(f"&L{name}&R&P / &N")
        self.put(0, 0, title, "text", bold=True, font_size=14, font_color=DARK)
        self.row = 2

    def put(self, row: int, column: int, value: Value, kind: Kind, **looks: Any) -> None:
        """One value, as the kind shows it; None leaves an empty cell."""
        look = self.book.format(kind, **looks)
        if value is None:
            self.sheet.write_blank(row, column, None, look)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, as_text(value), look)
        elif isinstance(value, dt.date):
            self.sheet.write_datetime(row, column, value, look)
        else:
            self.sheet.write_number(row, column, value, look)

    def line(self, label: str, value: Value, kind: Kind = "text", *, over: int = 1) -> int:
        """A label and what it says, in `over` cells from the second column on; returns the row."""
        row = self.row
        looks = {"align": "left", "text_wrap": kind == "text"}
        self.put(row, 0, label, "text", bold=True)
        if over > 1:
            self.sheet.merge_range(row, 1, row, over, "", self.book.format(kind, **looks))
            self.sheet.set_row(row, 15 * lines(value, over * WIDTH))
        self.put(row, 1, value, kind, **looks)
        self.row += 1
        return row

    def note(self, text: str, *, over: int) -> None:
        """A sentence across `over` columns."""
        look = self.book.format("text", text_wrap=True, italic=True)
        self.sheet.merge_range(self.row, 0, self.row, over - 1, "", look)
        self.put(self.row, 0, text, "text", text_wrap=True, italic=True)
        self.sheet.set_row(self.row, 15 * lines(text, over * WIDTH))
        self.row += 1

    def subtitle(self, text: str) -> None:
        """A heading of a part of the page."""
        self.put(self.row, 0, text, "text", bold=True, font_size=12, font_color=DARK)
        self.row += 1

    def heads(self, columns: Sequence[Column], groups: Sequence[tuple[str, int]] = ()) -> None:
        """The heads of a table; `groups` stand above them, each over so many columns."""
        look = {"bold": True, "bg_color": DARK, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
        first = 0
        for text, count in groups:
            if count > 1:
                shown = self.book.format("text", **look, align="center", left=1, left_color="#FFFFFF")
                self.sheet.merge_range(self.row, first, self.row, first + count - 1, "", shown)
            self.put(self.row, first, text, "text", **look, align="center", left=1, left_color="#FFFFFF")
            first += count
        self.row += bool(groups)
        for number, column in enumerate(columns):
            self.put(self.row, number, column.head, "text", **look, **column.side)
            self._widen(number, column.width or WIDTHS.get(column.kind, WIDTH))
        self.sheet.set_row(self.row, 15 * max(lines(column.head, self._widths[i]) for i, column in enumerate(columns)))
        self.row += 1

    def body(self, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
        """A table's rows below its heads; `first` is the first of them."""
        self.first = self.row
        for values in rows:
            look = {"bottom": 4, "bottom_color": "#9AA7B5"}
            for number, (column, value) in enumerate(zip(columns, values, strict=True)):
                own = {} if column.form is None else {"num_format": column.form}
                self.put(self.row, number, value, column.kind, **look, **column.side, **own)
            self.row += 1

    def _widen(self, column: int, width: int) -> None:
        self._widths[column] = max(width, self._widths.get(column, 0))
        self.sheet.set_column(column, column, self._widths[column])


def lines(value: Value, width: int) -> int:
    """About how many lines a text takes in a cell `width` characters wide; 1 for any other value."""
    if not isinstance(value, str):
        return 1
    found, used = 1, 0
    for word in as_text(value).split(" "):
        if used and used + 1 + len(word) > width:
            found, used = found + 1, 0
        used += len(word) + bool(used)
        found, used = found + used // (width + 1), used % (width + 1)
    return found
