"""`forex nowcast`: what moves an origin's nowcast, series by series, and what the nowcast has explained so far."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forex.calendar import horizon_days
from forex.errors import UsageError
from forex.files import read_json, read_parquet, round_clp
from forex.forecast_view import origin_at
from forex.forecasts import CONTRIBUTION
from forex.scoreboard_view import VALIDATION, table
from forex.store import TARGET

CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")
PANEL = Path("data/panel.parquet")


def view(*, at: str | None) -> dict[str, Any]:
    """The nowcast made at the last business day on or before `at` (default: the newest origin), and its record.

    By horizon its move in CLP per USD; by series its last value known at the cut-off, the age of that in business days, and its
    part of the move; the parts sum to it.  Raises UsageError where no nowcast is fitted, or for a date outside of the file.
    """
    contributions = read_parquet(CONTRIBUTIONS)
    if contributions.is_empty():
        raise UsageError("params.yaml: fit.models lists no nowcast. Add it and run `dvc repro`.")
    origin = origin_at(contributions, at)
    made = contributions.filter(pl.col("origin_date") == origin)
    [known] = read_parquet(PANEL).filter(pl.col("origin_date") == origin).to_dicts()
    names = [name.removesuffix(CONTRIBUTION) for name in made.columns if name.endswith(CONTRIBUTION)]
    horizons = sorted(made["horizon"], key=horizon_days)
    moves = {horizon: _in_clp(_parts(made, horizon), known["anchor"]) for horizon in horizons}
    return {
        "origin_date": str(origin),
        "anchor": known["anchor"],
        "moves": {horizon: move for horizon, (move, _) in moves.items()},
        "series": {
            name: _last(known, name) | {"moves": {horizon: parts[j] for horizon, (_, parts) in moves.items()}}
            for j, name in enumerate(names)
        },
        "record": read_json(VALIDATION)["nowcast"],
    }


def _parts(made: pl.DataFrame, horizon: str) -> Sequence[float]:
    return made.filter(pl.col("horizon") == horizon).drop("origin_date", "horizon").row(0)


def _in_clp(parts: Sequence[float], anchor: float) -> tuple[float, list[float]]:
    """The move anchor·(eˢ − 1) of the parts of a log-distance s, and theirs of it, in proportion; CLP per USD to 4 decimals.

    >>> _in_clp([0.03, -0.01], 900.0)
    (18.1812, [27.2718, -9.0906])
    """
    total = sum(parts)
    factor = float(np.expm1(total)) / total if total else 1.0
    return float(round_clp(np.array(anchor * factor * total))), round_clp(anchor * factor * np.array(parts)).tolist()


def _last(known: Mapping[str, Any], name: str) -> dict[str, Any]:
    column = "anchor" if name == TARGET else name
    date: dt.date | None = known[f"{column}_date"]
    return {"value": known[column], "date": str(date) if date else None, "business_days": known[f"{column}_age"]}


def text(content: Mapping[str, Any]) -> str:
    """Markdown tables that read well on a terminal, too: the moves by series, the record by horizon and by year."""
    horizons = list(content["moves"])
    shown = [
        horizon
        for i, horizon in enumerate(horizons)
        if i == 0 or any(one["moves"][horizon] != one["moves"][horizons[i - 1]] for one in content["series"].values())
    ]
    labels = [*shown[:-1], shown[-1] if shown[-1] == horizons[-1] else f"{shown[-1]} to {horizons[-1]}"]
    record = content["record"]
    evaluated = [horizon for horizon in horizons if record.get(horizon, {}).get("n")]
    explaining = evaluated[:1]
    head = ["series", "last value", "dated", "business days old", *(f"{label}, CLP" for label in labels)]
    rows = [head + [f"R² {horizon}, points" for horizon in explaining]]
    ranked = sorted(content["series"].items(), key=lambda item: -abs(item[1]["moves"][shown[0]]))
    for name, one in ranked:
        old = "none" if one["date"] is None else str(one["business_days"])
        moves = [f"{one['moves'][horizon]:+z.2f}" for horizon in shown]
        credit = [_points(record[horizon]["series"].get(name, {}).get("r2"), "+z.1f") for horizon in explaining]
        rows.append([name, _number(one["value"]), one["date"] or "", old, *moves, *credit])
    total = [f"{content['moves'][horizon]:+z.2f}" for horizon in shown]
    rows.append(["all", "", "", "", *total, *(_points(record[horizon]["r2"], "+z.1f") for horizon in explaining)])
    parts = [
        f"Nowcast of {content['origin_date']}: what moves it from the anchor, {content['anchor']:.2f}.",
        table(rows),
    ]
    return "\n\n".join([*parts, *_record(record, evaluated)])


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
    return [table(rows), table(by_year)]


def _with_error(figures: Mapping[str, Any], name: str) -> str:
    error = figures[f"{name}_se"]
    return _points(figures[name], "z.1f") + ("" if error is None else f" ± {100 * error:.1f}")


def _points(share: float | None, form: str) -> str:
    return "-" if share is None else f"{100 * share:{form}}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
