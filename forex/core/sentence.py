"""A sentence for people in a report: in English as it stands, and taken apart, so that it can be said in another language.

    {"says": "copper_lme fell 10.2%", "text": "{series} fell {fall:.1%}", "values": {"series": "copper_lme", "fall": 0.1021}}

`text` is what the catalogues of `forex.presentation` translate. Its fields are named and take Python's format specifications. A
text value without one is a name of the code or a date, which every language puts in its own words; `{file:s}` stays as it is. The
specification may also be a unit, `{days:business_days}` being "1 business day" or "20 business days", or, for several
values, a kind of list, `{series:or}` being "vix or dxy" and `{changes:slash:+.1f}` "-18.6/-3.4".
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

# What stands between several values, by the kind of list; "" is for a field that names none.
LISTS: Final[Mapping[str, str]] = {"": "; ", "comma": ", ", "or": " or ", "slash": "/", "and": ", "}
AS_IT_IS: Final = "s"
INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"  # UTC


class Sentence(Report):
    """A sentence for people.

    says: in English.  text, values: what it is made from in any language, a text with fields and their values.
    """

    says: str
    text: str
    values: Mapping[str, "Sentence | bool | int | float | str | None | tuple[Sentence | int | float | str, ...]"]

    def __str__(self) -> str:
        return self.says


class Formatter(string.Formatter):
    """Puts values into the fields of a text, in English."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """A value by its specification: a kind of list, a unit, `s` for text as it stands, or one of Python's; "–" for None."""
        if isinstance(value, tuple | list):
            how, _, each = format_spec.partition(":")
            return self.joined([self.format_field(item, each) for item in value], how)
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
        """The parts of a list as one text.  how: a key of LISTS.

        >>> Formatter().joined(["7d", "15d", "30d"], "and"), Formatter().joined(["7d"], "and")
        ('7d, 15d and 30d', '7d')
        """
        if how == "and" and len(parts) > 1:
            return f"{', '.join(parts[:-1])} and {parts[-1]}"
        return LISTS[how].join(parts)

    def sentence(self, value: Sentence) -> str:
        """A sentence that is a value in another."""
        return value.says

    def counted(self, number: int, one: str, other: str) -> str:
        """A number with its unit.  one, other: the text for 1 and for any other number, with a field `n`."""
        return (one if number == 1 else other).format(n=number)

    def single(self, value: Any, format_spec: str) -> str:
        """A single value by one of Python's format specifications."""
        return format(value, format_spec)


def sentence(text: str, **values: Any) -> Sentence:
    """The sentence that `text` makes with `values`; a date is kept in its ISO form, which every language writes its own way.

    >>> sentence("{series} has no new value for {age:business_days}", series="vix", age=3).says
    'vix has no new value for 3 business days'
    """
    plain = {name: _plain(value) for name, value in values.items()}
    return Sentence(says=Formatter().vformat(text, (), plain), text=text, values=plain)


def _plain(value: Any) -> Any:
    """What JSON knows: numbers of numpy as Python's, days and instants as text."""
    if isinstance(value, tuple | list):
        return tuple(_plain(item) for item in value)
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, dt.datetime):
        return f"{value:{INSTANT}}"
    return str(value) if isinstance(value, dt.date) else value


def verbatim(text: str) -> Sentence:
    """What somebody else said, in whatever language, such as the message of an error or of a provider; it is not translated.

    >>> verbatim("vix.csv, line 7: {x} is no number").says
    'vix.csv, line 7: {x} is no number'
    """
    return sentence("{message:s}", message=text)


def together(*parts: Sentence | None, by: str = " ") -> Sentence:
    """Sentences one after the other, with `by` between; None is left out.

    >>> together(sentence("It rains."), None, sentence("It pours.")).says
    'It rains. It pours.'
    """
    named = {f"part_{number}": part for number, part in enumerate(parts, start=1) if part is not None}
    text = by.join(f"{{{name}}}" for name in named)
    return Sentence(says=by.join(part.says for part in named.values()), text=text, values=named)
