"""Taking back what a change has done so far, where the rest of it fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from forex.core.errors import ForexError


@contextmanager
def undone(*steps: Callable[[], object]) -> Iterator[None]:
    """Take these steps, as far as they go, where what is done within fails; the error goes on."""
    try:
        yield
    except BaseException:
        for step in steps:
            with suppress(ForexError, OSError):
                step()
        raise
