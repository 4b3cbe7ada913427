"""calibrate: conformal calibration with delayed feedback, regime multipliers, ensemble, published forecast."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

from forex.calibration.calibrate import calibrate
from forex.calibration.described import Settled, calibration_report, metrics
from forex.calibration.inputs import actuals, calibration_inputs
from forex.core.files import read_note, read_parquet, write_json, write_parquet
from forex.core.reports import write_report
from forex.core.stage import run
from forex.observations.history import from_panel
from forex.params import block_hashes, load_params
from forex.statistics.forecasts import calibrated_frame, multipliers_frame

PANEL = Path("data/panel.parquet")
REGIMES = Path("data/regimes.parquet")
RAW_FORECASTS = Path("data/forecasts/raw.parquet")
CALIBRATED = Path("data/forecasts/calibrated.parquet")
MULTIPLIERS = Path("data/multipliers.parquet")
REPORT = Path("data/calibration.json")
METRICS = Path("reports/metrics/calibration.json")


def main() -> None:
    """Calibrate the raw forecasts by what had matured at each origin.

    Writes the calibrated forecasts and the multipliers, both from the first published origin on, and the calibration report with
    its metrics.
    """
    params = load_params("horizons", "fit.first_origin", "calibrate")
    panel = read_parquet(PANEL)
    history = from_panel(panel)
    raw = read_parquet(RAW_FORECASTS)
    regimes = read_parquet(REGIMES)

    inputs = calibration_inputs(history, raw, regimes, params.horizons)
    origins, labels = inputs.origins, inputs.regimes
    calibrated, first = calibrate(inputs.predictive, inputs.outcomes, params.calibrate, labels)

    # The warm-up only provides scores: what is published starts with fit.first_origin.
    kept = slice(max(first, params.fit.first_origin - 1 - int(origins[0])), None)
    actual = {horizon: actuals(history, panel, origins[kept], horizon) for horizon in params.horizons}
    quantiles = {
        h: {model: values[kept] for model, values in result.quantiles.items()} for h, result in calibrated.items()
    }
    write_parquet(CALIBRATED, calibrated_frame(history, origins[kept], labels[kept].tolist(), quantiles, actual))
    multipliers = {h: result.factors[kept] for h, result in calibrated.items()}
    write_parquet(MULTIPLIERS, multipliers_frame(history, origins[kept], multipliers))
    settled = {h: Settled(history.anchor[origins[kept]], actual[h], labels[kept]) for h in params.horizons}
    report = calibration_report(
        calibrated,
        settled,
        kept.start,
        published=params.calibrate.published.model,
        stressed=params.calibrate.multipliers.regimes,
        params_sha256={"fit": read_note(RAW_FORECASTS, "fit")} | block_hashes(params, "calibrate"),
    )
    write_report(REPORT, report)
    write_json(METRICS, metrics(report))


if __name__ == "__main__":
    run(main)
