"""The week in which mindicador's clock was not Santiago's, fetched by a store without an account."""

import datetime as dt
import os
from pathlib import Path

import polars as pl
import pytest

from forex.core.files import read_parquet
from forex.observations.store import read_series, read_series_list
from forex.timeline import calendar
from tests.support.live.project import Live
from tests.support.live.web import Answer, Query
from tests.support.made_up import utc

REAL = Path(os.environ.get("FOREX_REAL_DATA", ""))
WEEK = (dt.date(2022, 9, 5), dt.date(2022, 9, 9))


@pytest.mark.skipif(not os.environ.get("FOREX_REAL_DATA"), reason="needs FOREX_REAL_DATA")
def test_it_gives_the_observado_of_each_day_and_none_before_its_evening(live: Live) -> None:
    rows = read_series(REAL, "usdclp", read_series_list(REAL)["usdclp"])
    real = {date: value for date, value in rows.select("date", "value").iter_rows() if date.year == 2022}

    def route(path: str, query: Query) -> Answer:
        serie = []
        for date, value in real.items():
            winter = dt.date(2022, 4, 3) <= date < WEEK[0]  # 04:00Z; the service thought that summer began that Monday
            serie.append({"fecha": f"{date}T{'04' if winter else '03'}:00:00.000Z", "valor": value})
        return Answer({"codigo": "dolar", "serie": serie[::-1]} if path == "/mindicador/dolar/2022" else {}, status=200)

    live.site.route = route
    live.set(fetch__first="2022-01-01", fetch__series={"usdclp": ["mindicador dolar"]})
    live.fetch(utc("2022-12-30T15:00"), environ={})
    stored = read_parquet(live.store / "usdclp.parquet")
    assert dict(stored.select("date", "value").iter_rows()) == {
        day: value for day, value in real.items() if day <= dt.date(2022, 12, 31)
    }
    week = stored.filter(pl.col("date").is_between(*WEEK))
    assert week.height == 5
    evenings = calendar.instants(calendar.shift(stored["date"].to_numpy(), -1), "18:00", "America/Santiago")
    assert (stored["known_at"].dt.replace_time_zone(None) >= pl.Series(evenings)).all()
