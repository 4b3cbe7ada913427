"""Why a store's CSV file cannot be read, where it has the form that spreadsheets elsewhere write: a store reads only one form."""

import re
from itertools import islice
from typing import Final

SEPARATORS: Final = {";": "semicolons", "\t": "tabs"}
LINES: Final = 50  # that are looked at
_DECIMAL_COMMA: Final = re.compile(r'(?:^|[;\t"]) {0,9}-?[0-9]{1,20},[0-9]{1,20} {0,9}(?:[";\t]|$)')
_TWO_FIELDS: Final = re.compile(r"^[^,]+,-?\d+,\d+$")  # a day, and a number that has its comma
_DAY_FIRST: Final = re.compile(r'^"?\d{1,2}[-/.]')


def foreign(text: str) -> str:
    """A sentence to put behind an error, with a space before it; nothing where the file has the form of a store.

    >>> foreign("date;value\\n2024-11-27;934,54\\n")
    ' It has semicolons between its columns and decimal commas. Move it out of the store: `forex import FILE` reads it.'
    >>> foreign("date,value\\n2024-11-27,934.54\\n")
    ''
    """
    head, *rows = [*islice(text.splitlines(), LINES)] or [""]
    found = [f"{name} between its columns" for sign, name in SEPARATORS.items() if sign in head and "," not in head]
    two = head.count(",") == 1
    if any(_DECIMAL_COMMA.search(row) or (two and _TWO_FIELDS.match(row)) for row in rows):
        found.append("decimal commas")
    if any(_DAY_FIRST.match(row) for row in rows):
        found.append("days that do not begin with the year")
    if not found:
        return ""
    return f" It has {' and '.join(found)}. Move it out of the store: `forex import FILE` reads it."
