"""mindicador.cl: Chilean indicators, copied from the Banco Central, without a key.

GET /api/{code}/{year} answers {"codigo": "dolar", "serie": [{"fecha": "2024-11-27T03:00:00.000Z", "valor": 976.36}, …]};
/api/{code} the same with the last 31 values; /api an object of indicators with the newest value of each.

Meaning of a date: `fecha` is the day of the value as a date in UTC, whatever the time of day beside it: 03:00, 04:00 and 05:00 are
midnights in Santiago as the service knew the clock, which it did not in the week of 5 September 2022. It is the bank's date:
`dolar` has the day in force; `libra_cobre` is the bank's copper, about LME's of two London business days before, rounded to cents.
From when each is public says series.yaml.

It takes 4 to 20 seconds, and at times answers 500. A year that does not come is asked for next time; the others stay.
"""

import datetime as dt
from typing import Any

from forex.core.errors import ProviderError
from forex.providers.network.net import Answers
from forex.providers.protocol import Declaration, Found, Observation, in_order, number, sound_rows

LATEST = dt.timedelta(days=40)  # about what the last 31 values of a daily series reach back
SLACK = dt.timedelta(days=7)  # without values, at the beginning of what is asked for


class Mindicador:
    """Asks for one series by year, or for its last values where these may do and save a request."""

    name = "mindicador"

    def __init__(self, url: str):
        self._url = url

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`; a year that does not come is in `missing`, and its error is raised if none brings a value."""
        if first.year < last.year and last - first <= LATEST:
            latest, unsound = self._read(client.json(f"{self._url}/{code}"), code, f"{self.name} {code}")
            if latest and min(observation.date for observation in latest) <= first + SLACK:
                return in_order(latest, first, f"{self.name} {code}", unsound)
        return self._by_year(client, code, first, last)

    def _by_year(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        found: list[Observation] = []
        unsound: list[str] = []
        missing: list[tuple[dt.date, dt.date]] = []
        failure: ProviderError | None = None
        for year in range(first.year, last.year + 1):
            where = f"{self.name} {code} {year}"
            try:
                rows, faults = self._read(client.json(f"{self._url}/{code}/{year}"), code, where)
            except ProviderError as error:
                failure = error
                unsound.append(f"{where}: {error}; asked for again next time")
                missing.append((dt.date(year, 1, 1), dt.date(year, 12, 31)))
            else:
                found += rows
                unsound += faults
        if failure and not found:
            raise failure
        return in_order(found, first, f"{self.name} {code}", unsound, missing)

    def _read(self, answer: Any, code: str, where: str) -> tuple[list[Observation], list[str]]:
        return sound_rows(_rows(answer, code, where), lambda row: _read(row, where), "fecha and valor", where)


def _rows(answer: Any, code: str, where: str) -> list[Any]:
    if isinstance(answer, dict) and "codigo" not in answer and isinstance(answer.get(code), dict):
        return [answer[code]]  # of /api
    if not isinstance(answer, dict) or answer.get("codigo") != code or not isinstance(answer.get("serie"), list):
        raise ProviderError(f'{where}: expected {{"codigo": "{code}", "serie": […]}}')
    return list(answer["serie"])


def _read(row: Any, where: str) -> Observation:
    text = row["fecha"]
    try:
        instant = dt.datetime.fromisoformat(text)
        date = (instant.astimezone(dt.UTC) if instant.tzinfo else instant).date()
    except (TypeError, ValueError, OverflowError):
        raise ProviderError(f"{where}: fecha {text!r} is not a date like 2024-11-27T03:00:00.000Z") from None
    return Observation(date, number(row["valor"], f"{where}, {date}"))


PROVIDER = Declaration(Mindicador)
