"""FRED and its archive ALFRED, Federal Reserve Bank of St. Louis: US series with their vintages; needs a key.

GET …/fred/series/observations?series_id=DGS2&file_type=json&… answers {"observations": [{"realtime_start": "2024-11-27",
"realtime_end": "9999-12-31", "date": "2024-11-26", "value": "4.25"}, …]}; a missing value is ".". Asked for a real-time period,
every vintage within it has a row; `realtime_start` is the day from which that value stood, cut off at the period's first day.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from forex.errors import ProviderError
from forex.net import Client, Secret
from forex.providers.protocol import Observation, number

MISSING = "."
ZONE = "America/Chicago"  # where a day of the archive begins and ends
PERIOD = dt.timedelta(days=4 * 365)  # one request may cover at most 2,000 vintages


class Fred:
    name = "fred"

    def __init__(self, url: str, key: Secret):
        self._url = url
        self._key = key

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        """Every vintage of the values dated `first` to `last`, in order of date and vintage.

        A value is known from the end of the day on which it entered the archive. One that stood there already on the first day
        that was asked for may be older than that: when it was published the rule says.
        """
        where = f"{self.name} {code}"
        found: dict[tuple[dt.date, dt.date], Observation] = {}
        period = first
        while period <= last:
            end = min(period + PERIOD, last)
            query: dict[str, str | Secret] = {
                "series_id": code,
                "api_key": self._key,
                "file_type": "json",
                "observation_start": first.isoformat(),
                "observation_end": end.isoformat(),
                "realtime_start": period.isoformat(),
                "realtime_end": end.isoformat(),
            }
            for since, one in _read(client.json(self._url, query), where):
                stood_before = since <= period
                known_at = None if stood_before else _end_of(since)
                found.setdefault((one.date, since), Observation(one.date, one.value, known_at))
            period = end + dt.timedelta(days=1)
        return _changes([found[key] for key in sorted(found)])


def _read(answer: Any, where: str) -> list[tuple[dt.date, Observation]]:
    if isinstance(answer, dict) and "error_message" in answer:
        raise ProviderError(f"{where}: refused: {answer['error_message']}")
    if not isinstance(answer, dict) or not isinstance(answer.get("observations"), list):
        raise ProviderError(f'{where}: expected {{"observations": […]}}')
    try:
        return [
            (_date(row["realtime_start"], where), Observation(_date(row["date"], where), number(row["value"], where)))
            for row in answer["observations"]
            if row["value"] != MISSING
        ]
    except (TypeError, KeyError):
        raise ProviderError(f"{where}: expected rows with realtime_start, date and value") from None


def _changes(found: list[Observation]) -> list[Observation]:
    """Without the vintages that repeat the value before them."""
    return [
        one
        for i, one in enumerate(found)
        if not (i and found[i - 1].date == one.date and found[i - 1].value == one.value)
    ]


def _end_of(day: dt.date) -> dt.datetime:
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=ZoneInfo(ZONE))
    return midnight.astimezone(dt.UTC)


def _date(text: str, where: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ProviderError(f"{where}: {text!r} is not a date like 2024-11-27") from None
