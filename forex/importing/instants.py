"""From when a value was known, as its file or owner says it: no instant before the calendar, and none that is still to come."""

import datetime as dt
from typing import Final

from forex.timeline.holidays import FIRST_YEAR

FIRST: Final = dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC)


def known_from(text: str, now: dt.datetime, *, zone: dt.tzinfo | None = None) -> dt.datetime:
    """The instant that a text in the form of ISO 8601 gives, in UTC.

    now: UTC.  zone: of a text without one; None: a text has to have its own.  Raises ValueError with what is wrong, in words that
    follow the text.

    >>> known_from("2024-11-26T18:00:00-03:00", dt.datetime(2024, 12, 3, tzinfo=dt.UTC))
    datetime.datetime(2024, 11, 26, 21, 0, tzinfo=datetime.timezone.utc)
    """
    form = f"expected an instant{'' if zone else ' with its zone'}, like {now:%Y-%m-%dT%H:%M:%SZ}"
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(form) from None
    if found.tzinfo is None:
        if zone is None:
            raise ValueError(form)
        found = found.replace(tzinfo=zone)
    if found > now:
        raise ValueError(f"lies in the future: no value can be known later than now, {now:%Y-%m-%dT%H:%M:%SZ}")
    if found < FIRST:
        raise ValueError(f"lies before {FIRST_YEAR}, where the calendar begins")
    return found.astimezone(dt.UTC)
