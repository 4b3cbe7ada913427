"""What a file says, and how that was understood: before anything is written, and whether or not it is."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from forex.core.errors import DataError
from forex.importing import days, numbers
from forex.importing.about import Asked, Known, chosen
from forex.importing.days import Order
from forex.importing.grid import Grid, Row, shown
from forex.importing.instants import known_from
from forex.importing.layout import Column, Layout, laid_out
from forex.importing.numbers import Mark
from forex.importing.opening import opened
from forex.importing.plausible import Skipped, Value, once, within_bounds
from forex.importing.settled import Written, mark_of, order_of, refuse_swapped
from forex.timeline.holidays import FIRST_YEAR, LAST_YEAR

AHEAD: Final = dt.timedelta(days=14)  # how far beyond today a value that is in force later may be dated


@dataclass(frozen=True)
class Understood:
    """What a file says, and how that was understood.

    told: how the file was read, by label.  series: its id, recognised by `why`.  others: names of the columns of numbers that are
    left out.  order, mark: None where they make no difference.  per_cent: the values are written so.  computed: how many of them
    are results of formulas.  values: in order of date.
    """

    told: Mapping[str, str]
    titles: tuple[str, ...]
    series: str
    why: str
    column: Column
    others: tuple[str, ...]
    order: Order | None
    mark: Mark | None
    per_cent: bool
    computed: int
    values: tuple[Value, ...]
    skipped: tuple[Skipped, ...]


def understand(path: Path, asked: Asked, known: Known, now: dt.datetime) -> Understood:
    """Read a file, with what its owner says of it, and say how it was understood; nothing is written.

    now: UTC; no value may be dated later than AHEAD of it.  Raises UsageError where the file can mean two things, naming the option
    that says which, and as `opened`; DataError where it cannot be understood.
    """
    name = str(path)
    layout = laid_out(opened(path, asked.sheet), name)
    column, series, why = chosen(layout, asked, known, path)
    skipped = [
        Skipped(row.place, " ".join(shown(cell) for cell in row.cells if shown(cell)), "no day")
        for row in layout.dayless
    ]
    dated, order = _dated(layout, asked, now, name, skipped)
    numbered, mark = _numbered(dated, column, asked, name, skipped)
    values = [
        Value(row.place, date, number, asked.known_at or _known_at(row, layout, name, now))
        for row, date, number in numbered
    ]
    if not values:
        raise DataError(f"{name}: {column.name} has no value beside a day. {_first(skipped)}")
    marked = _marked(layout.grid, column, {value.place for value in values})
    kept = within_bounds(once(values, name, skipped), series, known.bounds.get(series), name, skipped)
    return Understood(
        told=layout.grid.told,
        titles=layout.titles,
        series=series,
        why=why,
        column=column,
        others=tuple(other.name for other in layout.values if other != column),
        order=order,
        mark=mark,
        per_cent=marked,
        computed=sum((value.place, column.index) in layout.grid.formulas for value in kept),
        values=tuple(sorted(kept, key=lambda value: (value.date, value.known_at is not None, value.known_at or now))),
        skipped=tuple(skipped),
    )


def _dated(
    layout: Layout, asked: Asked, now: dt.datetime, name: str, skipped: list[Skipped]
) -> tuple[list[tuple[Row, dt.date]], Order | None]:
    """The rows with their days, and the order of day, month and year that the whole file settles."""
    written, every = [], []
    for row in layout.data:
        cell = row.cell(layout.days.index)
        text = shown(cell)
        if isinstance(cell, dt.datetime):
            ways = dict.fromkeys(days.ORDERS, cell.date()) if cell.time() == dt.time() else {}
        else:
            ways = days.readings(text)
        if ways:
            every.append(Written(row.place, text, ways))
        possible = {
            way: day for way, day in ways.items() if FIRST_YEAR <= day.year <= LAST_YEAR and day <= now.date() + AHEAD
        }
        if possible:
            written.append((row, Written(row.place, text, possible)))
        else:
            skipped.append(Skipped(row.place, text, _no_day(text, bool(ways))))
    refuse_swapped(every, name)
    if not written:
        raise DataError(f"{name}: {layout.days.name} has no day that can be used. {_first(skipped)}")
    order = order_of([entry for _, entry in written], asked.dates, name)
    found = [(row, entry, entry.read(order)) for row, entry in written]
    skipped += [Skipped(entry.place, entry.text, f"no day as {order}") for _, entry, day in found if day is None]
    return [(row, day) for row, _, day in found if day is not None], order


def _no_day(text: str, is_day: bool) -> str:
    if is_day:
        return f"a day before {FIRST_YEAR} or in the future"
    return "a moment and not a day" if days.has_a_time(text) or ":" in text else "no such day"


def _numbered(
    dated: Sequence[tuple[Row, dt.date]], column: Column, asked: Asked, name: str, skipped: list[Skipped]
) -> tuple[list[tuple[Row, dt.date, Decimal]], Mark | None]:
    """The rows with their days and numbers, and the decimal mark that the whole file settles."""
    written = []
    for row, date in dated:
        cell = row.cell(column.index)
        text = shown(cell)
        if isinstance(cell, Decimal):
            ways: Mapping[Mark, Decimal] = dict.fromkeys(numbers.MARKS, cell)
        elif isinstance(cell, dt.datetime) or numbers.is_absent(text):
            skipped.append(Skipped(row.place, text, "no value"))
            continue
        else:
            ways = numbers.readings(text)
        if ways:
            written.append((row, date, Written(row.place, text, ways)))
        else:
            skipped.append(Skipped(row.place, text, "no number"))
    mark = mark_of([entry for _, _, entry in written], asked.decimal, name)
    found = [(row, date, entry, entry.read(mark)) for row, date, entry in written]
    skipped += [
        Skipped(entry.place, entry.text, f"no number with a decimal {mark}")
        for _, _, entry, number in found
        if number is None
    ]
    return [(row, date, number) for row, date, _, number in found if number is not None], mark


def _known_at(row: Row, layout: Layout, name: str, now: dt.datetime) -> dt.datetime | None:
    if layout.known_at is None:
        return None
    text = shown(row.cell(layout.known_at.index))
    if numbers.is_absent(text):
        return None
    try:
        return known_from(text, now, zone=dt.UTC)
    except ValueError as error:
        raise DataError(
            f"{name}, {row.place}: known_at {text!r}: {error}. Correct it, or leave it empty: the publication rule then says it."
        ) from None


def _marked(grid: Grid, column: Column, places: set[str]) -> bool:
    """Whether the values are written as per cent."""
    texts = (shown(row.cell(column.index)) for row in grid.rows if row.place in places)
    return any(map(numbers.is_per_cent, texts)) or any((place, column.index) in grid.per_cent for place in places)


def reasons(skipped: Sequence[Skipped]) -> list[tuple[str, int, Skipped]]:
    """Why rows are left out, the most frequent reason first: the reason, how many, and the first of them."""
    counts = Counter(row.why for row in skipped)
    return [(why, count, next(row for row in skipped if row.why == why)) for why, count in counts.most_common()]


def _first(skipped: Sequence[Skipped]) -> str:
    return f"{skipped[0].place}: {skipped[0].text!r}, {skipped[0].why}." if skipped else ""
