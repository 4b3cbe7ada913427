"""The block of alerts: from which size a shock of the market or a fault of the forecast is INFO, WARNING, CRITICAL."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, StrictStr, model_validator

from forex.params.types import Block, PositiveFloat

AlertSeverity = Literal["INFO", "WARNING", "CRITICAL"]
Ids = Annotated[tuple[StrictStr, ...], Field(min_length=1)]


class Ladder(Block):
    """The size from which each severity holds; one that is left out is never reached."""

    info: PositiveFloat | None = None
    warning: PositiveFloat | None = None
    critical: PositiveFloat | None = None

    @model_validator(mode="after")
    def _rising(self) -> "Ladder":
        sizes = list(self.steps.values())
        if not sizes:
            raise ValueError("expected at least one of info, warning, critical")
        if sizes != sorted(set(sizes)):
            raise ValueError(f"expected info < warning < critical, got {', '.join(f'{size:g}' for size in sizes)}")
        return self

    @property
    def steps(self) -> dict[str, float]:
        """By severity, those that can be reached, the mildest first."""
        named = {"INFO": self.info, "WARNING": self.warning, "CRITICAL": self.critical}
        return {name: size for name, size in named.items() if size is not None}


class Below(Block):
    """The level down to which each severity holds."""

    info: PositiveFloat
    critical: PositiveFloat

    @model_validator(mode="after")
    def _falling(self) -> "Below":
        if not self.critical < self.info:
            raise ValueError(f"expected critical < info, got {self.critical:g} and {self.info:g}")
        return self

    @property
    def steps(self) -> dict[str, float]:
        return {"INFO": -self.info, "CRITICAL": -self.critical}


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
    below: Below
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
