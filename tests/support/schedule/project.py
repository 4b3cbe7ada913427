"""A project whose scheduled commands are made up: each notes that it was run, and ends as a test says.

`python` in the project's folder stands for the interpreter: it runs the real tick, and in place of `python -m forex WORDS` it
writes a line to `calls` and ends with the code in `answers/FIRST_WORD`, after the seconds in `delays/FIRST_WORD`.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forex.core.places import log_of, record_of
from forex.schedule import record as records
from forex.schedule.record import Record
from tests.support.changed_params import OPERATIONS
from tests.support.made_up import ROOT, with_holidays

REAL = sys.executable  # tests put the made-up one in its place

TICK = """\
import runpy, sys
sys.executable = sys.argv.pop(1)
runpy.run_module("forex.schedule.tick", run_name="__main__")
"""

PYTHON = """\
#!/bin/sh
here=$(dirname "$0")
if [ "$2" = forex.schedule.tick ]; then
  '{python}' -c '{tick}' "$0"
  code=$?
  echo "$code" >> "$here/ticks"
  exit "$code"
fi
shift 2
echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*" >> "$here/calls"
echo "$1 says $SAID_SECRET"
[ ! -f "$here/delays/$1" ] || sleep "$(cat "$here/delays/$1")"
[ ! -f "$here/answers/$1" ] || exit "$(cat "$here/answers/$1")"
"""

JOBS: dict[str, Any] = {
    "mail": {"at": "08:00", "days": "business", "again_hours": 6, "commands": ["mail daily", "send"]},
    "weekly": {"at": "09:00", "days": "monday", "again_hours": 12, "commands": ["weekly"]},
    "check": {"at": "10:00", "days": "business", "again_hours": 0, "commands": ["check"]},
    "daily": {"at": "15:05", "days": "business", "again_hours": 9, "commands": ["advance --after-cut-off", "alert"]},
}


@dataclass
class Scheduled:
    root: Path

    @property
    def python(self) -> Path:
        return self.root / "python"

    def calls(self) -> list[str]:
        """What was run, without the clock's instants."""
        return [line.partition(" ")[2] for line in self.stamped()]

    def stamped(self) -> list[str]:
        """What was run, each after the instant at which it was, by the clock of its process."""
        path = self.root / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def answer(self, word: str, code: int) -> None:
        """The exit code of the commands that begin with this word."""
        (self.root / "answers" / word).write_text(str(code), encoding="utf-8")

    def delay(self, word: str, seconds: float) -> None:
        (self.root / "delays" / word).write_text(str(seconds), encoding="utf-8")

    def set(self, **schedule: Any) -> None:
        """Keys of the block `schedule` of operations.yaml (JSON is YAML)."""
        path = self.root / "operations.yaml"
        content = json.loads(path.read_text(encoding="utf-8"))
        content["schedule"] |= schedule
        path.write_text(json.dumps(content), encoding="utf-8")

    def record(self, job: str, day: str) -> Record | None:
        return records.read(self.root / record_of(job, dt.date.fromisoformat(day)))

    def log(self, job: str, day: str) -> str:
        return (self.root / log_of(job, dt.date.fromisoformat(day))).read_text(encoding="utf-8")

    def start(self, code: str = TICK, env: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """A tick, or other code that is given the made-up interpreter, as a process of its own, in a group of its own."""
        return subprocess.Popen(
            [REAL, "-c", code, str(self.python)],
            cwd=self.root,
            env=os.environ | dict(env or {}),
            start_new_session=True,
        )


def scheduled(root: Path) -> Scheduled:
    """The project in this folder, with the made-up JOBS."""
    for folder in ("answers", "delays"):
        (root / folder).mkdir(parents=True)
    with_holidays(root)
    for name in ("params.yaml", "dvc.yaml"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    block = OPERATIONS["schedule"] | {"jobs": JOBS}
    (root / "operations.yaml").write_text(json.dumps(OPERATIONS | {"schedule": block}), encoding="utf-8")
    made = Scheduled(root)
    made.python.write_text(PYTHON.format(python=REAL, tick=TICK), encoding="utf-8")
    made.python.chmod(0o755)
    return made


def at_clock(instant: str) -> str:
    """Code of a tick that takes this instant, like "2024-11-27T18:05", for now, and counts on from there."""
    return f"""\
import datetime as dt, sys, time
sys.executable = sys.argv.pop(1)
begun = time.monotonic()
def clock():
    passed = dt.timedelta(seconds=int(time.monotonic() - begun))
    return dt.datetime.fromisoformat("{instant}").replace(tzinfo=dt.UTC) + passed
from forex.schedule import tick
sys.exit(tick.main(clock))
"""
