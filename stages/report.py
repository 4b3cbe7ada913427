"""report: the dashboard, the sheet, the README's pictures, the plot data of the fan chart and the headline metrics."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

import polars as pl

from forex.calibration.report import Calibration
from forex.core.disk import write_bytes, write_text
from forex.core.errors import DataError
from forex.core.files import read_csv_text, read_parquet, write_csv, write_json
from forex.core.reports import read_report
from forex.core.stage import run
from forex.forecast.fan import fan
from forex.params import load_params
from forex.presentation.language import language
from forex.report.backtest import score_rows
from forex.report.compared import headline
from forex.report.dashboard import dashboard, episodes
from forex.report.figures import figures, forecast_figure, reliability_figure
from forex.report.headline import first_said
from forex.report.past import held, with_past
from forex.report.run import EXPECTATIONS, read_reports
from forex.report.sheet.history import history, needed
from forex.report.sheet.workbook import workbook
from forex.report.state import overall
from forex.statistics.contributions import moves
from forex.validation.report import Expectations

PANEL = Path("data/panel.parquet")
REGIMES = Path("data/regimes.parquet")
CALIBRATED = Path("data/forecasts/calibrated.parquet")
CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")
CALIBRATION = Path("data/calibration.json")
REPORTS = Path("reports")
RELIABILITY = REPORTS / "plots/reliability.csv"
ROLLING = REPORTS / "plots/rolling_coverage.csv"
FAN = REPORTS / "plots/fan.csv"
DASHBOARD = REPORTS / "dashboard.html"
SHEET = REPORTS / "forecast.xlsx"
FIGURES = REPORTS / "figures"
METRICS = REPORTS / "metrics/headline.json"


def main() -> None:
    """Write what people look at: dashboard, sheet, figures, plot data of the fan chart, and the headline metrics."""
    params = load_params("report", "state")
    said = language(params.report.language)
    reports = read_reports()
    forecast = reports.forecast
    regimes = read_parquet(REGIMES)
    reliability, rolling = _read_csv(RELIABILITY), _read_csv(ROLLING)
    panel, parts = read_parquet(PANEL), read_parquet(CONTRIBUTIONS)
    calibrated = read_parquet(CALIBRATED, columns=needed(forecast))
    ahead = with_past(fan(panel, forecast, history_days=params.report.history_days), calibrated, forecast)
    state = overall(reports, params.state)
    page = dashboard(
        forecast=forecast,
        moved=None if parts.is_empty() else moves(parts, panel, forecast.origin_date),
        alerts=reports.alerts,
        expectations=read_report(EXPECTATIONS, Expectations),
        validation=reports.validation,
        performance=reports.performance,
        calibration=read_report(CALIBRATION, Calibration),
        regimes=regimes,
        figures=figures(
            fan=ahead,
            reliability=reliability,
            rolling=rolling,
            regimes=regimes,
            episodes=episodes(regimes),
            scores=score_rows(reports.validation),
            performance=reports.performance,
            language=said,
        ),
        state=state,
        rules=params.state,
        past=held(ahead),
        language=said,
    )
    kept = history(panel, calibrated, forecast, history_days=params.report.history_days)
    sheet = workbook(forecast, kept, reports.validation, language=said, state=first_said(state, forecast, said))
    pictures = {"forecast": forecast_figure(ahead), "reliability": reliability_figure(reliability)}

    write_json(METRICS, headline(reports))
    write_csv(FAN, ahead)
    for name, picture in pictures.items():
        write_text(FIGURES / f"{name}.svg", picture)
    write_text(DASHBOARD, page)
    write_bytes(SHEET, sheet)


def _read_csv(path: Path) -> pl.DataFrame:
    text = {"horizon", "model", "origin_date"}
    try:
        table = pl.read_csv(read_csv_text(path), infer_schema=False)
        table = table.with_columns(pl.exclude(text).cast(pl.Float64))
        return table.with_columns(pl.col("^origin_date$").str.to_date())
    except (FileNotFoundError, pl.exceptions.PolarsError) as error:
        raise DataError(f"{path}: not readable as a table ({error}). `dvc repro --force` makes it anew.") from error


if __name__ == "__main__":
    run(main)
