"""One thing that is wrong, and its remedy."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """about: the file or what else it is. wrong: what is wrong with it, and where known by whom.

    remedy: with `mend`, what that does, as a participle ("restored from git"); else what somebody has to do.
    """

    about: str
    wrong: str
    remedy: str
    mend: Callable[[], None] | None = None
