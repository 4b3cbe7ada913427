"""What a shell offers to complete an option: read from files that are quickly read, and nothing where one is missing."""

import datetime as dt
from pathlib import Path
from typing import Final

from forex.core.edges import json
from forex.core.edges.limits import JSON_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.edges.validators import iso_day
from forex.core.errors import ForexError

OFFERED: Final = 7  # days


def models(incomplete: str) -> list[str]:
    """The names of the declared models that begin with what was typed."""
    from forex.core.declarations import declared_names

    return [name for name in declared_names("models", "MODEL") if name.startswith(incomplete)]


def days(incomplete: str) -> list[str]:
    """The last forecast's origin and the weekdays before it that begin with what was typed, the newest first.

    No more than OFFERED, and none more than three weeks before that origin; none at all where reports/forecast.json cannot be read.
    """
    try:
        report = Path("reports/forecast.json")
        newest = iso_day(json.parsed(read_bytes(report, JSON_BYTES), report)["origin_date"])
    except (ForexError, OSError, ValueError, KeyError, TypeError):
        return []
    before = (newest - dt.timedelta(days=back) for back in range(3 * OFFERED))
    weekdays = [str(day) for day in before if day.weekday() < 5 and str(day).startswith(incomplete)]
    return weekdays[:OFFERED]
