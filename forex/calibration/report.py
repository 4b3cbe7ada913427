"""data/calibration.json: what the calibration of the newest origin rests on, and what regimes did to the intervals."""

from typing import Annotated

from pydantic import Field

from forex.core.report_fields import ONLY_THESE_KEYS, HorizonName, LevelName, Sha256
from forex.core.reports import Report
from forex.params.types import PositiveFloat, Share

Count = Annotated[int, Field(ge=0)]


class Multiplier(Report):
    """One regime at the newest origin; null where no forecast made in it has matured."""

    multiplier: float = Field(ge=1, description="On half-widths; 1 unless the past proves the estimate")
    estimate: float = Field(ge=1, description="What coverage asks for, shrunk to 1 where the evidence is thin")
    crps_change: float | None = Field(
        description="Of the regime's matured forecasts, had the estimates of their day applied; a share of their CRPS"
    )
    ratio: float | None = Field(description="What coverage asks for before it is shrunk")
    ratio_band: tuple[float, float] | None = Field(description="Block band of the ratio")
    count: Count = Field(description="Forecasts behind it")
    independent: float = Field(ge=0, description="What they count for without overlap and of today")


class Conformal(Report):
    """A model's calibration at the newest origin."""

    half_widths: dict[LevelName, float] = Field(
        description="In units of its scale, by central coverage", json_schema_extra=ONLY_THESE_KEYS
    )
    scores: Count = Field(description="Matured ones behind them")
    effective_scores: float = Field(ge=0, description="What they count for by age")
    multipliers: dict[str, Multiplier] = Field(description="By regime that can have one")


class Scores(Report):
    """Means over some forecasts, in CLP per USD."""

    coverage: dict[LevelName, Share] = Field(json_schema_extra=ONLY_THESE_KEYS)
    crps: float
    interval_score_95: float


class Compared(Report):
    """Matured forecasts of one group, as they were made and had every multiplier been 1."""

    origins: Count
    multiplied: Scores
    plain: Scores


class Widening(Report):
    """How much wider published intervals are at the origins of a regime than at those of NORMAL."""

    origins: Count
    median: PositiveFloat = Field(description="Width of the interval of widening_level over its median in NORMAL")
    range: tuple[PositiveFloat, PositiveFloat] = Field(description="That holds widening_share of the origins")


class HorizonCalibration(Report):
    """What calibration made of the models at one horizon."""

    models: dict[str, Conformal]
    ensemble: dict[str, Share] = Field(description="Weights of its members at the newest origin")
    multipliers_compared: dict[str, dict[str, Compared]] = Field(
        description="By model that depends on multipliers, then by regime, of the stressed ones together, and of all"
    )
    widening: dict[str, Widening] = Field(description="By regime")


class Calibration(Report):
    """What calibration made, by horizon."""

    params_sha256: dict[str, Sha256] = Field(description="By block of params.yaml that forecasts were made with")
    published: str = Field(description="The model that is published")
    widening_level: Share = Field(description="Of the interval whose width is compared")
    widening_share: Share = Field(description="Of the origins, that the range of a width holds")
    assumed_before: dict[str, tuple[float, float]] = Field(
        description="By regime, the multipliers that the system before this one assumed: smallest and largest"
    )
    horizons: dict[HorizonName, HorizonCalibration] = Field(json_schema_extra=ONLY_THESE_KEYS)
