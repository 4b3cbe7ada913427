"""The block of calibration: conformal, multipliers, the ensemble, and which model is published."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, StrictStr

from forex.params.types import Block, Horizon, Level, Model, PositiveFloat, Probability, Share, Stressed, unique


class Ensemble(Block):
    members: Annotated[tuple[StrictStr, ...], Field(min_length=1), AfterValidator(unique)]
    half_life: PositiveInt
    sharpness: Annotated[float, Field(ge=0)]
    shrinkage: Share


class Published(Block):
    model: StrictStr


class Multipliers(Block):
    """How half-widths grow in stressed regimes; those that are not listed keep a factor of 1."""

    regimes: Annotated[tuple[Stressed, ...], AfterValidator(unique)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1), AfterValidator(unique)]
    half_life: PositiveInt
    shrink_weight: PositiveFloat
    maximum: Annotated[float, Field(ge=1, le=2.5)]
    draws: Annotated[int, Field(ge=100, le=100_000)]
    block_steps: Annotated[float, Field(ge=1)]
    band: Probability
    seed: Annotated[int, Field(ge=0)]


class Calibrate(Block):
    min_scores: PositiveInt
    half_life: PositiveInt
    pool_horizons: tuple[Horizon, ...]
    pool_weight: Annotated[float, Field(ge=0)]
    lean_weight: PositiveFloat
    conformal: Annotated[tuple[Model, ...], Field(min_length=1), AfterValidator(unique)]
    multipliers: Multipliers
    ensemble: Ensemble
    published: Published
