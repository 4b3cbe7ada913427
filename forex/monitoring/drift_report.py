"""The section `drift` of reports/performance.json, typed: the look at the target with its history, and at every driver."""

from collections.abc import Mapping
from typing import Literal

from forex.core.reports import Report
from forex.core.sentence import Sentence
from forex.core.status import DriftSeverity, Trend


class Moves(Report):
    """n moves of a window: mean and standard deviation in basis points a business day."""

    n: int
    mean_bp: float
    sd_bp: float


class Unjudged(Report):
    """A series that has no verdict, and why."""

    status: Literal["NOT_EVALUATED"]
    why: Sentence


class Look(Report):
    """A series' newest moves beside those before them.

    score: 0 to 100.  p: of all tests together; tests: of each on its own.  independent_looks: of the past that it is judged by.
    volatility_ratio: recent over baseline.
    """

    status: Literal["EVALUATED"]
    severity: DriftSeverity
    score: float
    p: float
    tests: Mapping[str, float]
    independent_looks: float
    baseline: Moves
    recent: Moves
    volatility_ratio: float


class PastLook(Report):
    origin_date: str
    severity: DriftSeverity
    score: float


class Past(Report):
    """Earlier looks: every so many origins; the trend of their score; the last day without drift; why it calls for action."""

    history: tuple[PastLook, ...]
    trend: Trend
    consecutive_high: int
    last_none: str | None
    mean_score: float | None
    requires_action: tuple[Sentence, ...]


class TargetLook(Look, Past):
    """Of the observado."""


class UnjudgedTarget(Unjudged, Past):
    """Of an observado that has no verdict at the newest origin."""


class DriverLook(Look):
    """family_p: adjusted for all drivers."""

    family_p: float


class Drivers(Report):
    """drifting: ids with a family_p up to the significance.  evaluated: how many have a verdict."""

    drifting: tuple[str, ...]
    evaluated: int
    series: Mapping[str, DriverLook | Unjudged]


class DriftReport(Report):
    """at: the newest origin."""

    at: str
    significance: float
    target: TargetLook | UnjudgedTarget
    drivers: Drivers
