"""A series of the panel as each row knew it, for the rules on the market."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from forex.core.sentence import Sentence, sentence
from forex.monitoring.alert_rules.protocol import Evaluated, Evidence, Finding
from forex.observations.moves import Floats, known_values
from forex.observations.store import TARGET
from forex.timeline.calendar import Dates

OBSERVADO = ("anchor",)


@dataclass(frozen=True)
class Known:
    """A series as each of n rows knew it; arrays of shape (n,).

    name: what sentences call it.  change: since the row before, as a share of its value; NaN where there is no newer value, or the
    value before is not positive.
    """

    name: str
    values: Floats
    dates: Dates
    change: Floats

    def move(self, row: int) -> Sentence:
        """How far the series rose or fell since the row before, and between which values."""
        figures = {"series": self.name, "move": abs(self.change[row]), "span": self.span(row, 1)}
        if self.change[row] > 0:
            return sentence("{series} rose {move:.1%}, {span}", **figures)
        return sentence("{series} fell {move:.1%}, {span}", **figures)

    def level(self, row: int) -> Sentence:
        """The value that the row knew, and its date."""
        return sentence(
            "{series} is at {value:g} ({date})", series=self.name, value=self.values[row], date=self.dates[row]
        )

    def span(self, row: int, rows: int) -> Sentence:
        """The values and dates at both ends of the last `rows` rows, as a part of other sentences."""
        then = row - rows
        return sentence(
            "from {before:g} ({since}) to {value:g} ({date})",
            before=self.values[then],
            since=self.dates[then],
            value=self.values[row],
            date=self.dates[row],
        )


def known_series(rows: pl.DataFrame, name: str, title: str) -> Known:
    """The series in the column `name` of a panel, under the name `title`."""
    values, dates = known_values(rows, name)
    change = np.full(values.size, np.nan)
    new = np.flatnonzero((dates[1:] > dates[:-1]) & (values[:-1] > 0)) + 1
    change[new] = values[new] / values[new - 1] - 1
    return Known(title, values, dates, change)


def on_series(evidence: Evidence, names: Sequence[str], rule: Callable[[Known], Iterable[Finding]]) -> Evaluated:
    """What `rule` finds on the first of the series that the panel has.

    Missing where the panel has none of them, or the newest row knows no value or none from the last `max_age` business days.
    """
    rows = evidence.rows
    name = next((series for series in names if series in rows.columns), None)
    if name is None:
        return Evaluated((), sentence("the store has no {series:or}", series=names))
    title = TARGET if (name,) == OBSERVADO else name
    findings = tuple(rule(known_series(rows, name, title)))
    age = rows[f"{name}_age"][-1]
    if age is None:
        return Evaluated(findings, sentence("{series} has no value", series=title))
    if age > evidence.max_age:
        return Evaluated(findings, sentence("{series} has no new value for {age:business_days}", series=title, age=age))
    return Evaluated(findings)
