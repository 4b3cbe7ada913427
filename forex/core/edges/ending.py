"""What a process that fails says, and the code that it ends with.

An error of ours has its own code. What the system refuses, a missing permission or a full disk, is reported in its words (2).
Anything else is a defect (5): one line, or the whole traceback where FOREX_TRACEBACK is set in the environment. A full disk
behind stderr changes none of these codes, and neither does a reader that stops reading, as in `forex check | head -1`.
"""

import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

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


class Unheeded:
    """A text stream whose reader may stop reading: what is written then is lost, and no error.

    stream: all but `write` and `flush` is its own.
    """

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        """Write as the stream does; returns the length of `text`."""
        with self._minding():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush as the stream does."""
        with self._minding():
            self._stream.flush()

    @contextmanager
    def _minding(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            _drop(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def let_go_of_streams() -> None:
    """Drop what stdout and stderr still hold and cannot get rid of.

    Python tries it once more when it ends, and where that fails it ends with 120, whatever the code was.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is None:  # whoever started the process closed it
            continue
        try:
            stream.flush()
        except OSError:
            _drop(stream)


def _drop(stream: TextIO) -> None:
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
