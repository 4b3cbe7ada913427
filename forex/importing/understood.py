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
from forex.importing.layout import Column, Layout, laid_out
from forex.importing.numbers import Mark
from forex.importing.opening import opened
from forex.importing.plausible import Skipped, Value, once, within_bounds
from forex.importing.settled import Written, mark_of, order_of
from forex.timeline.holidays import FIRST_YEAR, LAST_YEAR

AHEAD: Final = dt.timedelta(days=14)  # beyond today, where a value that is in force later may be dated


@dataclass(frozen=True)
class Understood:
    """order, mark: None where the file can be read in one way, whatever they are.  values: in order of date.

    others: columns of numbers that are left out.  computed: how many of the values are results of formulas.
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
    """Raises UsageError where the file can mean two things, naming the option that says which; DataError where it is none."""
    name = str(path)
    layout = laid_out(opened(path, asked.sheet), name)
    column, series, why = chosen(layout, asked, known, path)
    skipped = [
        Skipped(row.place, " ".join(shown(cell) for cell in row.cells if shown(cell)), "no day")
        for row in layout.between
    ]
    dated, order = _dated(layout, asked, now, name, skipped)
    numbered, mark = _numbered(dated, column, asked, name, skipped)
    values = [
        Value(row.place, date, number, asked.known_at or _known_at(row, layout, name)) for row, date, number in numbered
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
        others=tuple(one.name for one in layout.values if one != column),
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
    """The rows with their days, in the order that the whole file settles."""
    written = []
    for row in layout.data:
        cell = row.cell(layout.days.index)
        text = shown(cell)
        if isinstance(cell, dt.datetime):
            ways = dict.fromkeys(days.ORDERS, cell.date()) if cell.time() == dt.time() else {}
        else:
            ways = days.readings(text)
        possible = {
            way: day for way, day in ways.items() if FIRST_YEAR <= day.year <= LAST_YEAR and day <= now.date() + AHEAD
        }
        if possible:
            written.append((row, Written(row.place, text, possible)))
        else:
            skipped.append(Skipped(row.place, text, _no_day(text, bool(ways))))
    if not written:
        raise DataError(f"{name}: {layout.days.name} has no day that can be used. {_first(skipped)}")
    order = order_of([one for _, one in written], asked.dates, name)
    found = [(row, one, one.read(order)) for row, one in written]
    skipped += [Skipped(one.place, one.text, f"no day as {order}") for _, one, day in found if day is None]
    return [(row, day) for row, _, day in found if day is not None], order


def _no_day(text: str, is_one: bool) -> str:
    if is_one:
        return f"a day before {FIRST_YEAR} or in the future"
    return "a moment and not a day" if days.has_a_time(text) or ":" in text else "no such day"


def _numbered(
    dated: Sequence[tuple[Row, dt.date]], column: Column, asked: Asked, name: str, skipped: list[Skipped]
) -> tuple[list[tuple[Row, dt.date, Decimal]], Mark | None]:
    """The rows with their days and numbers, with the decimal mark that the whole file settles."""
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
    mark = mark_of([one for _, _, one in written], asked.decimal, name)
    found = [(row, date, one, one.read(mark)) for row, date, one in written]
    skipped += [
        Skipped(one.place, one.text, f"no number with a decimal {mark}")
        for _, _, one, number in found
        if number is None
    ]
    return [(row, date, number) for row, date, _, number in found if number is not None], mark


def _known_at(row: Row, layout: Layout, name: str) -> dt.datetime | None:
    if layout.known_at is None:
        return None
    text = shown(row.cell(layout.known_at.index))
    if numbers.is_absent(text):
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise DataError(
            f"{name}, {row.place}: known_at {text!r} is not an instant like 2024-11-26T21:00:00Z."
        ) from None
    return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)


def _marked(grid: Grid, column: Column, places: set[str]) -> bool:
    """Whether the values are written as per cent."""
    texts = (shown(row.cell(column.index)) for row in grid.rows if row.place in places)
    return any(map(numbers.is_per_cent, texts)) or any((place, column.index) in grid.per_cent for place in places)


def reasons(skipped: Sequence[Skipped]) -> list[tuple[str, int, Skipped]]:
    """Why rows are left out: how many, and the first of them."""
    counts = Counter(one.why for one in skipped)
    return [(why, count, next(one for one in skipped if one.why == why)) for why, count in counts.most_common()]


def _first(skipped: Sequence[Skipped]) -> str:
    return f"{skipped[0].place}: {skipped[0].text!r}, {skipped[0].why}." if skipped else ""
