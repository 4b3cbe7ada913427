"""`forex nowcast`: what moves an origin's nowcast, series by series, and what the nowcast has explained so far."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forex.commands.show.forecast import origin_at
from forex.commands.show.scoreboard import VALIDATION
from forex.commands.tables import markdown
from forex.commands.words import ENGLISH, Words
from forex.core.errors import UsageError
from forex.core.files import read_parquet
from forex.core.reports import plain, read_report
from forex.core.sentence import sentence
from forex.evaluation.report import ValidationReport
from forex.presentation.names import NAMES
from forex.statistics.contributions import moves, ranked, runs
from forex.statistics.forecasts import BACKFILLED, LIVE, NO_QUOTE

CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")
QUOTES = {LIVE: sentence("live"), BACKFILLED: sentence("filled in afterwards"), NO_QUOTE: sentence("none")}
PANEL = Path("data/panel.parquet")


def view(*, at: str | None) -> dict[str, Any]:
    """The nowcast made at the last business day on or before `at` (default: the newest origin), and its record.

    By horizon, its move in CLP per USD; by series, the last value known at the cut-off, the age of that in business days, whether
    it is a quote, and its part of the move; the parts add up to the move.  Raises UsageError where no nowcast is fitted, or for a
    date outside of the file.
    """
    contributions = read_parquet(CONTRIBUTIONS)
    if contributions.is_empty():
        raise UsageError("params.yaml: fit.models lists no nowcast. Add it and run `dvc repro`.")
    found = moves(contributions, read_parquet(PANEL), origin_at(contributions, at))
    record = read_report(VALIDATION, ValidationReport).nowcast
    return found | {"record": {horizon: plain(scores) for horizon, scores in record.items()}}


def text(content: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """Markdown tables that read well on a terminal, too: the moves by series, the record by horizon and by year."""
    horizons, shown = list(content["moves"]), runs(content)
    record = content["record"]
    evaluated = [horizon for horizon in horizons if record.get(horizon, {}).get("n")]
    explaining = evaluated[:1]
    head = [words.say("series"), words.say("last value"), words.say("dated"), words.say("business days old")]
    head += [words.say("{horizons:s}, CLP", horizons=_run(run, words)) for run in shown]
    rows = [head + [words.say("R² {horizon:s}, points", horizon=horizon) for horizon in explaining]]
    for entry in ranked(content):
        old = words.say("none") if entry["date"] is None else str(entry["business_days"])
        parts = [words.number(entry["moves"][run[0]], "+z.2f") for run in shown]
        credit = [
            _points(record[horizon]["series"].get(entry["series"], {}).get("r2"), "+z.1f", words)
            for horizon in explaining
        ]
        rows.append([_name(entry, words), _number(entry["value"], words), entry["date"] or "", old, *parts, *credit])
    total = [words.number(content["moves"][run[0]], "+z.2f") for run in shown]
    whole = [_points(record[horizon]["r2"], "+z.1f", words) for horizon in explaining]
    rows.append([words.say("all"), "", "", "", *total, *whole])
    first = words.say(
        "Nowcast of {date}: what moves it from the anchor, {anchor:.2f}.",
        date=content["origin_date"],
        anchor=content["anchor"],
    )
    lines = ["\n".join(words.wrapped(first)), markdown(rows, width=words.width)]
    return "\n\n".join([*lines, *_record(record, evaluated, words)])


def _name(entry: Mapping[str, Any], words: Words) -> str:
    """A series by its name, with `(quote)` where it is one and the name does not say so."""
    series = entry["series"]
    if entry["quote"] and (words.lang == "en" or series not in NAMES):
        return words.say("{series} (quote)", series=series)
    return words.name(series)


def _run(run: Sequence[str], words: Words) -> str:
    """What horizons with the same moves are called together."""
    if len(run) == 1:
        return run[0]
    return words.say("{first:s} to {last:s}", first=run[0], last=run[-1])


def _record(record: Mapping[str, Any], horizons: Sequence[str], words: Words) -> list[str]:
    if not horizons:
        said = words.say("No forecast that is scored has matured yet: what the nowcast explains is not evaluated.")
        return ["\n".join(words.wrapped(said))]
    rows = [[words.say("horizon"), *_measures(words)]]
    for horizon in horizons:
        rows.append([horizon, *_measured(record[horizon], words)])
    years = sorted({year for horizon in horizons for year in record[horizon]["by_year"]})
    by_year = [[words.say("R², %"), *years]]
    for horizon in horizons:
        found = record[horizon]["by_year"]
        by_year.append([horizon, *(_points(found.get(year, {}).get("r2"), "z.0f", words) for year in years)])
    return [
        markdown(rows, width=words.width),
        *_by_quote(record, horizons, words),
        markdown(by_year, width=words.width),
    ]


def _by_quote(record: Mapping[str, Any], horizons: Sequence[str], words: Words) -> list[str]:
    """A table of the record with a quote and without; nothing where there never was one."""
    kinds = [kind for kind in QUOTES if any(kind in record[horizon]["by_quote"] for horizon in horizons)]
    if kinds == [NO_QUOTE]:
        return []
    rows = [[words.say("quote"), words.say("horizon"), *_measures(words)]]
    for kind in kinds:
        for horizon in horizons:
            if figures := record[horizon]["by_quote"].get(kind):
                rows.append([words.say(QUOTES[kind]), horizon, *_measured(figures, words)])
    return [markdown(rows, width=words.width)]


def _measures(words: Words) -> list[str]:
    return [words.say("forecasts"), words.say("R², %"), words.say("direction right, %")]


def _measured(figures: Mapping[str, Any], words: Words) -> list[str]:
    return [str(figures["n"]), _with_error(figures, "r2", words), _with_error(figures, "direction", words)]


def _with_error(figures: Mapping[str, Any], name: str, words: Words) -> str:
    error = figures[f"{name}_se"]
    return _points(figures[name], "z.1f", words) + ("" if error is None else f" ± {words.number(100 * error, '.1f')}")


def _points(share: float | None, form: str, words: Words) -> str:
    return "-" if share is None else words.number(100 * share, form)


def _number(value: float | None, words: Words) -> str:
    return "" if value is None else words.number(value, ".6g")
