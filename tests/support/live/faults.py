"""Ways in which a service's answer can be wrong, made from its good one."""

import datetime as dt
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.live.web import Answer, Query, Route
from tests.support.live.whole_day import Day

Faulty = Callable[[Day, str, str, Query], Answer]  # the day, the service's name, path, query

# provider: the series that it serves alone, its code, and what its format calls the value
SERVES = {
    "bcch": ("usdclp", "F073.TCO.PRE.Z.D", '"value"'),
    "mindicador": ("copper_bcch", "libra_cobre", '"valor"'),
    "findic": ("copper_bcch", "libra_cobre", '"valor"'),
    "fred": ("us_2y", "DGS2", '"value"'),
    "yahoo": ("copper_comex", "HG=F", '"close"'),
    "ecb": ("brl", "BRL", "OBS_VALUE"),
    "ecb_xml": ("brl", "BRL", " rate="),
    "frankfurter": ("brl", "BRL", '"rates"'),
    "jsdelivr": ("brl", "brl", '"usd"'),
}


def good(day: Day, name: str, path: str, query: Query) -> Answer:
    answer: Answer = getattr(day, name)(path, query)
    return answer


def text(day: Day, name: str, path: str, query: Query) -> str:
    return good(day, name, path, query).encoded().decode()


def always(answer: Answer) -> Faulty:
    return lambda day, name, path, query: answer


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b" " * 1_000_000)


def stale(day: Day, name: str, path: str, query: Query) -> Answer:
    return good(older(day), name, path, query)


def older(day: Day) -> Day:
    return Day(day.now - dt.timedelta(days=1))


def changed(day: Day, name: str, path: str, query: Query) -> Answer:
    """The value's name with its last letter gone."""
    called = SERVES[name][2]
    word = called.rstrip('"=')
    return Answer(text(day, name, path, query).replace(called, word[:-1] + called[len(word) :]))


def with_values(change: Callable[[dict[dt.date, float]], dict[dt.date, float]]) -> Faulty:
    """The day as it would be with other values."""

    class Other(Day):
        def values(self, code: str) -> dict[dt.date, float]:
            return change(super().values(code))

        def rates(self, codes: list[str]) -> dict[str, dict[dt.date, float]]:
            every = super().rates(codes)
            dollars = dict.fromkeys(change(every.get("USD", {})), 1.05) if "USD" in every else {}
            return {code: dollars if code == "USD" else change(values) for code, values in every.items()}

    return lambda day, name, path, query: good(Other(day.now), name, path, query)


def newest_times_ten(values: dict[dt.date, float]) -> dict[dt.date, float]:
    return {date: value * (10 if date >= max(values) - dt.timedelta(days=1) else 1) for date, value in values.items()}


def one_from_the_future(values: dict[dt.date, float]) -> dict[dt.date, float]:
    return values | {max(values) + dt.timedelta(days=20): values[max(values)]}


def one_less(values: dict[dt.date, float]) -> dict[dt.date, float]:
    gone = sorted(values)[-2]
    return {date: value for date, value in values.items() if date != gone}


def twice(day: Day, name: str, path: str, query: Query) -> Answer:
    """The last row again, with a value that is a tenth higher."""
    body = text(day, name, path, query)
    match name:
        case "ecb":
            return Answer(body + "EXR.D.BRL.EUR.SP00.A,D,BRL,EUR,SP00,A," + f"{day.days()[-2]},4.4,A\r\n")
        case "ecb_xml":
            return Answer(body.replace("</Cube>", '<Cube currency="BRL" rate="4.4"/></Cube>', 1))
    content: Any = json.loads(body)
    match name:
        case "bcch":
            content["Series"]["Obs"].append(content["Series"]["Obs"][-2] | {"value": "990.5"})
        case "mindicador" | "findic":
            content["serie"].append(content["serie"][1] | {"valor": 4.4})
        case "yahoo":
            result = content["chart"]["result"][0]
            result["timestamp"].append(result["timestamp"][-1] + 8 * 3600)
            result["indicators"]["quote"][0]["close"].append(result["indicators"]["quote"][0]["close"][-1])
    return Answer(content)


REFUSALS = {
    "bcch": Answer({"Codigo": -5, "Descripcion": "Invalid username or password", "Series": None, "SeriesInfos": []}),
    "fred": Answer(
        {"error_code": 400, "error_message": "Bad Request.  The value for variable api_key is not registered."}, 400
    ),
}

FAULTS: dict[str, Faulty] = {
    "time-out": always(Answer(send=lambda handler: time.sleep(0.6))),
    "drip": always(Answer(send=dripping)),
    "reset": always(Answer(send=lambda handler: handler.connection.close())),
    "429": always(Answer("Edge: Too Many Requests", status=429)),
    "500": always(Answer(status=500)),
    "HTML": always(Answer("<html><body>En mantenci\u00f3n</body></html>")),
    "truncated": lambda day, name, path, query: Answer((whole := text(day, name, path, query))[: len(whole) // 2]),
    "stale": stale,
    "changed column": changed,
    "ten times": with_values(newest_times_ten),
    "future date": with_values(one_from_the_future),
    "duplicate": twice,
    "50 MB": always(Answer(send=endless)),
    "redirect": always(Answer(status=302, headers={"Location": "https://example.org/"})),
    "encoding": lambda day, name, path, query: Answer(text(day, name, path, query).encode("utf-16")),
    "missing day": with_values(one_less),
    "live duplicate": twice,
    "expired token": lambda day, name, path, query: REFUSALS[name],
    "bad certificate": good,
}
NOT_OF = {  # what a format cannot have
    "duplicate": {"fred", "yahoo", "frankfurter", "jsdelivr"},  # vintages; the next line; one key, one file a day
    "live duplicate": set(SERVES) - {"yahoo"},
    "expired token": set(SERVES) - {"bcch", "fred"},
    "future date": {"yahoo", "jsdelivr"},  # no bar and no file is made before its day
    "stale": {"jsdelivr"},
}


def route(day: Day, faulty: str, fault: Faulty) -> Route:
    """Every service as on that day, and one with the fault."""

    def answer(path: str, query: Query) -> Answer:
        name = path.split("/")[1].partition("@")[0]
        return fault(day, name, path, query) if name == faulty else good(day, name, path, query)

    return answer
