"""performance: the latest matured forecasts of the backtest against those before them, drift of the returns, alerts."""

from pathlib import Path

from forex import drift
from forex.alerts import alerts
from forex.files import read_json, read_parquet, write_json
from forex.params import load_params
from forex.performance import metrics, performance
from forex.scores import matured
from stages.run import run

MANIFEST = Path("data/manifest.json")
PANEL = Path("data/panel.parquet")
CALIBRATED = Path("data/forecasts/calibrated.parquet")
REPORT = Path("reports/performance.json")
ALERTS = Path("reports/alerts.json")
METRICS = Path("reports/metrics/performance.json")


def main() -> None:
    params = load_params("horizons", "levels", "performance", "drift", "alerts")
    calibrated = read_parquet(CALIBRATED)
    panels = {horizon: matured(calibrated, horizon) for horizon in params.horizons}
    report = performance(panels, levels=params.levels, settings=params.performance)
    in_per_cent = {name for name, entry in read_json(MANIFEST)["series"].items() if entry["unit"] == "percent"}
    panel = read_parquet(PANEL)
    report["drift"] = drift.drift(panel, in_per_cent, params.drift)
    found = metrics(report)
    found["performance"]["drift"] = drift.metrics(report["drift"])
    write_json(REPORT, report)
    write_json(METRICS, found)
    statuses = {report["drift"]["at"]: {horizon: entry["status"] for horizon, entry in report["horizons"].items()}}
    write_json(ALERTS, alerts(panel, statuses=statuses, drift=report["drift"], settings=params.alerts))


if __name__ == "__main__":
    run(main)
