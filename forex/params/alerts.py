"""The block of alerts: from which size a shock of the market or a fault of the forecast is INFO, WARNING, CRITICAL."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt, StrictStr

from forex.core.status import AlertSeverity
from forex.params.types import Block, PositiveFloat

Rung = Literal["info", "warning", "critical"]
Ids = Annotated[tuple[StrictStr, ...], Field(min_length=1)]


def _rising(sizes: Mapping[Rung, float]) -> Mapping[Rung, float]:
    _ordered(sizes, 1, "info < warning < critical")
    return sizes


def _falling(sizes: Mapping[Rung, float]) -> Mapping[Rung, float]:
    _ordered(sizes, -1, "info > warning > critical")
    return sizes


def _ordered(sizes: Mapping[Rung, float], sign: int, expected: str) -> None:
    given = [sizes[rung] for rung in ("info", "warning", "critical") if rung in sizes]
    if any(sign * milder >= sign * worse for milder, worse in zip(given, given[1:], strict=False)):
        raise ValueError(f"expected {expected}, got {', '.join(f'{size:g}' for size in given)}")


# The size from which each severity holds; one that is left out is never reached.
Ladder = Annotated[Mapping[Rung, PositiveFloat], AfterValidator(_rising)]
# The level down to which each holds.
Depths = Annotated[Mapping[Rung, PositiveFloat], AfterValidator(_falling)]


class TrendReversal(Block):
    days: Annotated[int, Field(ge=2)]
    legs: Ladder


class VolatilitySpike(Block):
    recent: Annotated[int, Field(ge=2)]
    baseline: Annotated[int, Field(ge=2)]
    ratio: Ladder
    move: Ladder


class CopperShock(Block):
    series: Ids
    move: Ladder
    fall_days: PositiveInt
    fall: Ladder


class DxyExtreme(Block):
    series: Ids
    above: Ladder
    below: Depths
    move: Ladder


class VixSpike(Block):
    series: Ids
    above: Ladder
    rise: Ladder


class TpmSurprise(Block):
    series: Ids
    change: Ladder


class DataQuality(Block):
    days: PositiveInt
    missing: Ladder


class DriftAlert(Block):
    MEDIUM: AlertSeverity
    HIGH: AlertSeverity


class Alerts(Block):
    cool_down: PositiveInt
    max_age: PositiveInt
    trend_reversal: TrendReversal
    volatility_spike: VolatilitySpike
    copper_shock: CopperShock
    dxy_extreme: DxyExtreme
    vix_spike: VixSpike
    tpm_surprise: TpmSurprise
    data_quality: DataQuality
    drift: DriftAlert
