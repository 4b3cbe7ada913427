"""reports/forecast.json: the newest origin's forecast of the dólar observado, what it was made from, and what was missing.

Rates are CLP per USD, volatilities and scales standard deviations of log-returns; null is what could not be evaluated.
"""

import datetime as dt
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from forex.core.quantiles import GRID
from forex.core.report_fields import ONLY_THESE_KEYS, HorizonName, Instant, LevelName, Sha256
from forex.core.reports import Report
from forex.core.sentence import Sentence
from forex.params.types import PositiveFloat, Share, Tier, stressed_regimes
from forex.validation.report import InputWarning

REGIMES = ("NORMAL", *stressed_regimes(), "UNKNOWN")


def _regime(name: str) -> str:
    if name not in REGIMES:
        raise ValueError(f"expected a regime, one of {', '.join(REGIMES)}")
    return name


Regime = Annotated[str, AfterValidator(_regime), Field(json_schema_extra={"enum": list(REGIMES)})]
QUANTILES = tuple(f"{level:g}" for level in GRID)


def _whole_grid(quantiles: dict[str, float]) -> dict[str, float]:
    if set(quantiles) != set(QUANTILES):
        raise ValueError(f"expected the levels {', '.join(QUANTILES)}")
    return quantiles


Quantiles = Annotated[
    dict[LevelName, PositiveFloat],
    AfterValidator(_whole_grid),
    Field(min_length=len(QUANTILES), max_length=len(QUANTILES), json_schema_extra=ONLY_THESE_KEYS),
]


class TargetForecast(Report):
    """What is forecast for one day."""

    target_date: dt.date = Field(description="The day whose observado is forecast")
    steps: int = Field(ge=1, description="Business days from the anchor's date")
    median: PositiveFloat = Field(description="CLP per USD")
    intervals: dict[LevelName, tuple[PositiveFloat, PositiveFloat]] = Field(
        description="Central intervals by nominal coverage: lower and upper end, CLP per USD",
        json_schema_extra=ONLY_THESE_KEYS,
    )
    probability_of_rise: Share = Field(description="That the rate in force on the target date is above the anchor")
    quantiles: Quantiles = Field(description="CLP per USD, by level")


class HorizonForecast(TargetForecast):
    """What is published at one horizon."""

    model: str = Field(description="The model that is published at this horizon")


class Ladder(Report):
    """The probability of round levels."""

    levels: tuple[PositiveFloat, ...] = Field(min_length=1, description="CLP per USD, ascending")
    above: dict[HorizonName, tuple[Share, ...]] = Field(
        min_length=1,
        description="That the rate in force on the target date is above each level",
        json_schema_extra=ONLY_THESE_KEYS,
    )

    @model_validator(mode="after")
    def _falling(self) -> "Ladder":
        if any(low >= high for low, high in pairwise(self.levels)):
            raise ValueError("levels: expected ascending ones")
        for horizon, shares in self.above.items():
            if len(shares) != len(self.levels):
                raise ValueError(f"above.{horizon}: expected {len(self.levels)} probabilities, got {len(shares)}")
            if any(low < high for low, high in pairwise(shares)):
                raise ValueError(f"above.{horizon}: a higher level cannot be more probable")
        return self


class Inputs(Report):
    """What the forecast was made from: equal hashes, equal forecast."""

    series: dict[str, Sha256] = Field(description="By series that was read, the hash of its rows")
    data_sha256: Sha256 = Field(description="Of the hashes of all series")
    params_sha256: Sha256 = Field(description="Of the params that can change a forecast")


class Reason(Report):
    """A series and why it is named."""

    series: str
    tier: Tier
    why: Sentence


class Stale(Report):
    """A series whose last value is older than its publication rule explains."""

    series: str
    tier: Tier
    business_days: int = Field(description="Age of its last value")
    late: int = Field(ge=1, description="Business days by which that is more than the rule explains")


