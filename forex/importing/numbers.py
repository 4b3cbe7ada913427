"""Numbers as people write them, exactly; and whether a file's decimal mark is the comma or the point: by what its values can be."""

import math
import re
from decimal import Decimal
from typing import Final, Literal, get_args

from forex.importing.days import has_odd_digits, plain

Mark = Literal["comma", "point"]
MARKS: Final[tuple[Mark, ...]] = get_args(Mark)
SIGNS: Final[dict[Mark, str]] = {"comma": ",", "point": "."}

# What stands in a cell where there is no value.
ABSENT: Final = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "–",
        "—",
        ".",
        "..",
        "...",
        "…",
        "nd",
        "n.d.",
        "n.d",
        "n/d",
        "na",
        "n.a.",
        "n.a",
        "n/a",
        "#n/a",
        "#n/d",
    }
    | {
        "#n/a n/a",
        "#nd",
        "#na",
        "nan",
        "null",
        "none",
        "s/d",
        "s/i",
        "s/o",
        "sin dato",
        "sin datos",
        "no disponible",
        "not available",
    }
    | {
        "feriado",
        "holiday",
        "*",
        "n.e.",
        "#value!",
        "#¡valor!",
        "#ref!",
        "#¡ref!",
        "#div/0!",
        "#¡div/0!",
        "#name?",
        "#¿nombre?",
        "#null!",
        "#num!",
    }
)
_MONEY: Final = re.compile(r"^(?P<sign>[-+])?\s*(us\$|\$|clp|usd|€|eur)?\s*(?P<rest>.*?)\s*(\$|clp|usd|€|eur|pesos)?$")
LONGEST: Final = 100  # characters of a cell that can be a number
_GROUPS: Final = " '\u2019"


def is_absent(text: str) -> bool:
    """Whether a cell says that there is no value: empty, ND, N/A, a dash, or an error of a spreadsheet."""
    return plain(text) in ABSENT


def readings(text: str) -> dict[Mark, Decimal]:
    """Every number that a text can mean, by the decimal mark; empty where it is no number.

    The other mark, a space or an apostrophe may separate groups of three digits; a number in groups does not begin with a zero.
    A currency or a per cent sign is left out, and brackets around the number mean minus. A superscript or a fraction makes no
    number, nor do digits that no float can hold.

    >>> readings("1.234")
    {'comma': Decimal('1234'), 'point': Decimal('1.234')}
    >>> readings("934,54"), readings("1.234,50"), readings("$ 0.934")
    ({'comma': Decimal('934.54')}, {'comma': Decimal('1234.50')}, {'point': Decimal('0.934')})
    """
    if len(text) > LONGEST or has_odd_digits(text):
        return {}
    bare = plain(text).removesuffix("%").strip().replace("\u2212", "-")
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1].strip()}"
    found = _MONEY.match(bare)
    if found is None:
        return {}
    sign, rest = found["sign"] or "", found["rest"]
    if not sign and rest[:1] in {"-", "+"}:
        sign, rest = rest[0], rest[1:].strip()
    numbers = {mark: _number(rest, mark) for mark in MARKS}
    return {mark: -number if sign == "-" else number for mark, number in numbers.items() if number is not None}


def is_per_cent(text: str) -> bool:
    """Whether a text ends in a per cent sign."""
    return text.strip().endswith("%")


def is_held(number: Decimal) -> bool:
    """Whether a float holds a number, as stores do: it is finite, and 0 only where it is 0.

    >>> is_held(Decimal("950.25")), is_held(Decimal("1e400")), is_held(Decimal("1e-400"))
    (True, False, False)
    """
    near = float(number)
    return math.isfinite(near) and (near != 0) == (number != 0)


def _number(text: str, mark: Mark) -> Decimal | None:
    own = re.escape(SIGNS[mark])
    parts = _GROUPS + SIGNS["point" if mark == "comma" else "comma"]
    whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:(?P<part>[{re.escape(parts)}])\d{{3}})(?:(?P=part)\d{{3}})*)"
    found = re.fullmatch(rf"(?P<whole>{whole})?(?:{own}(?P<decimals>\d*))?(?P<power>e[-+]?\d{{1,3}})?", text)
    if found is None or not (found["whole"] or found["decimals"]):
        return None
    digits = re.sub(rf"[{re.escape(parts)}]", "", found["whole"] or "0")
    decimals = f".{found['decimals']}" if found["decimals"] else ""
    number = Decimal(f"{digits}{decimals}{found['power'] or ''}")
    return number if is_held(number) else None
