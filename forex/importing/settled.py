"""What a whole file settles: the order of its days and its decimal mark. Where its rows leave two, its owner has to say which."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final, Generic, TypeVar

from forex.core.errors import DataError, UsageError
from forex.importing.days import ORDERS, Order
from forex.importing.numbers import MARKS, Mark

Way = TypeVar("Way", Order, Mark)
Read = TypeVar("Read", dt.date, Decimal)

SAID: Final[Mapping[Order | Mark, str]] = {
    "dmy": "day, month, year",
    "mdy": "month, day, year",
    "ymd": "year, month, day",
    "comma": "a decimal comma",
    "point": "a decimal point",
}


ENOUGH: Final = 3  # days of either kind, where the rows stand in no order that tells


@dataclass(frozen=True)
class Written(Generic[Way, Read]):
    """A cell of text, where it stands, and what it can mean, by the way in which it is read."""

    place: str
    text: str
    ways: Mapping[Way, Read]

    def read(self, way: Way | None) -> Read | None:
        """What the text means, read this way, None where it cannot be; without a way, by any of them, for they agree."""
        return next(iter(self.ways.values())) if way is None else self.ways.get(way)


def refuse_swapped(written: Sequence[Written[Order, dt.date]], name: str) -> None:
    """Raise DataError where a spreadsheet has taken days for months.

    An English Excel that opens 03-04-2024 and 13-04-2024 makes a date of the first, 4 March, and leaves the second as it is. Then
    every date that is settled has a day up to 12 that could be its month, every other one a day beyond; and with day and month
    changed back the rows are in a much better order or, where no order tells, there are ENOUGH of both.

    written: all days of the file, in the order of its rows.  name: what messages call the file.
    """
    settled = [len(set(cell.ways.values())) == 1 and len(cell.ways) == len(ORDERS) for cell in written]
    texts = [cell for cell, is_settled in zip(written, settled, strict=True) if not is_settled]
    if not texts or not all(("dmy" in cell.ways) != ("mdy" in cell.ways) for cell in texts):
        return
    days = [cell.ways.get("dmy") or cell.ways["mdy"] for cell in written]
    if any(is_settled and day.day > 12 for day, is_settled in zip(days, settled, strict=True)):
        return
    back = [
        day.replace(month=day.day, day=day.month) if is_settled else day
        for day, is_settled in zip(days, settled, strict=True)
    ]
    changed = [i for i, (day, other) in enumerate(zip(days, back, strict=True)) if day != other]
    breaks, breaks_back = _breaks(days), _breaks(back)
    is_plain = 2 * breaks < breaks_back or (2 * breaks_back >= breaks and min(len(changed), len(texts)) < ENOUGH)
    if not changed or is_plain:
        return
    first = written[changed[0]]
    raise DataError(
        f"{name}, {first.place}: Excel has swapped day and month: it made {days[changed[0]]} of {back[changed[0]]} and left "
        f"{texts[0].place}, {texts[0].text!r}, as text, for no month is beyond 12. Import the text file itself, or open it with "
        "Data, From Text/CSV, the column of days as text, and save that."
    )


def _breaks(days: Sequence[dt.date]) -> int:
    """How many steps from day to day go against most."""
    steps = [(later > day) - (later < day) for day, later in pairwise(days)]
    return min(steps.count(1), steps.count(-1))


def order_of(written: Sequence[Written[Order, dt.date]], given: Order | None, name: str) -> Order | None:
    """The order in which the file writes its days: `given`, else the one that suits every row.

    None where every order does, and they make no difference.  name: what messages call the file.  Raises UsageError where the rows
    leave two orders, or none.
    """
    return given or _settled(written, ORDERS, "--dates", name, str)


def mark_of(written: Sequence[Written[Mark, Decimal]], given: Mark | None, name: str) -> Mark | None:
    """The decimal mark of the file: `given`, else the one that suits every row.

    None where both do, and make no difference.  name: what messages call the file.  Raises UsageError where the rows leave both
    marks, or none.
    """
    return given or _settled(written, MARKS, "--decimal", name, "{:f}".format)


def _settled(
    written: Sequence[Written[Way, Read]], every: Sequence[Way], option: str, name: str, say: Callable[[Read], str]
) -> Way | None:
    """The one way that suits all rows; None where all do, and make no difference."""
    left = [way for way in every if all(way in cell.ways for cell in written)]
    if not left:
        raise UsageError(_contradiction(written, option, name))
    for cell in written:
        if len({cell.ways[way] for way in left}) > 1:
            could = " or ".join(f"{say(cell.ways[way])} ({option} {way})" for way in left)
            raise UsageError(
                f"{name}, {cell.place}: {cell.text!r} could be {could}, and no row of the file says which. Give one of the options."
            )
    return None if len(left) == len(every) else left[0]


def _contradiction(written: Sequence[Written[Way, Read]], option: str, name: str) -> str:
    """The message that names the cell with the fewest ways, and one that cannot be read in all of these."""
    narrow = min(written, key=lambda cell: len(cell.ways))
    other = next(cell for cell in written if not narrow.ways.keys() <= cell.ways.keys())
    said = [
        f"{cell.place} has {cell.text!r}, {' or '.join(SAID[way] for way in cell.ways)}" for cell in (narrow, other)
    ]
    return f"{name}: {', and '.join(said)}. Correct one, or give {option}: rows that do not fit are then left out."
