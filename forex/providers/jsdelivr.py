"""The daily currency files of the package `@fawazahmed0/currency-api` on jsDelivr; no key, the last resort.

GET …/npm/@fawazahmed0/currency-api@2024-11-27/v1/currencies/usd.json answers {"date": "2024-11-27", "usd": {"brl": 5.81, …}}:
units per dollar. A code here is a currency in lower case. One file holds one day, so only the latest days are asked for.
"""

import datetime as dt
from typing import Any

from forex.core.errors import ProviderError
from forex.providers.net import Client
from forex.providers.protocol import Declaration, Observation, in_order, number

DAYS = 10  # back from the newest file


class JsDelivr:
    name = "jsdelivr"

    def __init__(self, url: str):
        self._url = url

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        where = f"{self.name} {code}"
        newest = self._day(client, "latest", code, where)
        found = [newest]
        day = newest.date - dt.timedelta(days=1)
        while day >= max(first, newest.date - dt.timedelta(days=DAYS)):
            one = self._day(client, day.isoformat(), code, where)
            if one.date != day:
                raise ProviderError(f"{where}: the file of {day} says it is of {one.date}")
            found.append(one)
            day -= dt.timedelta(days=1)
        return in_order([one for one in found if one.date.weekday() < 5], first, where)

    def _day(self, client: Client, version: str, code: str, where: str) -> Observation:
        answer: Any = client.json(f"{self._url}@{version}/v1/currencies/usd.json")
        try:
            return Observation(dt.date.fromisoformat(answer["date"]), number(answer["usd"][code], where))
        except (TypeError, KeyError, ValueError):
            raise ProviderError(f'{where}: expected {{"date": "2024-11-27", "usd": {{"{code}": …}}}}') from None


PROVIDER = Declaration(JsDelivr, latest_only=True)
