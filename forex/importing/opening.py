"""A file as a grid, by what it is and not by what its name ends in."""

import re
from pathlib import Path
from typing import Final

from forex.core.edges.limits import IMPORT_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.errors import DataError, UsageError
from forex.importing.grid import Grid
from forex.importing.text import text_grid
from forex.importing.workbook import MAGIC, workbook_grid

OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls, and of workbooks with a password


def opened(path: Path, sheet: str | None) -> Grid:
    """The cells of a spreadsheet or of delimited text.

    sheet: the one to read of a workbook; None: the one with days.

    Raises UsageError where there is no such file, where text is asked for a sheet, and as `workbook_grid`; FileRefused where the
    system refuses; DataError where the file is larger than `IMPORT_BYTES`, is not a regular file, or cannot be read.
    """
    try:
        content, name = read_bytes(path, IMPORT_BYTES), str(path)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file.") from error
    if not content.strip():
        raise DataError(f"{path}: empty.")
    if content.startswith(OLD_EXCEL):
        raise DataError(
            f"{path}: a workbook of an old Excel (.xls), or one with a password. Save it as .xlsx or as CSV UTF-8."
        )
    if content.startswith(b"%PDF"):
        raise DataError(f"{path}: a PDF. Ask for the data as .xlsx or as CSV.")
    if re.match(rb"\s*(\xef\xbb\xbf\s*)?<(!doctype|html|table|\?xml|meta|div)", content[:200], re.IGNORECASE):
        raise DataError(f"{path}: a web page, whatever its name ends in. Open it with Excel and save it as .xlsx.")
    if content.startswith(MAGIC):
        return workbook_grid(content, name, sheet)
    if sheet is not None:
        raise UsageError(f"{path}: text, which has no sheets. Leave out --sheet.")
    return text_grid(content, name)
