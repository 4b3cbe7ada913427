"""The block of the models that are fitted; the settings of each are declared by its file in forex/models."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from forex.params.open import OpenBlock, Settings
from forex.params.types import Model, unique


class Fit(OpenBlock):
    """Which models are fitted, and under the name of each model's file its settings.

    first_origin: the business day of the target's history, counted from 1, on which the first forecast is made.  warm_up: business
    days before it whose forecasts only give the calibration its first scores.
    """

    first_origin: PositiveInt
    warm_up: Annotated[int, Field(ge=0)]
    models: Annotated[tuple[Model, ...], Field(min_length=1), AfterValidator(unique)]

    @classmethod
    def closed(cls, declared: Settings, *, optional: bool = True) -> type[OpenBlock]:
        """As `OpenBlock.closed`, but optional: a model that is not listed needs no settings."""
        return super().closed(declared, optional=optional)

    @model_validator(mode="after")
    def _listed_is_declared(self) -> "Fit":
        declared = self.declared
        if declared is None:
            return self
        for name in self.models:
            kind = declared[name]
            if kind is not None and name not in self.given():
                raise ValueError(f"models lists {name}, expected its settings: {', '.join(kind.model_fields)}")
        return self
