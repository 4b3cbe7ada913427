"""What the services answer to `forex fetch`, for a store of two series and the quote; and what became of it."""

import datetime as dt
from typing import Any

from forex.core.files import read_parquet
from forex.timeline import calendar
from tests.support.live import recorded
from tests.support.live.project import Live
from tests.support.live.web import Answer, Query
from tests.support.made_up import utc

CODE = "F073.TCO.PRE.Z.D"
SERIES: dict[str, list[str]] = {
    "usdclp": [f"bcch {CODE}", "mindicador dolar"],
    "brl": ["ecb BRL", "frankfurter BRL", "jsdelivr brl"],
}
NOW = utc("2024-11-27T18:05")  # 15:05 in Santiago, five minutes after the cut-off
DAYS = [dt.date.fromisoformat(str(day)) for day in calendar.business_days("2024-11-01", "2024-11-27")]
OBSERVADO = {day: 950.0 + i for i, day in enumerate(DAYS)}
REAIS = {day: 6.0 + i / 100 for i, day in enumerate(DAYS)}
QUOTES = {day: value + 3.4 for day, value in OBSERVADO.items()}  # at 18:00 UTC, the cut-off
DOLLARS = dict.fromkeys(DAYS, 1.05)


class Providers:
    """What each provider answers; a test changes it."""

    def __init__(self) -> None:
        self.bcch: Any = OBSERVADO
        self.mindicador: Any = OBSERVADO
        self.ecb: Any = REAIS
        self.frankfurter: Any = Answer(status=404)
        self.jsdelivr: Any = Answer(status=404)
        self.unasked: dict[dt.date, float] = {}  # what bcch sends beside what it is asked for
        self.spot: list[tuple[dt.datetime, float | None]] = [(utc("2024-11-27T17:55"), 973.4)]
        self.hourly: Any = recorded.hours(DAYS, lambda day: QUOTES[day])  # bars, or another answer

    def route(self, path: str, query: Query) -> Answer:
        name, _, version = path.split("/")[1].partition("@")
        content = getattr(self, name, None)
        if isinstance(content, Answer):
            return content
        match name:
            case "bcch":
                asked = self._between(content, query["firstdate"], query["lastdate"])
                return Answer(recorded.bcch(CODE, asked | self.unasked))
            case "mindicador":
                return Answer(recorded.mindicador("dolar", content))
            case "ecb":
                start, end = query["startPeriod"], query["endPeriod"]
                rates = {"BRL": self._between(content, start, end), "USD": self._between(DOLLARS, start, end)}
                return Answer(recorded.ecb(rates))
            case "frankfurter":
                start, end = path.split("/")[2].split("..")
                rates = {"BRL": self._between(content, start, end), "USD": self._between(DOLLARS, start, end)}
                return Answer(recorded.frankfurter(rates))
            case "jsdelivr":  # a file for every day of the week, with the rates before it
                newest = max(content) + dt.timedelta(days=1)
                day = newest if version == "latest" else dt.date.fromisoformat(version)
                if day > newest:
                    return Answer(status=404)
                carried = max(date for date in content if date < day)
                return Answer(recorded.jsdelivr(day, {"brl": content[carried]}))
            case "yahoo" if path.endswith("CLP=X") and query["interval"] == "1h":
                if isinstance(self.hourly, Answer):
                    return self.hourly
                return Answer(recorded.yahoo("CLP=X", self.hourly, dataGranularity="1h"))
            case "yahoo" if path.endswith("CLP=X"):
                return Answer(recorded.yahoo("CLP=X", self.spot))
        return Answer(status=404)

    @staticmethod
    def _between(values: dict[dt.date, float], first: str, last: str) -> dict[dt.date, float]:
        return {date: value for date, value in values.items() if first <= str(date) <= last}


def stored(live: Live, name: str = "usdclp") -> dict[dt.date, float]:
    return dict(read_parquet(live.store / f"{name}.parquet").sort("known_at").select("date", "value").iter_rows())


def result(content: dict[str, Any], name: str = "usdclp") -> dict[str, Any]:
    return next(entry for entry in content["series"] if entry["series"] == name)
