"""The library for a notebook: from a store to calibrated forecasts and their scores, on frames, without DVC.

Each function takes what the one before it returns. Frames that people give may be polars or pandas; what comes back is polars.
The pipeline does the same on files and more: it sets wrong rows aside, calls regimes and watches what it forecasts.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from forex.calibration.calibrate import calibrate as calibrated_quantiles
from forex.calibration.inputs import actuals, calibration_inputs
from forex.core import installed
from forex.core.errors import DataError
from forex.core.names import PUBLISHED, RANDOM_WALK, percent
from forex.core.quantiles import COLUMNS, central_pair
from forex.models.naive import MIN_RETURNS
from forex.models.registry import build, settings
from forex.observations import align
from forex.observations.history import forecast_origins, from_panel
from forex.observations.store import PERCENT, TARGET, read_series, read_series_list
from forex.params import Params, load_params
from forex.statistics.forecasts import calibrated_frame, raw_frame
from forex.statistics.scores import matured

if TYPE_CHECKING:
    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

HORIZONS: Final = ("1d", "7d", "15d", "30d", "90d")
LEVELS: Final = (0.5, 0.8, 0.95)
NO_REGIME: Final = "UNKNOWN"
NEEDED: Final = ("date", "value", "known_at")


def read_store(folder: str | Path | None = None) -> dict[str, pl.DataFrame]:
    """Read every series of a store.

    Args:
        folder: The store: a folder with a file per series and `series.yaml`. The sample that comes with the package by default.

    Returns:
        By id of the series, a frame with a row per observation: `date` (the day it is about), `value` (in the unit of
        `series.yaml`; CLP per USD for `usdclp`), `known_at` (UTC, from when it was public) and `unit`.

    Raises:
        UsageError: The folder or `series.yaml` is missing or malformed.
        DataError: A file is missing, or has a row that cannot be read; the message names file, line and value.

    >>> store = read_store()
    >>> len(store), store["usdclp"].columns
    (20, ['date', 'value', 'known_at', 'unit'])
    """
    store = installed.project_files() / "data/sample" if folder is None else Path(folder)
    return {
        name: read_series(store, name, series).select(*NEEDED, unit=pl.lit(series.unit))
        for name, series in read_series_list(store).items()
    }


def panel(
    series: "Mapping[str, Frame]",
    *,
    as_of: str | None = None,
    cut_off: str = "15:00",
    quotes: Collection[str] = (),
) -> pl.DataFrame:
    """Join the series point in time: a row per business day with what was known at its cut-off.

    Nothing is set aside: a wrong value enters as it is.

    Args:
        series: By id, frames with `date`, `value` and `known_at` (UTC), as `read_store` returns them; `usdclp`, the dólar
            observado in CLP per USD, has to be among them. The column `unit` may say "percent": moves are then differences.
        as_of: The newest origin is the last business day on or before this day, "2024-11-27". By default the last day on which
            a value of `usdclp` became known.
        cut_off: Local time in Santiago up to which a day's origin knows what was published.
        quotes: Ids of the series that are prices of the dollar in pesos.

    Returns:
        A row per business day. The columns are described in `forex.observations.align.panel`.

    Raises:
        DataError: `usdclp` or a column is missing.
        TooLittleData: There is no value of `usdclp` on or before `as_of`.

    >>> table = panel(read_store(), as_of="2024-11-27")
    >>> table.select("origin_date", "anchor", "anchor_date", "eur_age").row(-2)
    (datetime.date(2024, 11, 27), 975.06, datetime.date(2024, 11, 27), 0)
    """
    if TARGET not in series:
        raise DataError(
            f"{TARGET}: not among the series ({', '.join(series) or 'none'}). It is the one that is forecast."
        )
    frames = {name: _observations(name, frame) for name, frame in series.items()}
    in_per_cent = {name for name, frame in frames.items() if frame["unit"].eq(PERCENT).any()}
    target = frames.pop(TARGET)
    day = as_of or str(target["known_at"].dt.convert_time_zone("America/Santiago").dt.date().max())
    return align.panel(target, frames, in_per_cent, set(quotes), as_of=day, cut_off=cut_off)


def fit(
    panel: pl.DataFrame, *, horizons: Sequence[str] = HORIZONS, models: Sequence[str] = (), params: Params | None = None
) -> pl.DataFrame:
    """Forecast with every model at every origin.

    Args:
        panel: As `panel` returns it.
        horizons: Calendar days ahead, "1d" to "365d".
        models: Names of declared models; those of `params` by default. `calibrate` needs those of `params.calibrate.conformal`.
        params: As `forex.params.load_params` reads them; those that come with the package by default.

    Returns:
        A row per origin, horizon and model: `origin_date`, `target_date`, `horizon`, `model`, `steps` (business days), `anchor`
        (CLP per USD), the quantiles `q0.005` to `q0.995` (CLP per USD), `location` and `scale` (log-distances from the anchor).

    Raises:
        TooLittleData: The history is shorter than `params.fit.first_origin` business days.
        ParamsError: A model is not declared, or its settings are missing.

    >>> table = fit(panel(read_store(), as_of="2009-03-31"), horizons=["7d"], models=["random_walk"])
    >>> table.filter(origin_date=table["origin_date"].max())["q0.5"].to_list() == table["anchor"].tail(1).to_list()
    True
    """
    chosen = _params(params).fit
    if models:
        chosen = chosen.model_copy(update={"models": tuple(models)})
    history = from_panel(panel)
    origins = forecast_origins(
        history, first_origin=chosen.first_origin, warm_up=chosen.warm_up, min_returns=MIN_RETURNS
    )
    made = {name: model.forecast(history, origins, list(horizons)) for name, model in build(chosen).items()}
    return raw_frame(history, origins, made)


def calibrate(
    raw: pl.DataFrame, panel: pl.DataFrame, *, regimes: pl.DataFrame | None = None, params: Params | None = None
) -> pl.DataFrame:
    """Widen or narrow the forecasts to the coverage that they promise, by what had matured at each origin.

    Args:
        raw: As `fit` returns it.
        panel: The one that `raw` was made from.
        regimes: `origin_date` and `regime` of every origin; without it no origin counts as stressed.
        params: As in `fit`.

    Returns:
        A row per origin, horizon and model, in the columns of data/forecasts/calibrated.parquet: beside the keys `regime`,
        `actual` (CLP per USD, null until matured) and the 25 quantiles. The model `published` is what users get. Origins
        before `params.fit.first_origin`, or with fewer matured scores than `params.calibrate.min_scores`, are left out.

    Raises:
        TooLittleData: No origin has enough matured scores.

    >>> table = panel(read_store(), as_of="2009-03-31")
    >>> calibrated = calibrate(fit(table, horizons=["7d"]), table)
    >>> calibrated.filter(pl.col("model") == "published").select("origin_date", "target_date", "actual", "q0.5").row(0)
    (datetime.date(2007, 3, 26), datetime.date(2007, 4, 2), 539.21, 537.4858)
    """
    chosen = _params(params)
    horizons = raw["horizon"].unique(maintain_order=True).to_list()
    history = from_panel(panel)
    if regimes is None:
        regimes = raw.select("origin_date", regime=pl.lit(NO_REGIME)).unique()
    inputs = calibration_inputs(history, raw, regimes, horizons)
    found, first = calibrated_quantiles(inputs.predictive, inputs.outcomes, chosen.calibrate, inputs.regimes)
    kept = slice(max(first, chosen.fit.first_origin - 1 - int(inputs.origins[0])), None)
    origins = inputs.origins[kept]
    return calibrated_frame(
        history,
        origins,
        inputs.regimes[kept].tolist(),
        {
            horizon: {model: values[kept] for model, values in result.quantiles.items()}
            for horizon, result in found.items()
        },
        {horizon: actuals(history, panel, origins, horizon) for horizon in horizons},
    )


def latest(calibrated: pl.DataFrame, *, model: str = PUBLISHED, levels: Sequence[float] = LEVELS) -> pl.DataFrame:
    """The newest origin's forecast as a table for people.

    Args:
        calibrated: As `calibrate` returns it.
        model: Whose forecast.
        levels: Nominal coverages of the intervals, pairs of the quantile grid.

    Returns:
        A row per horizon, the shortest first: `origin_date`, `horizon`, `target_date`, `anchor`, `median`, and for each level
        `lower_80`, `upper_80`; CLP per USD with two decimals.

    Raises:
        ValueError: A level is no pair of the grid.

    >>> table = panel(read_store(), as_of="2009-03-31")
    >>> latest(calibrate(fit(table, horizons=["7d"]), table), levels=[0.8]).rows()
    [(datetime.date(2009, 3, 31), '7d', datetime.date(2009, 4, 7), 582.1, 578.89, 561.78, 595.9)]
    """
    rows = calibrated.filter(pl.col("model") == model, pl.col("origin_date") == pl.col("origin_date").max())
    ends = {level: central_pair(level) for level in levels}
    return rows.sort("target_date").select(
        "origin_date",
        "horizon",
        "target_date",
        pl.col("anchor").round(2),
        pl.col("q0.5").round(2).alias("median"),
        *(
            pl.col(COLUMNS[at]).round(2).alias(f"{side}_{percent(level)}")
            for level, pair in ends.items()
            for side, at in zip(("lower", "upper"), pair, strict=True)
        ),
    )


def score(
    calibrated: pl.DataFrame, *, levels: Sequence[float] = LEVELS, origins_from: str | None = None
) -> pl.DataFrame:
    """Measure the forecasts whose outcome is known.

    Args:
        calibrated: As `calibrate` returns it, or data/forecasts/calibrated.parquet.
        levels: Nominal coverages, pairs of the quantile grid; the interval score is that of the last.
        origins_from: The first origin that counts, "2010-01-01"; all of them by default.

    Returns:
        A row per horizon and model: `n` (forecasts), `coverage_80` and so on (shares of outcomes inside the interval; each
        should be its level), `crps` and `interval_score_95` (CLP, lower is better), and `crps_skill_pct` (how far CRPS lies below
        that of `random_walk`, in per cent; null where that is not among the models).

    Raises:
        DataError: The frame does not keep the contract of calibrated.parquet.

    >>> store = read_store()
    >>> table = panel(store, as_of="2010-03-31")
    >>> scores = score(calibrate(fit(table, horizons=["1d"]), table))
    >>> published = scores.row(by_predicate=pl.col("model") == "published", named=True)
    >>> published["n"], round(published["coverage_80"], 2), round(published["crps_skill_pct"], 1)
    (746, 0.79, 15.6)
    """
    tables = []
    for horizon in calibrated["horizon"].unique(maintain_order=True):
        table = matured(calibrated, horizon, origins_from=origins_from)
        crps = table.crps.mean(axis=0)
        walk = crps[table.models.index(RANDOM_WALK)] if RANDOM_WALK in table.models else np.nan
        columns: dict[str, Any] = {"horizon": [horizon] * len(table.models), "model": table.models}
        columns["n"] = np.full(len(table.models), table.n)
        columns |= {f"coverage_{percent(level)}": table.covered(level).mean(axis=0) for level in levels}
        columns |= {
            "crps": crps,
            f"interval_score_{percent(levels[-1])}": table.interval_score(levels[-1]).mean(axis=0),
        }
        tables.append(pl.DataFrame(columns | {"crps_skill_pct": 100 * (1 - crps / walk)}))
    return pl.concat(tables).with_columns(pl.col("crps_skill_pct").fill_nan(None))


def _observations(name: str, given: Any) -> pl.DataFrame:
    """Sorted rows with a value, their instants in UTC, and `usable_at`: from when each may be used."""
    frame = given if isinstance(given, pl.DataFrame) else pl.from_pandas(given)
    missing = [column for column in NEEDED if column not in frame.columns]
    if missing:
        raise DataError(
            f"{name}: no column {', '.join(missing)}, only {', '.join(frame.columns)}. Add it to the frame."
        )
    unit = pl.col("unit") if "unit" in frame.columns else pl.lit("")
    rows = frame.select(
        pl.col("date").cast(pl.Date),
        pl.col("value").cast(pl.Float64),
        pl.col("known_at").cast(pl.Datetime("us", "UTC")),
        unit=unit,
    )
    return rows.drop_nulls("value").sort("date", "known_at").with_columns(usable_at=pl.col("known_at"))


def _params(given: Params | None) -> Params:
    if given is not None:
        return given
    return load_params(path=installed.project_files() / "params.yaml", declared={"fit": settings()})
