"""Units per dollar from units per euro, as the European Central Bank fixes them.

Meaning of a date, wherever the rates come from: the day on which they are agreed, at about 14:10 in Frankfurt; public at about
16:00 that day, as series.yaml says.
"""

import datetime as dt

from forex.core.edges.validators import iso_day
from forex.core.errors import ProviderError
from forex.providers.protocol import Found, Observation, in_order, number

DIGITS = 8  # significant; the rates have five or six


class Sheet:
    """Rates in units per euro, entered cell by cell; `per_dollar` divides them.

    What is no rate is left out and named in a sentence, and so is a date with two different ones.  where: what these begin with.
    """

    def __init__(self, where: str):
        self._where = where
        self._rates: dict[str, dict[dt.date, float]] = {}
        self._unsound: dict[str, list[str]] = {}

    def enter(self, currency: str, date: str, rate: object) -> None:
        """Enter a cell as it was received.  date: such as "2024-11-27".  rate: JSON's number, or text."""
        where = f"{self._where} {currency}"
        try:
            day, value = iso_day(date), number(rate, f"{where}, {date}")
            if value <= 0:
                raise ProviderError(f"{where}: {value:g} for {date} is not a rate")
        except ProviderError as error:
            self._unsound.setdefault(currency, []).append(str(error))
        except (TypeError, ValueError):
            self._unsound.setdefault(currency, []).append(f"{where}: {date!r} is not a date like 2024-11-27")
        else:
            own = self._rates.setdefault(currency, {})
            if own.setdefault(day, value) != value:
                own[day] = float("nan")
                self._unsound.setdefault(currency, []).append(f"{where}: two values for {day}")

    def per_dollar(self, code: str, first: dt.date) -> Found:
        """Units of the currency `code` per dollar, from `first` on, on the dates that have a rate of both.

        Raises ProviderError where there are rates of the currency and none of the dollar, and as `in_order`.
        """
        where = f"{self._where} {code}"
        dollars = self._rates.get("USD", {})
        units = dict.fromkeys(dollars, 1.0) if code == "EUR" else self._rates.get(code, {})
        if units and not dollars:
            raise ProviderError(f"{where}: {len(units)} rates over the euro and none of the dollar to divide them by")
        crossed = {date: value / dollars[date] for date, value in units.items() if date in dollars}
        found = [Observation(date, float(f"{value:.{DIGITS}g}")) for date, value in crossed.items() if value == value]
        return in_order(found, first, where, self._unsound.get(code, []) + self._unsound.get("USD", []))
