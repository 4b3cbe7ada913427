"""`forex forecast`: one origin's published forecast, read back from what the pipeline wrote."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forex.commands.tables import aligned
from forex.commands.words import ENGLISH, Words
from forex.core.edges.validators import iso_day
from forex.core.errors import UsageError
from forex.core.files import read_parquet, round_clp
from forex.core.quantiles import COLUMNS
from forex.core.reports import plain, read_report
from forex.core.sentence import Sentence, sentence
from forex.evaluation.report import ValidationReport
from forex.evaluation.unjudged import unjudged
from forex.forecast.forecast import at_origin, clp, target_forecast
from forex.forecast.ladder import rungs
from forex.observations.store import TARGET
from forex.params import load_params
from forex.report.run import VALIDATION
from forex.statistics.distribution import between_horizons, probability_above
from forex.timeline import calendar

CALIBRATED = Path("data/forecasts/calibrated.parquet")
QUARANTINE = Path("data/quarantine.parquet")


def view(
    *, at: str | None, above: float | None, below: float | None, settlement: str | None, ladder: bool = False
) -> dict[str, Any]:
    """The forecast made at the last business day on or before `at` (default: the newest origin).

    above, below: rates in CLP per USD; the probabilities of a rate above or below them are added.  settlement: a day between the
    horizons, which is forecast in their place.  ladder: the probabilities of round levels are added.

    Raises UsageError where a date is not one, `at` lies outside of the backtest, the settlement day is not a business day or lies
    outside of the horizons, a rate is not positive, or a rate is given beside the ladder, which has levels of its own.
    """
    params = load_params("horizons", "levels")
    if ladder and (above is not None or below is not None):
        raise UsageError("--ladder has levels of its own: leave out --above and --below, or --ladder.")
    for name, level in (("--above", above), ("--below", below)):
        if level is not None and not (np.isfinite(level) and level > 0):
            raise UsageError(f"{name} {level}: expected a rate in CLP per USD, like 950.")
    calibrated = read_parquet(CALIBRATED)
    rows = at_origin(calibrated, origin_at(calibrated, at), params.horizons)
    first = rows.row(0, named=True)
    entries = {row["horizon"]: row for row in rows.iter_rows(named=True)}
    if settlement is not None:
        entries = {settlement: _settling(rows, settlement)}
    content: dict[str, Any] = {
        "origin_date": str(first["origin_date"]),
        "anchor": first["anchor"],
        "regime": first["regime"],
    }
    content["horizons"] = {name: _entry(row, params.levels, above, below) for name, row in entries.items()}
    known_until = calibrated.filter(pl.col("actual").is_not_null())["target_date"].max()
    for name, row in entries.items():
        if row["actual"] is None and known_until is not None and row["target_date"] <= known_until:
            content["horizons"][name]["why_no_actual"] = plain(_why_no_actual(row["target_date"]))
    if VALIDATION.exists() and settlement is None:
        validation = read_report(VALIDATION, ValidationReport)
        said = unjudged(validation, entries, max(params.levels))
        content["unjudged"] = {name: plain(why) for name, why in said.items()}
    if ladder:
        levels, above_them = rungs({name: target_forecast(row, params.levels) for name, row in entries.items()})
        content["ladder"] = {"levels": levels, "above": above_them}
    return content


def parse_date(text: str, option: str) -> dt.date:
    """The date that an option gives, YYYY-MM-DD.  Raises UsageError naming the option where the text is not one."""
    try:
        return iso_day(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: expected a date like 2024-11-27.") from error


def origin_at(table: pl.DataFrame, at: str | None, *, done: str = "forecasts were made") -> dt.date:
    """The newest origin of a table sorted by origin_date, or the last business day on or before `at`.

    Raises UsageError where `at` is not a date or lies outside of the table; `done` says in the message what the table holds.
    """
    first, last = table.item(0, "origin_date"), table.item(-1, "origin_date")
    if at is None:
        return last
    wanted = dt.date.fromisoformat(str(calendar.on_or_before(str(parse_date(at, "--at")))))
    if not first <= wanted <= last:
        raise UsageError(f"--at {at}: {done} from {first} to {last}. Choose a day between them, or set as_of.")
    return wanted


def _settling(rows: pl.DataFrame, settlement: str) -> dict[str, Any]:
    """A row of the table for a settlement day between the horizons."""
    day = parse_date(settlement, "--date")
    known_at = str(rows.item(0, "origin_date"))
    if not calendar.is_business_day(str(day), known_at=known_at):
        following = calendar.on_or_after(str(day), known_at=known_at)
        raise UsageError(f"--date {day}: not a business day in Chile; the rate of {following} is the next one.")
    by_steps = rows.sort("steps").unique("steps", keep="first", maintain_order=True)
    nearest = by_steps.row(0, named=True)
    anchor_date = calendar.shift(str(nearest["target_date"]), -nearest["steps"], known_at=known_at)
    steps = int(calendar.steps_between(anchor_date, str(day), known_at=known_at))
    last = by_steps.row(-1, named=True)
    if not 1 <= steps <= last["steps"]:
        raise UsageError(f"--date {day}: expected a day after {anchor_date} and not after {last['target_date']}.")
    exact = by_steps.filter(pl.col("steps") == steps)
    if exact.height:
        return exact.row(0, named=True)
    log_distances = np.log(by_steps.select(COLUMNS).to_numpy() / nearest["anchor"])
    quantiles = round_clp(
        nearest["anchor"] * np.exp(between_horizons(by_steps["steps"].to_numpy(), log_distances, steps))
    )
    row = {"target_date": day, "steps": steps, "anchor": nearest["anchor"], "actual": None}
    return row | dict(zip(COLUMNS, quantiles.tolist(), strict=True))


def _entry(row: Mapping[str, Any], levels: Sequence[float], above: float | None, below: float | None) -> dict[str, Any]:
    quantiles = [row[name] for name in COLUMNS]
    entry = plain(target_forecast(row, levels)) | {"actual": row["actual"]}
    if above is not None:
        entry["probability_above"] = {f"{above:.10g}": probability_above(quantiles, above)}
    if below is not None:
        entry["probability_below"] = {f"{below:.10g}": round(1 - probability_above(quantiles, below), 8)}
    return entry


def _why_no_actual(day: dt.date) -> Sentence:
    """Why a day has no observado although later ones do."""
    if not calendar.is_business_day(str(day)):
        return sentence("{day} was declared a holiday later: it has no observado", day=day)
    aside = (
        read_parquet(QUARANTINE).filter(pl.col("series") == TARGET, pl.col("date") == day)
        if QUARANTINE.exists()
        else None
    )
    if aside is not None and aside.height:
        return sentence("the observado of {day} was set aside: {reason}", day=day, reason=aside["reason"][0])
    return sentence("{day} is not in the store", day=day)


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The forecast as a table, under a line on its origin, anchor and regime; or its ladder."""
    if "ladder" in content:
        return ladder_text(content, words)
    head = words.say(
        "Dólar observado, CLP per USD. Made on {date}, anchor {anchor:.2f}, regime {regime}.",
        date=content["origin_date"],
        anchor=float(clp(content["anchor"])),
        regime=content["regime"],
    )
    some = next(iter(content["horizons"].values()))
    titles = ["", words.say("in force on"), words.say("median")]
    titles += [words.say("{level:.0%} interval", level=float(level)) for level in some["intervals"]]
    titles.append(words.say("rises"))
    titles += [words.say("above {rate:.10g}", rate=float(rate)) for rate in some.get("probability_above", ())]
    titles += [words.say("below {rate:.10g}", rate=float(rate)) for rate in some.get("probability_below", ())]
    entries = content["horizons"]
    matured = any(entry["actual"] is not None for entry in entries.values())
    titles += [words.say("came out")] * matured
    rows = [_cells(name, entry, matured, words) for name, entry in entries.items()]
    beyond = [line for said in content.get("unjudged", {}).values() for line in words.wrapped(words.say(said))]
    lacking = [(name, entry["why_no_actual"]) for name, entry in entries.items() if "why_no_actual" in entry]
    why = [line for name, said in lacking for line in words.wrapped(f"{name}: {words.say(said)}.")]
    below = [*beyond, *why]
    table = aligned([titles, *rows], width=words.width)
    return "\n".join([*words.wrapped(head), "", table, *([""] if below else []), *below])


