"""The plan: what operations.yaml says about the schedule, checked, and kept as JSON for ticks that have no time to check it again.

`.forex/schedule/plan.json` has the hash of operations.yaml and params.yaml as they were when it was made; where they have changed
since, or the file is damaged, it is made anew.
"""

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from forex.core.edges import json
from forex.core.edges.limits import JSON_BYTES, TEXT_BYTES, YAML_BYTES
from forex.core.edges.reading import read_bytes, read_utf8
from forex.core.errors import DataError, ParamsError, UsageError
from forex.core.places import PLAN
from forex.schedule.due import IsBusinessDay, Job, Kept, Plan
from forex.timeline.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR, parse_holidays

if TYPE_CHECKING:
    from forex.operations import Operations

SOURCES: Final = (Path("operations.yaml"), Path("params.yaml"))


def current() -> Plan:
    """The plan of the working directory.  Raises ParamsError where operations.yaml is wrong, UsageError where it is missing."""
    made_from = _hash()
    try:
        kept = json.parsed(read_bytes(PLAN, JSON_BYTES), PLAN)
        if kept["made_from"] == made_from:
            return _plan(kept["schedule"], kept["keep"])
    except (DataError, OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # it is made anew
    return _made(made_from)


def plan_of(operations: "Operations") -> Plan:
    """The plan of the schedule in `operations`."""
    return _plan(**_plain(operations))


def _plain(operations: "Operations") -> dict[str, Any]:
    return {"schedule": operations.schedule.model_dump(mode="json"), "keep": operations.keep.model_dump(mode="json")}


def _made(made_from: str) -> Plan:
    from forex.core.files import write_json
    from forex.operations import check_times, load_operations
    from forex.params import load_params

    operations = load_operations()
    check_times(operations, load_params("cut_off").cut_off)
    write_json(PLAN, {"made_from": made_from, **_plain(operations)})
    return plan_of(operations)


def _plan(schedule: Any, keep: Any) -> Plan:
    jobs = [
        Job(
            name=name,
            at=dt.time.fromisoformat(job["at"]),
            days=job["days"],
            commands=tuple(job["commands"]),
            again=dt.timedelta(hours=job["again_hours"]),
        )
        for name, job in schedule["jobs"].items()
    ]
    return Plan(
        zone=ZoneInfo(schedule["zone"]),
        again_every=dt.timedelta(minutes=schedule["again_minutes"]),
        longest=dt.timedelta(minutes=schedule["longest_minutes"]),
        jobs=tuple(sorted(jobs, key=lambda job: (job.at, job.name))),
        kept=Kept(**keep),
    )


def _hash() -> str:
    from forex import __version__

    digest = hashlib.sha256(__version__.encode())
    for path in SOURCES:
        try:
            digest.update(hashlib.sha256(read_bytes(path, YAML_BYTES, fault=ParamsError)).digest())
        except FileNotFoundError:
            raise UsageError(
                f"{path}: not found. Run from the project's folder, or restore the file with git."
            ) from None
    return digest.hexdigest()


def business_days() -> IsBusinessDay:
    """Whether a day is a business day, by the committed holidays, which are read when the first day is asked for.

    The same as `calendar.is_business_day`, without numpy.  Raises DataError for a year that the list does not cover.
    """
    holidays: set[dt.date] = set()

    def is_business_day(day: dt.date) -> bool:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise DataError(f"{HOLIDAYS}: {day} is outside its range, {FIRST_YEAR} to {LAST_YEAR}. Is the clock right?")
        if not holidays:
            holidays.update(
                holiday.date
                for holiday in parse_holidays(
                    read_utf8(HOLIDAYS, TEXT_BYTES, mend="Restore it with git."), str(HOLIDAYS)
                )
            )
        return day.weekday() < 5 and day not in holidays

    return is_business_day
