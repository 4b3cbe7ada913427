"""forecast: the newest origin's published forecast, in full."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

import polars as pl

from forex.calibration.report import Calibration
from forex.core.files import read_note, read_parquet, write_csv
from forex.core.quantiles import COLUMNS
from forex.core.reports import read_report, write_report
from forex.core.stage import run
from forex.forecast.conditions import conditions
from forex.forecast.forecast import at_origin, forecast_report, forecast_table
from forex.observations.manifest import Manifest
from forex.params import block_hashes, load_params
from forex.validation.report import Expectations

CALIBRATED = Path("data/forecasts/calibrated.parquet")
PANEL = Path("data/panel.parquet")
REGIMES = Path("data/regimes.parquet")
MANIFEST = Path("data/manifest.json")
CALIBRATION = Path("data/calibration.json")
EXPECTATIONS = Path("reports/expectations.json")
REPORT = Path("reports/forecast.json")
TABLE = Path("reports/forecast.csv")


def main() -> None:
    """Write reports/forecast.json and reports/forecast.csv for the newest origin among the calibrated forecasts."""
    params = load_params("as_of", "cut_off", "horizons", "levels", "regimes.fast_window", "regimes.min_fast", "usdclp")
    expectations, calibration = read_report(EXPECTATIONS, Expectations), read_report(CALIBRATION, Calibration)
    own = block_hashes(params, "as_of", "cut_off", "horizons", "levels", "usdclp")
    own["regimes"] = read_note(REGIMES, "regimes")
    calibrated = read_parquet(CALIBRATED)
    [origin] = calibrated.select(pl.col("origin_date").max()).to_series()
    newest = pl.col("origin_date") == origin
    rows, panel = at_origin(calibrated, origin, params.horizons), read_parquet(PANEL)
    regime_row = read_parquet(REGIMES).row(by_predicate=newest, named=True)
    published = {row["horizon"]: (row["anchor"], [row[name] for name in COLUMNS]) for row in rows.iter_rows(named=True)}
    report = forecast_report(
        rows,
        panel_row=panel.row(by_predicate=newest, named=True),
        regime_row=regime_row,
        model=calibration.published,
        manifest=read_report(MANIFEST, Manifest),
        expectations=expectations,
        hashes=own | expectations.params_sha256 | calibration.params_sha256,
        levels=params.levels,
        conditions=conditions(panel, regime_row, published, params.usdclp, params.regimes),
    )
    write_report(REPORT, report)
    write_csv(TABLE, forecast_table(report))


if __name__ == "__main__":
    run(main)
