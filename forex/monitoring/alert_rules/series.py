"""A series of the panel as each row knew it, for the rules on the market."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from forex.monitoring.alert_rules.protocol import Evaluated, Evidence, Finding
from forex.observations.moves import Floats, known_values
from forex.timeline.calendar import Dates

OBSERVADO = ("anchor",)


@dataclass(frozen=True)
class Known:
    """A series as each row knew it, and the change since the row before where there is a newer value, else NaN."""

    name: str
    values: Floats
    dates: Dates
    change: Floats

    def move(self, row: int) -> str:
        way = "rose" if self.change[row] > 0 else "fell"
        return f"{self.name} {way} {abs(self.change[row]):.1%}, {self.span(row, 1)}"

    def level(self, row: int) -> str:
        return f"{self.name} is at {self.values[row]:g} ({self.dates[row]})"

    def span(self, row: int, rows: int) -> str:
        then = row - rows
        return f"from {self.values[then]:g} ({self.dates[then]}) to {self.values[row]:g} ({self.dates[row]})"


def known_series(rows: pl.DataFrame, name: str, title: str) -> Known:
    values, dates = known_values(rows, name)
    change = np.full(values.size, np.nan)
    new = np.flatnonzero((dates[1:] > dates[:-1]) & (values[:-1] > 0)) + 1
    change[new] = values[new] / values[new - 1] - 1
    return Known(title, values, dates, change)


def on_series(evidence: Evidence, names: Sequence[str], rule: Callable[[Known], Iterable[Finding]]) -> Evaluated:
    """`rule` on the first of the series that the panel has.

    Missing: the series, or a value that is not older than `max_age` business days.
    """
    rows = evidence.rows
    name = next((one for one in names if one in rows.columns), None)
    if name is None:
        return Evaluated((), f"the store has no {' or '.join(names)}")
    title = "usdclp" if (name,) == OBSERVADO else name
    findings = tuple(rule(known_series(rows, name, title)))
    age = rows[f"{name}_age"][-1]
    if age is None or age > evidence.max_age:
        return Evaluated(
            findings, f"{title} has no new value for {age} business days" if age else f"{title} has no value"
        )
    return Evaluated(findings)
