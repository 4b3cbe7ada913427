"""Which column of a file is the series, and which series it is: what its owner says, else what leaves no doubt."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forex.core.errors import DataError, UsageError
from forex.importing.days import Order, plain
from forex.importing.known import is_silent, recognised
from forex.importing.layout import Column, Layout
from forex.importing.numbers import Mark
from forex.observations.store import TARGET, Series
from forex.params import Bounds


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

    Raises UsageError where several could be meant, naming the option that says which; DataError where no column has numbers.
    """
    if not layout.values:
        raise DataError(f"{path}: no column has numbers beside the days of {layout.days.name}.")
    named = {column.index: recognised(column.heads, known.ids, known.codes) for column in layout.values}
    column = _column(layout, asked, named, path)
    if asked.series is not None:
        return column, asked.series, "--series"
    if len(named[column.index]) == 1:
        return column, next(iter(named[column.index])), f"its column, {column.name!r}"
    around = recognised([*layout.titles, path.stem], known.ids, known.codes)
    if len(around) == 1:
        return column, next(iter(around)), "the title or name of the file"
    if not around and not named[column.index] and is_silent(column.heads):
        return column, TARGET, "no head, title or name says another"
    raise UsageError(
        f"{path}: column {column.name!r} could be any series. Say which with --series: {TARGET} is the dólar observado, any other "
        "id a driver."
    )


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
