"""Which of a provider's values may enter the store: those within bounds, near their neighbours, and not from the future.

The checks of `validate` come later and know more; here only what no market can have done is kept out, so that another provider
can be asked for it.
"""

import datetime as dt
from collections.abc import Sequence

from forex.params import Bounds
from forex.providers.protocol import Observation


def screened(
    found: Sequence[Observation],
    *,
    previous: float | None,
    bounds: Bounds,
    ratio: float | None,
    latest: dt.date,
) -> tuple[list[Observation], list[str]]:
    """The values that pass, and a sentence for each that does not.

    previous: the stored value before the first of `found`.  ratio: the largest factor between a value and the one before it that
    passed; None where values may be near zero.  latest: no date beyond it can have been published.

    >>> rate = Bounds(min=300, max=1500)
    >>> found = [Observation(dt.date(2024, 11, 26), 976.0), Observation(dt.date(2024, 11, 27), 9760.0)]
    >>> kept, refused = screened(found, previous=975.0, bounds=rate, ratio=3.0, latest=dt.date(2024, 11, 28))
    >>> len(kept), refused
    (1, ['2024-11-27: 9760 is outside 300 to 1500'])
    """
    kept: list[Observation] = []
    refused: list[str] = []
    before = previous
    for observation in found:
        date, value = observation.date, observation.value
        if date > latest:
            refused.append(f"{date}: lies after {latest}, the last date that can have been published")
        elif not bounds.min <= value <= bounds.max:
            refused.append(f"{date}: {value:g} is outside {bounds.min:g} to {bounds.max:g}")
        elif ratio and before and not 1 / ratio <= value / before <= ratio:
            refused.append(f"{date}: {value:g} after {before:g} is a move by more than a factor of {ratio:g}")
        else:
            kept.append(observation)
            before = value
    return kept, refused
