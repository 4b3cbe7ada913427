"""A sentence for people that a report holds: in English as it stands, and taken apart, so that it can be said in another language.

    {"says": "copper_lme fell 10.2%", "text": "{series} fell {fall:.1%}", "values": {"series": "copper_lme", "fall": 0.1021}}

`text` is what the catalogues of `forex.presentation` translate. Its fields are named and take Python's format specifications, or
the name of a unit, which counts: `{days:business_days}` is "1 business day" or "20 business days". A value that is text is a
name, which every language has words for; `{found:text}` is text already.
"""

import datetime as dt
import string
from collections.abc import Mapping
from typing import Any, Final

from forex.core.reports import Report

# What is counted: one, and any other number of them.
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "business_days": ("{n} business day", "{n} business days"),
    "days": ("{n} day", "{n} days"),
    "rows": ("{n} row", "{n} rows"),
    "series": ("{n} series", "{n} series"),
}


AS_IT_IS: Final = "text"  # of a value that is no name, but text already


class Sentence(Report):
    """says: in English.  text, values: what it was made from; lists are said one after the other."""

    says: str
    text: str
    values: Mapping[str, "Sentence | bool | int | float | str | None | tuple[Sentence | str, ...]"]

    def __str__(self) -> str:
        return self.says


class Formatter(string.Formatter):
    """Puts values into the fields of a text, in English."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, tuple | list):
            return self.joined([self.format_field(one, format_spec) for one in value])
        if isinstance(value, Sentence):
            return self.sentence(value)
        if value is None:
            return "–"
        if format_spec == AS_IT_IS:
            return str(value)
        if format_spec in UNITS:
            return self.counted(value, *UNITS[format_spec])
        return self.single(value, format_spec)

    def joined(self, parts: list[str]) -> str:
        return "; ".join(parts)

    def sentence(self, value: Sentence) -> str:
        return value.says

    def counted(self, number: int, one: str, other: str) -> str:
        return (one if number == 1 else other).format(n=number)

    def single(self, value: Any, format_spec: str) -> str:
        return format(value, format_spec)


def sentence(text: str, **values: Any) -> Sentence:
    """The sentence that `text` makes with `values`; a date counts as its ISO form, which every language writes its own way.

    >>> sentence("{series} has no new value for {age:business_days}", series="vix", age=3).says
    'vix has no new value for 3 business days'
    """
    plain = {name: str(value) if isinstance(value, dt.date) else value for name, value in values.items()}
    return Sentence(says=Formatter().vformat(text, (), plain), text=text, values=plain)
