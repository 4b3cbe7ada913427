"""`forex explain`: what one origin's published forecast is made of, in pesos, and what changed since the business day before."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import polars as pl

from forex.commands.show.forecast import origin_at
from forex.commands.tables import aligned
from forex.core.errors import DataError, UsageError
from forex.core.files import read_parquet
from forex.core.names import PUBLISHED
from forex.core.reports import plain
from forex.explanation.again import made_again
from forex.explanation.explain import explained
from forex.explanation.files import CALIBRATED, CONTRIBUTIONS, PANEL, RAW_FORECASTS, REGIMES, Frames
from forex.models.registry import settings
from forex.params import load_params
from forex.timeline import calendar

WIDTH = 80
LEVELS = 2  # how many of params.yaml's intervals are explained, the widest
DRIVERS = 6  # that have a row of their own, those that moved most

TITLE = "Forecast of {origin} for {target} ({horizon}): what it is made of, CLP per USD."
BY = "Published is {model}, the regime is {regime}. Parts add up from the top down."
DAYS = "The anchor is the observado of {date}; business days to the target: {steps}."
TO_MEDIAN = "From the anchor to the median:"
TO_ENDS = "From the median to the ends of the intervals:"
CHANGED = "The same, as a change since {before}:"
NOTHING_BEFORE = "There is no forecast of the business day before."
VOLATILITY = "Volatility now over its long run: {ratios}."
ERRORS = "Errors of the next day's nowcast now over their long run: {ratios}."
RATIO = "{days} days {ratio:.2f}"

CHANGE, LOWER, UPPER = "change", "{level:.0%} from", "{level:.0%} to"
ANCHOR, MEDIAN, END, OTHERS = "anchor", "median", "published", "{count} other drivers"
LABELS = {
    "own_returns": "own last moves",
    "driver": "{subject}",
    "quote": "{subject} (quote)",
    "model": "expected move",
    "long_run": "volatility of the long run",
    "time": "more days than usual, or fewer",
    "component": "volatility now, half-life {subject} days",
    "information": "drivers missing, or a quote",
    "panel": "volatility of all currencies",
    "own_interval": "the model's own interval",
    "calibration": "its past errors",
    "pooling": "past errors at other horizons",
    "regime": "regime factor",
    "lean": "lean of the tails",
}


def view(*, horizon: str | None, at: str | None) -> dict[str, Any]:
    """The forecast made at the last business day on or before `at` (default: the newest origin), explained.

    horizon: default the shortest beyond the next day, where every part has something to say; the first where there is no other.

    Raises UsageError for a horizon that params.yaml does not list and for a date outside of the backtest, DataError where the files
    are not what params.yaml makes.
    """
    params = load_params("horizons", "levels", "fit", "calibrate", declared={"fit": settings()})
    chosen = _horizon(horizon, params.horizons)
    calibrated = read_parquet(CALIBRATED)
    rows = calibrated.filter(pl.col("model") == PUBLISHED, pl.col("horizon") == chosen)
    if rows.is_empty():
        raise DataError(f"{CALIBRATED}: has no published forecast at {chosen}. Run `dvc repro`.")
    origin = origin_at(rows, at)
    frames = Frames(*(read_parquet(path) for path in (PANEL, REGIMES, RAW_FORECASTS, CONTRIBUTIONS)))
    again = made_again(frames, params.fit, params.calibrate, chosen)
    return plain(explained(again, rows, origin, sorted(params.levels)[-LEVELS:]))


def _horizon(asked: str | None, horizons: Sequence[str]) -> str:
    if asked is None:
        ordered = sorted(horizons, key=calendar.horizon_days)
        return next((name for name in ordered if calendar.horizon_days(name) > 1), ordered[0])
    if asked not in horizons:
        raise UsageError(f"--horizon {asked}: expected one of {', '.join(horizons)} (params.yaml: horizons).")
    return asked


def text(content: Mapping[str, Any]) -> str:
    """Three tables of at most 80 columns: to the median, to the ends, what changed of the latter."""
    now, before, change = content["now"], content["before"], content["change"]
    title = TITLE.format(origin=now["origin_date"], target=now["target_date"], horizon=content["horizon"])
    lines = [title, _wrapped(BY, model=now["model"], regime=now["regime"])]
    lines.append(_wrapped(DAYS, date=now["anchor_date"], steps=now["steps"]))
    lines += ["", TO_MEDIAN, aligned(_to_median(now, before, change))]
    lines += ["", TO_ENDS, aligned(_to_ends(now["accounts"], MEDIAN, "{:.2f}"))]
    if now["volatility"]:
        ratios = ", ".join(RATIO.format(days=days, ratio=ratio) for days, ratio in _by_days(now["volatility"]))
        said = ERRORS if calendar.horizon_days(content["horizon"]) == 1 else VOLATILITY
        lines += ["", _wrapped(said, ratios=ratios)]
    if change is None:
        return "\n".join([*lines, "", NOTHING_BEFORE])
    shown = aligned(_to_ends(change, MEDIAN, "{:+z.2f}"))
    return "\n".join([*lines, "", CHANGED.format(before=before["origin_date"]), shown])


Row = list[str]


def _to_median(now: Mapping[str, Any], before: Mapping[str, Any] | None, change: Mapping[str, Any] | None) -> list[Row]:
    """A column for the origin and, where there are, one for the business day before and one for the change."""
    columns = {now["origin_date"]: (now["accounts"]["median"], "{:.2f}")}
    if before is not None and change is not None:
        columns |= {
            before["origin_date"]: (before["accounts"]["median"], "{:.2f}"),
            CHANGE: (change["median"], "{:+z.2f}"),
        }
    accounts = [account for account, _ in columns.values()]
    rates = [form for _, form in columns.values()]
    parts = [_by_subject(account) for account in accounts]
    keys = list(dict.fromkeys(key for one in parts for key in one))
    drivers = sorted(
        (key for key in keys if key[0] == "driver"), key=lambda key: -max(abs(one.get(key, 0.0)) for one in parts)
    )
    own = drivers if len(drivers) <= DRIVERS + 1 else drivers[:DRIVERS]
    rest = drivers[len(own) :]
    shown = [key for key in keys if key not in drivers] + own
    rows = [["", *columns], [ANCHOR, *(form.format(one["start"]) for one, form in zip(accounts, rates, strict=True))]]
    rows += [[_label(*key), *(f"{one.get(key, 0.0):+z.2f}" for one in parts)] for key in shown]
    if rest:
        sums = [sum(one.get(key, 0.0) for key in rest) for one in parts]
        rows.append([OTHERS.format(count=len(rest)), *(f"{total:+z.2f}" for total in sums)])
    return [*rows, [MEDIAN, *(form.format(one["end"]) for one, form in zip(accounts, rates, strict=True))]]


def _to_ends(accounts: Mapping[str, Any], start: str, rate: str) -> list[Row]:
    """A column for each end of each interval.  rate: the form of where the accounts start and end."""
    columns: dict[str, Mapping[str, Any]] = {}
    for level, ends in accounts["intervals"].items():
        columns[LOWER.format(level=float(level))] = ends["lower"]
        columns[UPPER.format(level=float(level))] = ends["upper"]
    parts = [_by_subject(account) for account in columns.values()]
    keys = list(dict.fromkeys(key for one in parts for key in one))
    return [
        ["", *columns],
        [start, *(rate.format(one["start"]) for one in columns.values())],
        *([_label(*key), *(f"{one.get(key, 0.0):+z.2f}" for one in parts)] for key in keys),
        [END, *(rate.format(one["end"]) for one in columns.values())],
    ]


def _by_subject(account: Mapping[str, Any]) -> dict[tuple[str, str | None], float]:
    return {(part["kind"], part["subject"]): part["clp"] for part in account["parts"]}


def _wrapped(sentence: str, **values: object) -> str:
    return fill(sentence.format(**values), WIDTH)


def _by_days(volatility: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(volatility.items(), key=lambda item: float(item[0]))


def _label(kind: str, subject: str | None) -> str:
    return LABELS[kind].format(subject=subject)
