"""Runs a job's commands, one after the other, as long as none fails; each leaves its exit code even where the tick is killed.

A command is run by a shell that has two tasks, to end it where it takes too long, and to write down how it ended. Both inherit the
tick's lock: where the tick alone is killed, the next one waits for what still runs.
"""

import datetime as dt
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from forex.core.clock import Clock
from forex.core.disk import append_text
from forex.core.places import log_of, record_of
from forex.providers.network.secret import Secret, hidden
from forex.schedule import record as records
from forex.schedule.due import Job
from forex.schedule.record import Record

# $0: the file for the exit code.
SHELL: Final = '"$@"; code=$?; echo $code >"$0.part" && mv -f "$0.part" "$0"; exit $code'
SHORTEST: Final = 6  # characters of a value that is hidden in logs: "587" and "true" are no secrets
GRACE: Final = 30  # seconds between asking a command to end and killing it
LONGEST_LOG: Final = 1_000_000  # characters of what one command says; its end is kept


class Means(NamedTuple):
    """What a job's commands are run with.

    lock: the descriptor of the lock, held by the caller.  longest: of a command.  secrets: variables of the commands, which no
    log shows.
    """

    lock: int
    longest: dt.timedelta
    secrets: Mapping[str, str]
    clock: Clock


def run(job: Job, day: dt.date, before: Record | None, means: Means) -> Record:
    """Run the job's commands that are not done yet on this day, and return the record written.  before: what `taken_up` gave."""
    clock, path, log = means.clock, record_of(job.name, day), Log(log_of(job.name, day), means.secrets)
    at = clock()
    found = Record(at, at) if before is None else before._replace(tried_at=at, tries=before.tries + 1)
    for command in job.commands:
        if command in found.done:
            continue
        found = found._replace(running=command, ended_at=None)
        _ended(path).unlink(missing_ok=True)
        records.write(path, found)
        log.note(clock(), f"forex {command}")
        code = _run(command, path, means)
        found = _with(found, code, clock())
        log.take(_said(path))
        log.note(clock(), f"ended with {code}")
        records.write(path, found)
        if code:
            return found
    found = found._replace(succeeded=True)
    records.write(path, found)
    return found


def taken_up(job: Job, day: dt.date, means: Means) -> Record | None:
    """The job's record, with how its last command ended where a tick that was killed could no longer enter it.

    The lock must be held: else that command may be running. A record that is damaged is set aside, and the job begins anew.
    """
    path, log = record_of(job.name, day), Log(log_of(job.name, day), means.secrets)
    try:
        found = records.read(path)
    except records.Damaged as error:
        path.replace(path.with_suffix(".damaged"))
        log.take(
            f"{error}. It is set aside, and all commands of the day are run: those that were before do nothing twice."
        )
        return None
    code = _exit_code(path) if found and found.running else None
    if found is None or code is None:
        return found
    at = dt.datetime.fromtimestamp(int(_ended(path).stat().st_mtime), dt.UTC)
    log.take(_said(path))
    log.note(at, f"ended with {code}; whoever waited for it had been killed")
    found = _with(found, code, at)
    found = found._replace(succeeded=set(job.commands) <= set(found.done))
    records.write(path, found)
    return found


def _with(found: Record, code: int, at: dt.datetime) -> Record:
    """The record after its running command has ended."""
    assert found.running is not None
    done = found.done if code else (*found.done, found.running)
    return found._replace(done=done, running=None, exit_code=code, ended_at=at)


def _run(command: str, path: Path, means: Means) -> int:
    words = [sys.executable, "-m", "forex", *shlex.split(command)]
    limited = ["timeout", f"--kill-after={GRACE}", str(int(means.longest.total_seconds())), *words]
    said = path.with_suffix(".said")
    said.unlink(missing_ok=True)
    descriptor = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        return subprocess.call(
            ["/bin/sh", "-c", SHELL, str(_ended(path)), *limited],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(means.secrets),
            pass_fds=(means.lock,),
        )


def _environment(secrets: Mapping[str, str]) -> dict[str, str]:
    """This process's, nearly empty below cron, with what the commands need: credentials, the project's programs, no analytics."""
    found = {"DVC_NO_ANALYTICS": "1", "PYTHONUNBUFFERED": "1", **os.environ, **secrets}
    found["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), found.get("PATH", os.defpath)])
    return found


def _ended(path: Path) -> Path:
    return path.with_suffix(".ended")


def _exit_code(path: Path) -> int | None:
    """What the shell wrote; None where it did not come to that."""
    try:
        return int(_ended(path).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _said(path: Path) -> str:
    """What the last command said, which from then on only the log has."""
    said = path.with_suffix(".said")
    try:
        text = said.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    said.unlink()
    return text if len(text) <= LONGEST_LOG else f"[…]\n{text[-LONGEST_LOG:]}"


class Log:
    """What a job did and said on a day, without its secrets."""

    def __init__(self, path: Path, secrets: Mapping[str, str]):
        self._path = path
        self._secrets = [Secret(value) for value in secrets.values() if len(value) >= SHORTEST]

    def note(self, at: dt.datetime, line: str) -> None:
        """Add a line that begins with the instant `at`."""
        self.take(f"{at:{records.STAMP}} {line}")

    def take(self, text: str) -> None:
        """Add `text`, its secrets hidden; nothing where it is empty."""
        if text:
            append_text(self._path, hidden(text, self._secrets).rstrip("\n") + "\n")
