"""The dashboard: what the reports say, as one page for a treasurer to read first and an analyst after.

Every number on the page is looked up here in a report of this run; the page's own text holds none. What a report could
not evaluate stays INSUFFICIENT_DATA or NOT_EVALUATED, and where there is no evidence of a difference, that is said.
"""

import datetime as dt
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import polars as pl

from forex.acceptance import FAIL, INSUFFICIENT_DATA, NOT_EVALUATED, PASS, percent
from forex.charts import as_per_cent
from forex.dashboard_page import PAGE
from forex.dashboard_style import STYLE
from forex.fan import by_length
from forex.names import BENCHMARKS, PUBLISHED
from forex.regimes import REGIMES
from forex.usdclp_conditions import sentences

EVIDENCE = {
    "PUBLISHED_BETTER": "published better",
    "PUBLISHED_WORSE": "published worse",
    "NO_EVIDENCE": "no evidence of a difference",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ABSENT = "–"

Rows = list[dict[str, Any]]


def dashboard(
    *,
    forecast: Mapping[str, Any],
    expectations: Mapping[str, Any],
    validation: Mapping[str, Any],
    performance: Mapping[str, Any],
    regimes: pl.DataFrame,
    figures: Mapping[str, Any],
) -> str:
    """reports/dashboard.html: one file that requests nothing and needs no script.

    forecast, expectations, validation, performance: the reports of those names.  regimes: data/regimes.parquet.
    figures: from `forex.dashboard_figures.figures`.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "rate": _or_absent(lambda value: f"{value:.2f}"),
        "level": as_per_cent,
        "share": _or_absent(lambda value: f"{100 * value:.1f}\u202f%"),
        "whole": _or_absent(lambda value: f"{100 * value:.0f}\u202f%"),
        "change": _or_absent(lambda value: f"{value:+.1f}\u202f%".replace("-", "−")),
        "count": _or_absent(lambda value: f"{value:,}".replace(",", "\u202f")),
        "p": _or_absent(p_value),
        "business_days": lambda count: f"{count} business day{'' if count == 1 else 's'}",
        "day": day,
        "instant": instant,
        "words": words,
        "svg": lambda text: Markup(text),  # drawn by forex.charts, its texts escaped there
    }
    return environment.from_string(PAGE).render(
        style=Markup(STYLE),
        forecast=forecast,
        horizons=by_length(forecast["horizons"]),
        levels=sorted(validation["levels"] or performance["levels"]),
        shown_levels=_shown_levels(forecast),
        validation=validation,
        held=_held(forecast, validation),
        coverage=coverage_rows(validation),
        verdicts=verdict_counts(coverage_rows(validation)),
        scores=score_rows(validation),
        evidence=evidence_counts(score_rows(validation)),
        windows=window_rows(performance),
        performance=performance,
        conditions=sentences(forecast["conditions"]),
        regime_since=episodes(regimes)["start"][-1],
        regime_rows=regime_rows(regimes, validation),
        regime_horizons=list(by_length(validation["horizons"])),
        quality=quality(expectations),
        figures=figures,
        by_horizon=by_horizon,
        said=EVIDENCE,
        absent=ABSENT,
    )


def _shown_levels(forecast: Mapping[str, Any]) -> list[float]:
    return sorted(float(level) for level in next(iter(forecast["horizons"].values()))["intervals"])


def _held(forecast: Mapping[str, Any], validation: Mapping[str, Any]) -> dict[str, float | None]:
    """Per horizon, the measured coverage of the widest interval shown; None where there is none yet."""
    name = f"coverage_{percent(max(_shown_levels(forecast)))}"
    return {horizon: _overall(validation, horizon).get(name) for horizon in forecast["horizons"]}


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
                row[f"{name}_evidence"] = test.get(f"dm_{name}_evidence", "NO_EVIDENCE")
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


def window_rows(performance: Mapping[str, Any]) -> Rows:
    """Per horizon and window of matured forecasts: each judged loss against its baseline, and the status."""
    rows = []
    wide = percent(max(performance["levels"]))
    for horizon, figures in by_length(performance["horizons"]).items():
        monitored = figures["models"].get(PUBLISHED, {"windows": {}})
        for size, window in sorted(monitored["windows"].items(), key=lambda item: -int(item[0])):
            losses = {"crps": window["losses"].get("crps"), "interval": window["losses"].get(f"interval_score_{wide}")}
            rows.append(
                {
                    "horizon": horizon,
                    "size": int(size),
                    "n": window["n"],
                    "first_target": window.get("first_target"),
                    "last_target": window.get("last_target"),
                    "coverage": window.get("recent", {}).get(f"coverage_{wide}"),
                    "status": window["status"],
                    "losses": losses,
                }
            )
    return rows


def episodes(regimes: pl.DataFrame) -> pl.DataFrame:
    """Runs of one regime: regime, start, end (the next run's start, the last origin for the newest), origins.

    >>> days = pl.date_range(dt.date(2024, 11, 25), dt.date(2024, 11, 27), eager=True)
    >>> episodes(pl.DataFrame({"origin_date": days, "regime": ["NORMAL", "HIGH_VOL", "HIGH_VOL"]})).rows()
    [('NORMAL', datetime.date(2024, 11, 25), datetime.date(2024, 11, 26), 1),
     ('HIGH_VOL', datetime.date(2024, 11, 26), datetime.date(2024, 11, 27), 2)]
    """
    ordered = regimes.sort("origin_date")
    runs = ordered.group_by(pl.col("regime").rle_id().alias("run"), maintain_order=True).agg(
        pl.col("regime").first(), pl.col("origin_date").first().alias("start"), pl.len().alias("origins")
    )
    last = ordered["origin_date"].max()
    return runs.select("regime", "start", pl.col("start").shift(-1).fill_null(last).alias("end"), "origins")


def regime_rows(regimes: pl.DataFrame, validation: Mapping[str, Any]) -> Rows:
    """Per regime: its share of all origins, when it was last seen, and its coverage of the widest level by horizon."""
    rows = []
    name = f"coverage_{percent(max(validation['levels']))}" if validation["levels"] else ""
    for regime in REGIMES:
        seen = regimes.filter(pl.col("regime") == regime)
        by_horizon = {}
        for horizon, figures in by_length(validation["horizons"]).items():
            groups = figures["models"].get(PUBLISHED, {}).get("by_regime", {})
            group = groups.get(regime)
            by_horizon[horizon] = {"coverage": group[name], "n": group["n"]} if group else None
        rows.append(
            {
                "regime": regime,
                "share": seen.height / regimes.height if regimes.height else 0.0,
                "last": seen["origin_date"].max(),
                "by_horizon": by_horizon,
            }
        )
    return rows


def quality(expectations: Mapping[str, Any]) -> dict[str, Any]:
    """What became of the data: series in use and left out, rows set aside by reason, checks that did not hold."""
    series = dict(sorted(expectations["series"].items()))
    return {
        "used": sum(one["fate"] == "used" for one in series.values()),
        "series": len(series),
        "left_out": [{"series": name, "why": one["why"]} for name, one in series.items() if one["fate"] != "used"],
        "set_aside": [
            {"series": name, "reason": reason, "count": count, "rows": one["rows"]}
            for name, one in series.items()
            for reason, count in sorted(one["set_aside"].items())
        ],
        "failed": [
            {"series": name, **check} for name, one in series.items() for check in one["checks"] if not check["success"]
        ],
    }


def day(value: str | dt.date | None) -> str:
    """A date as people read it, in English whatever the locale.

    >>> day("2024-11-28")
    '28 Nov 2024'
    """
    if value is None:
        return ABSENT
    date = value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def instant(text: str) -> str:
    """An instant in UTC as people read it.

    >>> instant("2024-11-27T18:00:00Z")
    '27 Nov 2024, 18:00 UTC'
    """
    date, time = text.removesuffix("Z").split("T")
    return f"{day(date)}, {time[:5]} UTC"


def words(name: str) -> str:
    """A name of the code as words: its underscores as spaces.

    >>> words("not_a_business_day"), words("INSUFFICIENT_DATA")
    ('not a business day', 'INSUFFICIENT DATA')
    """
    return name.replace("_", " ")


def p_value(p: float) -> str:
    """
    >>> p_value(0.0421), p_value(1e-9)
    ('0.042', '< 0.001')
    """
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def _or_absent(shown: Any) -> Any:
    return lambda value: ABSENT if value is None else shown(value)
