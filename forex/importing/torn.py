"""Numbers that bare commas have torn into two cells: "950,25", without quotes, in a file whose columns are parted by commas."""

import re
from itertools import takewhile
from pathlib import Path
from typing import Final

from forex.core.errors import UsageError
from forex.importing.grid import Row, letters, shown
from forex.importing.layout import Column, Layout, is_number

QUOTED: Final = "A number with a comma has to be in quotes where commas part the columns"
_WHOLE: Final = re.compile(r"[-+]?(us\$|\$)? ?\d+", re.IGNORECASE)
_REST: Final = re.compile(r"\d+(\.\d*)? ?%?")  # decimals, or the next three digits with what follows them
_DECIMALS: Final = re.compile(r"\d+")


def refuse_torn(layout: Layout, column: Column, path: Path) -> None:
    """Raise UsageError where the column's values may be the first halves of numbers.

    In a file of commas they may where a row has more cells than the heads name, and digits stand on either side of a comma up to
    the column; where whole numbers alone have digits alone beside them, some of which begin with a zero, as decimals do and
    amounts do not; and, of days side by side, where the row of values goes on beyond the days.
    """
    if layout.grid.told.get("separator") != "comma":
        return
    first = layout.data[0]
    above = [row for row in takewhile(lambda row: row is not first, layout.grid.rows) if len(_filled(row)) > 1]
    headed = {index for row in above for index in _filled(row)}
    for row in layout.data:
        torn = _torn(row, layout.days.index, column.index)
        if torn is not None and any(index > torn and index not in headed for index in _filled(row)):
            raise UsageError(_said(path, row, torn))
    if zero := _decimals(layout, column.index):
        raise UsageError(_said(path, zero, column.index))
    if "dates" in layout.grid.told:
        *_, last = layout.data
        beyond = layout.grid.rows[layout.grid.rows.index(last) + 1 :]
        for row in beyond:
            if not shown(row.cell(layout.days.index)) and is_number(row.cell(column.index)):
                number = shown(row.cell(column.index))
                raise UsageError(f"{path}, {row.place}: {number!r} has no day above it. {QUOTED}.")


def _filled(row: Row) -> list[int]:
    return [index for index, cell in enumerate(row.cells) if shown(cell)]


def _torn(row: Row, days: int, column: int) -> int | None:
    """The first cell up to the column that may be the first half of a number with the cell after it."""
    for index in range(column + 1):
        if days not in {index, index + 1} and _halves(row, index, _REST):
            return index
    return None


def _halves(row: Row, index: int, rest: re.Pattern[str]) -> bool:
    return bool(_WHOLE.fullmatch(shown(row.cell(index))) and rest.fullmatch(shown(row.cell(index + 1))))


def _decimals(layout: Layout, column: int) -> Row | None:
    """A row whose next cell begins with a zero, where all rows with a value are whole numbers with digits beside them."""
    rows = [row for row in layout.data if is_number(row.cell(column))]
    if column + 1 == layout.days.index or not all(_halves(row, column, _DECIMALS) for row in rows):
        return None
    beside = ((row, shown(row.cell(column + 1))) for row in rows)
    return next((row for row, rest in beside if len(rest) > 1 and rest.startswith("0")), None)


def _said(path: Path, row: Row, index: int) -> str:
    number = f"{shown(row.cell(index))},{shown(row.cell(index + 1))}"
    return (
        f"{path}, {row.place}: {number!r} stands in the columns {letters(index)} and {letters(index + 1)} and may be one number. "
        f"{QUOTED}: quote it, or save the file with semicolons; where it is two numbers, give every column a head."
    )
