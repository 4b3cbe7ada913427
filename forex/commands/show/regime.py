"""`forex regime`: the market regime of one origin, read back from what the pipeline wrote, and why it was called."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forex.calibration.report import Calibration
from forex.commands.show.forecast import origin_at
from forex.commands.show.regime_words import signals
from forex.commands.tables import aligned, listed
from forex.commands.words import ENGLISH, Words
from forex.core.files import read_parquet, read_text
from forex.core.reports import plain, read_report
from forex.params import Regimes, load_params
from forex.regimes.advice import recommendation
from forex.regimes.interventions import Interventions, newest_known, parse_interventions
from forex.regimes.meetings import Meetings, parse_meetings
from forex.regimes.regimes import REGIMES as NAMES
from forex.regimes.regimes import STRESSED
from forex.regimes.rules.high_vol import switched
from forex.timeline import calendar

REGIMES = Path("data/regimes.parquet")
MULTIPLIERS = Path("data/multipliers.parquet")
CALIBRATION = Path("data/calibration.json")
MEETINGS = Path("data/calendar/bcch_meetings.csv")
INTERVENTIONS = Path("data/calendar/bcch_interventions.csv")

WIDTH = 110  # characters in a line of text


def view(*, at: str | None) -> dict[str, Any]:
    """The regime of the last business day on or before `at` (default: the newest origin), signal by signal.

    Raises UsageError where `at` is not a date or lies outside of the origins.
    """
    params = load_params("horizons", "regimes", "usdclp")
    rules, copper_move = params.regimes, params.usdclp.thresholds.copper_move
    meetings = parse_meetings(read_text(MEETINGS), str(MEETINGS))
    interventions = parse_interventions(read_text(INTERVENTIONS), str(INTERVENTIONS))
    regimes = read_parquet(REGIMES)
    regimes = regimes.filter(pl.col("origin_date") <= origin_at(regimes, at, done="regimes were called"))
    row = regimes.row(-1, named=True)
    calls = regimes["regime"].to_numpy()
    multipliers = read_parquet(MULTIPLIERS).filter(pl.col("origin_date") == row["origin_date"])
    by_horizon = dict(multipliers.select("horizon", "multiplier").iter_rows())

    explained = signals(
        row,
        rules,
        stormy=bool(
            switched(_floats(regimes, "volatility_ratio"), enter=rules.enter_ratio, leave=rules.exit_ratio)[-1]
        ),
        copper_move=copper_move,
        shock_age=_days_since_shock(regimes, rules, copper_move),
        announced=_newest(row, interventions),
    )
    return {
        "origin_date": str(row["origin_date"]),
        "regime": row["regime"],
        "since": str(regimes["origin_date"][_run_start(calls == row["regime"])]),
        "stressed_since": str(regimes["origin_date"][_run_start(np.isin(calls, STRESSED))])
        if row["regime"] in STRESSED
        else None,
        "confidence": row["confidence"],
        "confidence_days": rules.confidence_days,
        "signals": explained,
        "multipliers": {name: by_horizon[name] for name in params.horizons if name in by_horizon},
        "widening": _widening(read_report(CALIBRATION, Calibration)),
        "next_meeting": _next_meeting(row["origin_date"], meetings),
        "calendars": {
            "covered": bool(row["calendar_covered"]),
            "meetings": [str(day) for day in meetings.dates[~meetings.special][[0, -1]]],
            "interventions": [str(interventions.complete_from), str(interventions.complete_until)],
        },
        "recommendation": plain(recommendation(row)),
    }


def _widening(calibration: Calibration) -> dict[str, Any]:
    """By regime: the intervals' width over that in NORMAL, by horizon, and the multipliers that the previous system assumed."""
    regimes = {
        regime: {
            "assumed_before": list(calibration.assumed_before[regime]),
            "horizons": {
                horizon: plain(figures.widening[regime])
                for horizon, figures in calibration.horizons.items()
                if regime in figures.widening
            },
        }
        for regime in NAMES
    }
    return {"level": calibration.widening_level, "share": calibration.widening_share, "regimes": regimes}


def _run_start(on: np.ndarray) -> int:
    """The first row of the run of true values that the last row, itself true, belongs to."""
    off = np.flatnonzero(~on)
    return int(off[-1]) + 1 if off.size else 0


