"""What a key of params.yaml may hold: dates, times of day, horizons, levels, models, numbers within bounds."""

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr

from forex.core.names import ENSEMBLE, PUBLISHED
from forex.core.quantiles import central_pair

Tier = Literal["critical", "important", "optional"]
Stressed = Literal["HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION"]
Probability = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveFloat = Annotated[float, Field(gt=0)]


def date(text: str) -> str:
    try:
        parsed = dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'expected a date like "2024-11-27", got "{text}"') from error
    if parsed.isoformat() != text:
        raise ValueError(f'expected a date like "2024-11-27", got "{text}"')
    return text


def clock_time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f'expected a time of day like "15:00", got "{text}"')
    return text


def _horizon(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,2}d", text) or int(text[:-1]) > 365:
        raise ValueError(f'expected calendar days from "1d" to "365d", got "{text}"')
    return text


def _level(value: float) -> float:
    central_pair(value)
    return value


Date = Annotated[StrictStr, AfterValidator(date)]
Horizon = Annotated[StrictStr, AfterValidator(_horizon)]
Level = Annotated[float, AfterValidator(_level)]


def _model(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in (ENSEMBLE, PUBLISHED) or name.endswith("_conformal"):
        raise ValueError(f"expected the name of a file in forex/models, got {name}")
    return name


Model = Annotated[StrictStr, AfterValidator(_model)]


def unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise ValueError(f"expected no repetition, got {list(values)}")
    return values


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
