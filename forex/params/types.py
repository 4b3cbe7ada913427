"""What a key of params.yaml may hold: dates, times of day, horizons, levels, models, numbers within bounds."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr

from forex.core.declarations import declared_names
from forex.core.edges.validators import clock_time, decimal_number, folder, horizon_name, iso_day
from forex.core.names import percent
from forex.core.quantiles import central_pair

Tier = Literal["critical", "important", "optional"]
Probability = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveFloat = Annotated[float, Field(gt=0)]


def date(text: str) -> str:
    """`text`, where it is a date like 2024-11-27.  Raises ValueError where it is none."""
    return str(iso_day(text))


def _level(value: float) -> float:
    central_pair(value)
    return value


def _percent(text: str) -> str:
    try:
        level = _level(decimal_number(text) / 100)
    except ValueError as error:
        raise ValueError(
            f'expected the level of a central interval in per cent like "80", got "{text}": {error}'
        ) from error
    if percent(level) != text:
        raise ValueError(f'expected "{percent(level)}", got "{text}"')
    return text


Date = Annotated[StrictStr, AfterValidator(date)]
ClockTime = Annotated[StrictStr, AfterValidator(clock_time)]
Folder = Annotated[StrictStr, AfterValidator(folder)]
Horizon = Annotated[StrictStr, AfterValidator(horizon_name)]
Level = Annotated[float, AfterValidator(_level)]
LevelPercent = Annotated[StrictStr, AfterValidator(_percent)]  # as names carry a level: "80"


def _model(name: str) -> str:
    known = declared_names("models", "MODEL")
    if known and name not in known:  # none: a folder with nothing but what another stage depends on
        raise ValueError(f"expected a model, one of {', '.join(known)}, got {name}")
    return name


def stressed_regimes() -> list[str]:
    """The regimes that may be called beside NORMAL and UNKNOWN, in order of name."""
    return [name.upper() for name in declared_names("regimes/rules", "RULE")]


def _stressed(regime: str) -> str:
    known = stressed_regimes()
    if known and regime not in known:
        raise ValueError(f"expected a regime, one of {', '.join(known)}, got {regime}")
    return regime


Model = Annotated[StrictStr, AfterValidator(_model)]
Stressed = Annotated[StrictStr, AfterValidator(_stressed)]


def unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """`values`, where none comes twice.  Raises ValueError where one does."""
    if len(set(values)) != len(values):
        raise ValueError(f"expected no repetition, got {list(values)}")
    return values


class Block(BaseModel):
    """A part of a settings file: every key known, no number infinite or NaN, nothing changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
