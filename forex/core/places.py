"""Where commands keep what belongs to this machine alone: in `.forex`, which neither git nor DVC tracks."""

import datetime as dt
from pathlib import Path
from typing import Final

OURS: Final = Path(".forex")
RUNS: Final = OURS / "schedule"  # a folder for each day, in it a record for each job
LOGS: Final = OURS / "logs"  # a folder for each job, in it a file for each day
OUTBOX: Final = OURS / "outbox"
WAITING: Final = OUTBOX / "new"  # mails that are not sent yet
SENT: Final = OUTBOX / "sent"
TOO_LATE: Final = OUTBOX / "kept"  # mails that came too late to be sent
ENVIRONMENT: Final = OURS / "environment"  # credentials of the commands
LOCK: Final = RUNS / "lock"
PLAN: Final = RUNS / "plan.json"
OWN_LOG: Final = "schedule"  # the folder for what the tick itself says; no job has this name


def record_of(job: str, day: dt.date) -> Path:
    """The file that records how a job fared on a day."""
    return RUNS / str(day) / f"{job}.json"


def log_of(job: str, day: dt.date) -> Path:
    """The file with what a job printed on a day."""
    return LOGS / job / f"{day}.log"
