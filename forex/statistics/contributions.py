"""What moves an origin's nowcast, series by series: its parts of the move in CLP per USD, the largest of them, and the rest."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from forex.core.files import round_clp
from forex.observations.history import Floats
from forex.observations.store import TARGET
from forex.statistics.forecasts import CONTRIBUTION
from forex.timeline.calendar import horizon_days


def moves(contributions: pl.DataFrame, panel: pl.DataFrame, origin: dt.date) -> dict[str, Any]:
    """By horizon the nowcast's move from the anchor, CLP per USD; by series its last value known at the cut-off of `origin`, the
    age of that in business days, whether it is a quote, and its part of the move by horizon; the parts sum to it.

    contributions: data/forecasts/nowcast.parquet with rows of `origin`.  panel: data/panel.parquet; a quote has a gap there.
    """
    made = contributions.filter(pl.col("origin_date") == origin)
    [known] = panel.filter(pl.col("origin_date") == origin).to_dicts()
    names = [name.removesuffix(CONTRIBUTION) for name in made.columns if name.endswith(CONTRIBUTION)]
    horizons = sorted(made["horizon"], key=horizon_days)
    found = {horizon: in_clp(_parts(made, horizon), known["anchor"]) for horizon in horizons}
    return {
        "origin_date": str(origin),
        "anchor": known["anchor"],
        "moves": {horizon: float(round_clp(parts.sum())) for horizon, parts in found.items()},
        "series": {
            name: _last(known, name)
            | {
                "quote": f"{name}_gap" in known,
                "moves": {horizon: float(round_clp(parts[j])) for horizon, parts in found.items()},
            }
            for j, name in enumerate(names)
        },
    }


def _parts(made: pl.DataFrame, horizon: str) -> Sequence[float]:
    return made.filter(pl.col("horizon") == horizon).select(pl.col(f"^.*{CONTRIBUTION}$")).row(0)


def in_clp(parts: Sequence[float], anchor: float) -> Floats:
    """Parts of a log-distance s as parts of the move anchor·(eˢ − 1), in proportion; CLP per USD.

    >>> in_clp([0.03, -0.01], 900.0).round(4).tolist()
    [27.2718, -9.0906]
    """
    total = sum(parts)
    factor = float(np.expm1(total)) / total if total else 1.0
    return anchor * factor * np.array(parts, dtype=np.float64)


def _last(known: Mapping[str, Any], name: str) -> dict[str, Any]:
    column = "anchor" if name == TARGET else name
    date: dt.date | None = known[f"{column}_date"]
    return {"value": known[column], "date": str(date) if date else None, "business_days": known[f"{column}_age"]}


def runs(found: Mapping[str, Any]) -> list[list[str]]:
    """The horizons, those of one estimate together: neighbours whose parts are all equal.

    found: from `moves`.

    >>> mxn = {"quote": False, "moves": {"1d": 2.0, "7d": 3.0, "15d": 3.0}}
    >>> runs({"moves": {"1d": 2.0, "7d": 3.0, "15d": 3.0}, "series": {"mxn": mxn}})
    [['1d'], ['7d', '15d']]
    """
    return [
        list(run)
        for _, run in groupby(found["moves"], key=lambda horizon: [row["moves"][horizon] for row in ranked(found)])
    ]


def ranked(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The series with their `series` id and a `label` that says which is a quote, those that move the shortest horizon most first;
    equal ones in the file's order.
    """
    first = next(iter(found["moves"]))
    rows = [
        {"series": name, "label": f"{name} (quote)" if entry["quote"] else name, **entry}
        for name, entry in found["series"].items()
    ]
    return sorted(rows, key=lambda row: -abs(row["moves"][first]))


def largest(found: Mapping[str, Any], count: int) -> dict[str, Any]:
    """`rows`: the `count` series that move the shortest horizon most; `others`: how many more, and `rest`: their sum by horizon.

    One series more than `count` is listed as well: a rest of one would be a row, too.
    """
    rows = ranked(found)
    shown = len(rows) if len(rows) <= count + 1 else count
    rest = {horizon: sum(row["moves"][horizon] for row in rows[shown:]) for horizon in found["moves"]}
    return {"rows": rows[:shown], "others": len(rows) - shown, "rest": rest}
