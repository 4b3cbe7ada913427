"""Workbooks of Excel: the sheet with the days, its values as they were last computed. The only module that knows openpyxl.

Nothing is computed, no link is followed, and a workbook that would unpack to more than its limit is not unpacked.
"""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from forex.core.edges.limits import IMPORT_COLUMNS, IMPORT_LINES, IMPORT_UNPACKED
from forex.core.edges.xml import refuse_entities
from forex.core.errors import DataError, ForexError, UsageError
from forex.importing.days import looks_like_a_day
from forex.importing.grid import Cell, Grid, Row, Size
from forex.importing.layout import no_day
from forex.importing.numbers import is_held

PIECE: Final = 1_000_000  # bytes of a part that are looked at together
LONGEST: Final = 32_767  # characters of a cell, as Excel has it
LITERAL: Final = re.compile(r'"[^"]*"|\[[^\[\]]*\]|[\\_*].')  # in a format: a text, a condition or a language, a sign
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
    if not dated and len(grids) == 1:
        raise DataError(f"{name}: {no_day(*grids.values())}")
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
    where = f"{name}: sheet {values.title}"
    rows, computed, per_cent, months, size = [], set(), set(), {}, Size(where)
    for number, (cells, written) in enumerate(_rows(values, formulas, where), start=1):
        place = f"row {number}"
        found: list[Cell] = []
        for column, (cell, source) in enumerate(zip(cells, written, strict=False)):
            is_formula = source.data_type == "f"
            if is_formula:
                computed.add((place, column))
            written_as = str(cell.number_format or "") if cell.value is not None else ""
            if "%" in written_as and isinstance(cell.value, int | float):
                per_cent.add((place, column))
            form = LITERAL.sub("", written_as)
            if isinstance(cell.value, dt.date) and _shows_months(form):
                months[place, column] = cell.value
            found.append(_cell(cell.value, is_formula=is_formula, per_cent="%" in form))
        row = Row(place, tuple(found))
        if row.empty:
            continue
        if passed := size.passed(len(found)):
            raise DataError(f"{passed} Keep those of the series.")
        rows.append(row)
    return Grid(tuple(_with_months(rows, months)), {}, frozenset(computed), frozenset(per_cent))


def _rows(values: Any, formulas: Any, where: str) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """The cells of each row, with their values and with their formulas, up to the last that has either."""
    for sheet in (values, formulas):
        sheet.reset_dimensions()  # what a file says of its size need not be true
    wide = 0
    for number, (cells, written) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=True), start=1):
        # Cells without a value, as a format leaves them behind, are looked at, but not without end.
        wide += len(written) > IMPORT_COLUMNS.most
        for limit, found, shown_as in ((IMPORT_LINES, number, number), (IMPORT_COLUMNS, wide, len(written))):
            if found > limit.most:
                raise DataError(f"{limit.passed(where, shown_as)} Keep those of the series.")
        last = len(written)
        while last and written[last - 1].value is None and (last > len(cells) or cells[last - 1].value is None):
            last -= 1
        yield tuple(cells[:last]), tuple(written[:last])


def _shows_months(form: str) -> bool:
    """Whether a format of dates shows month and year, and no day."""
    parts = set(form.casefold())
    return {"m", "y"} <= parts and not parts & {"d", "h", "s"}


def _with_months(rows: list[Row], months: Mapping[tuple[str, int], dt.date]) -> list[Row]:
    """The rows, with months as text instead of the days behind them, where a sheet shows months and has each of them once.

    A sheet that has several days of a month has days, whatever it shows.
    """
    if len(months) < 2 or len({(day.year, day.month) for day in months.values()}) < len(months):
        return rows
    return [
        Row(
            row.place,
            tuple(
                f"{months[row.place, column]:%Y-%m}" if (row.place, column) in months else cell
                for column, cell in enumerate(row.cells)
            ),
        )
        for row in rows
    ]


def _cell(value: Any, *, is_formula: bool, per_cent: bool) -> Cell:
    if value is None:
        return "= (not computed)" if is_formula else ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        number = Decimal(repr(value)) * (100 if per_cent else 1)
        return number if is_held(number) else str(value)
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
