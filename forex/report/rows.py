"""Where a chart's rows come from: a table that is at hand, or the data that `dvc plots` puts into a template later.

A chart is described once and asks either for the same things: `Given` answers with rows, `Later` with the transforms by which
Vega finds them. What DVC puts in is the text of a CSV file with a column `rev`, the revision that a row is of.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from pydantic import JsonValue

REVISION = "rev"


@dataclass(frozen=True)
class Given:
    """Rows of a table; a date is milliseconds since 1970 in UTC where a chart sees it."""

    table: pl.DataFrame

    def where(self, **equal: Any) -> "Given":
        """The rows whose columns have these values."""
        return Given(self.table.filter(**equal))

    def present(self, name: str) -> "Given":
        """The rows that have a value in a column."""
        return Given(self.table.filter(pl.col(name).is_not_null()))

    def last(self, date: str, *by: str) -> "Given":
        """The rows of the newest date, in each group of the columns `by`."""
        newest = pl.col(date).max()
        return Given(self.table.filter(pl.col(date) == (newest.over(by) if by else newest)))

    def labelled(self, shown: Callable[[float], str]) -> "Given":
        """The rows with a column `label`: their level as `shown` writes it."""
        label = pl.col("level").map_elements(shown, return_dtype=pl.String)
        return Given(self.table.with_columns(label=label))

    def spaced(self, date: str, days: int) -> "Given":
        """The rows of the first date, and of each one that is at least `days` after the last date kept."""
        kept: list[dt.date] = []
        for day in self.table[date].sort():
            if not kept or (day - kept[-1]).days >= days:
                kept.append(day)
        return Given(self.table.filter(pl.col(date).is_in(kept)))

    @property
    def values(self) -> list[dict[str, JsonValue]]:
        """The rows by column, as a chart gets them."""
        return self.table.with_columns(pl.col(pl.Date).dt.epoch("ms")).to_dicts()


@dataclass(frozen=True)
class Later:
    """Rows that are not known yet: how Vega is to find them among all rows of a plot, each revision by itself."""

    transforms: tuple[Mapping[str, object], ...] = ()

    def then(self, *transforms: Mapping[str, object]) -> "Later":
        """These transforms after those it has."""
        return Later((*self.transforms, *transforms))

    def where(self, **equal: Any) -> "Later":
        """The rows whose columns have these values."""
        return self.then(*({"filter": f"datum.{name} == '{value}'"} for name, value in equal.items()))

    def present(self, name: str) -> "Later":
        """The rows whose cell of a column is not empty."""
        return self.then({"filter": f"datum.{name} != ''"})

    def last(self, date: str, *by: str) -> "Later":
        """The rows of the newest date, in each revision and group of the columns `by`."""
        newest = {"op": "max", "field": date, "as": "newest"}
        return self.then(
            {"joinaggregate": [newest], "groupby": [REVISION, *by]}, {"filter": f"+datum.{date} == +datum.newest"}
        )

    def spaced(self, date: str, days: int) -> "Later":
        """All rows: none is left out for lying close to another."""
        return self

    def labelled(self, shown: Callable[[float], str]) -> "Later":
        """The rows with a field `label`: their level in per cent, written by Vega; `shown` is not used."""
        return self.then({"calculate": "format(100 * datum.level, '.6~g') + '\u202f%'", "as": "label"})


Source = Given | Later
