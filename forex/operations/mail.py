"""The block of e-mail: what a mail says on which day, how urgent it is, how long it waits, and the limits of sending."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, StrictStr, model_validator

from forex.params.types import Block, Horizon, PositiveFloat, Probability, unique
from forex.timeline.weekdays import WEEKDAYS, Weekday

Horizons = Annotated[tuple[Horizon, ...], AfterValidator(unique)]
MonthDay = Annotated[int, Field(ge=1, le=28)]  # every month has it


def _every_weekday(days: Mapping[Weekday, tuple[str, ...]]) -> Mapping[Weekday, tuple[str, ...]]:
    if missing := [day for day in WEEKDAYS if day not in days]:
        raise ValueError(f"expected every weekday, {' and '.join(missing)} missing; [] is none beside the next day's")
    return days


class MaxAge(Block):
    """For how many business days in Santiago an unsent mail is kept waiting, by kind."""

    daily: NonNegativeInt
    weekly: NonNegativeInt
    alert: NonNegativeInt


class Smtp(Block):
    """The limits of sending; times in seconds, `accept_timeout` for the answer to a whole message."""

    timeout: PositiveFloat
    accept_timeout: PositiveFloat
    attempts: PositiveInt
    longest_wait: PositiveFloat


class Mail(Block):
    """What a mail says on which day, how urgent it is, and how it is sent.

    bias, attention, urgent: distances of a median from the last observado, as shares of it.  drivers: how many series the table of
    what moves the forecast lists.  lock_timeout: seconds.
    """

    language: Literal["es", "en"] | None
    days: Annotated[Mapping[Weekday, Horizons], AfterValidator(_every_weekday)]
    month_days: Mapping[Horizon, Annotated[tuple[MonthDay, ...], Field(min_length=1), AfterValidator(unique)]]
    bias: Probability
    attention: Probability
    urgent: Probability
    drivers: PositiveInt
    snapshot: Annotated[tuple[StrictStr, ...], AfterValidator(unique)]
    max_age: MaxAge
    lock_timeout: PositiveFloat
    smtp: Smtp

    @model_validator(mode="after")
    def _rising(self) -> "Mail":
        if not self.bias < self.attention < self.urgent:
            raise ValueError(
                f"expected bias < attention < urgent, got {self.bias:g}, {self.attention:g} and {self.urgent:g}"
            )
        return self
