"""A sentence for people that a report holds: in English as it stands, and taken apart, so that it can be said in another language.

    {"says": "copper_lme fell 10.2%", "text": "{series} fell {fall:.1%}", "values": {"series": "copper_lme", "fall": 0.1021}}

`text` is what the catalogues of `forex.presentation` translate. Its fields are named and take Python's format specifications. Text
without one is a name of the code or a date, which every language has in its own words; `{file:s}` stays as it is. A number may be
counted by the name of a unit, `{days:business_days}` being "1 business day" or "20 business days", and several values are listed
by that of a list, `{series:or}` being "vix or dxy" and `{changes:slash:+.1f}` "-18.6/-3.4".
"""

import datetime as dt
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final

from forex.core.reports import Report

# What is counted: one, and any other number of them.
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "business_days": ("{n} business day", "{n} business days"),
    "days": ("{n} day", "{n} days"),
    "rows": ("{n} row", "{n} rows"),
    "series": ("{n} series", "{n} series"),
}

# How several values stand one after the other; "" is what a field has that says nothing.
LISTS: Final[Mapping[str, str]] = {"": "; ", "comma": ", ", "or": " or ", "slash": "/", "and": ", "}
AS_IT_IS: Final = "s"
INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"  # UTC


class Sentence(Report):
    """says: in English.  text, values: what it was made from; lists are said one after the other."""

    says: str
    text: str
    values: Mapping[str, "Sentence | bool | int | float | str | None | tuple[Sentence | int | float | str, ...]"]

    def __str__(self) -> str:
        return self.says


class Formatter(string.Formatter):
    """Puts values into the fields of a text, in English."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, tuple | list):
            how, _, each = format_spec.partition(":")
            return self.joined([self.format_field(one, each) for one in value], how)
        if isinstance(value, Sentence):
            return self.sentence(value)
        if value is None:
            return "–"
        if format_spec == AS_IT_IS:
            return str(value)
        if format_spec in UNITS:
            return self.counted(value, *UNITS[format_spec])
        return self.single(value, format_spec)

    def joined(self, parts: Sequence[str], how: str) -> str:
        """how: of LISTS.

        >>> Formatter().joined(["7d", "15d", "30d"], "and"), Formatter().joined(["7d"], "and")
        ('7d, 15d and 30d', '7d')
        """
        if how == "and" and len(parts) > 1:
            return f"{', '.join(parts[:-1])} and {parts[-1]}"
        return LISTS[how].join(parts)

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
    plain = {name: _plain(value) for name, value in values.items()}
    return Sentence(says=Formatter().vformat(text, (), plain), text=text, values=plain)


def _plain(value: Any) -> Any:
    """What JSON knows: numbers of numpy as Python's, days and instants as text."""
    if isinstance(value, tuple | list):
        return tuple(_plain(one) for one in value)
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, dt.datetime):
        return f"{value:{INSTANT}}"
    return str(value) if isinstance(value, dt.date) else value


def verbatim(text: str) -> Sentence:
    """What somebody else said, in whatever language: the message of an error, of a provider.

    >>> verbatim("vix.csv, line 7: {x} is no number").says
    'vix.csv, line 7: {x} is no number'
    """
    return sentence("{message:s}", message=text)


def together(*parts: Sentence | None, by: str = " ") -> Sentence:
    """Sentences one after the other; None is nothing.

    >>> together(sentence("It rains."), None, sentence("It pours.")).says
    'It rains. It pours.'
    """
    said = {f"part_{number}": one for number, one in enumerate(parts, start=1) if one is not None}
    text = by.join(f"{{{name}}}" for name in said)
    return Sentence(says=by.join(one.says for one in said.values()), text=text, values=said)