def _floats(regimes: pl.DataFrame, name: str) -> np.ndarray:
    return regimes[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _days_since_shock(regimes: pl.DataFrame, rules: Regimes, copper_move: float) -> int | None:
    """Rows since copper last moved beyond both thresholds; None if it never did."""
    beyond = np.abs(_floats(regimes, "copper_move")) > copper_move
    rows = np.flatnonzero(beyond & (np.abs(_floats(regimes, "copper_sigmas")) > rules.copper_sigmas))
    return regimes.height - 1 - int(rows[-1]) if rows.size else None


def _newest(row: Mapping[str, Any], interventions: Interventions) -> dict[str, Any] | None:
    """The intervention that `intervention_days` of this row counts from."""
    if row["intervention_days"] is None:
        return None
    at = int(newest_known(calendar.as_dates([row["origin_date"]]), interventions)[0])
    dates = {"announced": interventions.announced[at], "start": interventions.start[at], "end": interventions.end[at]}
    shown = {name: None if np.isnat(day) else str(day) for name, day in dates.items()}
    return {"kind": interventions.kind[at], "known_from": str(interventions.known_from[at])} | shown


def _next_meeting(origin: dt.date, meetings: Meetings) -> str | None:
    """The next decision day on or after the origin that was known there: a special one is known from its own day."""
    day = np.datetime64(origin)
    known = meetings.dates[(meetings.dates >= day) & (~meetings.special | (meetings.dates <= day))]
    scheduled = meetings.dates[~meetings.special]
    return str(known[0]) if known.size and day >= scheduled[0] else None


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The regime and how likely it is to stand, what to do about it, each signal, and how wide intervals are by regime."""
    called = {"regime": content["regime"], "date": content["origin_date"], "since": content["since"]}
    if content["stressed_since"] in (None, content["since"]):
        lines = words.wrapped(words.say("{regime} on {date}, since {since}.", **called))
    else:
        said = words.say(
            "{regime} on {date}, since {since} (no calm day since {stressed}).",
            **called,
            stressed=content["stressed_since"],
        )
        lines = words.wrapped(said)
    if content["regime"] != "UNKNOWN":
        stands = words.say(
            "Probability that this call still stands {days:business_days} later: {confidence:s}.",
            days=content["confidence_days"],
            confidence=words.chance(content["confidence"]),
        )
        lines += words.wrapped(stands)
    lines += ["", *words.wrapped(words.say(content["recommendation"]), WIDTH), ""]
    rows = [
        [words.name(signal["name"]), words.name(signal["verdict"]), words.say(signal["sentence"])]
        for signal in content["signals"]
    ]
    lines.append(listed(rows, width=min(words.width or WIDTH, WIDTH)))
    lines += ["", *(line for said in _context(content, words) for line in words.wrapped(said, WIDTH))]
    lines += _widths(content["widening"], words)
    return "\n".join(lines)


def _widths(widening: Mapping[str, Any], words: Words) -> list[str]:
    """A table of widths in the regimes that were seen; nothing where none was."""
    seen = {regime: entry for regime, entry in widening["regimes"].items() if entry["horizons"]}
    horizons = sorted({name for entry in seen.values() for name in entry["horizons"]}, key=calendar.horizon_days)
    if not horizons:
        return []
    rows = [["", *(words.name(regime) for regime in seen)]]
    for horizon in horizons:
        found = [entry["horizons"].get(horizon) for entry in seen.values()]
        cells = [
            f"{words.number(width['median'], '.2f')} ({_between(width['range'], words)})" if width else ""
            for width in found
        ]
        rows.append([horizon, *cells])
    assumed = [_between(entry["assumed_before"], words) for entry in seen.values()]
    rows.append([words.say("assumed before"), *assumed])
    says = words.say(
        "Width of the {level:.0%} interval over its median in NORMAL: median by regime, and the range that {share:.0%} of its "
        "origins lie in. Last, the factor that was assumed before it was measured.",
        level=widening["level"],
        share=widening["share"],
    )
    return ["", *words.wrapped(says, WIDTH), aligned(rows, width=words.width)]


def _between(ends: Sequence[float], words: Words) -> str:
    low, high = (words.number(end, ".2f") for end in ends)
    return low if low == high else f"{low}-{high}"


def _context(content: Mapping[str, Any], words: Words) -> list[str]:
    calendars, factors = content["calendars"], content["multipliers"]
    if not factors:
        lines = [words.say("Multiplier of the intervals' widths: none: no calibrated forecast was made that day.")]
    elif all(value == 1 for value in factors.values()):
        lines = [
            words.say(
                "Multiplier of the intervals' widths: {factor:g} at every horizon, so they are as they would be without a regime.",
                factor=1,
            )
        ]
    else:
        listed_ = [
            words.say("{factor:.3f} at {horizon}", factor=value, horizon=name) for name, value in factors.items()
        ]
        lines = [words.say("Multiplier of the intervals' widths: {factors:s}.", factors=", ".join(listed_))]
    first, last = calendars["meetings"]
    if content["next_meeting"]:
        lines.append(words.say("Next published policy meeting: {date}.", date=content["next_meeting"]))
    else:
        lines.append(
            words.say(
                "Next published policy meeting: none is listed; the list runs from {first} to {last}.",
                first=first,
                last=last,
            )
        )
    if not calendars["covered"]:
        start, until = calendars["interventions"]
        lines.append(
            words.say(
                "The calendars of meetings ({first} to {last}) and interventions ({start} to {until}) do not both cover this day: "
                "the confidence is lowered for it.",
                first=first,
                last=last,
                start=start,
                until=until,
            )
        )
    return lines
