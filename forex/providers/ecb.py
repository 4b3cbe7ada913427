"""The European Central Bank's daily reference rates, fixed about 14:15 and published about 16:00 in Frankfurt; no key.

GET …/service/data/EXR/D.BRL+USD.EUR.SP00.A?format=csvdata&startPeriod=…&endPeriod=… answers a table with the columns CURRENCY,
TIME_PERIOD and OBS_VALUE among others: units of the currency per euro. A code here is a currency; its value is units per dollar.
"""

import csv
import datetime as dt
import io

from forex.core.errors import ProviderError
from forex.providers.net import Client
from forex.providers.protocol import Declaration, Observation, in_order, number

COLUMNS = ("CURRENCY", "TIME_PERIOD", "OBS_VALUE")
DIGITS = 8  # significant; the rates have five or six


class Ecb:
    name = "ecb"

    def __init__(self, url: str):
        self._url = url

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        where = f"{self.name} {code}"
        wanted = "USD" if code == "EUR" else f"{code}+USD"
        body = client.get(
            f"{self._url}/D.{wanted}.EUR.SP00.A",
            {"format": "csvdata", "startPeriod": first.isoformat(), "endPeriod": last.isoformat()},
        )
        per_euro = _read(body, where)
        dollars = per_euro.get("USD", {})
        units = dict.fromkeys(dollars, 1.0) if code == "EUR" else per_euro.get(code, {})
        found = [
            Observation(date, float(f"{value / dollars[date]:.{DIGITS}g}"))
            for date, value in units.items()
            if date in dollars
        ]
        return in_order(found, first, where)


def _read(body: bytes, where: str) -> dict[str, dict[dt.date, float]]:
    """Units per euro by currency and date."""
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8")))
        if reader.fieldnames is None or not set(COLUMNS) <= set(reader.fieldnames):
            raise ProviderError(f"{where}: expected a table with the columns {', '.join(COLUMNS)}")
        rates: dict[str, dict[dt.date, float]] = {}
        for row in reader:
            if row["OBS_VALUE"] in ("", "NaN"):
                continue
            rate = number(row["OBS_VALUE"], where)
            if rate <= 0:
                raise ProviderError(f"{where}: {rate:g} for {row['TIME_PERIOD']} is not a rate")
            own = rates.setdefault(row["CURRENCY"], {})
            if own.setdefault(dt.date.fromisoformat(row["TIME_PERIOD"]), rate) != rate:
                raise ProviderError(f"{where}: two values for {row['TIME_PERIOD']}")
        return rates
    except (UnicodeDecodeError, ValueError, TypeError, csv.Error) as error:
        raise ProviderError(f"{where}: not readable as a table ({type(error).__name__})") from None


PROVIDER = Declaration(Ecb)
