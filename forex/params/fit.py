"""The block of the models that are fitted."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, StrictStr, ValidationInfo, field_validator

from forex.params.types import Block, Model, PositiveFloat, Share, unique


class GarchT(Block):
    refit_every: PositiveInt


class Nowcast(Block):
    refit_every: PositiveInt
    half_life: PositiveInt
    penalty: PositiveFloat
    floor: Annotated[float, Field(ge=0)]
    largest_move: PositiveFloat
    target_steps: Annotated[int, Field(ge=2)]
    min_rows: PositiveInt
    burn_in: PositiveInt
    half_lives: Annotated[tuple[PositiveFloat, ...], Field(min_length=1), AfterValidator(unique)]
    persistence: PositiveFloat
    long_run_half_life: PositiveFloat
    root_steps: PositiveFloat
    calendar_share: Share


class Theta(Block):
    refit_every: PositiveInt


class Chronos(Block):
    model: StrictStr
    context: PositiveInt
    steps: PositiveInt
    batch: PositiveInt


class Fit(Block):
    first_origin: PositiveInt
    warm_up: Annotated[int, Field(ge=0)]
    models: Annotated[tuple[Model, ...], Field(min_length=1), AfterValidator(unique)]
    garch_t: GarchT
    nowcast: Nowcast
    theta: Theta | None = Field(default=None, validate_default=True)
    chronos: Chronos | None = Field(default=None, validate_default=True)

    @field_validator("theta", "chronos")
    @classmethod
    def _there_if_listed(cls, settings: Block | None, info: ValidationInfo) -> Block | None:
        if settings is None and info.field_name in info.data.get("models", ()):
            raise ValueError(f"models lists {info.field_name}, expected its settings; README.md shows the block to add")
        return settings
