"""What a whole file settles: the order of its days and its decimal mark. Where its rows leave two, its owner has to say which."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from forex.core.errors import UsageError
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


@dataclass(frozen=True)
class Written(Generic[Way, Read]):
    """A cell of text, where it stands, and what it can mean, by the way in which it is read."""

    place: str
    text: str
    ways: Mapping[Way, Read]

    def read(self, way: Way | None) -> Read | None:
        """What the text means, read this way, None where it cannot be; without a way, by any of them, for they agree."""
        return next(iter(self.ways.values())) if way is None else self.ways.get(way)


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
