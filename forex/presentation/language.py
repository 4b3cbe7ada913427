"""A language: sentences, names, numbers and dates as its readers write them, from gettext catalogues and CLDR through Babel.

The texts of the code are English and the keys of the catalogues; `catalogues/es` has their Spanish, a file for each package.
Nothing is read from the machine's locale here: whoever asks for a language names it.
"""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal, localcontext
from functools import cache
from typing import Any, Final, Literal

from forex.core.sentence import AS_IT_IS, INSTANT, LISTS, UNITS, Formatter, Sentence
from forex.presentation.catalogue import Code, translations
from forex.presentation.names import NAMES

LOCALES: Final = {"es": "es_CL", "en": "en_US"}
ABSENT: Final = "–"
MINUS: Final = "−"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
HORIZON = re.compile(r"[1-9]\d{0,2}d")
NUMBER = re.compile(r"(?P<sign>\+?)(?P<grouped>,?)(?:\.(?P<places>\d+))?(?P<kind>[f%gd]?)")
WIDEST: Final = 330  # digits, of the largest float with its places
DIGITS: Final = 6  # of a number whose text asks for no places


class Language:
    """How texts, names, numbers and dates are written for the readers of one language; None is written as a dash.

    code: es or en.
    plain: for a terminal, whose tables line up and are searched and copied: thousands are not grouped, and signs are those of a
    keyboard.
    """

    def __init__(self, code: Code, *, plain: bool = False):
        self.code = code
        self.locale = LOCALES[code]
        self.plain = plain
        self.translations = translations(code)
        self._formatter = _Localised(self)

    # What is said

    def plural(self, one: str, other: str, number: int) -> str:
        """The form for `number`, its field {n} filled in.  one, other: the English forms, by the names that CLDR gives them."""
        return self.translations.ngettext(one, other, number).format(n=self.count(number))

    def say(self, said: str | Sentence, **values: Any) -> str:
        """A sentence of a report, or a text of the code with fields as in `forex.core.sentence` and their values."""
        text, given = (said.text, said.values) if isinstance(said, Sentence) else (said, values)
        return self._formatter.vformat(self.translations.gettext(text), (), given)

    def name(self, name: str) -> str:
        """What people call a series, state, rule or model of the code; its words where nobody has given it a name.

        >>> Language("en").name("brl"), Language("es").name("brl"), Language("es").name("my_series")
        ('Brazilian Real', 'real brasileño', 'my series')
        """
        if HORIZON.fullmatch(name):
            return name if self.plain else self.horizon(name)
        if name in NAMES:
            return self.translations.gettext(NAMES[name])
        currency = self._currency(name)
        return currency or name.replace("_", " ")

    def _currency(self, name: str) -> str | None:
        from babel import Locale

        return Locale.parse(self.locale).currencies.get(name.upper()) if len(name) == 3 else None

    def horizon(self, name: str) -> str:
        """A horizon in words.

        >>> [Language(code).horizon(name) for code in ("en", "es") for name in ("1d", "30d")]
        ['1 business day', '30 days', '1 día hábil', '30 días']
        """
        days = int(name.removesuffix("d"))
        return self.plural(*UNITS["business_days" if days == 1 else "days"], days)

    def listed(self, parts: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
        """The parts as a sentence lists them.

        >>> Language("es").listed(["7d", "15d", "30d"]), Language("es").listed(["DXY", "índice amplio"], "or")
        ('7d, 15d y 30d', 'DXY o índice amplio')
        """
        from babel.lists import format_list

        return format_list(list(parts), style=style, locale=self.locale) if parts else ABSENT

    # Numbers

    def number(self, value: float | None, places: int, *, grouped: bool = True, sign: bool = False) -> str:
        """A number with so many decimals; what rounds to zero has no sign.

        >>> Language("es").number(1005.286, 2), Language("en").number(-1005.286, 2), Language("es", plain=True).number(-1005.286, 2)
        ('1.005,29', '−1,005.29', '-1005,29')
        >>> len(Language("es", plain=True).number(1e40, 2))
        44
        """
        if value is None:
            return ABSENT
        from babel.numbers import format_decimal

        pattern = ("#,##0" if grouped and not self.plain else "0") + ("." + "0" * places if places else "")
        with localcontext(prec=WIDEST):  # the usual 28 digits are too few for some numbers, and babel would fail
            size = format_decimal(abs(round(value, places)), format=pattern, locale=self.locale)
        if not round(value, places):
            return size
        return (("-" if self.plain else MINUS) if value < 0 else "+" if sign else "") + size

    def rate(self, value: float | None) -> str:
        """A rate in CLP per USD, to two decimals."""
        return self.number(value, 2)

    def pesos(self, value: float | None) -> str:
        """A rate in whole pesos, which is enough in a sentence."""
        return self.number(value, 0)

    def clp(self, value: float | None) -> str:
        """A difference in CLP per USD, to two decimals, with its sign."""
        return self.number(value, 2, sign=True)

    def value(self, value: float | None, digits: int = DIGITS, *, sign: bool = False) -> str:
        """A number with the digits that it needs, and no more than so many significant ones.

        >>> Language("es").value(0.61523), Language("es").value(1382.3), Language("es").value(3.2e-7)
        ('0,61523', '1.382,3', '0,00000032')
        """
        if value is None:
            return ABSENT
        shown = Decimal(f"{value:.{digits}g}")
        return self.number(float(shown), len(f"{shown.normalize():f}".partition(".")[2]), sign=sign)

    def count(self, value: int | None) -> str:
        """A whole number."""
        return self.number(value, 0)

    def per_cent(self, share: float | None, places: int, *, sign: bool = False) -> str:
        """A share in per cent, with so many decimals.  sign: a positive one has its sign, too."""
        return ABSENT if share is None else f"{self.number(100 * share, places, sign=sign)}{self._space}%"

    @property
    def _space(self) -> str:
        """What stands before the per cent sign."""
        return " " if self.plain else "\u202f"

    def share(self, share: float | None) -> str:
        """A share in per cent, to one decimal."""
        return self.per_cent(share, 1)

    def whole(self, share: float | None) -> str:
        """A share in whole per cent."""
        return self.per_cent(share, 0)

    def chance(self, probability: float | None) -> str:
        """A probability in whole per cent; what is not quite impossible or certain does not read as if it were.

        >>> [Language("es").chance(share) for share in (0.0012, 0.42, 0.9991, 1.0)]
        ['< 1\u202f%', '42\u202f%', '> 99\u202f%', '100\u202f%']
        """
        if probability is not None and 0 < probability < 0.01:
            return f"< {self.whole(0.01)}"
        if probability is not None and 0.99 < probability < 1:
            return f"> {self.whole(0.99)}"
        return self.whole(probability)

    def level(self, level: float) -> str:
        """A level in per cent, with the digits that it needs.

        >>> Language("es").level(0.995), Language("es").level(0.8)
        ('99,5\u202f%', '80\u202f%')
        """
        return f"{self.value(round(100 * level, 9))}{self._space}%"

    def p(self, p: float | None) -> str:
        """A p-value to three decimals; below 0.001, only that it is.

        >>> Language("es").p(0.0421), Language("en").p(1e-9)
        ('0,042', '< 0.001')
        """
        if p is None:
            return ABSENT
        return self.number(p, 3) if p >= 0.001 else f"< {self.number(0.001, 3)}"

    # Days

    def day(self, value: str | dt.date | None) -> str:
        """A day with its month abbreviated.  value: a text is ISO 8601.

        >>> Language("es").day("2024-11-28"), Language("en").day("2024-11-28")
        ('28 nov 2024', '28 Nov 2024')
        """
        return self._date(value, "d MMM y")

    def day_in_words(self, value: str | dt.date) -> str:
        """A day in full, with its weekday.

        >>> Language("es").day_in_words("2024-11-28"), Language("en").day_in_words("2024-11-28")
        ('jueves 28 de noviembre de 2024', 'Thursday 28 November 2024')
        """
        return self._date(value, "EEEE d 'de' MMMM 'de' y" if self.code == "es" else "EEEE d MMMM y")

    def day_and_month(self, value: str | dt.date) -> str:
        """A day without its year.

        >>> Language("es").day_and_month("2024-11-28"), Language("en").day_and_month("2024-11-28")
        ('28 de noviembre', '28 November')
        """
        return self._date(value, "d 'de' MMMM" if self.code == "es" else "d MMMM")

    def instant(self, value: dt.datetime) -> str:
        """The day and time of an instant, which has to be in UTC."""
        return f"{self.day(value.date())}, {value:%H:%M} UTC"

    def months(self) -> list[str]:
        """The twelve months' short names."""
        return [self._date(dt.date(2000, month, 1), "MMM") for month in range(1, 13)]

    def _date(self, value: str | dt.date | None, pattern: str) -> str:
        if value is None:
            return ABSENT
        from babel.dates import format_date

        date = value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        return format_date(date, pattern, locale=self.locale).replace(".", "")


class _Localised(Formatter):
    """Puts values into a translated text: the same fields, in the language's numbers, dates and names."""

    def __init__(self, language: Language):
        self.language = language

    def joined(self, parts: Sequence[str], how: str) -> str:
        if how in ("and", "or"):
            return self.language.listed(parts, "or" if how == "or" else "standard")
        return LISTS[how].join(parts)

    def sentence(self, value: Sentence) -> str:
        return self.language.say(value)

    def counted(self, number: int, one: str, other: str) -> str:
        return self.language.plural(one, other, number)

    def single(self, value: Any, format_spec: str) -> str:
        if isinstance(value, dt.datetime):
            return self.language.instant(value)
        if isinstance(value, dt.date):
            return self.language.day(value)
        if isinstance(value, str):
            return self._text(value, format_spec)
        found = NUMBER.fullmatch(format_spec)
        if found is None:
            raise ValueError(f"{format_spec!r} is no form of a number that a language knows")
        sign, places = bool(found["sign"]), int(found["places"] or 0)
        if found["kind"] == "%":
            return self.language.per_cent(value, places, sign=sign)
        if found["kind"] == "f":
            return self.language.number(value, places, sign=sign)
        return self.language.value(value, places or DIGITS, sign=sign)

    def _text(self, value: str, format_spec: str) -> str:
        if format_spec == AS_IT_IS:
            return value
        try:
            if TIME.fullmatch(value):
                return self.language.instant(dt.datetime.strptime(value, INSTANT).replace(tzinfo=dt.UTC))
            if DATE.fullmatch(value):
                return self.language.day(value)
        except ValueError:  # somebody's name that looks like a date
            return value
        return self.language.name(value)


@cache
def language(code: Code) -> Language:
    """The language of that code, made once."""
    return Language(code)


@cache
def plain_language(code: Code) -> Language:
    """The language of that code in its plain form, made once."""
    return Language(code, plain=True)
