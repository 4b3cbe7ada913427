"""Which column of a file is the series, and which series it is: what its owner says, else what leaves no doubt."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

from forex.core.errors import DataError, UsageError
from forex.importing.days import Order, plain
from forex.importing.grid import shown
from forex.importing.known import (
    is_of_a_market,
    is_of_another_price,
    is_of_another_thing,
    is_silent,
    names_the_observado,
    recognised,
)
from forex.importing.layout import SOURCE, Column, Layout
from forex.importing.numbers import Mark
from forex.importing.torn import refuse_torn
from forex.observations.store import TARGET, Series
from forex.params import Bounds

OBSERVADO: Final = "dólar observado"
OF_SOURCES: Final = frozenset({SOURCE, "fuente"})


@dataclass(frozen=True)
class Asked:
    """What the file's owner says of it; None leaves it to the file.  known_at: UTC, for all of its values."""

    series: str | None = None
    column: str | None = None
    sheet: str | None = None
    dates: Order | None = None
    decimal: Mark | None = None
    known_at: dt.datetime | None = None


@dataclass(frozen=True)
class Known:
    """What a project knows of series.

    entries: of series.yaml, by id.  bounds: of params.yaml, by id.  codes: by code of a provider, the id.
    """

    entries: Mapping[str, Series]
    bounds: Mapping[str, Bounds]
    codes: Mapping[str, str]

    @property
    def ids(self) -> list[str]:
        """Every id that has an entry or bounds, once."""
        return list(dict.fromkeys([*self.entries, *self.bounds]))


def chosen(layout: Layout, asked: Asked, known: Known, path: Path) -> tuple[Column, str, str]:
    """The column, the series, and by what it was recognised.

    Raises UsageError where several could be meant, naming the option that says which, and as `refuse_torn`; DataError where no
    column has numbers.
    """
    if not layout.values:
        raise DataError(f"{path}: no column has numbers beside the days of {layout.days.name}.")
    of_the_file = [*layout.titles, path.stem]
    around = [*of_the_file, layout.grid.told.get("sheet", ""), *_in_every_row(layout)]
    named = {column.index: _named(column, layout, around, known) for column in layout.values}
    column = _column(layout, asked, named, path)
    refuse_torn(layout, column, path)
    if asked.series is not None:
        return column, asked.series, "--series"
    if len(named[column.index]) == 1:
        return column, next(iter(named[column.index])), f"its column, {column.name!r}"
    said = recognised(around, known.ids, known.codes)
    sure = names_the_observado(around, known.codes)
    against = _against(column, layout, around, by_head=False, sure=sure)
    if len(said) == 1 and (against is None or said != {TARGET}):
        by_file = recognised(of_the_file, known.ids, known.codes)
        return (
            column,
            next(iter(said)),
            "the title or name of the file" if by_file else "what its sheet or every row says",
        )
    if not said and against is None and is_silent(column.heads):
        return column, TARGET, "no head, title or name says another"
    why = "" if against is None else f": {against!r} speaks of something other than the {OBSERVADO}"
    raise UsageError(
        f"{path}: column {column.name!r} could be any series{why}. Say which with --series: {TARGET} is the {OBSERVADO}, any other "
        "id a driver."
    )


def _in_every_row(layout: Layout) -> list[str]:
    """The texts that stand beside every day alike, as in a column "Currency", but for where a value is from."""
    numeric = {column.index for column in (layout.days, *layout.values, *filter(None, [layout.known_at]))}
    first, *others = layout.data
    found = {index: shown(cell) for index, cell in enumerate(first.cells) if shown(cell) and index not in numeric}
    for row in others:
        found = {index: text for index, text in found.items() if shown(row.cell(index)) == text}
    sources = {
        index
        for row in takewhile(lambda row: row is not first, layout.grid.rows)
        for index, cell in enumerate(row.cells)
        if plain(shown(cell)) in OF_SOURCES
    }
    return [text for index, text in found.items() if index not in sources]


def _named(column: Column, layout: Layout, around: Sequence[str], known: Known) -> set[str]:
    """The ids of the series that a column's heads name; not the target's where something speaks against it."""
    found = recognised(column.heads, known.ids, known.codes)
    if TARGET in found:
        sure = TARGET in map(plain, column.heads) or names_the_observado(column.heads, known.codes)
        if _against(column, layout, around, by_head=True, sure=sure) is not None:
            return found - {TARGET}
    return found


def _against(column: Column, layout: Layout, around: Sequence[str], *, by_head: bool, sure: bool) -> str | None:
    """The first text that speaks against a column's being the observado.

    by_head: the column's own heads say that it is; what stands around it then may speak of other currencies, as of a table of
    several.  sure: it is named as the observado itself, and not only as the dollar in pesos: other prices may then be spoken of
    elsewhere, and stand beside it.
    """
    heads = column.heads
    for text in heads if by_head else (*heads, *around):
        if is_of_another_thing(text):
            return text
    for text in heads[-1:] if sure else (*heads, *around):
        if is_of_another_price(text):
            return text
    if sure:
        return None
    return next((head for other in layout.values for head in other.heads[-1:] if is_of_a_market(head)), None)


def _column(layout: Layout, asked: Asked, named: Mapping[int, set[str]], path: Path) -> Column:
    names = ", ".join(column.name for column in layout.values)
    if asked.column is not None:
        found = [
            column
            for column in layout.values
            if plain(asked.column) in {plain(head) for head in (*column.heads, column.name)}
        ]
        if len(found) != 1:
            raise UsageError(f"{path}: --column {asked.column}: {len(found) or 'none'} of its columns: {names}.")
        return found[0]
    if len(layout.values) == 1:
        return layout.values[0]
    wanted = asked.series or TARGET
    found = [column for column in layout.values if named[column.index] == {wanted}]
    if len(found) != 1:
        unquoted = (
            " A decimal comma would have to be in quotes." if layout.grid.told.get("separator") == "comma" else ""
        )
        raise UsageError(f"{path}: several columns have numbers. Say which with --column: {names}.{unquoted}")
    return found[0]
