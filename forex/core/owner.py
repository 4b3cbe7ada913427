"""Which process a lock or a half-written file belongs to.

An id alone says little: the system reuses the ids of processes that have ended. A process can only own what was last written
after it had started.
"""

from pathlib import PurePath

CLOCKS = 2.0  # seconds; the system knows its own start, and with it that of a process, to a second


def owns(pid: int, written: float, command: str | None = None) -> bool:
    """Whether a process of that id runs, had started when the file was written, and is the one that was started with `command`.

    written: the file's st_mtime, seconds since 1970.  command: its words with spaces between, the program's name first; None: any.

    >>> import os
    >>> owns(os.getpid(), 1e11), owns(os.getpid(), 0.0)  # in the year 5138, and in 1970
    (True, False)
    """
    started = start(pid)
    if started is None or started > written + CLOCKS:
        return False
    return command is None or runs(pid, command)


def runs(pid: int, command: str) -> bool:
    """Whether the process was started with these words, whatever its interpreter and the folder of its program.

    True also where the process exists and the system does not tell.
    """
    import psutil

    try:
        words = psutil.Process(pid).cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
    program, _, rest = command.partition(" ")
    if rest:
        return f" {' '.join(words)}".endswith(f" {rest}")
    return any(PurePath(word).name == PurePath(program).name for word in words)


def start(pid: int) -> float | None:
    """When the process started, in seconds since 1970; None where none of that id runs. A zombie counts as ended."""
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.NoSuchProcess:
        return None


def named(pid: int) -> str:
    """The process as a message names it: its id and, where the system tells, its program and when it started."""
    import datetime as dt

    import psutil

    try:
        process = psutil.Process(pid)
        started = dt.datetime.fromtimestamp(process.create_time(), dt.UTC)
        return f"process {pid} ({process.name()}, started {started:%Y-%m-%dT%H:%M:%SZ})"
    except psutil.Error:
        return f"process {pid}"
