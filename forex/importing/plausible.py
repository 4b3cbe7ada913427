"""Whether values can be what they are taken for: once a day, within the series' bounds, in its unit; and which days are missing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from forex.core.errors import DataError
from forex.observations.store import PERCENT
from forex.params import Bounds
from forex.timeline import calendar

MOSTLY: Final = 0.5  # of the values within their bounds, in a file about the series that it is taken for
LONGEST: Final = 3  # how many stretches of missing days are told


@dataclass(frozen=True)
class Value:
    """A day's value in a file.

    place: where it stands.  number: as written, to the last decimal.  known_at: UTC, where the file or its owner says it.
    """

    place: str
    date: dt.date
    number: Decimal
    known_at: dt.datetime | None = None


@dataclass(frozen=True)
class Skipped:
    """A row, or a cell of one, that is left out, and why."""

    place: str
    text: str
    why: str


@dataclass(frozen=True)
class Gaps:
    """A file's dates against the calendar of business days, from the first date to the last.

    missing: how many business days have no value.  longest: first and last day of the longest stretches of these, with their
    number, the longest first.  off: how many dates are no business days.
    """

    missing: int
    longest: tuple[tuple[dt.date, dt.date, int], ...]
    off: int


def once(values: Sequence[Value], name: str, skipped: list[Skipped]) -> list[Value]:
    """The values with each day once or, where `known_at` is given, once per instant; repetitions are added to `skipped`.

    name: what messages call the file.  Raises DataError where a day or an instant has two values.
    """
    found: dict[tuple[dt.date, dt.datetime | None], Value] = {}
    for value in values:
        before = found.setdefault((value.date, value.known_at), value)
        if before.number != value.number:
            raise DataError(
                f"{name}, {before.place} and {value.place}: {value.date} has the values {before.number} and {value.number}. Remove "
                "the wrong one; a revision needs a column known_at."
            )
        if before is not value:
            skipped.append(Skipped(value.place, f"{value.date} {value.number}", "the same day and value again"))
    return list(found.values())


def within_bounds(
    values: Sequence[Value], series: str, bounds: Bounds | None, name: str, skipped: list[Skipped]
) -> list[Value]:
    """The values within the bounds of the series, all of them where it has none; the others are added to `skipped`.

    name: what messages call the file.  Raises DataError where half of the values or more lie outside.
    """
    if bounds is None:
        return list(values)
    within: list[Value] = []
    outside: list[Value] = []
    for value in values:
        (within if bounds.min <= value.number <= bounds.max else outside).append(value)
    allowed = f"{bounds.min:g} to {bounds.max:g}"
    if len(within) <= MOSTLY * len(values):
        first = outside[0]
        raise DataError(
            f"{name}, {first.place}: {first.number} on {first.date}. {len(outside)} of {len(values)} values lie "
            f"outside of {allowed}, where {series} can be (validate.bounds.{series} in params.yaml). Say if it is another series "
            "(--series), another column (--column) or another decimal mark (--decimal)."
        )
    skipped += [
        Skipped(value.place, f"{value.date} {value.number}", f"outside of {allowed} (validate.bounds.{series})")
        for value in outside
    ]
    return within


def refuse_other_unit(per_cent: bool, unit: str, series: str, name: str) -> None:
    """Raise DataError where the values are per cent and the unit of the series is not."""
    if per_cent and unit != PERCENT:
        raise DataError(
            f"{name}: its values are per cent, and the unit of {series} is {unit!r}. Choose the column with the values themselves "
            "(--column)."
        )


def gaps(dates: Sequence[dt.date]) -> Gaps:
    """Which business days the dates lack, and how many dates are no business days.  dates: at least one, in any order."""
    days = np.unique(np.array(dates, dtype="datetime64[D]"))
    business = calendar.business_days(str(days[0]), str(days[-1]))
    absent = ~np.isin(business, days)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], absent.astype(int), [0]])))
    stretches = [(business[i], business[j - 1], int(j - i)) for i, j in zip(edges[::2], edges[1::2], strict=True)]
    stretches.sort(key=lambda stretch: -stretch[2])
    return Gaps(
        missing=int(absent.sum()),
        longest=tuple((first.item(), last.item(), count) for first, last, count in stretches[:LONGEST]),
        off=int((~np.isin(days, business)).sum()),
    )
