"""fit: every enabled model at every origin, as predictive quantiles per horizon."""

import forex  # noqa: F401, I001  (pins the arithmetic before anything loads numpy)

from pathlib import Path

from forex.core.files import read_parquet, write_parquet
from forex.core.stage import run
from forex.models.naive import MIN_RETURNS
from forex.models.nowcast import Nowcast, series
from forex.models.registry import build, settings
from forex.observations.history import forecast_origins, from_panel
from forex.params import block_hashes, load_params
from forex.statistics.forecasts import contributions_frame, raw_frame

PANEL = Path("data/panel.parquet")
RAW_FORECASTS = Path("data/forecasts/raw.parquet")
CONTRIBUTIONS = Path("data/forecasts/nowcast.parquet")


def main() -> None:
    """Write the forecasts of every enabled model at every origin, and what each series adds to the nowcast.

    Where no nowcast is enabled, data/forecasts/nowcast.parquet has no rows.
    """
    params = load_params("horizons", "fit", declared={"fit": settings()})
    history = from_panel(read_parquet(PANEL))
    origins = forecast_origins(
        history, first_origin=params.fit.first_origin, warm_up=params.fit.warm_up, min_returns=MIN_RETURNS
    )
    models = build(params.fit)
    forecasts = {name: model.forecast(history, origins, params.horizons) for name, model in models.items()}
    write_parquet(RAW_FORECASTS, raw_frame(history, origins, forecasts), notes=block_hashes(params, "fit"))
    nowcasts = [model for model in models.values() if isinstance(model, Nowcast)]
    parts = nowcasts[0].contributions(history, origins, params.horizons) if nowcasts else {}
    quoted = nowcasts[0].quoted(history, origins) if nowcasts else []
    write_parquet(CONTRIBUTIONS, contributions_frame(history, origins, series(history), parts, quoted))


if __name__ == "__main__":
    run(main)
