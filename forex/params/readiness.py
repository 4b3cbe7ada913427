"""The block of readiness: what a challenger has to show before it may be published."""

from typing import Annotated

from pydantic import Field, PositiveInt, model_validator

from forex.params.types import Block, PositiveFloat, Probability, Share

Percent = Annotated[float, Field(ge=0, le=100)]


class Scores(Block):
    """The least mean score, of 100, that each level takes; below `cautious` it is NOT_READY."""

    cautious: Percent
    ready: Percent
    optimal: Percent

    @model_validator(mode="after")
    def _ordered(self) -> "Scores":
        if not self.cautious <= self.ready <= self.optimal:
            raise ValueError(
                f"expected cautious <= ready <= optimal, got {self.cautious:g}, {self.ready:g} and {self.optimal:g}"
            )
        return self


class Readiness(Block):
    """What a challenger has to show against `published`.

    min_days: calendar days.  max_loss_pct, max_year_loss_pct: per cent of the incumbent's CRPS.  recent: matured forecasts of a
    horizon.  min_year_origins: matured origins that a year needs to count.
    """

    min_forecasts: PositiveInt
    min_independent: PositiveInt
    min_days: PositiveInt
    significance: Probability
    min_better: Annotated[int, Field(ge=0)]
    bound: Probability
    max_loss_pct: PositiveFloat
    coverage_tolerance: Probability
    coverage_band: Probability
    recent: PositiveInt
    min_year_origins: PositiveInt
    max_year_loss_pct: PositiveFloat
    min_pass_rate: Share
    scores: Scores
