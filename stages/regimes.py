"""regimes: the market regime of each origin, with its confidence and the signals behind it."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

import polars as pl

from forex.core.files import read_parquet, read_text, round_significant, write_csv, write_json, write_parquet
from forex.core.stage import run
from forex.params import block_hashes, load_params
from forex.regimes.interventions import parse_interventions
from forex.regimes.meetings import parse_meetings
from forex.regimes.regimes import classify, summary
from forex.regimes.rules.registry import settings

PANEL = Path("data/panel.parquet")
MEETINGS = Path("data/calendar/bcch_meetings.csv")
INTERVENTIONS = Path("data/calendar/bcch_interventions.csv")
REGIMES = Path("data/regimes.parquet")
METRICS = Path("reports/metrics/regimes.json")
TIMELINE = Path("reports/plots/regimes.csv")


def main() -> None:
    """Write the regime of every origin of the panel, the metrics of the regimes, and the plot data of the timeline."""
    params = load_params("regimes", "usdclp.thresholds", declared={"regimes": settings()})
    meetings = parse_meetings(read_text(MEETINGS), str(MEETINGS))
    interventions = parse_interventions(read_text(INTERVENTIONS), str(INTERVENTIONS))

    move = params.usdclp.thresholds.copper_move
    regimes = classify(read_parquet(PANEL), meetings, interventions, params.regimes, copper_move=move)
    regimes = regimes.with_columns(pl.col(pl.Float64).map_batches(_rounded, return_dtype=pl.Float64))

    write_parquet(REGIMES, regimes, notes=block_hashes(params, "regimes"))
    write_json(METRICS, {"regimes": summary(regimes, params.regimes)})
    write_csv(TIMELINE, regimes.select("origin_date", "regime", "volatility_ratio"))


def _rounded(values: pl.Series) -> pl.Series:
    return pl.Series(values.name, round_significant(values.to_numpy())).fill_nan(None)


if __name__ == "__main__":
    run(main)
