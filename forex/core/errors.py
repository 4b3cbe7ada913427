"""Every error that this project raises on purpose, with the exit code it ends a process with.

ForexError
├── UsageError          2  a wrong option, path or place to run from
│   ├── ParamsError     2  params.yaml: a wrong key, type or range
│   └── FileRefused     2  the system does not let a file be read or written: a permission, a full disk, an error of the disk
├── DataError           3  the data is invalid
│   ├── TooLittleData   3  the data is valid but there is not enough of it
│   └── ProviderError   3  what a provider answers cannot be used
│       └── RequestRefused 3  it answered, and refused the request
├── StaleError          4  a critical series is older than its bound
├── GateFailed          1  a gate did not hold, or the forecast is degraded
├── OtherData           6  two runs on different observations: their scores say nothing about each other
└── Undelivered         7  a mail is not delivered; it waits in the outbox

An interruption from the keyboard ends with 130, without a word. Anything else that ends a process is a defect of ours: exit 5. A
message names the file, the row, the value, and what to do.
"""

import errno
import os

EXIT_OK = 0
EXIT_INTERNAL = 5
EXIT_INTERRUPTED = 130  # as a shell has it: 128 and the number of the signal

CHECK = "Check the path, its permissions and the disk."
ADVICE = {
    errno.EMFILE: "Raise the number of files that a process may have open (ulimit -n).",
    errno.ENFILE: "The machine has too many files open: end what is not needed.",
    errno.ENOMEM: "The machine has too little memory free: end what is not needed.",
    errno.ENOSPC: "Free some space.",
    errno.EDQUOT: "Free some of your quota.",
}


class ForexError(Exception):
    """The base of every error that is raised on purpose.  exit_code: that of a process that it ends."""

    exit_code = EXIT_INTERNAL


class GateFailed(ForexError):
    """A gate did not hold, or the forecast is degraded."""

    exit_code = 1


class OtherData(ForexError):
    """Two runs rest on different observations, so their scores say nothing about each other."""

    exit_code = 6


class Undelivered(ForexError):
    """A mail is not delivered and waits in the outbox."""

    exit_code = 7


class UsageError(ForexError):
    """An option, a path or the place to run from is wrong."""

    exit_code = 2


class ParamsError(UsageError):
    """A key, type or range in params.yaml or operations.yaml is wrong."""


class FileRefused(UsageError):
    """The system does not let a file be read or written; this says nothing about its content."""


class DataError(ForexError):
    """The data is invalid."""

    exit_code = 3


class TooLittleData(DataError):
    """The data is valid, but there is not enough of it."""


class ProviderError(DataError):
    """What a provider answers cannot be used, or it does not answer."""


class RequestRefused(ProviderError):
    """A provider answered, and refused the request."""


class StaleError(ForexError):
    """A critical series is older than its bound."""

    exit_code = 4


def yaml_fault(error: Exception) -> str:
    """What a YAML parser could not read, on one line, with the place where the parser names it."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or problem is None:
        return " ".join(str(error).split())
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"


def os_fault(error: OSError, path: object = None) -> str:
    """What the system refused, in its words, and what to do about it.

    path: what the message begins with; by default the file that the error names, if any.

    >>> import errno
    >>> os_fault(OSError(errno.EACCES, "Permission denied"), "data/sample/brl.csv")
    'data/sample/brl.csv: Permission denied. Check the path, its permissions and the disk.'
    """
    name = path or error.filename
    words = os.strerror(error.errno) if error.errno else str(error)
    advice = ADVICE.get(error.errno or 0, CHECK)
    return f"{name}: {words}. {advice}" if name else f"{words}. {advice}"
