"""A fetch in a process of its own, which may be told to die at the n-th change that it makes on disk.

python -m tests.support.live.fetch_process URL CERTIFICATE NOW [N]
"""

import datetime as dt
import os
import signal
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.live.project import Live
from tests.support.live.web import Web

CHANGES = ("fsync", "replace", "rename", "unlink", "fchmod", "mkdir")


def die_at(change: int) -> None:
    """SIGKILL just before the change with this number."""
    left = change

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return call

    for name in CHANGES:
        setattr(os, name, dying(getattr(os, name)))


def main() -> None:
    url, certificate, now, *change = sys.argv[1:]
    site = Web(url, ssl.create_default_context(cafile=certificate))
    project = Live(Path.cwd(), site)
    if change:
        die_at(int(change[0]))
    project.fetch(dt.datetime.fromisoformat(now))


if __name__ == "__main__":
    main()
