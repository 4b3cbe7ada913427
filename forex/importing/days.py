"""Days as people write them, and in which order a file writes day, month and year: by what its rows can be, never by habit."""

import datetime as dt
import re
import unicodedata
from typing import Final, Literal, get_args

Order = Literal["dmy", "mdy", "ymd"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
# Of a year with two digits.
CENTURIES: Final = dict.fromkeys(range(41), 2000) | dict.fromkeys(range(80, 100), 1900)

_SPANISH: Final = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
_ENGLISH: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
MONTHS: Final = {
    **{name[:3]: number for names in (_ENGLISH, _SPANISH) for number, name in enumerate(names, start=1)},
    **{name: number for names in (_ENGLISH, _SPANISH) for number, name in enumerate(names, start=1)},
    **{"sept": 9, "set": 9, "setiembre": 9},
}
_WEEKDAY: Final = re.compile(r"^(lun|mar|mie|jue|vie|sab|dom|mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+(?=\d|[a-z])")
_TIME: Final = re.compile(
    r"[t\s,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})(\.\d+)?)?\s*(?P<half>[ap]\.?\s?m\.?)?"
    r"\s*(z|utc|[+-]\d{2}:?\d{2})?$"
)
_SEP: Final = r"\s*[-/.\s]\s*"
_NUMBERS: Final = re.compile(rf"^(\d{{1,4}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,4}})$")
_DAY_MONTH: Final = re.compile(r"^(\d{1,2})[-/.\s]*(?:de\s+)?([a-z]{3,10})\.?(?:[-/.,\s]*|\s+del?\s+)(\d{4}|\d{2})$")
_MONTH_DAY: Final = re.compile(r"^([a-z]{3,10})\.?\s+(\d{1,2}),?\s+(\d{4})$")
_YEAR_MONTH: Final = re.compile(r"^(\d{4})[-/.\s]([a-z]{3,10})\.?[-/.\s](\d{1,2})$")
_DIGITS: Final = re.compile(r"^(19|20)\d{6}$")
_A_MONTH: Final = re.compile(
    r"^([a-z]{3,10})\.?[-/.\s]*(?:del?\s+)?(\d{4}|\d{2})$|^(19|20)\d{2}[-/.]\d{1,2}$|^\d{1,2}[-/.](19|20)\d{2}$"
)
_SERIAL: Final = re.compile(r"^[2-6]\d{4}$")
_BEGINS: Final = re.compile(r"\s*(\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\b")
# Characters of a cell that can be a day; the time of the patterns above grows with the square of its length.
LONGEST: Final = 100


def plain(text: str) -> str:
    """A text as words are compared: in lower case, without accents, with single spaces.

    >>> plain(" Dólar\u00a0Observado ")
    'dolar observado'
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def has_odd_digits(text: str) -> bool:
    """Whether a text has digits that stand for something else: a superscript, as of a footnote, a circled number, a fraction.

    >>> has_odd_digits("950,25\u00b9"), has_odd_digits("950,25")
    (True, False)
    """
    return not text.isascii() and any(unicodedata.category(letter) == "No" for letter in text)


def readings(written: str) -> dict[Order, dt.date]:
    """Every day that a text can mean, by the order of day, month and year; empty where it is no day.

    A month in letters, and a year of four digits in front, leave one day, whatever the order. Midnight may follow the day; any
    other time leaves none.

    >>> readings("03-04-2024")
    {'dmy': datetime.date(2024, 4, 3), 'mdy': datetime.date(2024, 3, 4)}
    >>> readings("27.Nov.2024")["mdy"], readings("31-02-2024")
    (datetime.date(2024, 11, 27), {})
    """
    text = _without_time(_cell(written))
    return {} if text is None else _read(text) or _read(_WEEKDAY.sub("", text))


def looks_like_a_day(written: str) -> bool:
    """Whether a text has the form of a day, though there may be no such day."""
    if not any(letter.isdigit() for letter in written):
        return False
    bare = _TIME.sub("", _cell(written))
    if numbers := _NUMBERS.match(bare):
        return sorted(map(len, numbers.groups()))[-1] in {2, 4} and len(numbers[2]) <= 2
    return bool(readings(bare)) or any(
        form.match(bare) and _has_month(bare) for form in (_DAY_MONTH, _MONTH_DAY, _YEAR_MONTH)
    )


def begins_with_a_day(written: str) -> bool:
    """Whether a text begins with a day in numbers, whatever follows: "27-11-2024,952,25" in a file of semicolons."""
    return _BEGINS.match(written) is not None


def has_a_time(written: str) -> bool:
    """Whether a text ends in a time of day other than midnight."""
    return _without_time(_cell(written)) is None


def is_a_month(written: str) -> bool:
    """Whether a text names a month and no day in it.

    >>> is_a_month("Nov.2024"), is_a_month("2024-11"), is_a_month("27.Nov.2024")
    (True, True, False)
    """
    found = _A_MONTH.match(_cell(written))
    return found is not None and (found[1] is None or found[1] in MONTHS)


def is_a_serial(written: str) -> bool:
    """Whether a text is a day as a spreadsheet counts days, from 1954 to 2091, and so may be none.

    >>> is_a_serial("45623"), is_a_serial("45623.5")
    (True, False)
    """
    return _SERIAL.match(written.strip()) is not None


def _cell(written: str) -> str:
    """A cell as `plain` gives it; "" where it is too long, or a digit of it is none of a day."""
    return "" if len(written) > LONGEST or has_odd_digits(written) else plain(written)


def _read(text: str) -> dict[Order, dt.date]:
    if found := _NUMBERS.match(text):
        return _numbers(*found.groups())
    if _DIGITS.match(text):
        return _any(_day(int(text[:4]), int(text[4:6]), int(text[6:])))
    if found := _DAY_MONTH.match(text):
        day, month, year = found.groups()
    elif found := _MONTH_DAY.match(text):
        month, day, year = found.groups()
    elif found := _YEAR_MONTH.match(text):
        year, month, day = found.groups()
    else:
        return {}
    return _any(_day(_year(year), MONTHS.get(month), int(day)))


def _has_month(text: str) -> bool:
    return any(word in MONTHS for word in re.findall(r"[a-z]+", text))


def _without_time(text: str) -> str | None:
    """The text without its time of day where that is midnight; None where it is any other."""
    found = _TIME.search(text)
    if found is None:
        return text
    hour = int(found["hour"])
    if found["half"] and found["half"].startswith("a") and hour == 12:
        hour = 0
    if hour or int(found["minute"]) or int(found["second"] or 0) or (found["half"] or "").startswith("p"):
        return None
    return text[: found.start()]


def _numbers(first: str, second: str, third: str) -> dict[Order, dt.date]:
    if len(first) > 2:
        return _any(_day(int(first), int(second), int(third))) if len(first) == 4 and len(third) <= 2 else {}
    if len(third) == 3:
        return {}
    found: dict[Order, dt.date | None] = {
        "dmy": _day(_year(third), int(second), int(first)),
        "mdy": _day(_year(third), int(first), int(second)),
    }
    if len(first) == 2 and len(third) <= 2:
        found["ymd"] = _day(_year(first), int(second), int(third))
    return {order: day for order, day in found.items() if day is not None}


def _year(text: str) -> int | None:
    if len(text) == 4:
        return int(text)
    century = CENTURIES.get(int(text)) if len(text) == 2 else None
    return None if century is None else century + int(text)


def _day(year: int | None, month: int | None, day: int) -> dt.date | None:
    if year is None or month is None:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _any(day: dt.date | None) -> dict[Order, dt.date]:
    return {} if day is None else dict.fromkeys(ORDERS, day)
