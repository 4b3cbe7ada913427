"""The block that `forex calibrate` estimates: what is usual for USD/CLP, for warnings, regimes and reports."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, PositiveInt, StrictStr
from pydantic_core import PydanticCustomError

from forex.core.status import NOT_EVALUATED
from forex.params.types import Block, Date, Horizon, PositiveFloat, Probability


def _instant(text: str) -> str:
    try:
        dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError as error:
        raise ValueError(f'expected an instant like "2024-11-27T18:00:00Z", got "{text}"') from error
    return text


def _evaluated(least: float, most: float) -> PlainValidator:
    """A number in [least, most], or NOT_EVALUATED; a union would report a wrong value twice."""

    def check(value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value != NOT_EVALUATED and not (number and least <= value <= most):
            raise PydanticCustomError("number", f"expected a number from {least:g} to {most:g}, or {NOT_EVALUATED}")
        return value

    return PlainValidator(check)


# What only a store with copper can say.
Correlation = Annotated[float | Literal["NOT_EVALUATED"], _evaluated(-1, 1)]
Spread = Annotated[float | Literal["NOT_EVALUATED"], _evaluated(0, 2)]
ByMonth = Annotated[tuple[PositiveFloat, ...], Field(min_length=12, max_length=12)]


class UsualVolatility(Block):
    """Standard deviations of log-returns; `month_factors` of each calendar month relative to its year.

    month_low, month_high: the interval of each factor; all twelve hold at once with probability 1 − estimation.significance.
    """

    daily: PositiveFloat
    by_horizon: Mapping[Horizon, PositiveFloat]
    month_factors: ByMonth
    month_low: ByMonth
    month_high: ByMonth

    @property
    def differing_months(self) -> tuple[int, ...]:
        """The months, 1 to 12, whose interval does not hold 1."""
        ends = zip(self.month_low, self.month_high, strict=True)
        return tuple(month for month, (low, high) in enumerate(ends, start=1) if not low <= 1 <= high)


class Thresholds(Block):
    """The sizes beyond which something is unusual.

    large_move, extreme_move: |log-return| per business day.  high_ratio: of current to reference volatility.  copper_move: log-move
    over regimes.copper_window.
    """

    large_move: Probability
    extreme_move: Probability
    high_ratio: PositiveFloat
    copper_move: Probability


class CopperCorrelation(Block):
    """The usual correlation of the observado's moves with copper's, and how far the rolling one strays from it.

    break_threshold: the largest distance from `expected` that is still usual.
    """

    expected: Correlation
    sd: Spread
    break_threshold: Spread


class InputWarnings(Block):
    """Business days up to as_of whose moves are looked at, and those after which the estimates are called old."""

    recent_days: PositiveInt
    max_age: PositiveInt


class Estimation(Block):
    """How the values of the block are estimated, and how much data it takes.

    large_level, extreme_level: shares of days, or of origins, that stay below a threshold.  min_month: returns that each month of
    a full year has.  block_days: business days in a block of the bootstrap.  band: probability of the intervals.
    """

    large_level: Probability
    extreme_level: Probability
    min_returns: Annotated[int, Field(ge=100)]
    min_month: PositiveInt
    min_years: Annotated[int, Field(ge=3)]
    significance: Probability
    block_days: PositiveInt
    block_steps: Annotated[float, Field(ge=1)]
    draws: Annotated[int, Field(ge=100, le=100_000)]
    band: Probability
    seed: Annotated[int, Field(ge=0)]


class Provenance(Block):
    """What the values were estimated from: the rows of these series that were usable at `known_until`, UTC."""

    known_until: Annotated[StrictStr, AfterValidator(_instant)]
    first: Date
    last: Date
    values: PositiveInt
    sha256: Mapping[str, Annotated[StrictStr, Field(pattern="^[0-9a-f]{64}$")]]


class UsdClp(Block):
    """What is usual for USD/CLP, how it was estimated, and from what."""

    volatility: UsualVolatility
    thresholds: Thresholds
    copper_correlation: CopperCorrelation
    warnings: InputWarnings
    estimation: Estimation
    provenance: Provenance
