"""The words and numbers that people give the library, checked before anything computes with them.

A wrong one is a UsageError that names the argument; a level that the grid does not have is a ValueError, as everywhere.
"""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import numpy as np

from forex.core.edges.shown import shown
from forex.core.edges.validators import clock_time, horizon_name, iso_day
from forex.core.errors import UsageError
from forex.core.quantiles import central_pair
from forex.observations.store import PERCENT, TARGET

Checked = TypeVar("Checked")


def quotes(given: Any, listed: Collection[str], in_per_cent: Collection[str]) -> set[str]:
    """The ids in `quotes`.  Raises UsageError where one is no driver among the series, or a rate."""
    names = set(words("quotes", given, 'ids of series such as ["usdclp_spot"]'))
    drivers = [name for name in listed if name != TARGET]
    for name in sorted(names):
        if name == TARGET:
            raise UsageError(f"quotes: {TARGET} is the series that is forecast, and no quote of itself. Remove it.")
        if name not in drivers:
            raise UsageError(
                f"quotes: {shown(name)} is not among the series ({', '.join(sorted(drivers)) or 'no drivers'}). Correct it."
            )
        if name in in_per_cent:
            raise UsageError(
                f'quotes: {name} is a rate by its unit, "{PERCENT}"; a quote is a price of the dollar in pesos.'
            )
    return names


def horizons(given: Any) -> list[str]:
    """The horizons of `fit`.  Raises UsageError where there is none, one comes twice or is no horizon."""
    names = words("horizons", given, 'horizons such as ["7d"]')
    if not names:
        raise UsageError('horizons: expected at least one, such as ["7d"].')
    return [word("horizons", name, horizon_name) for name in names]


def levels(given: Any) -> list[float]:
    """The levels of `latest` and `score`.  Raises ValueError where one comes twice or is no pair of the grid."""
    if isinstance(given, str) or not isinstance(given, Collection):
        raise ValueError(f"levels: expected numbers such as [0.8], got {shown(given)}")
    for level in given:
        if isinstance(level, str) or not np.isscalar(level):
            raise ValueError(f"levels: expected numbers such as 0.8, got {shown(level)}")
        try:
            central_pair(float(level))  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise ValueError(f"levels: {error}") from error
    found = [float(level) for level in given]
    if len(set(found)) != len(found):
        raise ValueError(f"levels: expected no repetition, got {found}")
    return found


def day(argument: str, given: str | dt.date) -> str:
    """A day such as "2024-11-27", as a text.  Raises UsageError where it is none."""
    return str(word(argument, str(given) if isinstance(given, dt.date) else given, iso_day))


def time(argument: str, given: str) -> str:
    """A time of day such as "15:00".  Raises UsageError where it is none."""
    return word(argument, given, clock_time)


def word(argument: str, given: Any, check: Callable[[str], Checked]) -> Checked:
    """What `check` makes of a text.  Raises UsageError naming the argument where it is no text, or `check` refuses it."""
    try:
        return check(given if isinstance(given, str) else repr(given))
    except ValueError as error:
        raise UsageError(f"{argument}: {error}.") from error


def words(argument: str, given: Any, expected: str) -> list[str]:
    """The texts of a collection.  Raises UsageError where it is a text itself, or something else stands in it, or one twice."""
    if isinstance(given, str) or not isinstance(given, Collection):
        raise UsageError(f"{argument}: expected {expected}, got {shown(given)}.")
    for name in given:
        if not isinstance(name, str):
            raise UsageError(f"{argument}: expected {expected}, got {shown(name)} in it.")
    found = list(given)
    if repeated := [name for at, name in enumerate(found) if name in found[:at]]:
        raise UsageError(f"{argument}: {shown(repeated[0])} stands there twice. Remove one.")
    return found
