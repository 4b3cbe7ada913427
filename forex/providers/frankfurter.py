"""Frankfurter, version 1: the European Central Bank's daily reference rates, kept by other people; no key.

GET …/v1/2024-11-01..2024-11-27?base=EUR&symbols=BRL,USD answers {"base": "EUR", "rates": {"2024-11-27": {"BRL": 6.1278, "USD":
1.0563}, …}, …}: units of the currency per euro. One answer holds all that are named. A code here is a currency; its value is
units per dollar. Version 2 mixes central banks and is not asked. `euro` says what a date means.
"""

import datetime as dt
from collections.abc import Sequence

from forex.core.errors import ProviderError
from forex.providers.euro import Sheet
from forex.providers.network.net import Answers
from forex.providers.protocol import Declaration, Found


class Frankfurter:
    """Asks Frankfurter for all currencies of a run at once."""

    name = "frankfurter"

    def __init__(self, url: str):
        self._url = url
        self._codes: Sequence[str] = ()
        self._first = dt.date.max

    def expect(self, codes: Sequence[str], first: dt.date) -> None:
        """As `Sharing.expect`."""
        self._codes, self._first = codes, first

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`, in units per dollar; the request is for every currency that is expected."""
        where = f"{self.name} {code}"
        expected = code in self._codes
        named = sorted({code, *(self._codes if expected else ()), "USD"} - {"EUR"})
        start = min(first, self._first) if expected else first
        answer = client.json(f"{self._url}/{start}..{last}", {"base": "EUR", "symbols": ",".join(named)})
        rates = answer.get("rates") if isinstance(answer, dict) else None
        if not isinstance(rates, dict) or answer.get("base") != "EUR":
            raise ProviderError(f'{where}: expected {{"base": "EUR", "rates": {{"2024-11-27": {{"USD": …}}}}}}')
        sheet = Sheet(self.name)
        for date, cells in rates.items():
            for currency, rate in cells.items() if isinstance(cells, dict) else ():
                sheet.enter(currency, date, rate)
        return sheet.per_dollar(code, first)


PROVIDER = Declaration(Frankfurter, shared=True)
