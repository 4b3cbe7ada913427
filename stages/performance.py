"""performance: the latest matured forecasts of the backtest against those before them, and what was issued beside it."""

from pathlib import Path

from forex.episodes import episodes
from forex.files import read_parquet, write_json
from forex.ledger import LEDGER, read
from forex.ledger_scores import ledger_scores
from forex.params import load_params
from forex.performance import metrics, performance, subjects
from forex.scores import matured
from stages.run import run

CALIBRATED = Path("data/forecasts/calibrated.parquet")
REPORT = Path("reports/performance.json")
METRICS = Path("reports/metrics/performance.json")


def main() -> None:
    params = load_params("horizons", "levels", "performance")
    calibrated = read_parquet(CALIBRATED)
    panels = {horizon: matured(calibrated, horizon) for horizon in params.horizons}
    counts = {horizon: panel.n for horizon, panel in panels.items()}
    watched = subjects(panels, levels=params.levels, settings=params.performance)
    report = performance(watched, horizons=counts, levels=params.levels, settings=params.performance)
    report["episodes"] = episodes(watched, levels=params.levels, settings=params.performance)
    report["ledger"] = ledger_scores(read(LEDGER), calibrated, horizons=params.horizons, levels=params.levels)
    write_json(REPORT, report)
    write_json(METRICS, metrics(report))


if __name__ == "__main__":
    run(main)
