"""The forecast tables as frames: raw (what the models said), what moved the nowcast, and calibrated (the public contract)."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forex.core.errors import DataError
from forex.core.files import round_clp, round_significant
from forex.core.quantiles import COLUMNS
from forex.observations.history import Floats, History
from forex.statistics.predictive import Predictive
from forex.timeline.calendar import Dates

CONTRIBUTION = "_contribution"  # ends the name of a column, after the id of a series
NO_QUOTE, LIVE, BACKFILLED = "none", "live", "backfilled"  # kinds of quote that a nowcast rests on


def raw_frame(
    history: History, origins: NDArray[np.int64], forecasts: Mapping[str, Mapping[str, Predictive]]
) -> pl.DataFrame:
    """One row per origin × horizon × model, with the location and scale that calibration works on (log-distances).

    forecasts: model -> horizon -> predictive at `origins`.  Quantiles become CLP per USD.
    """
    parts = []
    for model, by_horizon in forecasts.items():
        for horizon, predictive in by_horizon.items():
            targets = history.targets(horizon)
            keys = _keys(history, origins, targets.dates[origins], targets.steps[origins], horizon, model)
            keys |= {
                "location": round_significant(predictive.location),
                "scale": round_significant(predictive.scale),
            }
            parts.append(_rows(keys, history.anchor[origins], predictive.quantiles))
    return _sorted(parts)


def contributions_frame(
    history: History,
    origins: NDArray[np.int64],
    series: Sequence[str],
    parts: Mapping[str, Floats],
    quoted: Sequence[str] = (),
) -> pl.DataFrame:
    """One row per origin × horizon: what each of `series` adds to the nowcast's location (log-distance from the anchor).

    parts: horizon -> (n_origins, n_series).  A column is named `<id>_contribution`.
    quoted: the kind of quote that each origin's nowcast rests on, the column `quote`.
    """
    names = [f"{name}{CONTRIBUTION}" for name in series]
    keys = {"origin_date": pl.Date, "horizon": pl.String, "quote": pl.String}
    frames = [pl.DataFrame(schema=keys | dict.fromkeys(names, pl.Float64))]
    for horizon, values in parts.items():
        rounded = round_significant(values)
        columns = {
            "origin_date": history.days[origins],
            "horizon": np.full(len(origins), horizon),
            "quote": list(quoted),
        }
        frames.append(pl.DataFrame(columns | {name: rounded[:, i] for i, name in enumerate(names)}))
    return pl.concat(frames).sort("origin_date", "horizon")


def calibrated_frame(
    history: History,
    origins: NDArray[np.int64],
    regimes: Sequence[str],
    quantiles: Mapping[str, Mapping[str, Floats]],
    actual: Mapping[str, Floats],
) -> pl.DataFrame:
    """data/forecasts/calibrated.parquet: one row per origin × horizon × model, CLP per USD.

    quantiles: horizon -> model -> (n, 25) log-distances.  actual: horizon -> (n,), NaN until matured.
    """
    parts = []
    for horizon, by_model in quantiles.items():
        targets = history.targets(horizon)
        for model, values in by_model.items():
            keys = _keys(history, origins, targets.dates[origins], targets.steps[origins], horizon, model)
            keys |= {"regime": np.asarray(regimes), "actual": actual[horizon]}
            parts.append(_rows(keys, history.anchor[origins], values))
    order = ["origin_date", "target_date", "horizon", "model", "regime", "steps", "anchor", "actual", *COLUMNS]
    return _sorted(parts).select(order).with_columns(pl.col("actual").fill_nan(None))


def multipliers_frame(history: History, origins: NDArray[np.int64], multipliers: Mapping[str, Floats]) -> pl.DataFrame:
    """data/multipliers.parquet: per origin × horizon the regime multiplier in what is published.

    multipliers: by horizon, (n,).
    """
    parts = [
        pl.DataFrame(
            {
                "origin_date": history.days[origins],
                "horizon": np.full(len(origins), horizon),
                "multiplier": round_significant(multiplier),
            }
        )
        for horizon, multiplier in multipliers.items()
    ]
    return pl.concat(parts).sort("origin_date", "horizon")


def raw_predictive(raw: pl.DataFrame, anchor: Floats, origins: Dates) -> dict[str, dict[str, Predictive]]:
    """Horizon -> model -> predictive, read back from a raw frame whose origins are `origins`.  Raises DataError for others."""
    predictive: dict[str, dict[str, Predictive]] = {}
    for (horizon, model), rows in raw.partition_by("horizon", "model", as_dict=True, maintain_order=True).items():
        if not np.array_equal(rows["origin_date"].to_numpy(), origins):
            raise DataError(
                f"data/forecasts/raw.parquet: {model} at {horizon} has other origins than the rest. "
                "`dvc repro --force fit` makes it anew."
            )
        predictive.setdefault(str(horizon), {})[str(model)] = Predictive(
            location=rows["location"].to_numpy(),
            scale=rows["scale"].to_numpy(),
            quantiles=np.log(rows.select(COLUMNS).to_numpy() / anchor[:, None]),
        )
    return predictive


def _keys(
    history: History, origins: NDArray[np.int64], targets: Dates, steps: NDArray[np.int64], horizon: str, model: str
) -> dict[str, NDArray]:
    count = len(origins)
    return {
        "origin_date": history.days[origins],
        "target_date": targets,
        "horizon": np.full(count, horizon),
        "model": np.full(count, model),
        "steps": steps.astype(np.int32),
    }


def _rows(keys: dict[str, NDArray], anchor: Floats, log_distances: Floats) -> pl.DataFrame:
    clp = round_clp(anchor[:, None] * np.exp(log_distances))
    # Rounding keeps the order, and equal neighbours are not a crossing.
    return pl.DataFrame({**keys, "anchor": anchor, **{name: clp[:, i] for i, name in enumerate(COLUMNS)}})


def _sorted(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).sort("origin_date", "horizon", "model")
