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
from forex.params import Params
from forex.schedule import crontab, timers
from forex.schedule.due import Plan
from forex.schedule.environment import credentials
from forex.schedule.plan import plan_of
from forex.schedule.undone import undone

CRON, SYSTEMD = "cron", "systemd"
STAMP = "%Y-%m-%d %H:%M"
INSTALLED = {CRON: "cron starts a tick every five minutes", SYSTEMD: "a timer of systemd starts the ticks"}
OLD = {
    CRON: "the block of the crontab is that of another version or interpreter",
    SYSTEMD: "the units are those of other times, another version or interpreter",
}

TO_GROW = (
    "ingest.store is {store}, which never changes, so that these jobs fail: {jobs}. Set it in params.yaml to data/store, or a "
    "folder of yours, and run forex fetch; nothing has to be installed anew then."
)
NEED_A_STORE = ("fetch", "advance")  # of your own: the sample is refused
STILL = (
    "The units are removed, but systemd did not stop the timer: {refused} If it runs still, it ends with the session, or by "
    "systemctl --user stop {timer}."
)


def install(*, systemd: bool, clock: Clock = now) -> dict[str, Any]:
    """Have either cron or systemd start the ticks from now on; returns what `show` then says, and `notes` on what is left to do.

    Raises ParamsError for a wrong operations.yaml, UsageError where others may read the credentials, where there is no cron or
    systemd, or where it refuses; whatever fails, crontab and units are then what they were.
    """
    settings = params.whole()
    operations = params.operations(settings)
    check_commands(operations)
    plan = plan_of(operations)
    credentials()
    folder, python = _here()
    notes = _unready(settings, plan)
    if systemd:
        before, after = _without_block(folder)
        units = timers.installed(folder)
        timers.write(plan, folder, python)
        with undone(lambda: timers.restore(folder, units)):
            _write(before, after)
    else:
        before = crontab.read()
        after = crontab.with_block(before, folder, python)
        units = timers.installed(folder)
        _write(before, after)
        with undone(lambda: _write(after, before), lambda: timers.restore(folder, units)):
            notes += _without_units(folder)
    return show(clock=clock) | {"notes": notes}


def remove(*, clock: Clock = now) -> dict[str, Any]:
    """Have nothing start the ticks any more; returns what `show` then says, and `notes` on what is left to do.

    Raises UsageError where cron refuses, and nothing is removed then.
    """
    folder, _ = _here()
    _write(*_without_block(folder))
    notes = _without_units(folder)
    return show(clock=clock) | {"notes": notes}


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
        "notes": [],
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
    lines += content["notes"]
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


def _without_block(folder: Path) -> tuple[bytes, bytes]:
    """The crontab as it is and without the project's block; both empty where there is no cron."""
    try:
        before = crontab.read()
    except crontab.NoCron:
        return b"", b""
    return before, crontab.without_block(before, folder)


def _write(before: bytes, after: bytes) -> None:
    if after != before:
        crontab.write(after)


def _without_units(folder: Path) -> list[str]:
    """Remove the units; what is to be said where systemd did not stop an enabled timer, which may run in it until it ends."""
    refused = timers.remove(folder)
    return [STILL.format(refused=refused, timer=f"{timers.name(folder)}.timer")] if refused else []


def _unready(settings: Params, plan: Plan) -> list[str]:
    """What is to be said where jobs need a store that grows, and it is the sample."""
    from forex.commands.live.fetch import SAMPLE

    store = settings.ingest.store
    if Path(store).resolve() != SAMPLE.resolve():
        return []
    jobs = [job.name for job in plan.jobs if any(command.split()[0] in NEED_A_STORE for command in job.commands)]
    return [TO_GROW.format(store=store, jobs=", ".join(jobs))] if jobs else []
