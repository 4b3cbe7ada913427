"""What explains a forecast: accounts whose parts sum from where they start to what is published, all in CLP per USD."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from forex.core.report_fields import ONLY_THESE_KEYS, HorizonName, LevelName
from forex.core.reports import Report

Kind = Literal[
    # from the anchor to the median
    "own_returns",
    "driver",
    "quote",
    "model",
    # from the median to an end
    "long_run",
    "time",
    "component",
    "information",
    "panel",
    "own_interval",
    "calibration",
    "pooling",
    "regime",
    "lean",
]


class Part(Report):
    """What one step adds to a rate."""

    kind: Kind
    subject: str | None = Field(
        description="The series of a driver or quote, the half-life of a component in business days"
    )
    clp: float = Field(description="What it adds to all parts before it")


class Account(Report):
    """The parts add up: start + Σ parts = end."""

    start: float
    parts: tuple[Part, ...]
    end: float


class Ends(Report):
    """From the median to either end of an interval."""

    lower: Account
    upper: Account


class Accounts(Report):
    """The accounts of a forecast: to its median, and from there to the ends of its intervals."""

    median: Account = Field(description="From the anchor to the median")
    intervals: dict[LevelName, Ends] = Field(json_schema_extra=ONLY_THESE_KEYS)


class Explanation(Report):
    """One origin's published forecast at one horizon."""

    origin_date: dt.date
    anchor_date: dt.date
    target_date: dt.date
    steps: int = Field(ge=1, description="Business days from the anchor's date to the target")
    regime: str
    model: str = Field(description="The model that is published")
    volatility: dict[str, Annotated[float, Field(ge=0)]] | None = Field(
        description="Each component over the long run, by its half-life in business days; null where the model has none"
    )
    accounts: Accounts


class Explained(Report):
    """A forecast, the one of the business day before, and the difference part by part; these two null where none came before."""

    horizon: HorizonName
    now: Explanation
    before: Explanation | None
    change: Accounts | None
