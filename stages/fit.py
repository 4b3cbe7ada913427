"""fit: every enabled model at every origin, as predictive quantiles per horizon."""

from pathlib import Path

import numpy as np

from forex.errors import TooLittleData
from forex.files import read_parquet, write_parquet
from forex.forecasts import raw_frame
from forex.history import from_panel
from forex.models.registry import build
from forex.params import load_params
from stages.run import run

PANEL = Path("data/panel.parquet")
RAW_FORECASTS = Path("data/forecasts/raw.parquet")


def main() -> None:
    params = load_params("horizons", "fit")
    history = from_panel(read_parquet(PANEL))
    first, days = params.fit.first_origin, len(history.days)
    if days < first:
        raise TooLittleData(
            f"usdclp: {days} business days of history, the first origin needs {first} (fit.first_origin). "
            "Use a later as_of or a longer history."
        )
    origins = np.arange(first - 1, days)
    forecasts = {name: model.forecast(history, origins, params.horizons) for name, model in build(params.fit).items()}
    write_parquet(RAW_FORECASTS, raw_frame(history, origins, forecasts))


if __name__ == "__main__":
    run(main)
