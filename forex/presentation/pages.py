"""Pages are templates in the folder `templates` of the package that fills them; this is how they are read, in a language.

Every page has the look of `templates/style.css.j2` here, its texts in `{% trans %}` and `_()`, and filters that write numbers and
dates in its language.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from forex.core.sentence import UNITS
from forex.presentation.language import ABSENT, Language

if TYPE_CHECKING:
    from jinja2 import Environment


MOST_EVIDENCE: Final = 1e9  # wealth beyond which nobody reads the digits


@cache
def environment(package: str, language: Language) -> "Environment":
    """The templates of a package and the shared ones, each read and compiled once; filters of the package's own are set on it.

    Values are escaped, an undefined name is an error, and a line that holds only a block tag leaves no line behind.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    shared = "forex.presentation"
    found = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in dict.fromkeys((package, shared))]),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    found.policies["ext.i18n.trimmed"] = True
    found.filters |= filters(language)
    found.globals |= {"language": language, "absent": ABSENT}
    return found


def filters(language: Language) -> dict[str, Callable[..., str]]:
    """The filters that every page has, by name."""
    return {
        "rate": language.rate,
        "pesos": language.pesos,
        "value": language.value,
        "clp": language.clp,
        "level": language.level,
        "share": language.share,
        "whole": language.whole,
        "change": lambda pct: language.per_cent(None if pct is None else pct / 100, 1, sign=True),
        "points": lambda value: language.number(value, 0),
        "count": language.count,
        "p": language.p,
        "chance": language.chance,
        "evidence": lambda wealth: evidence(wealth, language),
        "business_days": lambda number: language.plural(*UNITS["business_days"], number),
        "day": language.day,
        "day_in_words": language.day_in_words,
        "day_and_month": language.day_and_month,
        "instant": language.instant,
        "horizon": language.horizon,
        "name": language.name,
        "named": lambda name: first_capital(language.name(name)),
        "say": lambda said: language.say(said).replace("`", ""),  # marks of code, which a page does not have
        "capital": first_capital,
        "listed": language.listed,
    }


def evidence(wealth: float | None, language: Language) -> str:
    """The wealth of a bet, which goes from next to nothing to millions; only bounded where its digits say nothing.

    >>> [evidence(wealth, Language("es")) for wealth in (0.0054, 1.052, 76384.139, 1e40)]
    ['< 0,01', '1,05', '76.384', '> 1.000.000.000']
    """
    if wealth is not None and wealth < 0.01:
        return f"< {language.number(0.01, 2)}"
    if wealth is not None and wealth > MOST_EVIDENCE:
        return f"> {language.number(MOST_EVIDENCE, 0)}"
    return language.number(wealth, 2 if wealth is None or wealth < 1000 else 0)


def first_capital(text: str) -> str:
    """The text with its first letter as a capital, and all others as they are.

    >>> first_capital("real brasileño"), first_capital("índice VIX")
    ('Real brasileño', 'Índice VIX')
    """
    return text[:1].upper() + text[1:]
