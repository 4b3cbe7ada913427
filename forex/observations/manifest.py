"""data/manifest.json: what was known of each series at the cut-off of `as_of`, and what series.yaml says of it."""

import datetime as dt

from pydantic import Field

from forex.core.report_fields import Instant, Sha256
from forex.core.reports import Report
from forex.observations.store import PERCENT, Publication
from forex.params import Tier


class Listed(Report):
    """A series of series.yaml with its rows; a series that was left out has none, and null for what rows would say."""

    title: str
    unit: str = Field(description='Unit of its values; "percent" for rates, whose moves are differences, not logs')
    tier: Tier
    publication: Publication = Field(description="When a value of a date is public")
    quotes: str | None = Field(
        description="The target, where the series is a quote of it in its own unit; null for a driver like any other"
    )
    left_out: str | None = Field(description="Why it is not read: file, line and value; null where it is")
    rows: int = Field(ge=0, description="Rows with a value that were known, vintages counted one by one")
    first: dt.date | None = Field(description="The earliest date among them")
    last: dt.date | None = Field(description="The latest date among them")
    age: int | None = Field(
        ge=0, description="Business days from `last` to the last one on or before as_of, at least 0"
    )
    sha256: Sha256 | None = Field(description="Of the rows as CSV text: equal content, equal hash, whatever the file")


class Manifest(Report):
    """The store as a run sees it."""

    as_of: dt.date
    known_until: Instant = Field(description="The cut-off of as_of, UTC: nothing later was read")
    series: dict[str, Listed] = Field(description="By id")
    unlisted_files: tuple[str, ...] = Field(
        description="Names of the store's data files that series.yaml does not list"
    )

    @property
    def in_per_cent(self) -> set[str]:
        """The ids of the series whose moves are differences."""
        return {name for name, entry in self.series.items() if entry.unit == PERCENT}

    @property
    def quotes(self) -> set[str]:
        """The ids of the series whose values are prices of the target."""
        return {name for name, entry in self.series.items() if entry.quotes is not None}
