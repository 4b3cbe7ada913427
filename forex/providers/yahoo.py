"""Yahoo's chart service, version 8: daily closes of futures, indices and currencies, and intraday prices; no key.

GET …/v8/finance/chart/HG=F?interval=1d&period1=…&period2=… answers {"chart": {"result": [{"meta": {"symbol": "HG=F",
"exchangeTimezoneName": "America/New_York", …}, "timestamp": […], "indicators": {"quote": [{"close": […]}]}}], "error": null}}.
A bar is labelled by the exchange's date of its time stamp; a null close is a day without one. The bar of a day that is not over
moves with the market and is left out. Currencies, whose codes end in "=X", trade until midnight: a day's close is not known
before, though the reference rate of that day that stands in another provider's place is fixed earlier. Within the day a bar is
stamped with its beginning, and its close is the last price before the next one begins; the price of this moment, which may come
last, has a stamp of its own between those of bars.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forex.core.errors import ProviderError
from forex.providers.net import Client
from forex.providers.protocol import Declaration, Observation, in_order, number

CURRENCY = "=X"
BAR = dt.timedelta(minutes=5)
INTRADAY = dt.timedelta(days=5)  # how far back prices by the minute are asked for


class Yahoo:
    name = "yahoo"

    def __init__(self, url: str):
        self._url = url

    def observations(self, client: Client, code: str, first: dt.date, last: dt.date) -> list[Observation]:
        where = f"{self.name} {code}"
        start = dt.datetime.combine(first, dt.time(), tzinfo=dt.UTC)
        end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
        chart = self._chart(client, code, start, end, "1d", where)
        zone = _zone(chart, where)
        open_until = _open_until(chart, where)
        closes = [(stamp.astimezone(zone).date(), price) for stamp, price in _prices(chart, where)]
        over = None if open_until is None else open_until.astimezone(zone).date()
        found = [
            Observation(date, price, not_before=_midnight_after(date, zone) if code.endswith(CURRENCY) else None)
            for date, price in closes
            if over is None or date < over
        ]
        return in_order(found, first, where)

    def last_price(self, client: Client, code: str, at: dt.datetime) -> tuple[dt.datetime, float] | None:
        """The last price made at or before `at` (UTC), with the instant from which it stood: the end of its bar, or its own stamp
        where it is of no bar. None where the last days have none.
        """
        where = f"{self.name} {code}"
        chart = self._chart(client, code, at - INTRADAY, at + dt.timedelta(minutes=1), "5m", where)
        prices = [
            (stamp if stamp.timestamp() % BAR.seconds else stamp + BAR, price) for stamp, price in _prices(chart, where)
        ]
        return max((one for one in prices if one[0] <= at), default=None)

    def _chart(
        self, client: Client, code: str, start: dt.datetime, end: dt.datetime, interval: str, where: str
    ) -> dict[str, Any]:
        query = {
            "interval": interval,
            "period1": str(int(start.timestamp())),
            "period2": str(int(end.timestamp())),
        }
        answer = client.json(f"{self._url}/{code}", query)
        chart = answer.get("chart") if isinstance(answer, dict) else None
        if not isinstance(chart, dict):
            raise ProviderError(f'{where}: expected {{"chart": {{"result": […]}}}}')
        if chart.get("error"):
            raise ProviderError(f"{where}: refused: {chart['error']}")
        result = chart.get("result")
        one = result[0] if isinstance(result, list) and len(result) == 1 else None
        if not isinstance(one, dict) or not isinstance(one.get("meta"), dict):
            raise ProviderError(f"{where}: expected one result with its meta")
        if one["meta"].get("symbol") != code:
            raise ProviderError(f"{where}: the answer is about {one['meta'].get('symbol')!r}")
        return one


def _prices(chart: dict[str, Any], where: str) -> Iterator[tuple[dt.datetime, float]]:
    """Time stamps (UTC) and closes, without the nulls."""
    try:
        stamps, closes = chart.get("timestamp") or [], chart["indicators"]["quote"][0].get("close") or []
        if len(stamps) != len(closes):
            raise ProviderError(f"{where}: {len(stamps)} time stamps, {len(closes)} closes")
        for stamp, close in zip(stamps, closes, strict=True):
            if close is not None:
                yield dt.datetime.fromtimestamp(stamp, dt.UTC), float(f"{number(close, where):.8g}")
    except (TypeError, KeyError, IndexError, AttributeError, ValueError, OverflowError, OSError):
        raise ProviderError(f"{where}: expected timestamp and indicators.quote[0].close") from None


def _zone(chart: dict[str, Any], where: str) -> ZoneInfo:
    name = chart["meta"].get("exchangeTimezoneName")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):  # "America" is a folder
        raise ProviderError(f"{where}: {name!r} is not a time zone") from None


def _midnight_after(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), tzinfo=zone).astimezone(dt.UTC)


def _open_until(chart: dict[str, Any], where: str) -> dt.datetime | None:
    """The end of the present trading day, where the last price came before it."""
    meta = chart["meta"]
    try:
        end, latest = meta["currentTradingPeriod"]["regular"]["end"], meta["regularMarketTime"]
        return dt.datetime.fromtimestamp(end, dt.UTC) if latest < end else None
    except (TypeError, KeyError):
        return None
    except (ValueError, OverflowError, OSError):
        raise ProviderError(f"{where}: currentTradingPeriod ends at {end!r}, which is no instant") from None


PROVIDER = Declaration(Yahoo, market=True)
