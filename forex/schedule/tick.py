"""`python -m forex.schedule.tick`: what cron and systemd start. Runs the jobs that are due, each once on its days.

Says nothing: what the jobs say is in their logs, and what keeps a tick from running them in `.forex/logs/schedule`. Exit code 0,
also where another tick is at work, and that of the error otherwise; how a job's commands ended is for its record.
"""

import datetime as dt
import sys

from forex.core.clock import Clock, now
from forex.core.disk import append_text, make_folder
from forex.core.edges.ending import aside
from forex.core.errors import EXIT_OK, ForexError, GateFailed, UsageError, os_fault
from forex.core.places import LOCK, OWN_LOG, log_of, record_of
from forex.schedule import plan as plans
from forex.schedule import record as records
from forex.schedule.due import IsBusinessDay, Job, Plan, due


def tick(clock: Clock = now) -> list[str]:
    """Run what is due, in the order of the jobs' times; the names of the jobs that were run.

    Raises ParamsError for a wrong operations.yaml, UsageError for credentials that others may read, DataError for a damaged list of
    holidays or a clock beyond its years.
    """
    at, plan, is_business_day = clock(), plans.current(), plans.business_days()
    if not any(_due(job, plan, at, is_business_day) for job in plan.jobs):
        return []
    from forex.core.lock import held

    make_folder(LOCK.parent)
    try:
        with held(LOCK, timeout=0) as lock:
            return _run(plan, lock, clock, is_business_day)
    except GateFailed:
        return []  # another tick, or what it started, is at work; what is due then will be due at the next one


def _run(plan: Plan, lock: int, clock: Clock, is_business_day: IsBusinessDay) -> list[str]:
    from forex.schedule.environment import credentials
    from forex.schedule.run import Means, run, taken_up
    from forex.schedule.sweep import sweep

    means = Means(lock=lock, longest=plan.longest, secrets=credentials(), clock=clock)
    ran = []
    for job in plan.jobs:
        at = clock()
        day = at.astimezone(plan.zone).date()
        before = taken_up(job, day, means)
        if due(job, plan, before, at, is_business_day):
            run(job, day, before, means)
            ran.append(job.name)
    sweep(clock().astimezone(plan.zone).date(), plan.kept)
    return ran


def _due(job: Job, plan: Plan, at: dt.datetime, is_business_day: IsBusinessDay) -> bool:
    try:
        record = records.read(record_of(job.name, at.astimezone(plan.zone).date()))
    except records.Damaged:
        record = None
    return due(job, plan, record, at, is_business_day)


def main(clock: Clock = now) -> int:
    """The exit code of a tick, after what went wrong is in the log."""
    try:
        tick(clock)
    except ForexError as error:
        return _failed(str(error), error.exit_code, clock)
    except OSError as error:
        return _failed(os_fault(error), UsageError.exit_code, clock)
    return EXIT_OK


def _failed(says: str, code: int, clock: Clock) -> int:
    at = clock()
    line = f"{at:{records.STAMP}} {says}"
    path = log_of(OWN_LOG, at.date())
    try:
        append_text(path, f"{line}\n")
    except UsageError:
        aside(line)  # cron mails it, and the journal of systemd keeps it
    return code


if __name__ == "__main__":
    sys.exit(main())
