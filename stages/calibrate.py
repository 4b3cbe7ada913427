"""calibrate: conformal calibration with delayed feedback, regime multipliers, ensemble, published forecast."""

from pathlib import Path

import numpy as np

from forex.calibrate import Outcome, calibrate
from forex.calibration_report import Settled, calibration_report, metrics
from forex.files import read_parquet, write_json, write_parquet
from forex.forecasts import calibrated_frame, multipliers_frame, raw_predictive
from forex.history import from_panel
from forex.params import load_params
from stages.run import run

PANEL = Path("data/panel.parquet")
REGIMES = Path("data/regimes.parquet")
RAW_FORECASTS = Path("data/forecasts/raw.parquet")
CALIBRATED = Path("data/forecasts/calibrated.parquet")
MULTIPLIERS = Path("data/multipliers.parquet")
REPORT = Path("data/calibration.json")
METRICS = Path("reports/metrics/calibration.json")


def main() -> None:
    params = load_params("horizons", "fit", "calibrate")
    panel = read_parquet(PANEL)
    history = from_panel(panel)
    raw = read_parquet(RAW_FORECASTS)
    regimes = read_parquet(REGIMES)

    origin_dates = np.unique(raw["origin_date"].to_numpy())
    origins = np.searchsorted(history.days, origin_dates)
    predictive = raw_predictive(raw, history.anchor[origins], origin_dates)
    outcomes = {}
    for horizon in params.horizons:
        targets = history.targets(horizon)
        matured = np.minimum(targets.matured - origins[0], len(origins))
        outcomes[horizon] = Outcome(targets.log_return[origins], matured[origins], targets.steps[origins])
    by_date = dict(regimes.select("origin_date", "regime").iter_rows())
    labels = np.array([by_date[date] for date in history.days[origins].tolist()])
    calibrated, first = calibrate({h: predictive[h] for h in params.horizons}, outcomes, params.calibrate, labels)

    # The warm-up only gave scores: what is published starts with the first origin.
    kept = slice(max(first, params.fit.first_origin - 1 - int(origins[0])), None)
    latest = dict(panel.select("origin_date", "actual").drop_nulls().iter_rows())
    actual = {
        horizon: np.array([latest.get(date, np.nan) for date in history.targets(horizon).dates[origins[kept]].tolist()])
        for horizon in params.horizons
    }
    quantiles = {
        h: {model: values[kept] for model, values in result.quantiles.items()} for h, result in calibrated.items()
    }
    write_parquet(CALIBRATED, calibrated_frame(history, origins[kept], labels[kept].tolist(), quantiles, actual))
    published = {
        h: (np.array(result.candidates)[result.chosen[kept]], result.factors[kept]) for h, result in calibrated.items()
    }
    write_parquet(MULTIPLIERS, multipliers_frame(history, origins[kept], published))
    settled = {h: Settled(history.anchor[origins[kept]], actual[h], labels[kept]) for h in params.horizons}
    report = calibration_report(calibrated, settled, kept.start, params.calibrate.multipliers.regimes)
    write_json(REPORT, report)
    write_json(METRICS, metrics(report))


if __name__ == "__main__":
    run(main)
