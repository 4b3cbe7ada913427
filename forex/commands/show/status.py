"""`forex status`: the state of the last run, read back from its reports."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forex.commands.tables import listed
from forex.core.files import json_text, read_parquet
from forex.core.names import PUBLISHED, percent
from forex.core.reports import plain, read_report
from forex.forecast.conditions import sentences
from forex.forecast.report import Conditions, Forecast
from forex.ledger.ledger import LEDGER, read
from forex.monitoring.report import PerformanceReport
from forex.observations.manifest import Manifest
from forex.params import load_params
from forex.timeline.calendar import horizon_days

FORECAST = Path("reports/forecast.json")
MANIFEST = Path("data/manifest.json")
QUARANTINE = Path("data/quarantine.parquet")
PERFORMANCE = Path("reports/performance.json")


def view() -> dict[str, Any]:
    """As of when, freshness, regime, quarantine by series and reason, coverage of the last matured forecasts."""
    forecast, manifest = read_report(FORECAST, Forecast), read_report(MANIFEST, Manifest)
    said = json.loads(json_text(plain(forecast)))  # with the keys in the order of the file
    wanted = load_params("as_of").as_of
    quarantine = read_parquet(QUARANTINE).group_by("series", "reason").len().sort("series", "reason")
    return {
        "as_of": said["as_of"],
        "as_of_in_params": wanted,
        "origin_date": said["origin_date"],
        "made_at": said["made_at"],
        "anchor": {
            "value": forecast.anchor,
            "date": said["anchor_date"],
            "business_days": forecast.anchor_age,
        },
        "regime": {"call": forecast.regime, "confidence": forecast.regime_confidence},
        **{name: said[name] for name in ("missing", "flagged", "stale", "conditions", "warnings")},
        "unlisted_files": list(manifest.unlisted_files),
        "quarantine": [{"series": name, "reason": why, "rows": count} for name, why, count in quarantine.iter_rows()],
        "ledger": _ledger(said["origin_date"]),
        "last_matured": _last_matured(read_report(PERFORMANCE, PerformanceReport)),
    }


def _ledger(newest: str) -> dict[str, Any]:
    """How many rows the ledger has, its last origin, and whether the forecast of the newest origin is in it."""
    origins = read(LEDGER)["origin_date"]
    last = str(origins.max()) if origins.len() else None
    return {"rows": origins.len(), "last_origin": last, "newest_issued": newest in origins.cast(str).to_list()}


def _last_matured(performance: PerformanceReport) -> dict[str, Any]:
    """By horizon, the longest window of the performance report: its status, how many forecasts, their coverage by level."""
    latest = {}
    for horizon, entry in sorted(performance.horizons.items(), key=lambda item: horizon_days(item[0])):
        windows = entry.models[PUBLISHED].windows if PUBLISHED in entry.models else {}
        window = windows[max(windows, key=int)] if windows else None
        means = window.recent.by_level if window and window.recent else {}
        latest[horizon] = {
            "status": window.status if window else entry.status,
            "forecasts": window.n if window else entry.n,
            "coverage": {percent(level): at.coverage for level, at in means.items()},
        }
    return latest


def text(content: Mapping[str, Any]) -> str:
    anchor, regime = content["anchor"], content["regime"]
    missing = [f"{one['series']} ({one['why']['says']})" for one in content["missing"]]
    flagged = [f"{one['series']} ({one['why']['says']})" for one in content["flagged"]]
    stale = [f"{one['series']} ({one['business_days']} business days old)" for one in content["stale"]]
    quarantine = [f"{one['rows']} {one['series']} {one['reason']}" for one in content["quarantine"]]
    rows = [
        ["as of", f"{content['as_of']}, newest origin {content['origin_date']}, made at {content['made_at']}"],
        ["anchor", f"{anchor['value']:.2f} of {anchor['date']}, {anchor['business_days']} business days old"],
        ["regime", f"{regime['call']}, confidence {regime['confidence']:.0%}"],
        ["conditions", "\n".join(one.says for one in sentences(Conditions.model_validate(content["conditions"])))],
        *(["warning", one["says"]] for one in content["warnings"]),
        ["missing", _listed(missing)],
        ["flagged", _listed(flagged)],
        ["no move", _listed(stale)],
        ["not listed", _listed(content["unlisted_files"])],
        ["quarantine", _listed(quarantine)],
        ["ledger", _issued(content["ledger"])],
    ]
    for horizon, entry in content["last_matured"].items():
        covered = ", ".join(f"{share:.0%} at {level} %" for level, share in entry["coverage"].items())
        rows.append(
            [horizon, f"{entry['status']}: {covered or 'no coverage'} of the last {entry['forecasts']} matured"]
        )
    table = listed(rows)
    if content["as_of_in_params"] == content["as_of"]:
        return table
    return (
        f"params.yaml says as_of {content['as_of_in_params']}: no run for that day has finished. The last one:\n{table}"
    )


def _issued(ledger: Mapping[str, Any]) -> str:
    if not ledger["rows"]:
        return "nothing issued yet"
    newest = "" if ledger["newest_issued"] else "; the newest origin's forecast is not issued"
    return f"{ledger['rows']} rows, last issued origin {ledger['last_origin']}{newest}"


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts) or "none"
