"""The blocks of what comes in: the store and the checks on it."""

from pydantic import PositiveInt, model_validator

from forex.core.edges.limits import MB, Limit
from forex.core.status import CheckSeverity
from forex.params.types import Block, Folder, PositiveFloat, Share


class StoreLimits(Block):
    """The most that is read of a store: series; of one file, megabytes, rows, columns, characters of a line; values of one date."""

    series: PositiveInt
    file_mb: PositiveInt
    rows: PositiveInt
    columns: PositiveInt
    line_length: PositiveInt
    revisions: PositiveInt

    def limit(self, name: str, unit: str) -> Limit:
        """One of them, as messages name it."""
        return Limit(f"ingest.limits.{name} in params.yaml", getattr(self, name), unit)

    def file_bytes(self) -> Limit:
        """`file_mb`, in bytes."""
        return self.limit("file_mb", "bytes")._replace(most=self.file_mb * MB)


class Ingest(Block):
    """Where the store is, and how much of it is read at most."""

    store: Folder
    limits: StoreLimits


class Bounds(Block):
    """What a value of one series may be; `max_move` is the largest |value / previous − 1| that needs no confirmation."""

    min: float
    max: float
    max_move: PositiveFloat | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Bounds":
        if not self.min < self.max:
            raise ValueError(f"expected min < max, got {self.min:g} and {self.max:g}")
        return self


class Severities(Block):
    """Severity of each check; a failed critical check stops the run (usdclp) or leaves the series out (any other)."""

    type: CheckSeverity
    unique: CheckSeverity
    too_early: CheckSeverity
    increasing: CheckSeverity
    range: CheckSeverity
    positive: CheckSeverity
    business_day: CheckSeverity
    max_move: CheckSeverity
    rows: CheckSeverity
    staleness: CheckSeverity
    longest_gap: CheckSeverity
    calendar_agreement: CheckSeverity
    set_aside: CheckSeverity


class PerTier(Block):
    """A bound for the series of each tier."""

    critical: PositiveInt
    important: PositiveInt
    optional: PositiveInt


class Validate(Block):
    """The checks of the data: how severe each is, and the bounds that they are made with, by tier or by series."""

    severity: Severities
    min_rows: PerTier
    max_age: PerTier  # business days between a series' last date and as_of
    max_gap: PositiveInt  # business days
    min_calendar_agreement: Share
    max_set_aside: Share
    bounds: dict[str, Bounds]
