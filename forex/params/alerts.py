"""The block of alerts; the settings of each rule are declared by its file in forex/monitoring/alert_rules."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt, StrictStr

from forex.params.open import OpenBlock
from forex.params.types import PositiveFloat

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


class Alerts(OpenBlock):
    """What all alert rules share, in business days; under the name of each rule's file stand the settings that are its own.

    cool_down: in which an alert of a type that is no worse is a repetition.  max_age: without a new value, after which a type is
    no longer evaluated.
    """

    cool_down: PositiveInt
    max_age: PositiveInt