def ladder_text(content: Mapping[str, Any], words: Words) -> str:
    """The ladder, a row for each level and a column for each horizon; no line is longer than 80 characters."""
    levels, above = content["ladder"]["levels"], content["ladder"]["above"]
    names = list(content["horizons"])
    head = words.say(
        "Dólar observado, CLP per USD. Made on {date}, anchor {anchor:.2f}.",
        date=content["origin_date"],
        anchor=float(clp(content["anchor"])),
    )
    about = words.say("The probability that the rate in force on a day is above a level:")
    rows = [[words.say("above"), *names], ["", *(content["horizons"][name]["target_date"] for name in names)]]
    for rung, level in enumerate(levels):
        rows.append([words.number(level, ".10g"), *(words.chance(above[name][rung]) for name in names)])
    return "\n".join([*words.wrapped(head), *words.wrapped(about), "", aligned(rows, width=words.width)])


def _cells(name: str, entry: Mapping[str, Any], matured: bool, words: Words) -> list[str]:
    def rate(value: float) -> str:
        return words.number(float(clp(value)), ".2f")

    cells = [name, entry["target_date"], rate(entry["median"])]
    cells += [f"{rate(lower)} - {rate(upper)}" for lower, upper in entry["intervals"].values()]
    shares = [entry["probability_of_rise"], *entry.get("probability_above", {}).values()]
    cells += [words.chance(share) for share in (*shares, *entry.get("probability_below", {}).values())]
    if matured:
        cells.append("" if entry["actual"] is None else rate(entry["actual"]))
    return cells
