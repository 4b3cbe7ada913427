"""How the scheduled jobs fare, by their records: when each was done last, and whether it was on its newest day."""

import datetime as dt
from typing import NamedTuple

from forex.core.places import RUNS, log_of, record_of
from forex.core.sentence import Sentence, sentence
from forex.core.status import FAULT, NOT_EVALUATED, OK
from forex.health.report import Check, CheckState
from forex.schedule import record as records
from forex.schedule.due import Job, Plan, last_day, next_days
from forex.schedule.plan import business_days
from forex.schedule.record import Record


class JobState(NamedTuple):
    """How a job fares at an instant.

    day: the newest day on which the job should be done by now, `longest` after its time.  record: of that day; None where there is
    none, or a damaged one.  last_success: when all its commands had last been done, UTC.  next_day: the day of its next time.
    """

    job: Job
    day: dt.date
    record: Record | None
    last_success: dt.datetime | None
    next_day: dt.date


def states(plan: Plan, at: dt.datetime) -> list[JobState]:
    """How every job of the plan fares at an instant."""
    is_business_day = business_days()
    found = []
    for job in plan.jobs:
        local = at.astimezone(plan.zone)
        first = local.date() if local.time() < job.at else local.date() + dt.timedelta(days=1)
        day = last_day(job, plan, at - plan.longest, is_business_day)
        upcoming = next(next_days(job, first, is_business_day))
        found.append(JobState(job, day, _record(job, day), _last_success(job), upcoming))
    return found


def check_jobs(plan: Plan, at: dt.datetime) -> tuple[Check, ...]:
    """A check of each job; not evaluated for days before a job was first run here: until then others may run the commands."""
    first = min((path.parent.name for path in RUNS.glob("*/*.json")), default=None)
    return tuple(_check(job_state, first) for job_state in states(plan, at))


def _check(job_state: JobState, first: str | None) -> Check:
    success = job_state.last_success
    figures = {"job_last_success_timestamp_seconds": success.timestamp()} if success else {}
    state, says = _judged(job_state) if first and first <= str(job_state.day) else _not_yet(job_state, first)
    return Check(name=f"job:{job_state.job.name}", state=state, says=says, figures=figures)


def _not_yet(job_state: JobState, first: str | None) -> tuple[CheckState, Sentence]:
    if first is None:
        return NOT_EVALUATED, sentence("No job was ever run here.")
    return NOT_EVALUATED, sentence(
        "{job:s} is next due on {next}; its last day, {day}, was before the first job was run.",
        job=job_state.job.name,
        next=job_state.next_day,
        day=job_state.day,
    )


def _judged(job_state: JobState) -> tuple[CheckState, Sentence]:
    job, day, record = job_state.job.name, job_state.day, job_state.record
    if record is None:
        return FAULT, sentence("{job:s} was due on {day} and was not run.", job=job, day=day)
    if record.succeeded:
        return OK, sentence("{job:s} of {day} was done.", job=job, day=day)
    log = str(log_of(job, day))
    if record.running is not None or not record.exit_code:
        begun = sentence("{job:s} of {day}, tried at {at}, has not ended.", job=job, day=day, at=record.tried_at)
        return FAULT, sentence("{begun} {log:s} says how far it came.", begun=begun, log=log)
    return FAULT, sentence(
        "{job:s} of {day} failed with exit code {code:d}, tries: {tries:d}. {log:s} says why.",
        job=job,
        day=day,
        tries=record.tries,
        code=record.exit_code,
        log=log,
    )


def _record(job: Job, day: dt.date) -> Record | None:
    try:
        return records.read(record_of(job.name, day))
    except records.Damaged:
        return None


def _last_success(job: Job) -> dt.datetime | None:
    """When the job last succeeded, by the records that are kept; None where none is of a success."""
    for path in sorted(RUNS.glob(f"*/{job.name}.json"), reverse=True):
        try:
            record = records.read(path)
        except records.Damaged:
            continue
        if record is not None and record.succeeded:
            return record.ended_at
    return None
