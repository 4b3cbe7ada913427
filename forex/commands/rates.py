"""A rate as people write it in an option."""

from forex.core.errors import UsageError
from forex.importing.numbers import readings


def rate(text: str) -> float:
    """1000, 1000.5 or 1000,5; thousands parted where it can be told.  Raises UsageError where it is none, or could be two.

    >>> rate("1000,50"), rate("1.000,50"), rate("1000.50")
    (1000.5, 1000.5, 1000.5)
    """
    found = set(readings(text).values())
    if len(found) > 1:
        could = " or ".join(f"{one:f}" for one in sorted(found, reverse=True))
        raise UsageError(
            f"{text}: could be {could} CLP per USD. Write it without a mark for thousands, or with all its decimals."
        )
    if not found:
        raise UsageError(f"{text}: expected a rate in CLP per USD, like 950 or 950,50.")
    return float(found.pop())
