"""regimes: the market regime of each origin, with its confidence and the signals behind it."""

from pathlib import Path

import polars as pl

from forex.errors import DataError
from forex.files import read_parquet, round_significant, write_csv, write_json, write_parquet
from forex.meetings import parse_meetings
from forex.params import load_params
from forex.regimes import classify, summary
from stages.run import run

PANEL = Path("data/panel.parquet")
MEETINGS = Path("data/calendar/bcch_meetings.csv")
REGIMES = Path("data/regimes.parquet")
METRICS = Path("reports/metrics/regimes.json")
TIMELINE = Path("reports/plots/regimes.csv")


def main() -> None:
    params = load_params("regimes")
    try:
        text = MEETINGS.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise DataError(f"{MEETINGS}: not readable as text ({error}). Restore it with git.") from error

    regimes = classify(read_parquet(PANEL), parse_meetings(text, str(MEETINGS)), params.regimes)
    regimes = regimes.with_columns(pl.col(pl.Float64).map_batches(_rounded, return_dtype=pl.Float64))

    write_parquet(REGIMES, regimes)
    write_json(METRICS, {"regimes": summary(regimes)})
    write_csv(TIMELINE, regimes.select("origin_date", "regime", "volatility_ratio"))


def _rounded(values: pl.Series) -> pl.Series:
    return pl.Series(values.name, round_significant(values.to_numpy())).fill_nan(None)


if __name__ == "__main__":
    run(main)
