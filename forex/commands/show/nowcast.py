"""`forex nowcast`: what moves an origin's nowcast, series by series, and what the nowcast has explained so far."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forex.commands.show.forecast import origin_at
from forex.commands.show.scoreboard import VALIDATION
from forex.commands.tables import markdown
from forex.core.errors import UsageError
from forex.core.files import read_parquet
from forex.core.reports import plain, read_report
from forex.evaluation.report import ValidationReport
from forex.statistics.contributions import columns, moves, ranked
from forex.statistics.forecasts import BACKFILLED, LIVE, NO_QUOTE

CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")
QUOTES = {LIVE: "live", BACKFILLED: "filled in afterwards", NO_QUOTE: "none"}
PANEL = Path("data/panel.parquet")


def view(*, at: str | None) -> dict[str, Any]:
    """The nowcast made at the last business day on or before `at` (default: the newest origin), and its record.

    By horizon its move in CLP per USD; by series its last value known at the cut-off, the age of that in business days, whether it
    is a quote, and its part of the move; the parts sum to it.  Raises UsageError where no nowcast is fitted, or for a date outside
    of the file.
    """
    contributions = read_parquet(CONTRIBUTIONS)
    if contributions.is_empty():
        raise UsageError("params.yaml: fit.models lists no nowcast. Add it and run `dvc repro`.")
    found = moves(contributions, read_parquet(PANEL), origin_at(contributions, at))
    record = read_report(VALIDATION, ValidationReport).nowcast
    return found | {"record": {horizon: plain(one) for horizon, one in record.items()}}


def text(content: Mapping[str, Any]) -> str:
    """Markdown tables that read well on a terminal, too: the moves by series, the record by horizon and by year."""
    horizons, shown = list(content["moves"]), columns(content)
    record = content["record"]
    evaluated = [horizon for horizon in horizons if record.get(horizon, {}).get("n")]
    explaining = evaluated[:1]
    head = [
        "series",
        "last value",
        "dated",
        "business days old",
        *(f"{first if first == last else f'{first} to {last}'}, CLP" for first, last in shown.values()),
    ]
    rows = [head + [f"R² {horizon}, points" for horizon in explaining]]
    for one in ranked(content):
        old = "none" if one["date"] is None else str(one["business_days"])
        parts = [f"{one['moves'][horizon]:+z.2f}" for horizon in shown]
        credit = [
            _points(record[horizon]["series"].get(one["series"], {}).get("r2"), "+z.1f") for horizon in explaining
        ]
        rows.append([one["label"], _number(one["value"]), one["date"] or "", old, *parts, *credit])
    total = [f"{content['moves'][horizon]:+z.2f}" for horizon in shown]
    rows.append(["all", "", "", "", *total, *(_points(record[horizon]["r2"], "+z.1f") for horizon in explaining)])
    lines = [
        f"Nowcast of {content['origin_date']}: what moves it from the anchor, {content['anchor']:.2f}.",
        markdown(rows),
    ]
    return "\n\n".join([*lines, *_record(record, evaluated)])


def _record(record: Mapping[str, Any], horizons: Sequence[str]) -> list[str]:
    if not horizons:
        return ["No matured forecast yet: what the nowcast explains is not evaluated."]
    rows = [["horizon", "forecasts", "R², %", "direction right, %"]]
    for horizon in horizons:
        one = record[horizon]
        rows.append([horizon, str(one["n"]), _with_error(one, "r2"), _with_error(one, "direction")])
    years = sorted({year for horizon in horizons for year in record[horizon]["by_year"]})
    by_year = [["R², %", *years]]
    for horizon in horizons:
        found = record[horizon]["by_year"]
        by_year.append([horizon, *(_points(found.get(year, {}).get("r2"), "z.0f") for year in years)])
    return [markdown(rows), *_by_quote(record, horizons), markdown(by_year)]


def _by_quote(record: Mapping[str, Any], horizons: Sequence[str]) -> list[str]:
    """The record with a quote and without, where there ever was one."""
    kinds = [kind for kind in QUOTES if any(kind in record[horizon]["by_quote"] for horizon in horizons)]
    if kinds == [NO_QUOTE]:
        return []
    rows = [["quote", "horizon", "forecasts", "R², %", "direction right, %"]]
    for kind in kinds:
        for horizon in horizons:
            if one := record[horizon]["by_quote"].get(kind):
                rows.append(
                    [QUOTES[kind], horizon, str(one["n"]), _with_error(one, "r2"), _with_error(one, "direction")]
                )
    return [markdown(rows)]


def _with_error(figures: Mapping[str, Any], name: str) -> str:
    error = figures[f"{name}_se"]
    return _points(figures[name], "z.1f") + ("" if error is None else f" ± {100 * error:.1f}")


def _points(share: float | None, form: str) -> str:
    return "-" if share is None else f"{100 * share:{form}}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
