"""What a process that fails says, and the code that it ends with.

An error of ours has its own code. What the system refuses, a missing permission or a full disk, is reported in its words (2).
Anything else is a defect (5): one line, or the whole traceback where FOREX_TRACEBACK is set in the environment. A stream that takes
no more, such as stdout on a full disk, changes none of these codes.
"""

import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from forex.core.errors import EXIT_INTERNAL, ForexError, UsageError, os_fault

WHOLE: Final = "FOREX_TRACEBACK"


def ended_by(error: BaseException, environ: Mapping[str, str] = os.environ) -> tuple[str, int]:
    """The message and the exit code of a process that `error` ends.

    environ: where FOREX_TRACEBACK is looked up.

    >>> ended_by(UsageError("--at soon: expected a date like 2024-11-27."))
    ('--at soon: expected a date like 2024-11-27.', 2)
    """
    if isinstance(error, ForexError):
        return str(error), error.exit_code
    if isinstance(error, OSError):
        return os_fault(error), UsageError.exit_code
    if isinstance(error, MemoryError):
        return "the system has no more memory for it. Close other programs, or give it more.", UsageError.exit_code
    if environ.get(WHOLE):
        return "".join(traceback.format_exception(error)).rstrip(), EXIT_INTERNAL
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"a defect of forex itself: {said} ({_place(error)}). Please report it, with what {WHOLE}=1 shows.",
        EXIT_INTERNAL,
    )


def aside(said: str) -> None:
    """Print a text on stderr; where that is closed or full the text is lost, and nothing else."""
    if sys.stderr is not None:  # print would take stdout in its place
        with suppress(OSError):
            print(said, file=sys.stderr)


def let_go_of_streams() -> None:
    """Flush stdout and stderr, and drop what they still hold where that fails.

    Python would try once more when it ends, and on a failure exit with 120, whatever the code was.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is None:  # whoever started the process closed it
            continue
        try:
            stream.flush()
        except OSError:
            with suppress(OSError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), stream.fileno())


def _place(error: BaseException) -> str:
    """The innermost line of forex or its stages that the error came through."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if {"forex", "stages"} & {*Path(frame.filename).parts}
    ]
    return f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else "outside of forex"
