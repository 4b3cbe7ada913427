"""The providers' documented answers, with real field names and formats, made from series in memory."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.live.web import Answer, Query

Values = Mapping[dt.date, float]
CHICAGO = "America/Chicago"


def bcch(code: str, values: Values, missing: tuple[dt.date, ...] = ()) -> dict[str, Any]:
    rows = [
        {"indexDateString": f"{date:%d-%m-%Y}", "value": str(value), "statusCode": "OK"}
        for date, value in values.items()
    ]
    rows += [{"indexDateString": f"{date:%d-%m-%Y}", "value": "NaN", "statusCode": "ND"} for date in missing]
    return {
        "Codigo": 0,
        "Descripcion": "Success",
        "Series": {"descripEsp": "Dólar observado", "descripIng": code, "seriesId": code, "Obs": rows},
        "SeriesInfos": [],
    }


def mindicador(code: str, values: Values, *, decimal_comma: bool = False) -> dict[str, Any]:
    """Newest first; each date is midnight in Santiago, written in UTC."""
    santiago = ZoneInfo("America/Santiago")
    rows = []
    for date, value in values.items():
        midnight = dt.datetime.combine(date, dt.time(), tzinfo=santiago).astimezone(dt.UTC)
        rows.append(
            {
                "fecha": f"{midnight:%Y-%m-%dT%H:%M:%S}.000Z",
                "valor": f"{value}".replace(".", ",") if decimal_comma else value,
            }
        )
    return {
        "version": "1.7.0",
        "autor": "mindicador.cl",
        "codigo": code,
        "nombre": code,
        "unidad_medida": "Pesos",
        "serie": rows[::-1],
    }


def findic(code: str, values: Values) -> dict[str, Any]:
    """As mindicador's, with dates without a time."""
    rows = [{"fecha": str(date), "valor": value} for date, value in values.items()]
    return mindicador(code, {}) | {"version": "1.3.0", "autor": "findic.cl", "serie": rows[::-1]}


def fred(rows: list[tuple[str, str, str]]) -> dict[str, Any]:
    """rows: realtime_start, date, value."""
    return {
        "realtime_start": "2024-11-01",
        "realtime_end": "9999-12-31",
        "units": "lin",
        "count": len(rows),
        "observations": [
            {"realtime_start": since, "realtime_end": "9999-12-31", "date": date, "value": value}
            for since, date, value in rows
        ],
    }


def ecb(rates: Mapping[str, Values], missing: tuple[tuple[str, dt.date], ...] = ()) -> str:
    """rates: units per euro by currency."""
    lines = ["KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS"]
    for currency, values in rates.items():
        for date, value in values.items():
            lines.append(f"EXR.D.{currency}.EUR.SP00.A,D,{currency},EUR,SP00,A,{date},{value},A")
    lines += [f"EXR.D.{currency}.EUR.SP00.A,D,{currency},EUR,SP00,A,{date},NaN,H" for currency, date in missing]
    return "\r\n".join(lines) + "\r\n"


def ecb_xml(rates: Mapping[str, Values]) -> str:
    """rates: units per euro by currency."""
    days = sorted({date for values in rates.values() for date in values}, reverse=True)
    cubes = []
    for day in days:
        cells = [
            f'<Cube currency="{currency}" rate="{values[day]}"/>' for currency, values in rates.items() if day in values
        ]
        cubes.append(f'<Cube time="{day}">{"".join(cells)}</Cube>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
        f"<Cube>{''.join(cubes)}</Cube></gesmes:Envelope>"
    )


def frankfurter(rates: Mapping[str, Values]) -> dict[str, Any]:
    """rates: units per euro by currency."""
    days = sorted({date for values in rates.values() for date in values})
    by_day = {str(day): {currency: values[day] for currency, values in rates.items() if day in values} for day in days}
    return {"amount": 1.0, "base": "EUR", "start_date": str(days[0]), "end_date": str(days[-1]), "rates": by_day}


def yahoo(symbol: str, bars: list[tuple[dt.datetime, float | None]], **meta: Any) -> dict[str, Any]:
    return {
        "chart": {
            "result": [
                {
                    "meta": {"currency": "USD", "symbol": symbol, "exchangeTimezoneName": "America/New_York", **meta},
                    "timestamp": [int(stamp.timestamp()) for stamp, _ in bars],
                    "indicators": {"quote": [{"close": [close for _, close in bars]}]},
                }
            ],
            "error": None,
        }
    }


def hours(
    days: Iterable[dt.date], price: Callable[[dt.date], float], first: int = 12, last: int = 20
) -> list[tuple[dt.datetime, float | None]]:
    """Hourly bars from `first` to `last` o'clock (UTC): the price of the day at 17:00, moving by a hundredth of a peso an hour."""
    return [
        (dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC), round(price(day) + (hour - 17) / 100, 4))
        for day in days
        for hour in range(first, last)
    ]


def jsdelivr(date: dt.date, rates: Mapping[str, float]) -> dict[str, Any]:
    return {"date": str(date), "usd": dict(rates)}


def answers(by_path: Mapping[str, Any]) -> Any:
    """A route that answers each path with its content, and 404 elsewhere."""

    def route(path: str, query: Query) -> Answer:
        content = by_path.get(path)
        return Answer(content) if content is not None else Answer(status=404)

    return route
