"""The block of market regimes: what the rules share; settings of one rule alone are declared by its file in forex/regimes/rules."""

from typing import Annotated

from pydantic import Field, PositiveInt, StrictStr, model_validator

from forex.params.open import OpenBlock
from forex.params.types import PositiveFloat, Probability, Share


class Regimes(OpenBlock):
    """What the regime rules share, and under the name of a rule's file the settings that are its own.

    Windows, holds, and days around meetings are in business days; ratios are of current to reference volatility.
    """

    fast_window: PositiveInt
    min_fast: PositiveInt
    reference_window: PositiveInt
    min_reference: PositiveInt
    enter_ratio: PositiveFloat
    exit_ratio: PositiveFloat
    copper_series: tuple[StrictStr, ...]
    copper_window: PositiveInt
    copper_sigmas: PositiveFloat
    copper_min_reference: PositiveInt
    copper_hold: Annotated[int, Field(ge=0)]
    copper_correlation_window: Annotated[int, Field(ge=3)]
    copper_correlation_band: Probability
    meeting_effect: Annotated[int, Field(ge=0)]
    meeting_before: Annotated[int, Field(ge=0)]
    meeting_after: Annotated[int, Field(ge=0)]
    intervention_hold: Annotated[int, Field(ge=0)]
    meeting_ratio: PositiveFloat
    confidence_days: PositiveInt
    confidence_cuts: tuple[PositiveFloat, ...]
    confidence_prior: Annotated[float, Field(ge=0)]
    uncovered_discount: Share

    @model_validator(mode="after")
    def _consistent(self) -> "Regimes":
        for smaller, larger in (
            ("min_fast", "fast_window"),
            ("min_reference", "reference_window"),
            ("copper_min_reference", "reference_window"),
            ("exit_ratio", "enter_ratio"),
        ):
            if getattr(self, smaller) > getattr(self, larger):
                raise ValueError(
                    f"expected {smaller} ≤ {larger}, got {getattr(self, smaller)} and {getattr(self, larger)}"
                )
        if list(self.confidence_cuts) != sorted(set(self.confidence_cuts)):
            raise ValueError(f"expected increasing confidence_cuts, got {list(self.confidence_cuts)}")
        return self
