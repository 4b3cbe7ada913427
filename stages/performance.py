"""performance: the monitor of matured forecasts, issued ones beside the backtest, drift of the returns, alerts."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

from forex.core.files import read_parquet, write_json
from forex.core.names import PUBLISHED
from forex.core.reports import read_report, write_report
from forex.core.stage import run
from forex.ledger.ledger import LEDGER, read
from forex.ledger.scores import ledger_scores
from forex.monitoring import drift
from forex.monitoring.alert_rules.registry import settings
from forex.monitoring.alerts import alerts
from forex.monitoring.early import early, path_of
from forex.monitoring.episodes import episodes
from forex.monitoring.looks import daily_early, daily_statuses
from forex.monitoring.measured import early_rates, false_alarms, settings_of
from forex.monitoring.performance import OpenForecasts, metrics, performance
from forex.monitoring.report import PerformanceReport
from forex.monitoring.subjects import subjects
from forex.observations.manifest import Manifest
from forex.observations.moves import origins
from forex.params import load_params
from forex.statistics.scores import matured

MANIFEST = Path("data/manifest.json")
PANEL = Path("data/panel.parquet")
CALIBRATED = Path("data/forecasts/calibrated.parquet")
REPORT = Path("reports/performance.json")
ALERTS = Path("reports/alerts.json")
METRICS = Path("reports/metrics/performance.json")


def main() -> None:
    """Write the monitor's report and its metrics, then the alerts, from the panel, the forecasts and the ledger."""
    params = load_params("horizons", "levels", "performance", "drift", "alerts", declared={"alerts": settings()})
    calibrated = read_parquet(CALIBRATED)
    panels = {horizon: matured(calibrated, horizon) for horizon in params.horizons}
    counts = {horizon: panel.n for horizon, panel in panels.items()}
    watched = subjects(panels, levels=params.levels, settings=params.performance)
    issued, path, rates = read(LEDGER), path_of(calibrated), early_rates()
    measured = false_alarms(settings_of(params.horizons, params.levels, params.performance, params.drift))
    backtest, ledger = (early(rows, path, horizons=params.horizons, rates=rates) for rows in (calibrated, issued))
    monitored = performance(
        watched,
        horizons=counts,
        levels=params.levels,
        settings=params.performance,
        open_forecasts=OpenForecasts(backtest, ledger, measured),
    )
    panel = read_parquet(PANEL)
    report = PerformanceReport(
        **dict(monitored),
        episodes=episodes(watched, levels=params.levels, settings=params.performance, early=(backtest,)),
        ledger=ledger_scores(issued, calibrated, horizons=params.horizons, levels=params.levels),
        drift=drift.drift(panel, read_report(MANIFEST, Manifest).in_per_cent, params.drift),
        false_alarms=measured,
    )
    found = metrics(report)
    found["performance"]["drift"] = drift.metrics(report.drift)
    write_report(REPORT, report)
    write_json(METRICS, found)
    sources, rows = (backtest, ledger), origins(panel)
    statuses = daily_statuses(
        watched.get(PUBLISHED, {}), rows, horizons=params.horizons, settings=params.performance, early=sources
    )
    raised = daily_early(rows, settings=params.performance, early=sources)
    write_report(ALERTS, alerts(panel, statuses=statuses, drift=report.drift, settings=params.alerts, early=raised))


if __name__ == "__main__":
    run(main)
