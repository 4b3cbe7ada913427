"""A text from anywhere as one line that shows as it is: in a cell of the sheet, in a mail."""

import unicodedata
from typing import Final

LONGEST: Final = 1000  # characters that are shown, far below what a cell can hold
BREAKS: Final = "\t\n\v\f\r\x85\u2028\u2029"
REPLACED: Final = "\ufffd"


def as_text(text: str) -> str:
    """The text as one line of at most `LONGEST` characters: nothing in it moves, hides or ends what is around it.

    >>> as_text("=1+1\\x1b[31m\\nred")
    '=1+1�[31m red'
    """
    shown = "".join(_visible(character) for character in text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _visible(character: str) -> str:
    if character in BREAKS:
        return " "
    return REPLACED if unicodedata.category(character).startswith("C") else character
