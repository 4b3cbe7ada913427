"""mindicador.cl: Chilean indicators by calendar year, without a key.

GET /api/{code}/{year} answers {"codigo": "dolar", "serie": [{"fecha": "2024-11-27T03:00:00.000Z", "valor": 976.36}, …]}. The
time of day in `fecha` is midnight in Santiago, written in UTC.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from forex.core.errors import ProviderError
from forex.providers.net import Client
from forex.providers.protocol import Declaration, Observation, in_order, number
from forex.timeline.calendar import SANTIAGO


class Mindicador:
    name = "mindicador"

    def __init__(self, url: str):
        self._url = url

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        found: list[Observation] = []
        for year in range(first.year, last.year + 1):
            where = f"{self.name} {code} {year}"
            found += _read(client.json(f"{self._url}/{code}/{year}"), code, where)
        return in_order(found, first, f"{self.name} {code}")


def _read(answer: Any, code: str, where: str) -> list[Observation]:
    if not isinstance(answer, dict) or answer.get("codigo") != code or not isinstance(answer.get("serie"), list):
        raise ProviderError(f'{where}: expected {{"codigo": "{code}", "serie": […]}}')
    try:
        return [Observation(_date(row["fecha"], where), number(row["valor"], where)) for row in answer["serie"]]
    except (TypeError, KeyError):
        raise ProviderError(f"{where}: expected rows with fecha and valor") from None


def _date(text: str, where: str) -> dt.date:
    try:
        instant = dt.datetime.fromisoformat(text)
        return instant.astimezone(ZoneInfo(SANTIAGO)).date() if instant.tzinfo else instant.date()
    except (TypeError, ValueError, OverflowError):
        raise ProviderError(f"{where}: fecha {text!r} is not a date like 2024-11-27T03:00:00.000Z") from None


PROVIDER = Declaration(Mindicador)
