"""Which jobs are due at an instant: on one of their days, from their time on, not done on that day yet.

Days and times are those of the plan's zone, whatever zone the host is in. A job that was missed is made up for until its day ends,
never later. One that failed is due again `again_every` after its last try began, until `again` after its first.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from forex.schedule.record import Record
from forex.timeline.weekdays import DAYS_OF_WEEK

BUSINESS: Final = "business"
DAY: Final = dt.timedelta(days=1)

IsBusinessDay = Callable[[dt.date], bool]


class Job(NamedTuple):
    """A job of the plan.

    at: the time of day from which on it is due.  days: `business` or a weekday.  commands: of forex, without that word.  again: for
    how long after its first try it is tried again where it fails.
    """

    name: str
    at: dt.time
    days: str
    commands: tuple[str, ...]
    again: dt.timedelta


class Kept(NamedTuple):
    """For how many calendar days records, logs and mails are kept."""

    runs: int
    logs: int
    mails: int


class Plan(NamedTuple):
    """The schedule as a tick needs it.

    again_every: from the start of a try that failed to the next.  longest: of one command.  jobs: in the order of their times.
    """

    zone: ZoneInfo
    again_every: dt.timedelta
    longest: dt.timedelta
    jobs: tuple[Job, ...]
    kept: Kept


def on_day(job: Job, day: dt.date, is_business_day: IsBusinessDay) -> bool:
    """Whether `day` is one of the job's days."""
    return is_business_day(day) if job.days == BUSINESS else DAYS_OF_WEEK[day.weekday()] == job.days


def due(job: Job, plan: Plan, record: Record | None, at: dt.datetime, is_business_day: IsBusinessDay) -> bool:
    """Whether the job is to be run at the instant `at`.  record: its record of the day that this is in the plan's zone."""
    local = at.astimezone(plan.zone)
    if local.time() < job.at or (record is not None and not _again(job, plan, record, at)):
        return False
    return on_day(job, local.date(), is_business_day)


def _again(job: Job, plan: Plan, record: Record, at: dt.datetime) -> bool:
    """Whether a job with this record is tried again: always where nobody knows how its last try ended."""
    if record.succeeded:
        return False
    if record.running is None and at - record.first_tried_at >= job.again:
        return False
    # A clock that was set back keeps nothing waiting.
    return not dt.timedelta() <= at - record.tried_at < plan.again_every


def next_days(job: Job, first: dt.date, is_business_day: IsBusinessDay) -> Iterator[dt.date]:
    """The job's days from `first` on."""
    day = first
    while True:
        if on_day(job, day, is_business_day):
            yield day
        day += DAY


def last_day(job: Job, plan: Plan, at: dt.datetime, is_business_day: IsBusinessDay) -> dt.date:
    """The newest of the job's days whose time has passed at the instant `at`."""
    local = at.astimezone(plan.zone)
    day = local.date() if local.time() >= job.at else local.date() - DAY
    while not on_day(job, day, is_business_day):
        day -= DAY
    return day
