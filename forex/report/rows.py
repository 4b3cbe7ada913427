"""Where a chart's rows come from: a table that is at hand, or the data that `dvc plots` puts into a template later.

A chart is described once and asks either for the same things: `Given` answers with rows, `Later` with the transforms by which
Vega finds them. What DVC puts in is the text of a CSV file with a column `rev`, the revision that a row is of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from pydantic import JsonValue

REVISION = "rev"


def as_per_cent(level: float) -> str:
    """A share as people read it, with the digits it needs.

    >>> as_per_cent(0.95), as_per_cent(0.995)
    ('95\\u202f%', '99.5\\u202f%')
    """
    return f"{100 * level:.6g}\u202f%"


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

    def labelled(self) -> "Given":
        """With `label`, the level in per cent."""
        label = pl.col("level").map_elements(as_per_cent, return_dtype=pl.String)
        return Given(self.table.with_columns(label=label))

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

    def labelled(self) -> "Later":
        return self.then({"calculate": "format(100 * datum.level, '.6~g') + '\u202f%'", "as": "label"})


Source = Given | Later
