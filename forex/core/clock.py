"""The one place where the wall clock is read: by the commands that fetch, never by the library or a stage."""

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]


def now() -> dt.datetime:
    """The current instant in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
