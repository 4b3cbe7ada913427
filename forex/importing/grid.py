"""A file as cells in rows: what every kind of file becomes before anyone asks what it means."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

# Of a spreadsheet, days and numbers are what they are; of text, and of a spreadsheet's texts, they are still to be read.
Cell = str | dt.datetime | Decimal


@dataclass(frozen=True)
class Row:
    """place: what messages call it, "line 17"."""

    place: str
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def empty(self) -> bool:
        return all(shown(cell) == "" for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """rows: none of them empty.  told: how the file was read, by label.  formulas: place and column of cells that are computed.

    per_cent: of cells that a spreadsheet shows as per cent; their numbers are as shown, 5.25 and not 0.0525.
    """

    rows: tuple[Row, ...]
    told: dict[str, str] = field(default_factory=dict)
    formulas: frozenset[tuple[str, int]] = frozenset()
    per_cent: frozenset[tuple[str, int]] = frozenset()

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)

    def turned(self) -> "Grid":
        """Columns as rows: a file whose dates stand in a line. Places become "column C"."""
        columns = range(self.width)
        rows = tuple(
            Row(f"column {letters(column)}", tuple(row.cell(column) for row in self.rows)) for column in columns
        )
        index = {row.place: number for number, row in enumerate(self.rows)}

        def moved(cells: frozenset[tuple[str, int]]) -> frozenset[tuple[str, int]]:
            return frozenset((f"column {letters(column)}", index[place]) for place, column in cells)

        return Grid(rows, self.told | {"dates": "in a line"}, moved(self.formulas), moved(self.per_cent))


def shown(cell: Cell) -> str:
    """A cell as a message shows it."""
    if isinstance(cell, dt.datetime):
        return str(cell.date() if cell.time() == dt.time() else cell)
    return str(cell) if isinstance(cell, Decimal) else cell.strip()


def letters(column: int) -> str:
    """A column as spreadsheets call it.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said


def rows_of(cells: Sequence[Sequence[Cell]], places: Sequence[str]) -> tuple[Row, ...]:
    """The rows that hold something."""
    rows = (Row(place, tuple(row)) for place, row in zip(places, cells, strict=True))
    return tuple(row for row in rows if not row.empty)
