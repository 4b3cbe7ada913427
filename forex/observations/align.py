"""The panel: one row per business day, with what was known at that day's cut-off.

Point in time throughout: a row depends only on observations whose `usable_at` is not later than its own cut-off, and forward
filling is the only filling. The observado in force that day stands in the same row beside the instant it became usable, so that
whoever walks the panel can tell at which origin a forecast for that day has matured.
"""

from collections.abc import Mapping, Set

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.core.errors import TooLittleData, UsageError
from forex.core.files import round_significant
from forex.observations.store import HOURLY
from forex.timeline import calendar
from forex.timeline.calendar import Dates, Instants

MOVE_AGES = (0, 1)  # a driver's move of the origin's own day, and of the business day before
NOTHING = -1
NEWS_HOURS = "news_hours"

Columns = dict[str, NDArray | pl.Series]


def panel(
    target: pl.DataFrame,
    drivers: Mapping[str, pl.DataFrame],
    in_per_cent: Set[str],
    quotes: Set[str] = frozenset(),
    *,
    as_of: str,
    cut_off: str,
) -> pl.DataFrame:
    """One row per business day from the target's first date to the last business day on or before `as_of`, the newest origin; and
    beyond it to the target's last date where that is already published: those rows are not origins, and their cut_off_at is null.

    target, drivers: frames with date, value, known_at, usable_at, sorted by (date, known_at).
    in_per_cent: ids of the drivers whose moves are differences; all others move in logs.
    quotes: ids of the drivers that quote the target itself.

    Columns: origin_date, cut_off_at; anchor (CLP per USD), anchor_date, anchor_age (business days from its date to the origin);
    observado in force on origin_date as first usable, observado_usable_at, its log_return over return_steps business days, and
    actual, its latest vintage; then for each driver its last value, its date and age, and two moves, null where no
    observation within them was known: `_move_0` since the business day before the anchor's date, which is what the anchor cannot
    show, and `_move_1` of the business day before that. With a fresh anchor they are today's move and yesterday's. A move that
    would start more than one business day before that is null, too: most of it is older than it says. A quote has `_gap` as well,
    log(quote/anchor), null where the quote is older than the deals that the anchor averages, or the same as on its date before; and
    `_backfilled`, whether its last value was filled in afterwards.
    `news_hours`: the median over the drivers whose `_move_0` ends with a value of the origin's own day of the hours from its
    publication to the cut-off.

    Raises TooLittleData where the target has no date on or before the last origin, UsageError where a driver's id is taken.
    """
    first, last = target["date"].min(), calendar.on_or_before(as_of)
    if first is None or np.datetime64(str(first)) > last:
        raise TooLittleData(
            f"usdclp: no usable value on or before {as_of}. Use a later as_of, or add history to the store."
        )
    days = calendar.business_days(np.datetime64(str(first)), _last_in_force(target, last))
    cuts = calendar.cut_offs(days, cut_off)
    anchor = _anchor(target, days, cuts)
    at_origin = {"cut_off_at": cuts} | anchor
    in_force = {"origin_date": days} | _in_force(target, days)
    anchor_dates = np.asarray(anchor["anchor_date"])
    averaged = _day_before(np.where(np.isnat(anchor_dates), days, anchor_dates))
    since = np.minimum(averaged, _day_before(days))
    hours = []
    for name in sorted(drivers):
        rows = _Rows(drivers[name])
        newest = rows.last(days, cuts)
        driver = _driver(name, rows, newest, days, cuts, since, logs=name not in in_per_cent)
        if name in quotes:
            driver[f"{name}_backfilled"] = rows.backfilled(newest)
            driver[f"{name}_gap"] = _gap(rows, newest, cuts, averaged, np.asarray(anchor["anchor"]))
        else:
            of_today = ~np.isnan(driver[f"{name}_move_0"]) & (rows.date_of(newest) == days)
            hours.append(np.where(of_today, rows.hours_to(cuts, newest), np.nan))
        gaps = {f"{other}_gap" for other in drivers if other != name}  # what says that a series is a quote
        if taken := sorted(driver.keys() & {*in_force, *at_origin, *gaps, NEWS_HOURS}):
            raise UsageError(
                f"series.yaml: the id {name!r} needs the panel's column {taken[0]!r}, which is taken. Rename it."
            )
        at_origin |= driver
    at_origin[NEWS_HOURS] = _median(hours, len(days))
    columns = in_force | at_origin
    frame = pl.DataFrame({name: _column(values) for name, values in columns.items()})
    is_origin = pl.col("origin_date") <= pl.lit(last.item())
    frame = frame.with_columns(pl.when(is_origin).then(pl.col(name)).otherwise(None).alias(name) for name in at_origin)
    instants = [name for name, kind in frame.schema.items() if kind == pl.Datetime("us")]
    return frame.with_columns(pl.col(instants).dt.replace_time_zone("UTC"))


