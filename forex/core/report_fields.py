"""What fields of several reports hold: hashes, instants, names of horizons and levels, as JSON writes them."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue


def _in_utc(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(dt.UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
HorizonName = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}d$")]  # calendar days: "7d"
LevelName = Annotated[str, Field(pattern=r"^0\.[0-9]+$")]  # a probability: "0.95"

# JSON Schema lets keys pass that fit no pattern unless it is told otherwise.
ONLY_THESE_KEYS: dict[str, JsonValue] = {"additionalProperties": False}
