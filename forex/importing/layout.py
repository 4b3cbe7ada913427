"""Where the series stands in a grid: the column of days, those of numbers with their heads, the rows between head and foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from forex.core.errors import DataError, UsageError
from forex.importing.days import has_a_time, is_a_month, looks_like_a_day, plain, readings
from forex.importing.grid import Cell, Grid, Row, letters, shown
from forex.importing.numbers import is_absent
from forex.importing.numbers import readings as numbers

OF_DAYS: Final = frozenset(
    {"fecha", "date", "periodo", "period", "dia", "day", "time", "fecha de vigencia", "vigencia", "observation_date"}
)
KNOWN_AT: Final = "known_at"  # the store's own column, by its name
SOURCE: Final = "source"
MOSTLY: Final = 0.5  # of the rows, in a column of days or of numbers


@dataclass(frozen=True)
class Column:
    """A column of a grid.  index: the first column is 0.  heads: the texts above it, from the top; the last is its name."""

    index: int
    heads: tuple[str, ...]

    @property
    def name(self) -> str:
        """The last of its heads, else "column C"."""
        return self.heads[-1] if self.heads else f"column {letters(self.index)}"


@dataclass(frozen=True)
class Layout:
    """Where in a grid the days and numbers stand.

    days: the column with the days.  values: those with numbers.  known_at: the one of that name.  titles: texts above, each alone
    in its row.  data: rows with a day.  between: rows among them without one.  foot: rows after them.
    """

    grid: Grid
    days: Column
    values: tuple[Column, ...]
    known_at: Column | None
    titles: tuple[str, ...]
    data: tuple[Row, ...]
    between: tuple[Row, ...]
    foot: tuple[Row, ...]


def is_day(cell: Cell) -> bool:
    """Whether a cell is a day, or text in the form of one."""
    return isinstance(cell, datetime) or (isinstance(cell, str) and looks_like_a_day(cell))


def is_number(cell: Cell) -> bool:
    """Whether a cell is a number, or text that can be one and does not look like a day."""
    return isinstance(cell, Decimal) or (isinstance(cell, str) and bool(numbers(cell)) and not looks_like_a_day(cell))


def laid_out(grid: Grid, name: str) -> Layout:
    """Where in the grid the days and numbers stand; a grid whose days stand side by side is turned first.

    name: what messages call the file.  Raises DataError where no cell has a day; UsageError where two columns could be that of
    the days.
    """
    grid = _upright(grid)
    columns = range(grid.width)
    counts = [sum(is_day(row.cell(column)) for row in grid.rows) for column in columns]
    if not any(counts):
        raise DataError(f"{name}: {_no_day(grid)}")
    likely = [column for column in columns if counts[column] > MOSTLY * max(counts)]
    first = next(i for i, row in enumerate(grid.rows) if any(is_day(row.cell(column)) for column in likely))
    above = grid.rows[:first]
    described = [Column(column, _heads(above, column)) for column in columns]
    days = _of_days([described[column] for column in likely], name)
    rows = [i for i, row in enumerate(grid.rows) if is_day(row.cell(days.index))]
    data = tuple(grid.rows[i] for i in rows)
    known_at = next((column for column in described if plain(column.name) == KNOWN_AT), None)
    others = [column for column in described if column.index not in likely and column != known_at]
    return Layout(
        grid=grid,
        days=days,
        values=tuple(column for column in others if _has_numbers(data, column.index)),
        known_at=known_at,
        titles=tuple(text for row in above for text in _lone(row)),
        data=data,
        between=tuple(grid.rows[i] for i in range(rows[0], rows[-1]) if i not in set(rows)),
        foot=grid.rows[rows[-1] + 1 :],
    )


def _upright(grid: Grid) -> Grid:
    """The grid with a row for each day."""
    down = max((sum(is_day(row.cell(column)) for row in grid.rows) for column in range(grid.width)), default=0)
    across = max((sum(map(is_day, row.cells)) for row in grid.rows), default=0)
    return grid.turned() if across > max(down, 2) else grid


def _of_days(likely: Sequence[Column], name: str) -> Column:
    if len(likely) == 1:
        return likely[0]
    named = [column for column in likely if plain(column.name) in OF_DAYS]
    if len(named) == 1:
        return named[0]
    said = ", ".join(column.name for column in likely)
    raise UsageError(f"{name}: several columns have days ({said}). Keep the one that the values are about.")


def _heads(above: Sequence[Row], column: int) -> tuple[str, ...]:
    """The texts above a column, without those of rows that have nothing else: these are titles."""
    texts = [shown(row.cell(column)) for row in above if not _lone(row)]
    return tuple(text for text in texts if text)


def _lone(row: Row) -> list[str]:
    texts = [shown(cell) for cell in row.cells if shown(cell)]
    return texts if len(texts) == 1 else []


def _has_numbers(data: Sequence[Row], column: int) -> bool:
    cells = [row.cell(column) for row in data]
    there = [cell for cell in cells if not (isinstance(cell, str) and is_absent(cell))]
    return bool(there) and sum(map(is_number, there)) > MOSTLY * len(there)


def _no_day(grid: Grid) -> str:
    """Why no day was found, for a message."""
    cells = [(row.place, shown(cell)) for row in grid.rows for cell in row.cells]
    months = [place for place, text in cells if is_a_month(text)]
    if len(months) > 1:
        return f"values of months, from {months[0]} on. A store has values of days."
    if moments := [(place, text) for place, text in cells if has_a_time(text) and not readings(text)]:
        return f"{moments[0][0]} has a moment, {moments[0][1]!r}. A store has one value a day: keep that of each day."
    return "no cell has a day, like 27-11-2024 or 2024-11-27. The file has to have a row a day, or a column a day."
