"""The block of `forex gate`: which metrics two revisions are compared by, and how much worse one may become."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictStr, model_validator

from forex.params.types import Block, PositiveFloat

NotNegative = Annotated[float, Field(ge=0)]


class Rule(Block):
    """What is better for the metrics that `name` fits (`*` stands for anything), and what may be lost.

    Either `better` or `near`, the value that is aimed at. One of `errors` (times the committed standard error),
    `relative` (times the metric's size in BASE) and `absolute`. same_data: judged only where no forecast has matured
    between the two.
    """

    name: StrictStr
    better: Literal["lower", "higher", "same"] | None = None
    near: float | None = None
    errors: NotNegative | None = None
    relative: NotNegative | None = None
    absolute: NotNegative | None = None
    same_data: bool = False

    @model_validator(mode="after")
    def _one_of_each(self) -> "Rule":
        if (self.better is None) == (self.near is None):
            raise ValueError(f"{self.name}: expected either better or near")
        if sum(value is not None for value in (self.errors, self.relative, self.absolute)) != 1:
            raise ValueError(f"{self.name}: expected one of errors, relative and absolute")
        return self


def _named_once(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    names = [rule.name for rule in rules]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"{twice[0]}: expected one rule of that name, got {names.count(twice[0])}")
    return rules


class Gate(Block):
    """How two revisions' metrics are compared: the first of the rules in `metrics` that fits a metric decides.

    new_data: what is tolerated on top for forecasts that matured in between, in standard errors of what they can have moved a
    mean by.  required: metrics of BASE that HEAD must have, beside those of the rules.
    """

    new_data: PositiveFloat
    required: tuple[StrictStr, ...]
    metrics: Annotated[tuple[Rule, ...], Field(min_length=1), AfterValidator(_named_once)]
