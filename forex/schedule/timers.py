"""Timers of the user's systemd instead of cron: they know Santiago's zone and start after a boot what was missed while it was off.

One service, a tick; one timer, which wakes it when a job may be due for the first time or again. Whether one is, on a holiday or
after it was done, is the tick's decision as it is below cron.
"""

import datetime as dt
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from forex.core.disk import write_text
from forex.core.errors import UsageError, os_fault
from forex.schedule.due import BUSINESS, Job, Plan
from forex.schedule.undone import undone

LAST_HOUR: Final = 23
MINUTE: Final = dt.timedelta(minutes=1)
OTHERWISE: Final = (
    "A user without a session needs loginctl enable-linger; without --systemd, forex schedule install uses cron."
)

SERVICE: Final = """\
[Unit]
Description=forex: what is due in {folder}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart=/bin/sh -c 'exec "$$0" -m forex.schedule.tick' {python}
"""

TIMER: Final = """\
[Unit]
Description=forex: when something may be due in {folder}

[Timer]
{when}
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def name(folder: Path) -> str:
    """The name that the units of the project in `folder` share, before its ending."""
    return f"forex-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"


def units(plan: Plan, folder: Path, python: Path) -> dict[str, str]:
    """Service and timer by file name.  Raises UsageError for a path that no unit can hold: a line break, no UTF-8."""
    for path in (folder, python):
        if not str(path).isprintable() or str(path).endswith("\\"):
            raise UsageError(f"{str(path)!r}: no unit of systemd can hold this path. Rename the folder.")
    when = "\n".join(f"OnCalendar={event}" for job in plan.jobs for event in on_calendar(job, plan))
    named = str(folder).replace("%", "%%")  # a percent sign begins a specifier
    service = SERVICE.format(folder=named, python=_quoted(python))
    return {f"{name(folder)}.service": service, f"{name(folder)}.timer": TIMER.format(folder=named, when=when)}


def on_calendar(job: Job, plan: Plan) -> Iterator[str]:
    """When a tick may find the job due: at its time, then every `again_every`, at most an hour, until its day ends.

    Not only a job that failed needs another tick: another job may have been at work, or the machine may have been off.
    """
    days = "Mon..Fri" if job.days == BUSINESS else job.days.capitalize()[:3]
    zone, hour, minute = plan.zone.key, job.at.hour, job.at.minute
    every = min(plan.again_every // MINUTE, 60)
    if minute + every < 60:
        yield f"{days} *-*-* {hour:02}:{minute:02}/{every}:00 {zone}"
    else:
        yield f"{days} *-*-* {hour:02}:{minute:02}:00 {zone}"
    if hour < LAST_HOUR:
        minutes = f"{minute:02}" if every == 60 else f"{minute % every:02}/{every}"
        yield f"{days} *-*-* {hour + 1:02}..{LAST_HOUR}:{minutes}:00 {zone}"


def write(plan: Plan, folder: Path, python: Path) -> None:
    """Write the units and start the timer.

    Raises UsageError where systemd refuses them, naming what it said; the units are then what they were before.
    """
    wanted, before = units(plan, folder, python), installed(folder)
    missing = [path for path in _wanted(folder).parents if not path.exists()]
    with undone(lambda: restore(folder, before), *(path.rmdir for path in missing)):
        _write(wanted)
        for words in (("daemon-reload",), _enable(folder)):
            if said := _refused(*words):
                raise UsageError(f"{said} Nothing was changed. {OTHERWISE}")


def installed(folder: Path) -> dict[str, str]:
    """The project's units as they stand in the user's folder, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in _paths(folder) if path.is_file()}


def remove(folder: Path) -> str | None:
    """Stop the timer and remove the units, so that nothing starts it again; why it may run still, None where it does not.

    A timer that was never enabled, or is on a machine without systemd, does not run, whatever systemd says.
    """
    enabled = _wanted(folder).is_symlink()
    if not installed(folder) and not enabled:
        return None
    refused = _refused("disable", "--now", f"{name(folder)}.timer")
    for path in (*_paths(folder), _wanted(folder)):
        path.unlink(missing_ok=True)
    _refused("daemon-reload")
    return refused if enabled and shutil.which("systemctl") else None


def restore(folder: Path, before: Mapping[str, str]) -> None:
    """Bring the units back that `installed` found before, none included, as far as systemd allows."""
    if not before:
        remove(folder)
        return
    _write(before)
    for words in (("daemon-reload",), _enable(folder)):
        _refused(*words)


def _write(texts: Mapping[str, str]) -> None:
    for file, text in texts.items():
        write_text(_folder() / file, text)


def _enable(folder: Path) -> tuple[str, ...]:
    return "enable", "--now", f"{name(folder)}.timer"


def _paths(folder: Path) -> list[Path]:
    return [_folder() / f"{name(folder)}.{ending}" for ending in ("service", "timer")]


def _wanted(folder: Path) -> Path:
    """The link by which systemd starts an enabled timer with the user's session."""
    return _folder() / "timers.target.wants" / f"{name(folder)}.timer"


def _folder() -> Path:
    """Where the user's own units stand."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd/user"


def _refused(*words: str) -> str | None:
    """Have systemd of the user do something; what keeps it from that, None where it is done."""
    command = ["systemctl", "--user", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError:
        return "there is no systemctl here."
    except OSError as error:
        return os_fault(error, "systemctl")
    if done.returncode == 0:
        return None
    said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
    return f"{' '.join(command)} failed: {said}{'' if said.endswith('.') else '.'}"


def _quoted(path: Path) -> str:
    """Quoted as an argument of ExecStart, so that every sign means itself; as the program, systemd takes no path with quotes."""
    signs = {"\\": "\\\\", '"': '\\"', "%": "%%", "$": "$$"}
    return '"' + "".join(signs.get(sign, sign) for sign in str(path)) + '"'
