"""The blocks of the schedule: which commands run when by Santiago's clock, and for how long what they leave behind is kept."""

import re
import shlex
from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, StrictStr

from forex.core.places import OWN_LOG
from forex.params.types import Block, ClockTime, unique
from forex.timeline.weekdays import DayOfWeek

Days = Literal["business", DayOfWeek]


def _job_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name) or name == OWN_LOG:  # folders are named by it
        raise ValueError(f'expected the name of a job like "daily", in small letters, not "{OWN_LOG}", got "{name}"')
    return name


JobName = Annotated[StrictStr, AfterValidator(_job_name)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # no such zone; an absolute path; a folder of zones
        raise ValueError(f'expected a time zone like "America/Santiago", got "{name}"') from error
    return name


def _command(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"expected a command of forex like advance --after-cut-off, got {text}: {error}") from error
    if not words or words[0] == "forex":
        raise ValueError(f'expected a command of forex without the word forex, like "mail daily", got "{text}"')
    return text


Command = Annotated[StrictStr, AfterValidator(_command)]


class Job(Block):
    """Commands that are run once on each of their days.

    at: not before this time of day.  commands: one after the other, as long as none fails.  again_hours: for so long after its
    first try a job that failed is tried again, on the same day; 0 never.
    """

    at: ClockTime
    days: Days
    commands: Annotated[tuple[Command, ...], Field(min_length=1), AfterValidator(unique)]
    again_hours: NonNegativeInt


class Schedule(Block):
    """The jobs by name, and whose clock they go by.

    again_minutes: from the start of a try that failed to the next.  longest_minutes: a command that takes longer is ended.
    """

    zone: Annotated[StrictStr, AfterValidator(_zone)]
    again_minutes: PositiveInt
    longest_minutes: PositiveInt
    jobs: Annotated[Mapping[JobName, Job], Field(min_length=1)]


class Keep(Block):
    """For how many calendar days what the schedule leaves behind is kept."""

    runs: PositiveInt
    logs: PositiveInt
    mails: PositiveInt
