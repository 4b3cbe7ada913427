"""The block of calibration: conformal, multipliers, the ensemble, and which model is published."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, StrictStr

from forex.params.types import Block, Horizon, Level, Model, PositiveFloat, Probability, Share, Stressed, unique


class Ensemble(Block):
    """A challenger: the quantiles of its members, averaged with weights from what they scored.

    half_life: business days, of a matured score's weight.  sharpness: how strongly a relative difference in CRPS moves the
    weights.  shrinkage: from 0 to 1, towards equal weights.
    """

    members: Annotated[tuple[StrictStr, ...], Field(min_length=1), AfterValidator(unique)]
    half_life: PositiveInt
    sharpness: Annotated[float, Field(ge=0)]
    shrinkage: Share


class Published(Block):
    """Which model users get."""

    model: StrictStr


class Multipliers(Block):
    """How half-widths grow in stressed regimes; a regime that is not listed keeps a factor of 1."""

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
    """Which models are calibrated and how, the ensemble, and what is published.

    min_scores: matured scores that a horizon needs before its first calibrated origin.  half_life: business days, of a score's
    weight at one step.  pool_weight: effective independent scores that the quantiles of `pool_horizons` count for.  lean_weight:
    independent outcomes that symmetry counts for in the tails of the 50 % interval.
    """

    min_scores: PositiveInt
    half_life: PositiveInt
    pool_horizons: tuple[Horizon, ...]
    pool_weight: Annotated[float, Field(ge=0)]
    lean_weight: PositiveFloat
    conformal: Annotated[tuple[Model, ...], Field(min_length=1), AfterValidator(unique)]
    multipliers: Multipliers
    ensemble: Ensemble
    published: Published
