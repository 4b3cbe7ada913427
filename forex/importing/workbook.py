"""Workbooks of Excel: the sheet with the days, its values as they were last computed. The only module that knows openpyxl.

Nothing is computed, no link is followed, and a workbook that would unpack to more than its limit is not unpacked.
"""

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from forex.core.edges.limits import IMPORT_COLUMNS, IMPORT_ROWS, IMPORT_UNPACKED
from forex.core.edges.xml import refuse_entities
from forex.core.errors import DataError, ForexError, UsageError
from forex.importing.days import looks_like_a_day
from forex.importing.grid import Cell, Grid, Row

PIECE: Final = 1_000_000  # bytes of a part that are looked at together
LONGEST: Final = 32_767  # characters of a cell, as Excel has it
MAGIC: Final = b"PK\x03\x04"


def workbook_grid(content: bytes, name: str, sheet: str | None) -> Grid:
    """The cells of the sheet that was asked for, else of the one with days.  name: what messages call the file.

    Raises DataError where the file is no workbook, is too large or has no sheet with days; UsageError where several have, or none
    has the name that was asked for.
    """
    _refuse_bombs(content, name)
    try:
        grids = _grids(content, name, sheet)
    except ForexError:
        raise
    except Exception as error:  # of a damaged file openpyxl raises whatever its parsers raise
        raise DataError(f"{name}: not readable as a workbook ({error}). Save it again as .xlsx.") from error
    dated = {title: grid for title, grid in grids.items() if sheet is not None or _days(grid) > 0}
    if not dated:
        raise DataError(f"{name}: no sheet has a day in a cell. The file has to have a row a day, or a column a day.")
    if len(dated) > 1:
        raise UsageError(f"{name}: several sheets have days. Say which with --sheet: {', '.join(dated)}.")
    [(title, grid)] = dated.items()
    return Grid(grid.rows, {"file": "Excel workbook", "sheet": title}, grid.formulas, grid.per_cent)


def _grids(content: bytes, name: str, sheet: str | None) -> dict[str, Grid]:
    """The cells of each visible sheet by its title, or of the one that is asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which nobody here looks at
        values, formulas = _opened(content, computed=True), _opened(content, computed=False)
        titles = [worksheet.title for worksheet in values.worksheets if worksheet.sheet_state == "visible"]
        if sheet is not None and sheet not in titles:
            raise UsageError(f"{name}: no sheet {sheet!r}. Its sheets: {', '.join(titles)}.")
        return {title: _grid(values[title], formulas[title], name) for title in titles if sheet in {None, title}}


def _refuse_bombs(content: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
            if size > IMPORT_UNPACKED.most:
                raise DataError(
                    f"{name}: unpacks to {size / 1e6:.0f} MB, {IMPORT_UNPACKED.most / 1e6:.0f} are read ({IMPORT_UNPACKED.name}). "
                    "Keep the sheet of the series."
                )
            names = packed.namelist()
            if "xl/workbook.xml" not in names:
                raise DataError(f"{name}: packed, and no workbook of Excel (.xlsx). Save it as .xlsx or as CSV UTF-8.")
            for part in names:
                if part.lower().endswith((".xml", ".rels", ".vml")):
                    _refuse_entities(packed, part, name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise DataError(f"{name}: damaged or protected by a password ({error}). Save it again as .xlsx.") from error


def _refuse_entities(packed: zipfile.ZipFile, part: str, name: str) -> None:
    with packed.open(part) as file:
        try:
            refuse_entities(iter(lambda: file.read(PIECE), b""))
        except ValueError as error:
            raise DataError(f"{name}: {part}: {error}, as no spreadsheet does. Save it again as .xlsx.") from error


def _opened(content: bytes, *, computed: bool) -> Any:
    """The workbook with the results of its formulas, or with the formulas."""
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content), read_only=True, data_only=computed, keep_links=False)


def _grid(values: Any, formulas: Any, name: str) -> Grid:
    rows, computed, per_cent = [], set(), set()
    for number, (cells, written) in enumerate(zip(_rows(values, name), _rows(formulas, name), strict=True), start=1):
        place = f"row {number}"
        found: list[Cell] = []
        for column, (cell, source) in enumerate(zip(cells, written, strict=False)):
            if source.data_type == "f":
                computed.add((place, column))
            shows_per_cent = "%" in str(cell.number_format or "") if cell.value is not None else False
            if shows_per_cent and isinstance(cell.value, int | float):
                per_cent.add((place, column))
            found.append(_cell(cell.value, is_formula=source.data_type == "f", per_cent=shows_per_cent))
        row = Row(place, tuple(found))
        if not row.empty:
            rows.append(row)
    return Grid(tuple(rows), {}, frozenset(computed), frozenset(per_cent))


def _rows(sheet: Any, name: str) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # what a file says of its size need not be true
    for number, row in enumerate(sheet.iter_rows(), start=1):
        for limit, found in ((IMPORT_ROWS, number), (IMPORT_COLUMNS, len(row))):
            if found > limit.most:
                raise DataError(f"{limit.passed(f'{name}: sheet {sheet.title}', found)} Keep those of the series.")
        yield row


def _cell(value: Any, *, is_formula: bool, per_cent: bool) -> Cell:
    if value is None:
        return "= (not computed)" if is_formula else ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return number * 100 if per_cent else number
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    return str(value)[:LONGEST].strip()


def _days(grid: Grid) -> int:
    return sum(
        isinstance(cell, dt.datetime) or (isinstance(cell, str) and looks_like_a_day(cell))
        for row in grid.rows
        for cell in row.cells
    )
