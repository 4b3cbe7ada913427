"""performance: the latest matured forecasts of the backtest against those before them, and what was issued beside it."""

from pathlib import Path

from forex.files import read_parquet, write_json
from forex.ledger import LEDGER, read
from forex.ledger_scores import ledger_scores
from forex.params import load_params
from forex.performance import metrics, performance
from forex.scores import matured
from stages.run import run

CALIBRATED = Path("data/forecasts/calibrated.parquet")
REPORT = Path("reports/performance.json")
METRICS = Path("reports/metrics/performance.json")


def main() -> None:
    params = load_params("horizons", "levels", "performance")
    calibrated = read_parquet(CALIBRATED)
    panels = {horizon: matured(calibrated, horizon) for horizon in params.horizons}
    report = performance(panels, levels=params.levels, settings=params.performance)
    issued = ledger_scores(read(LEDGER), calibrated, horizons=params.horizons, levels=params.levels)
    write_json(REPORT, report | {"ledger": issued})
    write_json(METRICS, metrics(report))


if __name__ == "__main__":
    run(main)
