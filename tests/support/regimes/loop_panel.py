"""The panel written as a loop over days and rows, to be read and believed; the tests compare `forex.observations.align` with it."""

import datetime as dt
import math
from collections.abc import Set
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from holidays import country_holidays

HOLIDAYS = country_holidays("CL", categories=("public", "bank"), years=range(2023, 2027))
ONE = dt.timedelta(days=1)
Row = dict[str, Any]


def is_business(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def step(day: dt.date, direction: int) -> dt.date:
    day += direction * ONE
    while not is_business(day):
        day += direction * ONE
    return day


def steps(start: dt.date, end: dt.date) -> int:
    if end < start:
        return -steps(end, start)
    return sum(is_business(start + k * ONE) for k in range(1, (end - start).days + 1))


def newest(rows: list[Row], not_after: dt.date, instant: dt.datetime) -> Row | None:
    """Of the rows usable at `instant` and dated not after `not_after`: the latest date's latest vintage."""
    usable = [row for row in rows if row["usable_at"] <= instant and row["date"] <= not_after]
    return max(usable, key=lambda row: (row["date"], row["known_at"], row["line"]), default=None)


def loop_panel(
    target: pl.DataFrame,
    drivers: dict[str, pl.DataFrame],
    as_of: dt.date,
    hour: int,
    minute: int,
    quotes: Set[str] = frozenset(),
) -> list[Row]:
    observado = target.to_dicts()
    last = as_of if is_business(as_of) else step(as_of, -1)
    day, end = observado[0]["date"], max(last, min(observado[-1]["date"], step(last, 1)))
    by_date: dict[dt.date, list[Row]] = {}
    for row in observado:
        by_date.setdefault(row["date"], []).append(row)
    first = {date: min(rows, key=lambda row: (row["usable_at"], row["known_at"])) for date, rows in by_date.items()}
    in_order = [
        date
        for date in sorted(first)
        if all(first[date]["usable_at"] <= first[d]["usable_at"] for d in first if d > date)
    ]
    table = []
    while day <= end:
        if is_business(day):
            row: Row = {"origin_date": day, "log_return": None, "return_steps": 0}
            row["observado"] = first[day]["value"] if day in first else None
            row["observado_usable_at"] = first[day]["usable_at"] if day in first else None
            row["actual"] = (
                max(by_date[day], key=lambda entry: (entry["known_at"], entry["line"]))["value"]
                if day in first
                else None
            )
            if day in in_order[1:]:
                before = in_order[in_order.index(day) - 1]
                base = newest(observado, before, first[day]["usable_at"])
                assert base is not None
                row["log_return"] = math.log(first[day]["value"] / base["value"])
                row["return_steps"] = steps(before, day)
            row |= loop_origin(observado, drivers, day, hour, minute, quotes, blank=day > last)
            table.append(row)
        day += ONE
    return table


def loop_origin(
    observado: list[Row],
    drivers: dict[str, pl.DataFrame],
    day: dt.date,
    hour: int,
    minute: int,
    quotes: Set[str],
    *,
    blank: bool,
) -> Row:
    cut = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("America/Santiago")).astimezone(
        dt.UTC
    )
    anchor = newest(observado, step(day, 1), cut)
    row: Row = {"cut_off_at": cut} | described("anchor", anchor, day)
    since = step(min(anchor["date"], day) if anchor else day, -1)
    hours = []
    for name, frame in drivers.items():
        rows = frame.to_dicts()
        last = newest(rows, day, cut)
        row |= described(name, last, day)
        ends = [day, since, step(since, -1), step(step(since, -1), -1)]
        for age in (0, 1):
            new, old = newest(rows, ends[age], cut), newest(rows, ends[age + 1], cut)
            move = None
            if new is not None and old is not None and new["date"] > ends[age + 1] and old["date"] >= ends[age + 2]:
                difference = name == "tpm"
                move = new["value"] - old["value"] if difference else math.log(new["value"] / old["value"])
            row[f"{name}_move_{age}"] = move
        if name in quotes:
            row[f"{name}_gap"] = loop_gap(rows, last, anchor, day, cut)
            source = (last or {}).get("source")
            row[f"{name}_backfilled"] = None if last is None else "_hourly:" in (source or "")
        elif last is not None and last["date"] == day and row[f"{name}_move_0"] is not None:
            hours.append((cut - last["usable_at"]) / dt.timedelta(hours=1))
    row["news_hours"] = median(hours) if hours else None
    return dict.fromkeys(row) if blank else row


def loop_gap(rows: list[Row], last: Row | None, anchor: Row | None, day: dt.date, cut: dt.datetime) -> float | None:
    """From the anchor to the last quote, where that is no older than the anchor's deals and not the same as on its date before."""
    if last is None or anchor is None or last["date"] < step(anchor["date"], -1):
        return None
    before = newest(rows, last["date"] - ONE, cut)
    if before is not None and before["value"] == last["value"]:
        return None
    return math.log(last["value"] / anchor["value"])


def described(name: str, found: Row | None, day: dt.date) -> Row:
    if found is None:
        return {name: None, f"{name}_date": None, f"{name}_age": None}
    return {name: found["value"], f"{name}_date": found["date"], f"{name}_age": steps(found["date"], day)}
