"""Where the series stands in a grid: the column of days, those of numbers with their heads, the rows between head and foot."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from forex.core.edges.limits import IMPORT_COLUMNS
from forex.core.errors import DataError, UsageError
from forex.importing.days import (
    begins_with_a_day,
    has_a_time,
    is_a_month,
    is_a_serial,
    looks_like_a_day,
    plain,
    readings,
)
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
    in its row.  data: rows with a day.  dayless: rows without one that may have been meant as data: every row among these, and
    above and below them those with a number or the beginnings of a day.
    """

    grid: Grid
    days: Column
    values: tuple[Column, ...]
    known_at: Column | None
    titles: tuple[str, ...]
    data: tuple[Row, ...]
    dayless: tuple[Row, ...]


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
    grid, counts = _upright(grid, name)
    if not counts:
        raise DataError(f"{name}: {no_day(grid)}")
    likely = sorted(column for column, count in counts.items() if count > MOSTLY * max(counts.values()))
    with_days = [i for i, row in enumerate(grid.rows) if any(is_day(row.cell(column)) for column in likely)]
    numeric = _with_numbers([grid.rows[i] for i in with_days]) - set(likely)
    above = grid.rows[: with_days[0]]
    heads = [i for i, row in enumerate(above) if not _lone(row)]
    broken = {i for i, row in enumerate(above) if _is_broken(row, likely, numeric, is_only=heads == [i])}
    described = _described([row for i, row in enumerate(above) if i not in broken], grid.width)
    days = _of_days([described[column] for column in likely], name)
    rows = [i for i in with_days if is_day(grid.rows[i].cell(days.index))]
    data = tuple(grid.rows[i] for i in rows)
    known_at = next((column for column in described if plain(column.name) == KNOWN_AT), None)
    others = [column for column in described if column.index not in likely and column != known_at]
    numeric = numeric if rows == with_days else _with_numbers(data)
    among = set(range(rows[0], rows[-1])) - set(rows)
    below = {i for i in range(rows[-1] + 1, len(grid.rows)) if _may_be_data(grid.rows[i], days.index)}
    return Layout(
        grid=grid,
        days=days,
        values=tuple(column for column in others if column.index in numeric),
        known_at=known_at,
        titles=tuple(text for i, row in enumerate(above) if i not in broken for text in _lone(row)),
        data=data,
        dayless=tuple(grid.rows[i] for i in sorted(broken | among | below)),
    )


def _upright(grid: Grid, name: str) -> tuple[Grid, Counter[int]]:
    """The grid with a row for each day, and by column how many days that has.

    Raises DataError where the days stand side by side, and more rows than `IMPORT_COLUMNS` would become columns.
    """
    counts, across = _days_in(grid)
    if across <= max(max(counts.values(), default=0), 2):
        return grid, counts
    if len(grid.rows) > IMPORT_COLUMNS.most:
        raise DataError(
            f"{IMPORT_COLUMNS.passed(f'{name}: its days stand in a line', len(grid.rows))} Keep those of the series."
        )
    turned = grid.turned()
    return turned, _days_in(turned)[0]


def _days_in(grid: Grid) -> tuple[Counter[int], int]:
    """By column how many days it has, and how many the row has that has the most."""
    counts: Counter[int] = Counter()
    across = 0
    for row in grid.rows:
        found = [column for column, cell in enumerate(row.cells) if is_day(cell)]
        counts.update(found)
        across = max(across, len(found))
    return counts, across


def _of_days(likely: Sequence[Column], name: str) -> Column:
    if len(likely) == 1:
        return likely[0]
    named = [column for column in likely if plain(column.name) in OF_DAYS]
    if len(named) == 1:
        return named[0]
    said = ", ".join(column.name for column in likely)
    raise UsageError(f"{name}: several columns have days ({said}). Keep the one that the values are about.")


def _described(above: Sequence[Row], width: int) -> list[Column]:
    """Each column with the texts above it, without those of rows that have nothing else: these are titles."""
    heads: dict[int, list[str]] = {}
    for row in above:
        if _lone(row):
            continue
        for column, cell in enumerate(row.cells):
            if text := shown(cell):
                heads.setdefault(column, []).append(text)
    return [Column(column, tuple(heads.get(column, ()))) for column in range(width)]


def _lone(row: Row) -> list[str]:
    texts = [text for cell in row.cells if (text := shown(cell))]
    return texts if len(texts) == 1 else []


def _with_numbers(data: Sequence[Row]) -> set[int]:
    """The columns most of whose values are numbers."""
    there, found = Counter[int](), Counter[int]()
    for row in data:
        for column, cell in enumerate(row.cells):
            if isinstance(cell, str) and is_absent(cell):
                continue
            there[column] += 1
            found[column] += is_number(cell)
    return {column for column, count in found.items() if count > MOSTLY * there[column]}


def _is_broken(row: Row, likely: Sequence[int], numeric: set[int], *, is_only: bool) -> bool:
    """Whether a row above is one of data whose day cannot be read, and no head: it has digits for a day and a number beside.

    Without digits for a day it has the number where the values are. But below a word such as "Fecha" stand days, and so beside it
    stand heads, as of maturities; and so do whole numbers in the only row that can be of heads.
    """
    numbers_beside = {
        column: shown(cell) for column, cell in enumerate(row.cells) if column not in likely and is_number(cell)
    }
    above_days = [plain(shown(row.cell(column))) for column in likely]
    if any(map(str.isdigit, "".join(above_days))):
        return bool(numbers_beside)
    if any(OF_DAYS.intersection((text, *text.split(" ")[:1])) for text in above_days):
        return False
    return bool(numeric & numbers_beside.keys()) and not (is_only and all(map(str.isdigit, numbers_beside.values())))


def _may_be_data(row: Row, days: int) -> bool:
    """Whether a row below is one of data whose day cannot be read, and no note."""
    numbers_beside = any(is_number(cell) for column, cell in enumerate(row.cells) if column != days)
    return numbers_beside or begins_with_a_day(shown(row.cell(days)))


def no_day(grid: Grid) -> str:
    """Why a grid has no day, for a message."""
    cells = [(row.place, shown(cell)) for row in grid.rows for cell in row.cells]
    months = [place for place, text in cells if is_a_month(text)]
    if len(months) > 1:
        return f"values of months, from {months[0]} on. A store has values of days."
    if moments := [(place, text) for place, text in cells if has_a_time(text) and not readings(text)]:
        return f"{moments[0][0]} has a moment, {moments[0][1]!r}. A store has one value a day: keep that of each day."
    serials = [(place, text) for place, text in cells if is_a_serial(text)]
    if len(serials) > 1:
        return (
            f"{serials[0][0]} has {serials[0][1]!r}, which may be a day as a spreadsheet counts them. Give these cells a format of "
            "dates, and save the file again."
        )
    return "no cell has a day, like 27-11-2024 or 2024-11-27. The file has to have a row a day, or a column a day."
