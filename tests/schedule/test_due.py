"""Which jobs are due when: over a year, on hosts in four zones, beside a loop that knows Chile's law of 2024 and no zones."""

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.operations import load_operations
from forex.schedule.due import Job, Plan, due, last_day
from forex.schedule.plan import business_days, plan_of
from forex.schedule.record import Record
from forex.timeline import calendar
from tests.support.made_up import ROOT, utc

PLAN: Plan = plan_of(load_operations(ROOT / "operations.yaml"))
JOBS = {job.name: job for job in PLAN.jobs}
HOSTS = {"UTC": 0, "America/Santiago": -180, "Asia/Tokyo": 540, "Asia/Kolkata": 330}  # minutes from UTC on 1 January
# Chile in 2024: UTC-3, from 7 April, 0:00, on UTC-4, from 8 September, 0:00, on UTC-3 again.
WINTER = utc("2024-04-07T03:00"), utc("2024-09-08T04:00")
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def in_santiago(at: dt.datetime) -> dt.datetime:
    """The wall clock, without a zone."""
    return at.replace(tzinfo=None) - (4 if WINTER[0] <= at < WINTER[1] else 3) * HOUR


def hours(host: str) -> Iterator[dt.datetime]:
    """Every full hour of the host in 2024."""
    at = utc("2024-01-02T03:00") + -HOSTS[host] % 60 * MINUTE
    while at < utc("2024-12-31T00:00"):
        yield at
        at += HOUR


def expected(job: Job, host: str) -> list[dt.datetime]:
    """The first full hour of the host on each of the job's days at which Santiago's wall clock is not before its time."""
    first: dict[dt.date, dt.datetime] = {}
    for at in hours(host):
        wall = in_santiago(at)
        if (wall.hour, wall.minute) >= (job.at.hour, job.at.minute):
            first.setdefault(wall.date(), at)
    monday = 0
    if job.days == "business":
        return [at for day, at in first.items() if calendar.is_business_day(str(day))]
    return [at for day, at in first.items() if day.weekday() == monday]


def run(job: Job, instants: Iterator[dt.datetime]) -> list[dt.datetime]:
    """When ticks at these instants run a job that always succeeds."""
    records: dict[dt.date, Record] = {}
    is_business_day, ran = business_days(), []
    for at in instants:
        day = at.astimezone(PLAN.zone).date()
        if due(job, PLAN, records.get(day), at, is_business_day):
            records[day] = Record(at, at, at, succeeded=True)
            ran.append(at)
    return ran


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", JOBS)
def test_a_year_hour_by_hour_is_that_of_a_loop(name: str, host: str) -> None:
    found = run(JOBS[name], hours(host))
    assert found == expected(JOBS[name], host)
    assert len(found) == (52 if name == "weekly" else len(calendar.business_days("2024-01-02", "2024-12-30")))


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("2024-04-05", "2024-04-05T18:05"),  # the last day of summer time
        ("2024-04-08", "2024-04-08T19:05"),
        ("2024-09-06", "2024-09-06T19:05"),
        ("2024-09-09", "2024-09-09T18:05"),
        ("2024-02-29", "2024-02-29T18:05"),
        ("2024-05-31", "2024-05-31T19:05"),
    ],
)
def test_the_daily_run_is_due_from_its_minute_on(day: str, first: str) -> None:
    every = (utc(f"{day}T04:00") + minute * MINUTE for minute in range(23 * 60))
    assert run(JOBS["daily"], every) == [utc(first)]


@pytest.mark.parametrize("day", ["2024-09-18", "2024-09-19", "2024-09-20", "2024-11-30", "2024-12-25"])
def test_no_business_job_is_due_on_a_holiday_or_weekend(day: str) -> None:
    every = [utc(f"{day}T04:00") + minute * 5 * MINUTE for minute in range(12 * 23)]
    assert [run(JOBS[name], iter(every)) for name in ("mail", "check", "daily")] == [[], [], []]


@pytest.mark.parametrize(
    ("at", "changes"),
    [
        ("00:30", {"2024-09-08": "2024-09-08T04:00"}),  # that day begins at 1:00
        ("23:30", {"2024-04-06": "2024-04-07T02:30"}),  # 23:30 comes twice, the first time at UTC-3
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_met_once(at: str, changes: dict[str, str]) -> None:
    for day, first in changes.items():
        weekday = ("saturday", "sunday")[dt.date.fromisoformat(day).weekday() - 5]
        job = Job("night", dt.time.fromisoformat(at), weekday, ("check",), HOUR)
        every = (utc(f"{day}T03:00") + minute * 5 * MINUTE for minute in range(12 * 26))
        assert run(job, every)[0] == utc(first)
        assert len(run(job, (utc(first) + n * 5 * MINUTE for n in range(18)))) == 1


def tried(first: str, last: str, *, running: str | None = None, succeeded: bool = False) -> Record:
    return Record(utc(first), utc(last), utc(last), running=running, exit_code=1, succeeded=succeeded)


@pytest.mark.parametrize(
    ("name", "record", "at", "again"),
    [
        ("daily", tried("2024-11-27T18:05", "2024-11-27T18:05"), "2024-11-27T18:19", False),
        ("daily", tried("2024-11-27T18:05", "2024-11-27T18:05"), "2024-11-27T18:20", True),
        ("daily", tried("2024-11-27T18:05", "2024-11-28T02:40"), "2024-11-28T02:55", True),  # 23:55 in Santiago
        ("daily", tried("2024-11-27T18:05", "2024-11-27T18:05", succeeded=True), "2024-11-28T02:55", False),
        ("mail", tried("2024-11-27T11:00", "2024-11-27T16:50"), "2024-11-27T17:00", False),  # six hours are over
        ("mail", tried("2024-11-27T11:00", "2024-11-27T16:40"), "2024-11-27T16:55", True),
        ("check", tried("2024-11-27T13:00", "2024-11-27T13:00"), "2024-11-27T13:15", False),  # never again
        (
            "check",
            tried("2024-11-27T13:00", "2024-11-27T13:00", running="check"),
            "2024-11-27T13:15",
            True,
        ),  # but finished
        ("daily", tried("2024-11-27T18:05", "2024-11-27T20:00"), "2024-11-27T18:30", True),  # the clock was set back
    ],
)
def test_what_failed_is_tried_again(name: str, record: Record, at: str, again: bool) -> None:
    assert due(JOBS[name], PLAN, record, utc(at), business_days()) is again


def test_the_light_list_of_business_days_is_the_calendars() -> None:
    is_business_day = business_days()
    days = [dt.date(1980, 1, 1) + dt.timedelta(days=n) for n in range((dt.date(2041, 1, 1) - dt.date(1980, 1, 1)).days)]
    assert [is_business_day(day) for day in days] == calendar.is_business_day([str(day) for day in days]).tolist()


@given(st.datetimes(dt.datetime(2024, 1, 8), dt.datetime(2024, 12, 30)), st.sampled_from(sorted(JOBS)))
def test_the_last_day_is_the_newest_whose_time_has_passed(moment: dt.datetime, name: str) -> None:
    at, job = moment.replace(tzinfo=dt.UTC, microsecond=0), JOBS[name]
    wall = in_santiago(at)
    days = [wall.date() - dt.timedelta(days=n) for n in range(9)]
    business = {day for day in days if calendar.is_business_day(str(day))}
    mine = [day for day in days if (day in business if job.days == "business" else day.weekday() == 0)]
    passed = [day for day in mine if day < wall.date() or wall.time() >= job.at]
    assert last_day(job, PLAN, at, business_days()) == passed[0]
