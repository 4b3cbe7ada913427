"""The dashboard's rows on the backtest: coverage with its verdicts, scores with the evidence, coverage by regime."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import polars as pl

from forex.core.names import BENCHMARKS, PUBLISHED, percent
from forex.core.status import (
    FAIL,
    INSUFFICIENT_DATA,
    NO_EVIDENCE,
    NOT_EVALUATED,
    PASS,
    PUBLISHED_BETTER,
    PUBLISHED_WORSE,
)
from forex.forecast.fan import by_length
from forex.forecast.report import Forecast
from forex.regimes.regimes import REGIMES

EVIDENCE = {
    PUBLISHED_BETTER: "published better",
    PUBLISHED_WORSE: "published worse",
    NO_EVIDENCE: "no evidence of a difference",
}

Rows = list[dict[str, Any]]


def shown_levels(forecast: Forecast) -> list[float]:
    return sorted(float(level) for level in next(iter(forecast.horizons.values())).intervals)


def held(forecast: Forecast, validation: Mapping[str, Any]) -> dict[str, float | None]:
    """Per horizon, the measured coverage of the widest interval shown; None where there is none yet."""
    name = f"coverage_{percent(max(shown_levels(forecast)))}"
    return {horizon: _overall(validation, horizon).get(name) for horizon in forecast.horizons}


def _overall(validation: Mapping[str, Any], horizon: str, model: str = PUBLISHED) -> Mapping[str, Any]:
    models = validation["horizons"].get(horizon, {}).get("models", {})
    return models[model]["overall"] if model in models else {}


def coverage_rows(validation: Mapping[str, Any]) -> Rows:
    """Per horizon and level: coverage, its block band, the number of forecasts, of those without overlap, verdict."""
    rows = []
    for horizon, figures in by_length(validation["horizons"]).items():
        overall = _overall(validation, horizon)
        for level in validation["levels"]:
            name = f"coverage_{percent(level)}"
            verdict = validation["verdicts"][horizon].get(name, {})
            rows.append(
                {
                    "horizon": horizon,
                    "level": level,
                    "coverage": overall.get(name),
                    "low": overall.get(f"{name}_block_low"),
                    "high": overall.get(f"{name}_block_high"),
                    "at_least": verdict.get("at_least"),
                    "at_most": verdict.get("at_most"),
                    "n": figures["n"],
                    "n_independent": figures.get("n_independent"),
                    "verdict": verdict.get("verdict", NOT_EVALUATED if overall else INSUFFICIENT_DATA),
                }
            )
    return rows


def verdict_counts(rows: Rows) -> dict[str, int]:
    """How many rows pass, fail, and are still open."""
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in (PASS, FAIL)}
    return counts | {"open": len(rows) - sum(counts.values())}


def score_rows(validation: Mapping[str, Any]) -> Rows:
    """Per horizon and benchmark: CRPS of both, the differences in per cent, and what Diebold–Mariano says of them."""
    rows = []
    for horizon, figures in by_length(validation["horizons"]).items():
        own = _overall(validation, horizon)
        for model in BENCHMARKS:
            if model not in figures["models"] or not own:
                continue
            test = figures["models"][model]["published_against"]
            row = {"horizon": horizon, "model": model, "own_crps": own["crps"]}
            row["crps"] = _overall(validation, horizon, model)["crps"]
            for name in ("crps", "squared_error"):
                row[f"{name}_difference_pct"] = test.get(f"{name}_difference_pct")
                row[f"{name}_p"] = test.get(f"dm_{name}_holm_p")
                row[f"{name}_evidence"] = test.get(f"dm_{name}_evidence", NO_EVIDENCE)
            rows.append(row)
    return rows


def by_horizon(rows: Rows) -> list[tuple[str, Rows]]:
    """Rows in the order they have, those of one horizon together."""
    return [(horizon, list(group)) for horizon, group in groupby(rows, key=lambda row: row["horizon"])]


def evidence_counts(rows: Rows) -> dict[str, dict[str, int]]:
    """How many comparisons say what, for the sentence above the table: loss -> evidence -> count."""
    return {
        name: {found: sum(row[f"{name}_evidence"] == found for row in rows) for found in EVIDENCE}
        for name in ("crps", "squared_error")
    }


def regime_rows(regimes: pl.DataFrame, validation: Mapping[str, Any]) -> Rows:
    """Per regime: its share of all origins, when it was last seen, and its coverage of the widest level by horizon."""
    rows = []
    name = f"coverage_{percent(max(validation['levels']))}" if validation["levels"] else ""
    for regime in REGIMES:
        seen = regimes.filter(pl.col("regime") == regime)
        per_horizon = {}
        for horizon, figures in by_length(validation["horizons"]).items():
            groups = figures["models"].get(PUBLISHED, {}).get("by_regime", {})
            group = groups.get(regime)
            per_horizon[horizon] = {"coverage": group[name], "n": group["n"]} if group else None
        rows.append(
            {
                "regime": regime,
                "share": seen.height / regimes.height if regimes.height else 0.0,
                "last": seen["origin_date"].max(),
                "by_horizon": per_horizon,
            }
        )
    return rows
