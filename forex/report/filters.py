"""How the dashboard shows a value: numbers, dates and names as people read them, in English whatever the locale."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from forex.report.rows import as_per_cent

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ABSENT = "–"


def day(value: str | dt.date | None) -> str:
    """A date as people read it, in English whatever the locale.

    >>> day("2024-11-28")
    '28 Nov 2024'
    """
    if value is None:
        return ABSENT
    date = value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def instant(value: dt.datetime) -> str:
    """An instant in UTC as people read it.

    >>> instant(dt.datetime(2024, 11, 27, 18, tzinfo=dt.UTC))
    '27 Nov 2024, 18:00 UTC'
    """
    return f"{day(value)}, {value:%H:%M} UTC"


def words(name: str) -> str:
    """A name of the code as words: its underscores as spaces.

    >>> words("not_a_business_day"), words("INSUFFICIENT_DATA")
    ('not a business day', 'INSUFFICIENT DATA')
    """
    return name.replace("_", " ")


def p_value(p: float) -> str:
    """
    >>> p_value(0.0421), p_value(1e-9)
    ('0.042', '< 0.001')
    """
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def signed(value: float, places: int) -> str:
    """A difference with its sign, a true minus; none where nothing is left after rounding.

    >>> signed(-1.834, 2), signed(-0.001, 2)
    ('−1.83', '0.00')
    """
    return f"{value:+.{places}f}".replace("-", "−") if round(value, places) else f"{0:.{places}f}"


def evidence(wealth: float) -> str:
    """The wealth of a bet, from next to nothing to millions.

    >>> evidence(0.0054), evidence(1.052), evidence(76384.139)
    ('< 0.01', '1.05', '76\u202f384')
    """
    if wealth < 0.01:
        return "< 0.01"
    return f"{wealth:.2f}" if wealth < 1000 else count(round(wealth))


def count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def per_cent(share: float, places: int) -> str:
    return f"{100 * share:.{places}f}\u202f%"


def _or_absent(shown: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: ABSENT if value is None else shown(value)


FILTERS: dict[str, Callable[..., str]] = {
    "rate": _or_absent(lambda value: f"{value:.2f}"),
    "value": _or_absent(lambda value: f"{value:.6g}"),
    "clp": _or_absent(lambda value: signed(value, 2)),
    "level": as_per_cent,
    "share": _or_absent(lambda value: per_cent(value, 1)),
    "whole": _or_absent(lambda value: per_cent(value, 0)),
    "change": _or_absent(lambda value: f"{signed(value, 1)}\u202f%"),
    "points": _or_absent(lambda value: f"{value:.0f}"),
    "count": _or_absent(count),
    "p": _or_absent(p_value),
    "evidence": _or_absent(evidence),
    "business_days": lambda count: f"{count} business day{'' if count == 1 else 's'}",
    "day": day,
    "instant": instant,
    "words": words,
}
