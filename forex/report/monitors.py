"""The dashboard's rows on the monitors: windows, the sequential alarm, episodes, the ledger, drift, alerts."""

from collections.abc import Mapping
from typing import Any

from forex.core.names import PUBLISHED, RANDOM_WALK, percent
from forex.core.status import ALERT_SEVERITIES, INSUFFICIENT_DATA, NOT_EVALUATED
from forex.forecast.fan import by_length
from forex.report.backtest import Rows

NEWEST_ALERTS = 5  # rows of the page's table


def window_rows(performance: Mapping[str, Any]) -> Rows:
    """Per horizon and window of matured forecasts: CRPS and errors against their baseline, and the status."""
    rows = []
    wide = percent(max(performance["levels"]))
    for horizon, figures in by_length(performance["horizons"]).items():
        monitored = figures["models"].get(PUBLISHED, {"windows": {}})
        if not monitored["windows"]:
            nothing: dict[str, Any] = dict.fromkeys(("size", "first_target", "last_target", "coverage", "rank_p"))
            changes = {"crps": None, "error": None}
            rows.append({"horizon": horizon, **nothing, "n": 0, "status": figures["status"], "changes": changes})
        for size, window in sorted(monitored["windows"].items(), key=lambda item: -int(item[0])):
            rows.append(
                {
                    "horizon": horizon,
                    "size": int(size),
                    "n": window["n"],
                    "first_target": window.get("first_target"),
                    "last_target": window.get("last_target"),
                    "coverage": window.get("recent", {}).get(f"coverage_{wide}"),
                    "status": window["status"],
                    "changes": {name: window["changes"].get(name) for name in ("crps", "error")},
                    "rank_p": window.get("mann_whitney_p"),
                }
            )
    return rows


def alarm_rows(performance: Mapping[str, Any]) -> Rows:
    """Per horizon the sequential alarm's wealth, its threshold, since when its evidence counts, and its state.

    `alarms`: how many so far, the one that is on with them; `beside`: the random walk's state and last alarm.
    """
    rows = []
    for horizon, figures in by_length(performance["horizons"]).items():
        own, beside = (figures["models"].get(model, {}).get("alarm") for model in (PUBLISHED, RANDOM_WALK))
        row: dict[str, Any] = {"horizon": horizon, "state": alarm_state(own, figures["n"])}
        if row["state"] != INSUFFICIENT_DATA:
            row |= {name: own[name] for name in ("wealth", "threshold", "since")}
            row |= {"alarms": len(own["alarms"]), "last": own["alarms"][-1]["raised"] if own["alarms"] else None}
        rows.append(row | {"beside": alarm_state(beside, figures["n"])})
    return rows


def alarm_state(alarm: Mapping[str, Any] | None, matured: int) -> str:
    if alarm is None or not matured:
        return INSUFFICIENT_DATA
    return "RAISED" if alarm["raised"] else "QUIET"


def episode_rows(performance: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Per episode, the earliest first, its days and a row for each horizon: what came out, and what daily looks said."""
    found = []
    levels = [percent(level) for level in performance["levels"]]
    for name, episode in sorted(performance["episodes"].items(), key=lambda item: item[1]["from"]):
        rows = []
        for horizon in by_length(performance["horizons"]):
            models = episode["horizons"].get(horizon, {})
            own, beside = models.get(PUBLISHED, {}), models.get(RANDOM_WALK, {})
            during = own.get("during", {})
            rows.append(
                {
                    "horizon": horizon,
                    "n": own.get("n", 0),
                    "crps_change_pct": own.get("crps_change_pct"),
                    "beside_change_pct": beside.get("crps_change_pct"),
                    "held": [during.get(f"coverage_{level}") for level in levels],
                    "first_degraded": own.get("first_degraded"),
                    "verdict": own.get("verdict", INSUFFICIENT_DATA),
                }
            )
        found.append({"name": name, "from": episode["from"], "to": episode["to"], "rows": rows})
    return found


def ledger_rows(performance: Mapping[str, Any]) -> Rows:
    """Per horizon what was issued beside what the backtest says; without rows where nothing was issued."""
    ledger = performance["ledger"]
    if not ledger["issued"]:
        return []
    wide = f"coverage_{percent(max(performance['levels']))}"
    return [
        {
            "horizon": horizon,
            **{name: figures[name] for name in ("issued", "equal", "different", "not_in_backtest", "status")},
            "largest_difference": figures["largest_difference"],
            "n": figures["ledger"]["n"],
            "crps": [figures[side].get("crps") for side in ("ledger", "backtest")],
            "held": [figures[side].get(wide) for side in ("ledger", "backtest")],
        }
        for horizon, figures in by_length(ledger["horizons"]).items()
    ]


def drift_now(performance: Mapping[str, Any]) -> dict[str, Any]:
    """The target's look with `rejecting` of its tests, the drivers that drift, and by reason those that have no verdict."""
    drift = performance["drift"]
    target, drivers = drift["target"], drift["drivers"]
    tests = target.get("tests", {})
    unknown: dict[str, list[str]] = {}
    for name, look in sorted(drivers["series"].items()):
        if look["status"] == NOT_EVALUATED:
            unknown.setdefault(look["why"], []).append(name)
    return {
        "at": drift["at"],
        "significance": drift["significance"],
        "target": target,
        "rejecting": [name for name, p in sorted(tests.items()) if p <= drift["significance"]],
        "tests": tests,
        "drifting": drivers["drifting"],
        "evaluated": drivers["evaluated"],
        "not_evaluated": unknown,
    }


def alerts_now(alerts: Mapping[str, Any]) -> dict[str, Any]:
    """What is raised at the newest origin and how severe, whether it is worth a message; the newest; what is not evaluated.

    Of one origin's alerts the worst is first.
    """
    raised = [alert for alert in alerts["alerts"] if alert["origin_date"] == alerts["at"]]
    counts = {name: sum(alert["severity"] == name for alert in raised) for name in reversed(ALERT_SEVERITIES)}
    return {
        "at": alerts["at"],
        "raised": raised,
        "counts": {name: count for name, count in counts.items() if count},
        "worst": next((name for name, count in counts.items() if count), None),
        "send": alerts["send"],
        "newest": sorted(alerts["alerts"], key=lambda alert: alert["origin_date"], reverse=True)[:NEWEST_ALERTS],
        "not_evaluated": {
            kind: entry["missing"] for kind, entry in alerts["types"].items() if entry["status"] == NOT_EVALUATED
        },
    }
