"""What comes from outside, as a message may show it: nothing in it that a terminal acts on, and no more than a person can read."""

import unicodedata
from typing import Any, Final

# Control characters, those that change the direction or the shape of others, and line breaks other than \n.
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
LONGEST_VALUE: Final = 80  # characters of one value in a message
LONGEST_REASON: Final = 600  # of why a value is wrong: it may list what is allowed
LONGEST_LINE: Final = 2_000
MOST_LINES: Final = 200  # of one message: a line for every wrong key


def visible(text: str) -> str:
    r"""The text with whatever a terminal would act on written out as an escape.

    >>> visible("vix\x1b[31m\n")
    'vix\\x1b[31m\\n'
    """
    return "".join(written_out(letter) if unicodedata.category(letter) in INVISIBLE else letter for letter in text)


def written_out(character: str) -> str:
    r"""A character as an escape in ASCII, such as `\x1b`, as Python writes it."""
    return character.encode("unicode_escape").decode("ascii")


def cut(text: str, longest: int) -> str:
    """The text, shortened to `longest` characters where it has more, with "…" as the last.

    >>> cut("900.25", 4), cut("900.25", 6)
    ('900…', '900.25')
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def line(text: str) -> str:
    """A text as one line of a message: cut to LONGEST_LINE, then made visible."""
    return visible(cut(text, LONGEST_LINE))


def lines(text: str) -> str:
    """A message that keeps its line breaks: each line as `line` gives it, and "…" in place of those beyond MOST_LINES."""
    found = text.split("\n", MOST_LINES)
    kept = [line(part) for part in found[:MOST_LINES]]
    return "\n".join([*kept, "…"] if len(found) > MOST_LINES else kept)


def shown(value: Any) -> str:
    """One value as a message shows it, no longer than LONGEST_VALUE, quoted where it is a text.

    >>> shown("x" * 100)[-3:], shown(9.5)
    ('xx…', '9.5')
    """
    try:
        return cut(repr(value[:LONGEST_VALUE] if isinstance(value, str | bytes) else value), LONGEST_VALUE)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number of thousands of digits"
