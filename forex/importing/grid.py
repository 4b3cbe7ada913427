"""A file as cells in rows: what every kind of file becomes before anyone asks what it means."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from forex.core.edges.limits import IMPORT_COLUMNS, IMPORT_ROWS

# A spreadsheet has days and numbers as such; in text, and in a spreadsheet's texts, they are still to be read.
Cell = str | dt.datetime | Decimal


@dataclass(frozen=True)
class Row:
    """A row of a file.  place: what messages call it, "line 17"."""

    place: str
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """The cell of a column, the first being 0; "" beyond the row's end."""
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def empty(self) -> bool:
        """Whether every cell is blank."""
        return all(shown(cell) == "" for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """The cells of a file.

    rows: none of them empty.  told: how the file was read, by label.  formulas: place and column of each cell that is computed.
    per_cent: likewise of each that a spreadsheet shows as per cent; their numbers are as shown, 5.25 and not 0.0525.
    """

    rows: tuple[Row, ...]
    told: dict[str, str] = field(default_factory=dict)
    formulas: frozenset[tuple[str, int]] = frozenset()
    per_cent: frozenset[tuple[str, int]] = frozenset()

    @property
    def width(self) -> int:
        """The number of cells in the longest row."""
        return max((len(row.cells) for row in self.rows), default=0)

    def turned(self) -> "Grid":
        """The grid with its columns as rows, for a file whose dates stand side by side. Places become "column C"."""
        columns = range(self.width)
        rows = tuple(
            Row(f"column {letters(column)}", tuple(row.cell(column) for row in self.rows)) for column in columns
        )
        index = {row.place: number for number, row in enumerate(self.rows)}

        def moved(cells: frozenset[tuple[str, int]]) -> frozenset[tuple[str, int]]:
            return frozenset((f"column {letters(column)}", index[place]) for place, column in cells)

        return Grid(rows, self.told | {"dates": "in a line"}, moved(self.formulas), moved(self.per_cent))


@dataclass
class Size:
    """How large a grid has become while its rows are read: IMPORT_ROWS by IMPORT_COLUMNS, or as many columns by as many rows.

    name: what messages call it.  rows, columns: those that have something.
    """

    name: str
    rows: int = 0
    columns: int = 0

    def passed(self, columns: int) -> str:
        """The message about the limit that the grid passes with another row of so many columns; "" where it passes none."""
        self.rows += 1
        self.columns = max(self.columns, columns)
        if self.rows > IMPORT_ROWS.most:
            return IMPORT_ROWS.passed(self.name, self.rows)
        if self.columns > IMPORT_ROWS.most or min(self.rows, self.columns) > IMPORT_COLUMNS.most:
            return IMPORT_COLUMNS.passed(self.name, self.columns)
        return ""


def shown(cell: Cell) -> str:
    """A cell as a message shows it."""
    if isinstance(cell, dt.datetime):
        return str(cell.date() if cell.time() == dt.time() else cell)
    return str(cell) if isinstance(cell, Decimal) else cell.strip()


def letters(column: int) -> str:
    """A column, the first being 0, as spreadsheets call it.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said
