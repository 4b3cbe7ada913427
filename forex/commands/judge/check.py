"""`forex check`: whether the last run says that the forecasts still hold, and whether it is the run of params.yaml.

Four kinds of reasons. `degraded`: the performance report finds a horizon of `published` degraded or critical, or its
sequential alarm on. `alert`: the newest origin's alerts are worth a message. `late`: the newest origin's forecast was issued when
its first outcome was public already, by what was recorded of its issue; where nothing was recorded, nothing is said. These end
with 1. `stale`: the reports are of another `as_of`, origin or params than they should be; alone that ends with 4, with another
reason with 1. Whether `as_of` itself lags behind is for the caller, who has a clock; `forex advance` moves it.

Beside them stand the acceptance rules that do not hold over the whole backtest. They judge the method and not the day, so they
change no exit code: what a revision does to them is for `forex gate`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.live import issued_at
from forex.commands.live.on_time import STAMP, first_outcome
from forex.commands.show.scoreboard import VALIDATION, acceptance, held
from forex.core.errors import EXIT_OK, GateFailed, StaleError
from forex.core.names import PUBLISHED
from forex.core.reports import read_report
from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast
from forex.health.run import ALERTS, FORECAST, PERFORMANCE, other_run
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import AlarmFinding, FigureFinding, PerformanceReport
from forex.monitoring.watched import BIAS, CRPS, ERROR
from forex.params import load_params

FINE, DEGRADED, ALERT, LATE, STALE = "fine", "degraded", "alert", "late", "stale"
EXIT_CODES = {
    FINE: EXIT_OK,
    DEGRADED: GateFailed.exit_code,
    ALERT: GateFailed.exit_code,
    LATE: GateFailed.exit_code,
    STALE: StaleError.exit_code,
}


def view() -> dict[str, Any]:
    """The verdict, `fine` or the kind of the gravest reason, its exit code, and the reasons: of each its kind and a sentence."""
    forecast = read_report(FORECAST, Forecast)
    performance, alerts = read_report(PERFORMANCE, PerformanceReport), read_report(ALERTS, AlertsReport)
    params = load_params()
    reasons = [{"kind": DEGRADED, "says": _finding(found)} for found in performance.findings]
    if alerts.send.send:
        reasons.append({"kind": ALERT, "says": f"alerts of {alerts.at}: {alerts.send.why}"})
    if late := _late(str(forecast.origin_date), Path(params.ingest.store)):
        reasons.append({"kind": LATE, "says": late})
    if other := other_run(forecast, alerts.at, params):
        reasons.append({"kind": STALE, "says": other.says})
    verdict = reasons[0]["kind"] if reasons else FINE
    return {
        "verdict": verdict,
        "exit_code": EXIT_CODES[verdict],
        "as_of": str(forecast.as_of),
        "performance": performance.status,
        "reasons": reasons,
        "windows": _windows(performance),
        "acceptance": acceptance(read_report(VALIDATION, ValidationReport)),
    }


def _windows(performance: PerformanceReport) -> dict[str, dict[str, Any]]:
    """By horizon and number of matured forecasts: the verdict of `published`, and Mann–Whitney's p of its errors' ranks.

    The p is one-sided, of the window against its baseline, errors that overlap left out; None where it says nothing.
    """
    return {
        horizon: {
            size: {"status": window.status, "mann_whitney_p": window.mann_whitney_p}
            for size, window in (figures.models[PUBLISHED].windows if PUBLISHED in figures.models else {}).items()
        }
        for horizon, figures in performance.horizons.items()
    }


def text(content: Mapping[str, Any]) -> str:
    rules = content["acceptance"]
    fine = f"fine: as of {content['as_of']}, performance {content['performance']}, {held(rules)}"
    lines = [reason["says"] for reason in content["reasons"]] or [fine]
    return "\n".join(
        lines + [f"{one['horizon']} {one['rule']} {one['verdict']}: {one['says']}" for one in rules["open"]]
    )


def _late(origin: str, store: Path) -> str | None:
    recorded = issued_at.recorded()
    if not any(of == origin for of, _ in recorded):
        return None
    outcome = first_outcome(origin, store)
    at = recorded.get((origin, outcome[0])) if outcome else None
    if at is None or outcome is None or at < outcome[1]:
        return None
    return (
        f"the forecast of {origin} was issued at {at:{STAMP}}, when the outcome of its {outcome[0]} had been public since "
        f"{outcome[1]:{STAMP}}: it is true to its cut-off, but nobody had it in time"
    )


def _finding(found: FigureFinding | AlarmFinding) -> str:
    """One entry of `findings` in the performance report, in words."""
    told = f"{found.horizon} {found.status}: "
    if isinstance(found, AlarmFinding):
        return (
            f"{told}the intervals miss more often than they say, by forecasts with targets from {found.since} on; "
            f"alarm since {found.raised}"
        )
    figure = _figure(found.figure, found.change_pct)
    return f"{told}{figure}, in the last {found.window} matured forecasts (Holm p {found.holm_p:.2g})"


def _figure(name: str, change: float) -> str:
    """
    >>> _figure("coverage_80", 100.0), _figure("crps", 31.4)
    ('the 80 % interval missed 100 % more often than it says', 'CRPS 31 % above what it was before')
    """
    if name == CRPS:
        return f"CRPS {change:.0f} % above what it was before"
    if name == ERROR:
        return f"errors, in half-widths of their intervals, {change:.0f} % above what they were before"
    if name == BIAS:
        return f"the median is off by {change:.0f} % of the usual error more than it was before"
    return f"the {name.removeprefix('coverage_')} % interval missed {change:.0f} % more often than it says"
