"""A rate as people write it in an option."""

from forex.core.errors import UsageError
from forex.importing.numbers import readings


def rate(text: str) -> float:
    """The rate, CLP per USD, in a text like 1000, 1000.5 or 1000,5; marks for thousands are read where they leave no doubt.

    Raises UsageError where the text is not a rate, or could be two.

    >>> rate("1000,50"), rate("1.000,50"), rate("1000.50")
    (1000.5, 1000.5, 1000.5)
    """
    found = set(readings(text).values())
    if len(found) > 1:
        could = " or ".join(f"{value:f}" for value in sorted(found, reverse=True))
        raise UsageError(
            f"{text}: could be {could} CLP per USD. Write it without a mark for thousands, or with all its decimals."
        )
    if not found:
        raise UsageError(f"{text}: expected a rate in CLP per USD, like 950 or 950,50.")
    return float(found.pop())
