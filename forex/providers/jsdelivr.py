"""The daily currency files of the package `@fawazahmed0/currency-api` on jsDelivr; no key, the last resort.

GET …/npm/@fawazahmed0/currency-api@2024-11-27/v1/currencies/usd.json answers {"date": "2024-11-27", "usd": {"brl": 5.81, …}}:
units per dollar, of all currencies. A code here is a currency in lower case. One file holds one day, so only missing days are
asked for.

Meaning of a date: the file of D is made at 00:00 UTC of D, so its rates are those of the last weekday before D; Saturday's is
Friday's close. It is ours as that weekday, and known from 00:00 UTC of D on.
"""

import datetime as dt
from typing import Any

from forex.core.edges.validators import iso_day
from forex.core.errors import ProviderError, RequestRefused
from forex.providers.network.net import Answers
from forex.providers.protocol import Declaration, Found, Observation, in_order, number, weekday_before

DAYS = dt.timedelta(days=10)  # back from the newest file
FIRST = dt.date(2020, 1, 1)  # no file is older


class JsDelivr:
    """Asks for the newest file, and for those of the days before it that are wanted."""

    name = "jsdelivr"

    def __init__(self, url: str):
        self._url = url

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`, in units per dollar, back to DAYS before the newest file at most."""
        newest = self._file(client, "latest", code)
        found, unsound = [newest], []
        day = weekday_before(newest.date)
        while day >= max(first, newest.date - DAYS):
            made = day + dt.timedelta(days=1)
            try:
                observation = self._file(client, made.isoformat(), code)
                if observation.date != day:
                    raise ProviderError(
                        f"{self.name} {code}: the file of {made} is about {observation.date}, expected {day}"
                    )
                found.append(observation)
            except RequestRefused as error:
                unsound.append(f"{self.name} {code}: no file of {made}, so nothing about {day} ({error})")
            except ProviderError as error:
                unsound.append(str(error))
            day = weekday_before(day)
        return in_order(found, first, f"{self.name} {code}", unsound)

    def _file(self, client: Answers, version: str, code: str) -> Observation:
        where = f"{self.name} {code}"
        answer: Any = client.json(f"{self._url}@{version}/v1/currencies/usd.json")
        try:
            made, value = iso_day(answer["date"]), answer["usd"][code]
        except (TypeError, KeyError, ValueError):
            raise ProviderError(f'{where}: expected {{"date": "2024-11-27", "usd": {{"{code}": …}}}}') from None
        if made < FIRST:
            raise ProviderError(f"{where}: the date {made} is before the first file there is")
        midnight = dt.datetime.combine(made, dt.time(), tzinfo=dt.UTC)
        return Observation(weekday_before(made), number(value, where), not_before=midnight)


PROVIDER = Declaration(JsDelivr, latest_only=True, shared=True)
