"""The block of drift: whether the last moves of a series are what its past leads one to expect."""

from typing import Annotated

from pydantic import Field, PositiveInt, model_validator

from forex.params.types import Block, PositiveFloat, Probability, Share


class Weights(Block):
    """Roughly each test's share of the false alarms; only their proportions count."""

    ks: PositiveFloat
    mean: PositiveFloat
    scale: PositiveFloat
    autocorrelation: PositiveFloat
    variance: PositiveFloat


class Drift(Block):
    """How the looks at drift are made, how grave each is, and what follows from the looks so far.

    baseline, recent: moves in the two windows of a look.  max_age, every, history: business days.  trend_days: calendar days.
    trend_slope: points of the score a calendar day.
    """

    baseline: Annotated[int, Field(ge=20)]
    recent: Annotated[int, Field(ge=10)]
    lags: PositiveInt
    weights: Weights
    min_moving: Share
    max_age: PositiveInt
    significance: Probability
    medium_p: Probability
    every: PositiveInt
    history: PositiveInt
    trend_days: PositiveInt
    trend_slope: PositiveFloat
    trend_r2: Probability
    stable_score: Annotated[float, Field(ge=0, le=100)]
    action_score: Annotated[float, Field(gt=0, le=100)]
    action_highs: PositiveInt

    @model_validator(mode="after")
    def _consistent(self) -> "Drift":
        if self.lags > self.recent - 2:
            raise ValueError(f"expected lags ≤ recent − 2, got {self.lags} and {self.recent}")
        if self.medium_p > self.significance:
            raise ValueError(f"expected medium_p ≤ significance, got {self.medium_p:g} and {self.significance:g}")
        return self
