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
        return Given(self.table.filter(**equal))

    def present(self, name: str) -> "Given":
        return Given(self.table.filter(pl.col(name).is_not_null()))

    def last(self, date: str, *by: str) -> "Given":
        """Of each group the rows of its newest date."""
        newest = pl.col(date).max()
        return Given(self.table.filter(pl.col(date) == (newest.over(by) if by else newest)))

    def labelled(self, shown: Callable[[float], str]) -> "Given":
        """With `label`, the level as it is shown."""
        label = pl.col("level").map_elements(shown, return_dtype=pl.String)
        return Given(self.table.with_columns(label=label))

    def spaced(self, date: str, days: int) -> "Given":
        """Rows that lie at least so many days after the last one that is kept."""
        kept: list[dt.date] = []
        for day in self.table[date].sort():
            if not kept or (day - kept[-1]).days >= days:
                kept.append(day)
        return Given(self.table.filter(pl.col(date).is_in(kept)))

    @property
    def values(self) -> list[dict[str, JsonValue]]:
        return self.table.with_columns(pl.col(pl.Date).dt.epoch("ms")).to_dicts()


@dataclass(frozen=True)
class Later:
    """Rows that are not known yet: how Vega is to find them among all rows of a plot, each revision by itself."""

    transforms: tuple[Mapping[str, object], ...] = ()

    def then(self, *transforms: Mapping[str, object]) -> "Later":
        return Later((*self.transforms, *transforms))

    def where(self, **equal: Any) -> "Later":
        return self.then(*({"filter": f"datum.{name} == '{value}'"} for name, value in equal.items()))

    def present(self, name: str) -> "Later":
        return self.then({"filter": f"datum.{name} != ''"})

    def last(self, date: str, *by: str) -> "Later":
        newest = {"op": "max", "field": date, "as": "newest"}
        return self.then(
            {"joinaggregate": [newest], "groupby": [REVISION, *by]}, {"filter": f"+datum.{date} == +datum.newest"}
        )

    def spaced(self, date: str, days: int) -> "Later":
        return self

    def labelled(self, shown: Callable[[float], str]) -> "Later":
        return self.then({"calculate": "format(100 * datum.level, '.6~g') + '\u202f%'", "as": "label"})


Source = Given | Later
