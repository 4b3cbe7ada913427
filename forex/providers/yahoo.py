"""Yahoo's chart service, version 8: daily closes of futures, indices and currencies, and intraday prices; no key.

GET …/v8/finance/chart/HG=F?interval=1d&period1=…&period2=… answers {"chart": {"result": [{"meta": {"symbol": "HG=F",
"exchangeTimezoneName": "America/New_York", …}, "timestamp": […], "indicators": {"quote": [{"close": […]}]}}], "error": null}}.
A null close is a day without one. The bar of a day that is not over moves with the market and is left out. Where a day's bar comes
twice, at its beginning and as the last price, the later one is its close. Within the day a bar is stamped with its beginning, and
its close is the last price before the next one begins; the price of this moment, which may come last, has a stamp of its own.
Bars of five minutes reach back 60 days and hourly ones 730: a request that asks for as much, or more, is refused as a whole.

Meaning of a date: the exchange's date of the bar's stamp, and a future's or an index's close is of that day. A currency's daily
bar, whose code ends in "=X", holds the price at the start of its day: it is ours as the last weekday before, with whose rates of
the European Central Bank it agrees. Public: when its market has closed, as series.yaml says; a currency's bar moves until its
day is over, at midnight in the exchange's zone, and is not known before.

Yahoo answers 429 to agents that do not look like a browser's, and blocks an address for a quarter of an hour after some forty
requests in as many minutes.
"""

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forex.core.errors import ProviderError, RequestRefused
from forex.providers.network.net import Answers
from forex.providers.network.refusals import refusal_text
from forex.providers.protocol import (
    Bar,
    Bars,
    Declaration,
    Found,
    Observation,
    in_order,
    number,
    sound_rows,
    weekday_before,
)

CURRENCY = "=X"
INTERVALS = {dt.timedelta(minutes=5): ("5m",), dt.timedelta(hours=1): ("1h", "60m")}  # as asked for, and as answered


class Yahoo:
    """Asks the chart service for one series at a time."""

    name = "yahoo"

    def __init__(self, url: str):
        self._url = url

    def observations(self, client: Answers, code: str, first: dt.date, last: dt.date) -> Found:
        """As `Provider.observations`: the closes of days that are over.  Raises RequestRefused where the service refuses."""
        where = f"{self.name} {code}"
        start = dt.datetime.combine(first, dt.time(), tzinfo=dt.UTC)
        end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
        chart = self._chart(client, code, start, end, "1d", where)
        zone, open_until = _zone(chart, where), _open_until(chart, where)
        over = None if open_until is None else open_until.astimezone(zone).date()
        prices, unsound = _prices(chart, where)
        closes = {stamp.astimezone(zone).date(): price for stamp, price in prices}
        found = [_meant(code, date, price, zone) for date, price in closes.items() if over is None or date < over]
        return in_order(found, first, where, unsound)

    def bars(self, client: Answers, code: str, first: dt.datetime, last: dt.datetime, width: dt.timedelta) -> Bars:
        """As `Quoting.bars`. A stamp that begins no bar is the price of that moment; one with two prices says nothing."""
        where = f"{self.name} {code}"
        chart = self._chart(client, code, first, last, INTERVALS[width][0], where)
        granularity = chart["meta"].get("dataGranularity")
        if granularity is not None and granularity not in INTERVALS[width]:
            raise ProviderError(f"{where}: asked for bars of {INTERVALS[width][0]}, the answer is of {granularity!r}")
        prices, unsound = _prices(chart, where)
        once = dict(prices)
        twice = {stamp for stamp, price in prices if once[stamp] != price}
        unsound += [f"{where}: two prices at {stamp}" for stamp in sorted(twice)]
        found = Bars((_bar(stamp, price, width) for stamp, price in once.items() if stamp not in twice), unsound)
        if unsound and not found:
            raise ProviderError(unsound[0])
        return found

    def _chart(
        self, client: Answers, code: str, start: dt.datetime, end: dt.datetime, interval: str, where: str
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
            raise RequestRefused(f"{where}: refused: {refusal_text(json.dumps(chart['error']))}")
        result = chart.get("result")
        entry = result[0] if isinstance(result, list) and len(result) == 1 else None
        if not isinstance(entry, dict) or not isinstance(entry.get("meta"), dict):
            raise ProviderError(f"{where}: expected one result with its meta")
        if entry["meta"].get("symbol") != code:
            raise ProviderError(f"{where}: the answer is about {entry['meta'].get('symbol')!r}")
        return entry


def _meant(code: str, date: dt.date, price: float, zone: ZoneInfo) -> Observation:
    """The bar of `date` in `zone` as an observation of the day that it is about."""
    if not code.endswith(CURRENCY):
        return Observation(date, price)
    over = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), tzinfo=zone).astimezone(dt.UTC)
    return Observation(weekday_before(date), price, not_before=over)


def _prices(chart: dict[str, Any], where: str) -> tuple[list[tuple[dt.datetime, float]], list[str]]:
    """Time stamps (UTC) and closes in order, without the nulls; and what is no price."""
    try:
        stamps, closes = chart.get("timestamp") or [], chart["indicators"]["quote"][0].get("close") or []
        pairs = list(zip(stamps, closes, strict=True))
    except (TypeError, KeyError, IndexError, AttributeError):
        raise ProviderError(f"{where}: expected timestamp and indicators.quote[0].close") from None
    except ValueError:
        raise ProviderError(f"{where}: {len(stamps)} time stamps, {len(closes)} closes") from None
    prices, unsound = sound_rows(pairs, lambda pair: _price(pair, where), "a time stamp and a close", where)
    return sorted(prices), unsound


def _price(pair: tuple[Any, Any], where: str) -> tuple[dt.datetime, float] | None:
    stamp, close = pair
    if close is None:
        return None
    return dt.datetime.fromtimestamp(stamp, dt.UTC), float(f"{number(close, where):.8g}")


def _bar(stamp: dt.datetime, price: float, width: dt.timedelta) -> Bar:
    return Bar(stamp, stamp if stamp.timestamp() % width.total_seconds() else stamp + width, price)


def _zone(chart: dict[str, Any], where: str) -> ZoneInfo:
    name = chart["meta"].get("exchangeTimezoneName")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):  # "America" is a folder
        raise ProviderError(f"{where}: {name!r} is not a time zone") from None


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
