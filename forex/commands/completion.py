"""What a shell offers for an option: read from files that are quickly read, and nothing where one is not there."""

import datetime as dt
import json
from pathlib import Path
from typing import Final

OFFERED: Final = 7  # days


def models(incomplete: str) -> list[str]:
    """The models that a file declares."""
    from forex.core.declarations import declared_names

    return [name for name in declared_names("models", "MODEL") if name.startswith(incomplete)]


def days(incomplete: str) -> list[str]:
    """The origin of the last forecast and the weekdays before it, the newest first; of a year or month that was begun, its days."""
    try:
        newest = dt.date.fromisoformat(
            json.loads(Path("reports/forecast.json").read_text(encoding="utf-8"))["origin_date"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return []
    before = (newest - dt.timedelta(days=back) for back in range(3 * OFFERED))
    weekdays = [str(day) for day in before if day.weekday() < 5 and str(day).startswith(incomplete)]
    return weekdays[:OFFERED]
