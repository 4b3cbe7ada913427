"""One thing that is wrong, and its remedy."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is wrong, and how it is put right.

    about: the file or other thing that is wrong.  wrong: what is wrong with it and, where that is known, whose doing it is.
    remedy: with `mend`, what that does, as a participle ("restored from git"); without, what somebody has to do.
    """

    about: str
    wrong: str
    remedy: str
    mend: Callable[[], None] | None = None
