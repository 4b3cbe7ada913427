"""Where commands leave what is of this machine alone: in `.forex`, which neither git nor DVC keeps."""

import datetime as dt
from pathlib import Path
from typing import Final

OURS: Final = Path(".forex")
RUNS: Final = OURS / "schedule"  # a folder a day, a record a job
LOGS: Final = OURS / "logs"  # a folder a job, a file a day
OUTBOX: Final = OURS / "outbox"
WAITING: Final = OUTBOX / "new"  # mails that are not sent yet
SENT: Final = OUTBOX / "sent"
TOO_LATE: Final = OUTBOX / "kept"  # mails that came too late to be sent
ENVIRONMENT: Final = OURS / "environment"  # credentials of the commands
LOCK: Final = RUNS / "lock"
PLAN: Final = RUNS / "plan.json"
OWN_LOG: Final = "schedule"  # the folder of what the tick says itself: no job is called so


def record_of(job: str, day: dt.date) -> Path:
    return RUNS / str(day) / f"{job}.json"


def log_of(job: str, day: dt.date) -> Path:
    return LOGS / job / f"{day}.log"
