"""The European Central Bank's daily reference rates, from its data portal; no key.

GET …/service/data/EXR/D.BRL+USD.EUR.SP00.A?format=csvdata&startPeriod=…&endPeriod=… answers a table with the columns CURRENCY,
TIME_PERIOD and OBS_VALUE among others: units of the currency per euro. A code here is a currency; its value is units per dollar.
One answer holds all that are named, so all that a run needs are named at once. `euro` says what a date means.
"""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from forex.core.errors import ProviderError
from forex.providers.euro import Sheet
from forex.providers.network.net import Answers
from forex.providers.protocol import Declaration, Found

COLUMNS = ("CURRENCY", "TIME_PERIOD", "OBS_VALUE")


class Ecb:
    """Asks the data portal for all currencies of a run at once."""

    name = "ecb"

    def __init__(self, url: str):
        self._url = url
        self._codes: Sequence[str] = ()
        self._first = dt.date.max
        self._last_read: tuple[bytes, Sheet] | None = None

    def expect(self, codes: Sequence[str], first: dt.date) -> None:
        """As `Sharing.expect`."""
        self._codes, self._first = codes, first

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`, in units per dollar; the request is for every currency that is expected."""
        named = sorted({code, *(self._codes if code in self._codes else ()), "USD"} - {"EUR"})
        body = client.get(
            f"{self._url}/D.{'+'.join(named)}.EUR.SP00.A",
            {
                "format": "csvdata",
                "detail": "dataonly",
                "startPeriod": min(first, self._first).isoformat() if code in self._codes else first.isoformat(),
                "endPeriod": last.isoformat(),
            },
        )
        if self._last_read is None or body != self._last_read[0]:  # one answer serves all that are named
            self._last_read = body, _read(body, f"{self.name} {code}")
        return self._last_read[1].per_dollar(code, first)


def _read(body: bytes, where: str) -> Sheet:
    sheet = Sheet(where.partition(" ")[0])
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
        if reader.fieldnames is None or not set(COLUMNS) <= set(reader.fieldnames):
            raise ProviderError(f"{where}: expected a table with the columns {', '.join(COLUMNS)}")
        for row in reader:
            if row["OBS_VALUE"] not in ("", "NaN"):
                sheet.enter(row["CURRENCY"], row["TIME_PERIOD"], row["OBS_VALUE"])
    except (UnicodeDecodeError, csv.Error) as error:
        raise ProviderError(f"{where}: not readable as a table ({type(error).__name__})") from None
    return sheet


PROVIDER = Declaration(Ecb, shared=True)
