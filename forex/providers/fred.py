"""FRED and its archive ALFRED, Federal Reserve Bank of St. Louis: US series with their vintages; needs a key.

GET …/fred/series/observations?series_id=DGS2&file_type=json&… answers {"observations": [{"realtime_start": "2024-11-27",
"realtime_end": "9999-12-31", "date": "2024-11-26", "value": "4.25"}, …]}; a missing value is ".". Asked for a real-time period,
every vintage within it has a row; `realtime_start` is the day from which that value stood, cut off at the period's first day.
Source: the bank's pages "fred/series/observations" and "Real-Time Periods".

Meaning of a date: the day that the value is about, as the Federal Reserve dates it, and it is ours. Public: when the value entered
the archive, by the end of that day in Chicago; what stood there before we asked, as series.yaml says.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from forex.core.edges.validators import iso_day
from forex.core.errors import ProviderError, RequestRefused
from forex.providers.network.net import Answers
from forex.providers.network.secret import Secret, hidden
from forex.providers.protocol import Declaration, Found, Observation, number, sound_rows

MISSING = "."
ZONE = "America/Chicago"  # where a day of the archive begins and ends
PERIOD = dt.timedelta(days=4 * 365)  # one request may cover at most 2,000 vintages
FOR_EVER = "9999-12-31"
NOT_YET = "does not exist in ALFRED"  # what it says of a period before the archive has the series


@dataclass(frozen=True)
class Vintage:
    """A value, the date it is about, and the day from which it stood in the archive."""

    date: dt.date
    value: float
    since: dt.date


class Fred:
    """Asks the archive for one series at a time, with its vintages."""

    name = "fred"

    def __init__(self, url: str, credentials: Mapping[str, Secret]):
        """credentials: the query field `api_key`."""
        self._url = url
        self._credentials = credentials

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """Every vintage of the values dated `first` to `last`, in order of date and vintage.

        A value is known from the end of the day on which it entered the archive. One that stood there already on the first day
        that was asked for, or on which the series' archive begins, may be older: it has no `known_at`, and the rule says when it
        was published. Raises RequestRefused where the service refuses, and ProviderError as any provider does, and for a vintage
        later than `last`.
        """
        where = f"{self.name} {code}"
        rows: list[Vintage] = []
        unsound: list[str] = []
        begins = covered_from = first
        for start, end in reversed(_periods(first, last)):
            query: dict[str, str | Secret] = {
                **self._credentials,
                "series_id": code,
                "file_type": "json",
                "observation_start": first.isoformat(),
                "observation_end": last.isoformat(),
                "realtime_start": start.isoformat(),
                "realtime_end": end,
            }
            try:
                part, start, faults = _read(client.json(self._url, query), where, self._credentials.values())
            except RequestRefused as error:
                if not rows or NOT_YET not in str(error):
                    older = f", vintages of {start} to {end}" if rows else ""
                    raise RequestRefused(f"{where}{older}: {error}") from None
                part, faults = [], []
            unsound += faults
            if rows and not part:
                begins = min(vintage.since for vintage in rows)
                break
            covered_from = start
            rows += part
        ahead = [vintage.since for vintage in rows if vintage.since > last]
        if ahead:
            raise ProviderError(f"{where}: a vintage of {max(ahead)}, which lies after {last}")
        if unsound and not rows:
            raise ProviderError(unsound[0])

        def stood_there(vintage: Vintage) -> bool:
            return vintage.since <= begins or vintage.since == covered_from

        found = {
            (vintage.date, vintage.since): Observation(
                vintage.date, vintage.value, None if stood_there(vintage) else _end_of(vintage.since)
            )
            for vintage in rows
            if vintage.date >= first
        }
        return Found(_changes([found[key] for key in sorted(found)]), unsound)


def _periods(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Real-time periods that cover the vintages from `first` on; the last has no end.

    The service refuses an end after its own today, which is not ours everywhere, unless it is the documented 9999-12-31.

    >>> _periods(dt.date(2019, 1, 1), dt.date(2024, 11, 27))
    [(datetime.date(2019, 1, 1), '2022-12-31'), (datetime.date(2023, 1, 1), '9999-12-31')]
    """
    periods = []
    while first + PERIOD < last:
        periods.append((first, str(first + PERIOD)))
        first += PERIOD + dt.timedelta(days=1)
    return [*periods, (first, FOR_EVER)]


def _read(answer: Any, where: str, secrets: Iterable[Secret]) -> tuple[list[Vintage], dt.date, list[str]]:
    """An answer's vintages, the day on which the period that it covers begins, and what is unsound."""
    if isinstance(answer, dict) and "error_message" in answer:
        raise RequestRefused(f"refused: {hidden(str(answer['error_message']), secrets)}")
    if not isinstance(answer, dict) or not isinstance(answer.get("observations"), list):
        raise ProviderError(f'{where}: expected {{"observations": […]}}')
    rows, unsound = sound_rows(
        answer["observations"], lambda row: _vintage(row, where), "realtime_start, date and value", where
    )
    return rows, _date(answer.get("realtime_start"), where), unsound


def _vintage(row: Any, where: str) -> Vintage | None:
    if row["value"] == MISSING:
        return None
    date = _date(row["date"], where)
    return Vintage(date, number(row["value"], f"{where}, {date}"), _date(row["realtime_start"], where))


def _changes(found: list[Observation]) -> list[Observation]:
    """The observations without those that repeat the value of the vintage before."""
    return [
        observation
        for i, observation in enumerate(found)
        if not (i and found[i - 1].date == observation.date and found[i - 1].value == observation.value)
    ]


def _end_of(day: dt.date) -> dt.datetime:
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=ZoneInfo(ZONE))
    return midnight.astimezone(dt.UTC)


def _date(text: Any, where: str) -> dt.date:
    try:
        date = iso_day(text)
    except (TypeError, ValueError):
        date = dt.date.max
    if date == dt.date.max:  # the end of time is no day on which anything was published
        raise ProviderError(f"{where}: {text!r} is not a date like 2024-11-27")
    return date


PROVIDER = Declaration(Fred, credentials=({"api_key": "FRED_API_KEY"},))