def _last_in_force(target: pl.DataFrame, last_origin: Dates) -> np.datetime64:
    """The evening of an origin publishes the next business day's rate; a date beyond that is not one that can be in force."""
    newest = min(target["date"].to_numpy().max(), calendar.shift(last_origin, 1))
    return np.datetime64(max(newest, last_origin))


def _column(values: NDArray | pl.Series) -> pl.Series:
    series = pl.Series(values)
    # Rounded, so that the last bit of a logarithm does not reach the models: its value differs between C libraries.
    return pl.Series(round_significant(series.to_numpy())).fill_nan(None) if series.dtype == pl.Float64 else series


class _Rows:
    """The rows of one series as arrays, sorted by (date, known_at)."""

    def __init__(self, frame: pl.DataFrame):
        self.dates: Dates = frame["date"].to_numpy()
        self.values: NDArray[np.float64] = frame["value"].to_numpy()
        self.source = (
            frame["source"] if "source" in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
        )
        self.usable_at: Instants = frame["usable_at"].dt.replace_time_zone(None).to_numpy()

    def last(self, not_after: Dates, cuts: Instants) -> NDArray[np.int64]:
        """Position of the newest row with date ≤ `not_after` and usable_at ≤ `cuts`, NOTHING where there is none.

        Sorted by date, then vintage: walking back from the date meets the newest vintage first.
        """
        at = np.searchsorted(self.dates, not_after, side="right") - 1
        while True:
            too_new = (at >= 0) & (self.usable_at[at] > cuts)
            if not too_new.any():
                return at
            at = np.where(too_new, at - 1, at)

    def date_of(self, at: NDArray[np.int64]) -> Dates:
        return np.where(at >= 0, self.dates[at], np.datetime64("NaT", "D"))

    def value_of(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.where(at >= 0, self.values[at], np.nan)

    def backfilled(self, at: NDArray[np.int64]) -> pl.Series:
        """Whether each row was filled in afterwards; null where there is none."""
        filled = self.source.str.split(":").list.first().str.ends_with(HOURLY).fill_null(value=False)
        return filled.gather(pl.Series(at).set(pl.Series(at < 0), None))

    def hours_to(self, cuts: Instants, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Hours from the publication of each row to `cuts`; NaN where there is none."""
        return np.where(at >= 0, (cuts - self.usable_at[at]) / np.timedelta64(1, "h"), np.nan)


def _anchor(target: pl.DataFrame, days: Dates, cuts: Instants) -> Columns:
    rows = _Rows(target)
    # What is published this evening is in force on the next business day; nothing later can be known yet.
    at = rows.last(calendar.shift(days, 1, known_at=days), cuts)
    dates = rows.date_of(at)
    return {"anchor": rows.value_of(at), "anchor_date": dates, "anchor_age": _age(dates, days)}


def _age(dates: Dates, days: Dates) -> pl.Series:
    """Business days from each date to the origin, null where there is no date, -1 for the next business day's."""
    absent = np.isnat(dates)
    ages = pl.Series(calendar.steps_between(np.where(absent, days, dates), days, known_at=days).astype(np.int32))
    return ages.set(pl.Series(absent), None)


def _in_force(target: pl.DataFrame, days: Dates) -> Columns:
    first = target.sort("date", "usable_at", "known_at").unique("date", keep="first", maintain_order=True)
    latest = target.unique("date", keep="last", maintain_order=True)
    actual = _on(days, latest["date"].to_numpy(), latest["value"].to_numpy())

    dates, values = first["date"].to_numpy(), first["value"].to_numpy()
    usable_at = first["usable_at"].dt.replace_time_zone(None).to_numpy()
    returns, steps = _returns(_Rows(target), dates, values, usable_at)
    observado = _on(days, dates, values)
    usable = np.full(len(days), np.datetime64("NaT", "us"))
    usable[np.searchsorted(days, dates[np.isin(dates, days)])] = usable_at[np.isin(dates, days)]
    return {
        "observado": observado,
        "observado_usable_at": usable,
        "log_return": _on(days, dates, returns),
        "return_steps": np.nan_to_num(_on(days, dates, steps)).astype(np.int32),
        "actual": actual,
    }


def _returns(rows: _Rows, dates: Dates, values: NDArray, usable_at: Instants) -> tuple[NDArray, NDArray]:
    """Log-return into each date from the last one that was usable by then, and the business days it spans.

    A date that became usable only after a later one has no return: the return across it was taken as one over k days.
    """
    later = np.minimum.accumulate(np.append(usable_at[1:], np.datetime64("9999-12-31", "us"))[::-1])[::-1]
    in_order = np.flatnonzero(usable_at <= later)
    returns, steps = np.full(len(dates), np.nan), np.full(len(dates), np.nan)
    before, into = in_order[:-1], in_order[1:]
    base = rows.value_of(rows.last(dates[before], usable_at[into]))
    returns[into] = np.log(values[into] / base)
    steps[into] = calendar.steps_between(dates[before], dates[into])
    return returns, steps


def _on(days: Dates, dates: Dates, values: NDArray) -> NDArray[np.float64]:
    """`values` of `dates` placed on the grid `days`, NaN elsewhere."""
    placed = np.full(len(days), np.nan)
    inside = np.isin(dates, days)
    placed[np.searchsorted(days, dates[inside])] = values[inside]
    return placed


def _day_before(dates: Dates) -> Dates:
    """The business day before each: of an anchor's date, the one whose deals it averages."""
    return calendar.shift(dates, -1)


def _driver(
    name: str, rows: _Rows, newest: NDArray[np.int64], days: Dates, cuts: Instants, since: Dates, *, logs: bool
) -> Columns:
    """newest: position of the last row that each day knows.  since: where its move of age 0 starts."""
    dates = rows.date_of(newest)
    columns: Columns = {name: rows.value_of(newest), f"{name}_date": dates, f"{name}_age": _age(dates, days)}
    levels = np.log(rows.values) if logs else rows.values
    until = days
    for age in MOVE_AGES:
        end, start = rows.last(until, cuts), rows.last(since, cuts)
        before = calendar.shift(since, -1)
        # There is an observation within the move only where the newest one up to its end is newer than that up to its start.
        known = (end > start) & (start >= 0) & (rows.dates[start] >= before)
        columns[f"{name}_move_{age}"] = np.where(known, levels[end] - levels[start], np.nan)
        until, since = since, before
    return columns


def _gap(
    rows: _Rows, newest: NDArray[np.int64], cuts: Instants, averaged: Dates, anchor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """log(quote/anchor), NaN where the quote says nothing about what the anchor cannot show, or stands still.

    averaged: the day whose deals the anchor averages; at a cut-off in the evening that is the origin's own.
    """
    dates = rows.date_of(newest)
    earlier = rows.last(dates - np.timedelta64(1, "D"), cuts)
    stands_still = rows.value_of(earlier) == rows.value_of(newest)
    usable = (dates >= averaged) & ~stands_still & (rows.value_of(newest) > 0) & (anchor > 0)
    return np.log(np.divide(rows.value_of(newest), anchor, out=np.full(len(dates), np.nan), where=usable))


def _median(columns: list[NDArray[np.float64]], count: int) -> NDArray[np.float64]:
    """The median of each row over what is present in it; NaN where nothing is."""
    table = np.array(columns).reshape(len(columns), count)
    median = np.full(count, np.nan)
    some = ~np.isnan(table).all(axis=0)
    median[some] = np.nanmedian(table[:, some], axis=0)
    return median
