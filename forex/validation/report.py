"""reports/expectations.json: what became of each series and of each check on it, and what is unusual about the newest inputs."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from forex.core.report_fields import Sha256
from forex.core.reports import Report
from forex.core.sentence import Sentence
from forex.core.status import CheckSeverity

Fate = Literal["used", "flagged", "left_out", "stops_the_run"]
WarningKind = Literal[
    "extreme_move", "unchanged", "unusual_driver", "estimates_old", "estimates_later", "estimates_of_other_data"
]

Value = bool | int | float | str | None
Kwargs = Mapping[str, Value | list[Value]]
# A table's value, or values of rows; of several columns, each value by its column.
Observed = Value | list[Value | dict[str, Value]]


class FailingRow(Report):
    """A row that failed a check."""

    line: int = Field(ge=1, description="Where it stands in the series' file")
    date: dt.date | None
    value: float | str | None = Field(description="In the series' unit; text where that is what the check is about")


class CheckResult(Report):
    """One expectation of Great Expectations and its outcome."""

    check: str = Field(description="Its key in validate.severity")
    expectation: str = Field(description="Great Expectations' name of it")
    kwargs: Kwargs = Field(description="What it was given: the column, and the bounds in the column's unit")
    bound: str | None = Field(description="The key of params.yaml that holds the bound; null where none does")
    severity: CheckSeverity = Field(description="critical: a failure leaves the series out, flags it, or stops the run")
    success: bool
    observed: Observed = Field(description="The table's value, or the first different values that failed")
    failing_rows: int | None = Field(ge=0, description="How many rows failed; null for a check of the whole table")
    first_failing: tuple[FailingRow, ...] = Field(description="The first of them")


class SeriesResult(Report):
    """A series after its checks; one that ingest left out has no rows and no checks."""

    fate: Fate
    why: Sentence | None = Field(description="What failed, where, and what to do; null where nothing did")
    rows: int = Field(ge=0, description="Rows with a value, vintages counted one by one")
    usable: int = Field(ge=0, description="Those of them that a forecast may use")
    set_aside: dict[str, int] = Field(description="The others, counted by reason")
    checks: tuple[CheckResult, ...] = Field(description="In the order in which they were made")

    @property
    def in_use(self) -> bool:
        """Whether forecasts are made with it: a flagged series is, whose table failed a check."""
        return self.fate in ("used", "flagged")


class InputWarning(Sentence):
    """Something unusual about the newest inputs, in a sentence."""

    kind: WarningKind


class Expectations(Report):
    """What validate found."""

    as_of: dt.date
    params_sha256: dict[str, Sha256] = Field(description="By block of params.yaml that the checks were made with")
    store: dict[str, Sha256] = Field(
        description="Of the observations known at the start of each month and at the cut-off of as_of, by instant, UTC"
    )
    success: bool = Field(description="Whether every series that no forecast can do without is in use")
    series: dict[str, SeriesResult] = Field(description="By id")
    warnings: tuple[InputWarning, ...]
