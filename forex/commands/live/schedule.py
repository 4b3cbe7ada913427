"""`forex schedule install|remove|show`: whether cron or systemd starts the ticks of this project, and what is due when.

Only one of the two: installing one removes the other. What runs when stands in operations.yaml. A change there needs no new install
for cron, which starts a tick every five minutes; the timers of systemd have the times in them.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.keep import params
from forex.commands.keep.scheduled import check_commands
from forex.commands.tables import listed
from forex.core.clock import Clock, now
from forex.core.places import ENVIRONMENT
from forex.health.jobs import JobState, states
from forex.schedule import crontab, timers
from forex.schedule.due import Plan
from forex.schedule.environment import credentials
from forex.schedule.plan import plan_of

CRON, SYSTEMD = "cron", "systemd"
STAMP = "%Y-%m-%d %H:%M"
INSTALLED = {CRON: "cron starts a tick every five minutes", SYSTEMD: "a timer of systemd starts the ticks"}
OLD = {
    CRON: "the block of the crontab is that of another version or interpreter",
    SYSTEMD: "the units are those of other times, another version or interpreter",
}


def install(*, systemd: bool, clock: Clock = now) -> dict[str, Any]:
    """Have either cron or systemd start the ticks from now on; returns what `show` then says.

    Raises ParamsError for a wrong operations.yaml, UsageError where others may read the credentials, where there is no cron or
    systemd, or where it refuses; a crontab that is refused stays as it was.
    """
    operations = params.operations(params.whole())
    check_commands(operations)
    plan = plan_of(operations)
    credentials()
    folder, python = _here()
    if systemd:
        timers.write(plan, folder, python)
        _remove_from_crontab(folder)
    else:
        _write_to_crontab(folder, python)
        timers.remove(folder)
    return show(clock=clock)


def remove(*, clock: Clock = now) -> dict[str, Any]:
    """Have nothing start the ticks any more; returns what `show` then says.  Raises UsageError where cron or systemd refuses."""
    folder, _ = _here()
    _remove_from_crontab(folder)
    timers.remove(folder)
    return show(clock=clock)


def show(*, clock: Clock = now) -> dict[str, Any]:
    """What starts the ticks, whether that is what would be installed now, and when each job was last done and is next due."""
    plan, (folder, python) = _plan(), _here()
    block, units = _block(folder), timers.installed(folder)
    found = {
        CRON: None if block is None else block == crontab.block(folder, python),
        SYSTEMD: None if not units else units == timers.units(plan, folder, python),
    }
    return {
        "folder": str(folder),
        "zone": plan.zone.key,
        "installed": {name: current for name, current in found.items() if current is not None},
        "block": None if block is None else block.decode("utf-8", "backslashreplace"),
        "units": units,
        "credentials": ENVIRONMENT.exists(),
        "jobs": [_job(state, plan) for state in states(plan, clock())],
    }


def text(content: Mapping[str, Any]) -> str:
    """What starts the jobs and whether that has to be renewed, then a table of the jobs."""
    lines = [
        INSTALLED[name] + ("." if current else f", but {OLD[name]}: forex schedule install renews it.")
        for name, current in content["installed"].items()
    ] or ["Nothing starts the jobs: forex schedule install does."]
    lines[0] = lines[0][0].upper() + lines[0][1:]
    rows = [["job", "days", "at", "last done", "next", "commands"]]
    rows += [
        [job["job"], job["days"], job["at"], job["last_success"] or "–", job["next"], ", ".join(job["commands"])]
        for job in content["jobs"]
    ]
    if not content["credentials"]:
        lines.append(f"{ENVIRONMENT} does not exist: the jobs run without credentials.")
    lines += ["", f"Times in {content['zone']}.", listed(rows)]
    return "\n".join(lines)


def _job(state: JobState, plan: Plan) -> dict[str, Any]:
    job = state.job
    return {
        "job": job.name,
        "days": job.days,
        "at": f"{job.at:%H:%M}",
        "commands": list(job.commands),
        "last_success": f"{state.last_success.astimezone(plan.zone):{STAMP}}" if state.last_success else None,
        "next": f"{state.next_day} {job.at:%H:%M}",
    }


def _plan() -> Plan:
    return plan_of(params.operations(params.whole()))


def _here() -> tuple[Path, Path]:
    """The project's folder and the interpreter that runs forex; links are kept, so that a new environment behind one is found."""
    return Path.cwd(), Path(sys.executable)


def _block(folder: Path) -> bytes | None:
    try:
        return crontab.installed(crontab.read(), folder)
    except crontab.NoCron:
        return None


def _write_to_crontab(folder: Path, python: Path) -> None:
    before = crontab.read()
    after = crontab.with_block(before, folder, python)
    if after != before:
        crontab.write(after)


def _remove_from_crontab(folder: Path) -> None:
    try:
        before = crontab.read()
    except crontab.NoCron:
        return
    after = crontab.without_block(before, folder)
    if after != before:
        crontab.write(after)