class Volatility(Report):
    """The volatility of the last moves, beside the usual one."""

    daily: float | None = Field(description="Per business day")
    business_days: int = Field(ge=1, description="Over how many")
    usual: PositiveFloat = Field(description="Per business day")
    ratio: float | None = Field(description="daily over usual")


MonthState = Literal["USUAL", "HIGH", "LOW"]
RatioState = Literal["USUAL", "HIGH", "NOT_EVALUATED"]
CopperState = Literal["USUAL", "BROKEN", "NOT_EVALUATED"]


class Month(Report):
    """The volatility of a calendar month, where it differs from the other months'."""

    month: int = Field(ge=1, le=12)
    state: MonthState
    usual: PositiveFloat = Field(description="Usual volatility of the month, per business day")
    ratio: float | None = Field(description="Current volatility over it")


class VolatilityRatio(Report):
    """Recent volatility over that of the years before."""

    ratio: float | None
    high_ratio: PositiveFloat = Field(description="Above it is rare")
    state: RatioState


class LargeMoves(Report):
    """How many of the last moves are large."""

    count: int = Field(ge=0)
    of: int = Field(ge=0, description="The moves that are there")
    usual: float = Field(ge=0, description="How many would be usual")


class Scale(Report):
    """Standard deviation of the log-return that is forecast."""

    scale: PositiveFloat
    usual: float | None
    ratio: float | None = Field(description="scale over usual")


class CopperCorrelation(Report):
    """The correlation of the observado's moves with copper's."""

    current: float | None
    expected: float | None = Field(description="The usual one")
    deviations: float | None = Field(description="Distance from it in standard deviations of what is usual")
    break_threshold: float | None = Field(description="The largest distance that is usual")
    state: CopperState


class MonthFactor(Report):
    """Volatility of a calendar month over its year's."""

    factor: PositiveFloat
    low: PositiveFloat
    high: PositiveFloat
    state: MonthState = Field(description="USUAL where 1 lies inside the interval")


class Months(Report):
    """The twelve calendar months, January first, as usdclp in params.yaml has them."""

    band: Share = Field(description="Probability with which all twelve intervals hold")
    first: dt.date = Field(description="Estimated from the observado of this day on")
    last: dt.date
    factors: tuple[MonthFactor, ...] = Field(min_length=12, max_length=12)


class Conditions(Report):
    """How the origin compares with what is usual for USD/CLP: usdclp in params.yaml."""

    volatility: Volatility
    month: Month
    months: Months
    volatility_ratio: VolatilityRatio
    large_moves: LargeMoves
    forecast_scale: dict[HorizonName, Scale] = Field(json_schema_extra=ONLY_THESE_KEYS)
    copper_correlation: CopperCorrelation


class Forecast(Report):
    """The newest origin's forecast of the dólar observado."""

    title: str
    as_of: dt.date = Field(description="The pipeline's only now")
    origin_date: dt.date = Field(description="The last business day on or before as_of")
    made_at: Instant = Field(description="The cut-off of the origin, UTC: nothing later was used")
    anchor: PositiveFloat = Field(description="The last observado known then, CLP per USD")
    anchor_date: dt.date = Field(description="The day that it is in force on")
    anchor_age: int = Field(
        ge=-1,
        description="Business days from the anchor's date to the origin; -1: tomorrow's rate is published already",
    )
    regime: Regime
    regime_confidence: Share = Field(description="Probability that the call still stands some days later")
    horizons: dict[HorizonName, HorizonForecast] = Field(min_length=1, json_schema_extra=ONLY_THESE_KEYS)
    ladder: Ladder
    inputs: Inputs
    missing: tuple[Reason, ...] = Field(description="Series that the forecast had to do without")
    flagged: tuple[Reason, ...] = Field(description="Series in use that failed a critical check")
    stale: tuple[Stale, ...] = Field(
        description="Series that are late: their last value is older than their publication rule explains"
    )
    warnings: tuple[InputWarning, ...] = Field(
        description="What is unusual about the newest inputs, or about the estimates of what is usual"
    )
    conditions: Conditions
