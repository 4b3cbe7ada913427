"""Every service of operations.yaml on one day, answering in its own format whatever series it is asked for."""

import datetime as dt
import math
from typing import Any

from forex.providers.protocol import weekday_before
from forex.timeline import calendar
from tests.support.changed_params import COMMITTED, OPERATIONS
from tests.support.live import recorded
from tests.support.live.web import Answer, Query

ACCOUNTS = {"BCCH_TOKEN": "t0ken", "FRED_API_KEY": "k3y"}
LEVELS = {"dolar": 950.0, "F073.TCO.PRE.Z.D": 950.0, "VIXCLS": 14.0, "^VIX": 14.0, "DX-Y.NYB": 104.0, "DTWEXBGS": 122.0}
CURRENCIES = sorted(sources[0].split()[1] for sources in OPERATIONS["fetch"]["series"].values() if "ecb" in sources[0])
FIRST = "2024-10-01"


class Day:
    """What is published by `now`; `failing` gives another answer of a service, by its name."""

    def __init__(self, now: dt.datetime):
        self.now = now
        self.failing: dict[str, Answer] = {}
        self.asked: list[str] = []

    def route(self, path: str, query: Query) -> Answer:
        name = path.split("/")[1].partition("@")[0]
        self.asked.append(name)
        if name in self.failing:
            return self.failing[name]
        answer: Answer = getattr(self, name)(path, query)
        return answer

    def days(self, ahead: int = 0) -> list[dt.date]:
        every = calendar.business_days(FIRST, str(self.now.date() + dt.timedelta(days=ahead)))
        return [dt.date.fromisoformat(str(day)) for day in every]

    def values(self, code: str) -> dict[dt.date, float]:
        """The same of each service, so that no two disagree."""
        level = LEVELS.get(code, 4.0)
        evening = self.now.hour >= 22
        days = self.days(ahead=1 if evening else 0)
        return {day: round(level * (1 + 0.001 * (day.toordinal() % 7)), 4) for day in days}

    def rates(self, codes: list[str]) -> dict[str, dict[dt.date, float]]:
        return {code: dict.fromkeys(self.days(), 1.05 * per_dollar(code)) for code in codes}

    def bcch(self, path: str, query: Query) -> Answer:
        values = self.values(query["timeseries"])
        asked = {day: value for day, value in values.items() if query["firstdate"] <= str(day)}
        return Answer(recorded.bcch(query["timeseries"], asked))

    def mindicador(self, path: str, query: Query) -> Answer:
        _, _, code, *year = path.split("/")
        values = {day: value for day, value in self.values(code).items() if not year or str(day.year) == year[0]}
        return Answer(recorded.mindicador(code, values if year else dict(list(values.items())[-31:])))

    def findic(self, path: str, query: Query) -> Answer:
        return self.mindicador(path, query)

    def fred(self, path: str, query: Query) -> Answer:
        values = self.values(query["series_id"])
        rows = [
            (query["realtime_start"], str(day), str(value)) for day, value in values.items() if day != self.now.date()
        ]
        return Answer(recorded.fred(rows) | {"realtime_start": query["realtime_start"]})

    def yahoo(self, path: str, query: Query) -> Answer:
        code = path.split("/")[2]
        if query["interval"] == "5m":
            return Answer(recorded.yahoo(code, [(self.now - dt.timedelta(minutes=20), 973.4)]))
        if query["interval"] == "1h":
            bars = recorded.hours(self.days(), lambda day: self.values("dolar")[day] + 3.4, last=self.now.hour)
            return Answer(recorded.yahoo(code, bars, dataGranularity="1h"))
        days = [day for day in self.values(code) if day < self.now.date()]
        bars: Any = [(dt.datetime.combine(day, dt.time(14), tzinfo=dt.UTC), self.values(code)[day]) for day in days]
        return Answer(recorded.yahoo(code, bars))

    def ecb(self, path: str, query: Query) -> Answer:
        return Answer(recorded.ecb(self.rates(path.split("/")[2].split(".")[1].split("+"))))

    def ecb_xml(self, path: str, query: Query) -> Answer:
        return Answer(recorded.ecb_xml(self.rates([*CURRENCIES, "USD"])))

    def frankfurter(self, path: str, query: Query) -> Answer:
        return Answer(recorded.frankfurter(self.rates(query["symbols"].split(","))))

    def jsdelivr(self, path: str, query: Query) -> Answer:
        version = path.split("@")[1].split("/")[0]
        made = self.now.date() if version == "latest" else dt.date.fromisoformat(version)
        about = weekday_before(made)
        rates = {code.lower(): values.get(about) for code, values in self.rates(CURRENCIES).items()}
        if None in rates.values():
            return Answer(status=404)
        return Answer(recorded.jsdelivr(made, {code: value / 1.05 for code, value in rates.items() if value}))


def per_dollar(code: str) -> float:
    """In the middle of its bounds."""
    if code in ("USD", "EUR"):
        return 1.0 if code == "USD" else 1 / 1.05
    bounds = COMMITTED["validate"]["bounds"][code.lower()]
    return round(math.sqrt(bounds["min"] * bounds["max"]), 4)
