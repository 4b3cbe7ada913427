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

    score: 0 to 100.  p: of all tests together; tests: of each on its own.  independent_looks: how many of the past looks that it is
    judged by share no recent move.  volatility_ratio: recent over baseline.
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
    """An earlier look at the observado.  score: 0 to 100."""

    origin_date: str
    severity: DriftSeverity
    score: float


class Past(Report):
    """The looks so far, one every so many origins, and what follows from them.

    trend: of their scores.  consecutive_high: how many of the last in a row were HIGH.  last_none: the last day without drift.
    requires_action: why something has to be done; empty where nothing has.
    """

    history: tuple[PastLook, ...]
    trend: Trend
    consecutive_high: int
    last_none: str | None
    mean_score: float | None
    requires_action: tuple[Sentence, ...]


class TargetLook(Look, Past):
    """The newest look at the observado, and those before it."""


class UnjudgedTarget(Unjudged, Past):
    """An observado that has no verdict at the newest origin, and the looks before it."""


class DriverLook(Look):
    """The newest look at a driver.  family_p: its p, adjusted for all drivers."""

    family_p: float


class Drivers(Report):
    """The newest look at every driver, by id.

    drifting: ids with a family_p up to the significance.  evaluated: how many have a verdict.
    """

    drifting: tuple[str, ...]
    evaluated: int
    series: Mapping[str, DriverLook | Unjudged]


class DriftReport(Report):
    """Drift of the observado and of the drivers at the newest origin, `at`."""

    at: str
    significance: float
    target: TargetLook | UnjudgedTarget
    drivers: Drivers
