"""evaluate: the validation report on calibrated.parquet, its metrics and its plot data."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

from forex.core.files import read_parquet, write_csv, write_json
from forex.core.reports import write_report
from forex.core.stage import run
from forex.evaluation import explained, plots, scoreboard
from forex.evaluation.report import ValidationReport
from forex.evaluation.scored import score
from forex.params import load_params
from forex.statistics.scores import made, matured

CALIBRATED = Path("data/forecasts/calibrated.parquet")
CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")
REPORT = Path("reports/validation.json")
METRICS = Path("reports/metrics/validation.json")
NOWCAST_METRICS = Path("reports/metrics/nowcast.json")
PLOTS = Path("reports/plots")


def main() -> None:
    """Score the calibrated forecasts; write the validation report, its metrics, those of the nowcast, and plot data."""
    params = load_params("horizons", "levels", "evaluate")
    settings = params.evaluate
    calibrated = read_parquet(CALIBRATED)
    panels = {horizon: matured(calibrated, horizon, origins_from=settings.from_) for horizon in params.horizons}
    every = {horizon: made(calibrated, horizon, origins_from=settings.from_) for horizon in params.horizons}
    scored = score(panels, levels=params.levels, settings=settings)
    report = scoreboard.validation(scored, every, horizons=params.horizons, settings=settings)
    nowcast = explained.report(read_parquet(CONTRIBUTIONS), panels, horizons=params.horizons, settings=settings)
    write_report(REPORT, ValidationReport(**dict(report), nowcast=nowcast))
    write_json(METRICS, scoreboard.metrics(report))
    write_json(NOWCAST_METRICS, explained.metrics(nowcast))
    write_csv(PLOTS / "reliability.csv", plots.reliability(scored))
    write_csv(PLOTS / "pit.csv", plots.pit(scored))
    write_csv(PLOTS / "rolling_coverage.csv", plots.rolling_coverage(scored))
    write_csv(PLOTS / "scores.csv", plots.scores(report, level=settings.acceptance.interval_level))


if __name__ == "__main__":
    run(main)
