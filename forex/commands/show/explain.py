"""`forex explain`: what one origin's published forecast is made of, in pesos, and what changed since the business day before."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from forex.commands.show.forecast import origin_at
from forex.commands.tables import aligned
from forex.commands.words import ENGLISH, Words
from forex.core.errors import DataError, UsageError
from forex.core.files import read_parquet
from forex.core.names import PUBLISHED
from forex.core.reports import plain
from forex.core.sentence import sentence
from forex.explanation.again import made_again
from forex.explanation.explain import explained
from forex.explanation.files import CALIBRATED, CONTRIBUTIONS, PANEL, RAW_FORECASTS, REGIMES, Frames
from forex.models.registry import settings
from forex.params import load_params
from forex.timeline import calendar

WIDTH = 80
LEVELS = 2  # how many of params.yaml's intervals are explained, the widest
DRIVERS = 6  # that have a row of their own, those that moved most

NUMBER, DIFFERENCE = ".2f", "+z.2f"


def view(*, horizon: str | None, at: str | None) -> dict[str, Any]:
    """The forecast made at the last business day on or before `at` (default: the newest origin), explained.

    horizon: by default the shortest beyond the next day, where every part has something to say, else the shortest.

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


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """Tables of at most 80 characters: from the anchor to the median, from there to the ends, and how the ends changed."""
    now, before, change = content["now"], content["before"], content["change"]
    says = [
        words.say(
            "Forecast of {origin} for {target} ({horizon:s}): what it is made of, CLP per USD.",
            origin=now["origin_date"],
            target=now["target_date"],
            horizon=content["horizon"],
        ),
        words.say(
            "Published is {model}, the regime is {regime}. Parts add up from the top down.",
            model=now["model"],
            regime=now["regime"],
        ),
        words.say(
            "The anchor is the observado of {date}; from that day to the target: {steps:business_days}.",
            date=now["anchor_date"],
            steps=now["steps"],
        ),
    ]
    lines = [line for said in says for line in words.wrapped(said, WIDTH)]
    lines += [
        "",
        words.say("From the anchor to the median:"),
        aligned(_to_median(now, before, change, words), width=words.width),
    ]
    lines += ["", words.say("From the median to the ends of the intervals:")]
    lines.append(aligned(_to_ends(now["accounts"], NUMBER, words), width=words.width))
    if now["volatility"]:
        lines += ["", *words.wrapped(_ratios(content, words), WIDTH)]
    if change is None:
        return "\n".join([*lines, "", words.say("There is no forecast of the business day before.")])
    changed = words.say("The same, as a change since {before}:", before=before["origin_date"])
    return "\n".join([*lines, "", changed, aligned(_to_ends(change, DIFFERENCE, words), width=words.width)])


def _ratios(content: Mapping[str, Any], words: Words) -> str:
    by_days = sorted(content["now"]["volatility"].items(), key=lambda item: float(item[0]))
    ratios = ", ".join(words.say("{days:s} days {ratio:.2f}", days=str(days), ratio=ratio) for days, ratio in by_days)
    if calendar.horizon_days(content["horizon"]) == 1:
        return words.say("Errors of the next day's nowcast now over their long run: {ratios:s}.", ratios=ratios)
    return words.say("Volatility now over its long run: {ratios:s}.", ratios=ratios)


Row = list[str]


def _to_median(
    now: Mapping[str, Any], before: Mapping[str, Any] | None, change: Mapping[str, Any] | None, words: Words
) -> list[Row]:
    """A column for the origin and, where there are, one for the business day before and one for the change."""
    columns = {now["origin_date"]: (now["accounts"]["median"], NUMBER)}
    if before is not None and change is not None:
        columns |= {
            before["origin_date"]: (before["accounts"]["median"], NUMBER),
            words.say("change"): (change["median"], DIFFERENCE),
        }
    accounts = [account for account, _ in columns.values()]
    rates = [form for _, form in columns.values()]
    parts = [_by_subject(account) for account in accounts]
    keys = list(dict.fromkeys(key for column in parts for key in column))
    drivers = sorted(
        (key for key in keys if key[0] == "driver"), key=lambda key: -max(abs(column.get(key, 0.0)) for column in parts)
    )
    own = drivers if len(drivers) <= DRIVERS + 1 else drivers[:DRIVERS]
    rest = drivers[len(own) :]
    shown = [key for key in keys if key not in drivers] + own

    def at(end: str) -> list[str]:
        return [words.number(account[end], form) for account, form in zip(accounts, rates, strict=True)]

    rows = [["", *columns], [words.say("anchor"), *at("start")]]
    rows += [
        [label(*key, words), *(words.number(column.get(key, 0.0), DIFFERENCE) for column in parts)] for key in shown
    ]
    if rest:
        sums = [sum(column.get(key, 0.0) for key in rest) for column in parts]
        others = words.say("{count} other drivers", count=len(rest))
        rows.append([others, *(words.number(total, DIFFERENCE) for total in sums)])
    return [*rows, [words.say("median"), *at("end")]]


def _to_ends(accounts: Mapping[str, Any], rate: str, words: Words) -> list[Row]:
    """A column for each end of each interval.  rate: the form of where the accounts start and end."""
    columns: dict[str, Mapping[str, Any]] = {}
    for level, ends in accounts["intervals"].items():
        columns[words.say("{level:.0%} from", level=float(level))] = ends["lower"]
        columns[words.say("{level:.0%} to", level=float(level))] = ends["upper"]
    parts = [_by_subject(account) for account in columns.values()]
    keys = list(dict.fromkeys(key for column in parts for key in column))
    return [
        ["", *columns],
        [words.say("median"), *(words.number(account["start"], rate) for account in columns.values())],
        *([label(*key, words), *(words.number(column.get(key, 0.0), DIFFERENCE) for column in parts)] for key in keys),
        [words.say("published"), *(words.number(account["end"], rate) for account in columns.values())],
    ]


def _by_subject(account: Mapping[str, Any]) -> dict[tuple[str, str | None], float]:
    return {(part["kind"], part["subject"]): part["clp"] for part in account["parts"]}


def label(kind: str, subject: str | None, words: Words) -> str:
    """What a part of the forecast is called, by its kind and, where it has one, the series or half-life it is about."""
    if kind == "driver":
        return words.name(str(subject))
    if kind == "quote":
        return words.say("{series} (quote)", series=str(subject))
    if kind == "component":
        return words.say("volatility now, half-life {days:s} days", days=str(subject))
    return words.say(LABELS[kind])


LABELS = {
    "own_returns": sentence("own last moves"),
    "model": sentence("expected move"),
    "long_run": sentence("volatility of the long run"),
    "time": sentence("more days than usual, or fewer"),
    "information": sentence("drivers missing, or a quote"),
    "panel": sentence("volatility of all currencies"),
    "own_interval": sentence("the model's own interval"),
    "calibration": sentence("its past errors"),
    "pooling": sentence("past errors at other horizons"),
    "regime": sentence("regime factor"),
    "lean": sentence("lean of the tails"),
}
