"""Debian's own cron with a moved clock, in a namespace that hides the machine's crontabs, tables and lock.

libfaketime adds to the clock of cron, and of all that it starts, what stands in a file. `Cron.at` moves the clock there and wakes
cron, which would otherwise sleep for up to a minute, by the signal that makes it open its log anew. A signal that comes just before
cron falls asleep wakes nobody, so it is sent again until what is waited for has come.
"""

import datetime as dt
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HIDDEN = ("/var/spool/cron/crontabs", "/etc/cron.d", "/run", "/dev/shm")  # under empty folders of the test's own
SETTLED = 0.05  # seconds after a full minute
AGAIN = 0.5  # seconds between two signals
PATIENCE = 40.0  # seconds for a tick; under a minute, within which cron would look by itself


def library() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def missing() -> str | None:
    """Why there is no cron to test with here; None where there is."""
    if not (shutil.which("cron") and shutil.which("crontab")):
        return "cron is missing: apt install cron"
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        return "the machine's crontabs can be hidden by root alone"
    return None


def missing_clock() -> str | None:
    return missing() or (None if library() else "libfaketime is missing: apt install libfaketime")


def namespace(folder: Path, script: str) -> list[str]:
    """The words that run a shell script where cron has empty tables, kept in `folder`."""
    hides = []
    for path in HIDDEN:
        own = folder / path.strip("/").replace("/", "-")
        own.mkdir(parents=True, exist_ok=True)
        hides.append(f"mount --bind '{own}' {path}")
    spool = folder / "var-spool-cron-crontabs"
    shutil.chown(spool, group="crontab")
    spool.chmod(0o1730)
    (folder / "crontab").touch()
    hides += (
        [f"touch /etc/crontab && mount --bind '{folder / 'crontab'}' /etc/crontab"]
        if Path("/etc/crontab").exists()
        else []
    )
    return ["unshare", "--mount", "/bin/sh", "-c", " && ".join([*hides, script])]


@dataclass
class Cron:
    process: "subprocess.Popen[bytes]"
    offset: Path

    def at(self, instant: dt.datetime, come: Callable[[], bool]) -> None:
        """Move the clock to this full minute, and let cron look until what it starts has `come`."""
        _move(self.offset, instant)
        until, again = time.monotonic() + PATIENCE, 0.0
        while not come():
            now = time.monotonic()
            assert self.process.poll() is None and now < until, f"nothing came of {instant}"
            if now >= again:
                self.process.send_signal(signal.SIGHUP)
                again = now + AGAIN
            time.sleep(0.02)


def _move(offset: Path, instant: dt.datetime) -> None:
    aside = offset.with_suffix(".new")
    aside.write_text(f"{instant.timestamp() + SETTLED - time.time():+.3f}", encoding="ascii")
    aside.replace(offset)


@contextmanager
def moved_cron(folder: Path, crontab: bytes, *, zone: str, begin: dt.datetime) -> Iterator[Cron]:
    """A cron on a host in `zone` that runs this crontab of root's, from the instant `begin` on."""
    offset = folder / "offset"
    _move(offset, begin)
    moved: Mapping[str, str] = {
        "LD_PRELOAD": str(library()),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    set_first = "".join(f"{name}={value}\n" for name, value in [*moved.items(), ("MAILTO", '""')])
    (folder / "table").write_bytes(set_first.encode() + crontab)
    variables = " ".join(f"{name}='{value}'" for name, value in [*moved.items(), ("TZ", zone)])
    script = f"crontab '{folder / 'table'}' && exec env {variables} cron -f"
    process = subprocess.Popen(namespace(folder, script))
    try:
        # Cron makes this file after it has read the clock for the first time (and crond.pid before): a clock that moved before then
        # would be its beginning, and that minute is left out.
        until = time.monotonic() + PATIENCE
        while not (folder / "run/crond.reboot").exists():
            assert process.poll() is None and time.monotonic() < until, "cron did not start"
            time.sleep(0.02)
        yield Cron(process, offset)
    finally:
        process.terminate()
        process.wait(timeout=10)
