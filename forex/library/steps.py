"""From a store to calibrated forecasts and their scores, on frames.

Each function takes what the one before it returns. Frames that people give may be polars or pandas; what comes back is polars.
The pipeline does the same on files and more: it sets wrong rows aside, calls regimes and watches what it forecasts.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from pydantic import ValidationError

from forex.calibration.calibrate import calibrate as calibrated_quantiles
from forex.calibration.inputs import actuals, calibration_inputs
from forex.core import installed
from forex.core.errors import DataError, ParamsError, TooLittleData, UsageError
from forex.core.faults import in_words
from forex.core.names import (
    BENCHMARKS,
    CENTRED,
    ENSEMBLE,
    NOWCAST,
    PUBLISHED,
    RANDOM_WALK,
    calibrated_name,
    centred_name,
    percent,
)
from forex.core.quantiles import COLUMNS, central_pair
from forex.library import arguments, frames
from forex.models.naive import MIN_RETURNS
from forex.models.registry import build, declared, settings
from forex.observations import align
from forex.observations.history import forecast_origins, from_panel
from forex.observations.store import PERCENT, TARGET, read_series, read_series_list
from forex.params import Fit, OpenBlock, Params, load_params
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
    as_of: str | dt.date | None = None,
    cut_off: str = "15:00",
    quotes: Collection[str] = (),
) -> pl.DataFrame:
    """Join the series point in time: a row per business day with what was known at its cut-off.

    Nothing is set aside: a wrong value enters as it is, or is refused where nothing can be computed with it.

    Args:
        series: By id, frames with `date` (days), `value` (positive) and `known_at` (instants of any time zone; without one they
            are UTC), as `read_store` returns them; `usdclp`, the dólar observado in CLP per USD, has to be among them. The column
            `unit` may say "percent": moves are then differences, and values may be zero or negative. A row whose value is null or
            NaN is left out, as an empty value of a store is.
        as_of: The newest origin is the last business day on or before this day, "2024-11-27". By default the last day on which
            a value of `usdclp` became known.
        cut_off: Local time in Santiago up to which a day's origin knows what was published.
        quotes: Ids of those of the series that are prices of the dollar in pesos.

    Returns:
        A row per business day. The columns are described in `forex.observations.align.panel`.

    Raises:
        DataError: `usdclp` or a column is missing; a column is of another type; a row has no date or known_at, a value that is
            infinite or has no logarithm, or another value than a row of the same date and known_at.
        TooLittleData: There is no value of `usdclp` on or before `as_of`, or a series has none at all.
        UsageError: `as_of` is no day, `cut_off` no time of day, or `quotes` names what is not among the series.

    >>> table = panel(read_store(), as_of="2024-11-27")
    >>> table.select("origin_date", "anchor", "anchor_date", "eur_age").row(-2)
    (datetime.date(2024, 11, 27), 975.06, datetime.date(2024, 11, 27), 0)
    """
    given = {name: frames.observations(name, frame) for name, frame in frames.series(series).items()}
    in_per_cent = {name for name, frame in given.items() if frame["unit"].eq(PERCENT).any()}
    quoting = arguments.quotes(quotes, given, in_per_cent)
    usable = {name: frame.with_columns(usable_at=pl.col("known_at")) for name, frame in given.items()}
    target = usable.pop(TARGET)
    newest = target["known_at"].dt.convert_time_zone("America/Santiago").dt.date().max()
    day = arguments.day("as_of", str(newest) if as_of is None else as_of)
    return align.panel(target, usable, in_per_cent, quoting, as_of=day, cut_off=arguments.time("cut_off", cut_off))


def fit(
    panel: "Frame", *, horizons: Sequence[str] = HORIZONS, models: Sequence[str] = (), params: Params | None = None
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
        DataError: `panel` is not what `panel` returns: a column, its type, the order of days or a number is another.
        TooLittleData: The history is shorter than `params.fit.first_origin` business days.
        UsageError: A horizon is none, or comes twice.
        ParamsError: A model is not declared, or its settings are missing.

    >>> table = fit(panel(read_store(), as_of="2009-03-31"), horizons=["7d"], models=["random_walk"])
    >>> table.filter(origin_date=table["origin_date"].max())["q0.5"].to_list() == table["anchor"].tail(1).to_list()
    True
    """
    chosen = _params(params).fit
    if names := arguments.words("models", models, 'names of models such as ["random_walk"]'):
        _refuse_undeclared(names, chosen)
        chosen = chosen.model_copy(update={"models": tuple(names)})
    ahead = arguments.horizons(horizons)
    history = from_panel(frames.panel(panel))
    origins = forecast_origins(
        history, first_origin=chosen.first_origin, warm_up=chosen.warm_up, min_returns=MIN_RETURNS
    )
    made = {name: model.forecast(history, origins, ahead) for name, model in build(chosen).items()}
    return raw_frame(history, origins, made)


def calibrate(
    raw: "Frame", panel: "Frame", *, regimes: "Frame | None" = None, params: Params | None = None
) -> pl.DataFrame:
    """Widen or narrow the forecasts to the coverage that they promise, by what had matured at each origin.

    Args:
        raw: As `fit` returns it.
        panel: The one that `raw` was made from, or one that only adds later days.
        regimes: `origin_date` and `regime` of every origin; without it no origin counts as stressed.
        params: As in `fit`.

    Returns:
        A row per origin, horizon and model, in the columns of data/forecasts/calibrated.parquet: beside the keys `regime`,
        `actual` (CLP per USD, null until matured) and the 25 quantiles. The model `published` is what users get. Origins
        before `params.fit.first_origin`, or with fewer matured scores than `params.calibrate.min_scores`, are left out.

    Raises:
        DataError: A frame is not what the function before returns; `raw` was made from another panel, or lacks a model that
            `params` calibrates or publishes; or an origin has no regime.
        TooLittleData: No origin has enough matured scores.

    >>> table = panel(read_store(), as_of="2009-03-31")
    >>> calibrated = calibrate(fit(table, horizons=["7d"]), table)
    >>> calibrated.filter(pl.col("model") == "published").select("origin_date", "target_date", "actual", "q0.5").row(0)
    (datetime.date(2007, 3, 26), datetime.date(2007, 4, 2), 539.21, 537.4858)
    """
    chosen = _params(params)
    forecasts, table = frames.raw(raw), frames.panel(panel)
    frames.refuse_another_panel(forecasts, table)
    _refuse_missing_models(forecasts, chosen)
    horizons = forecasts["horizon"].unique(maintain_order=True).to_list()
    history = from_panel(table)
    if regimes is None:
        of_origins = forecasts.select("origin_date", regime=pl.lit(NO_REGIME)).unique()
    else:
        of_origins = frames.regimes(regimes, forecasts["origin_date"])
    inputs = calibration_inputs(history, forecasts, of_origins, horizons)
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
        {horizon: actuals(history, table, origins, horizon) for horizon in horizons},
    )


def latest(calibrated: "Frame", *, model: str = PUBLISHED, levels: Sequence[float] = LEVELS) -> pl.DataFrame:
    """The newest origin's forecast as a table for people.

    Args:
        calibrated: As `calibrate` returns it.
        model: Whose forecast.
        levels: Nominal coverages of the intervals, pairs of the quantile grid.

    Returns:
        A row per horizon, the shortest first: `origin_date`, `horizon`, `target_date`, `anchor`, `median`, and for each level
        `lower_80`, `upper_80`; CLP per USD with two decimals.

    Raises:
        DataError: The frame does not keep the contract of calibrated.parquet.
        UsageError: The model is not in it.
        ValueError: A level is no pair of the grid, or comes twice.

    >>> table = panel(read_store(), as_of="2009-03-31")
    >>> latest(calibrate(fit(table, horizons=["7d"]), table), levels=[0.8]).rows()
    [(datetime.date(2009, 3, 31), '7d', datetime.date(2009, 4, 7), 582.1, 578.89, 561.78, 595.9)]
    """
    frame = frames.calibrated(calibrated)
    ends = {level: central_pair(level) for level in arguments.levels(levels)}
    rows = frame.filter(pl.col("model") == model, pl.col("origin_date") == pl.col("origin_date").max())
    if not rows.height:
        newest = frame.filter(pl.col("origin_date") == pl.col("origin_date").max())
        listed = ", ".join(newest["model"].unique().sort())
        raise UsageError(
            f"model: no forecast of {model!r} at the newest origin, {newest['origin_date'][0]}; of {listed}."
        )
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
    calibrated: "Frame", *, levels: Sequence[float] = LEVELS, origins_from: str | dt.date | None = None
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
        TooLittleData: At some horizon no outcome is known, or none from `origins_from` on.
        UsageError: `origins_from` is no day.
        ValueError: There is no level, one is no pair of the grid, or comes twice.

    >>> store = read_store()
    >>> table = panel(store, as_of="2010-03-31")
    >>> scores = score(calibrate(fit(table, horizons=["1d"]), table))
    >>> published = scores.row(by_predicate=pl.col("model") == "published", named=True)
    >>> published["n"], round(published["coverage_80"], 2), round(published["crps_skill_pct"], 1)
    (746, 0.79, 15.6)
    """
    frame, shares = frames.calibrated(calibrated), arguments.levels(levels)
    if not shares:
        raise ValueError("levels: expected at least one, such as [0.8]; the interval score is that of the last")
    since = None if origins_from is None else arguments.day("origins_from", origins_from)
    tables = []
    for horizon in frame["horizon"].unique(maintain_order=True):
        table = matured(frame, horizon, origins_from=since)
        if not table.n:
            raise TooLittleData(_unscored(frame, horizon, since))
        crps = table.crps.mean(axis=0)
        walk = crps[table.models.index(RANDOM_WALK)] if RANDOM_WALK in table.models else np.nan
        columns: dict[str, Any] = {"horizon": [horizon] * len(table.models), "model": table.models}
        columns["n"] = np.full(len(table.models), table.n)
        columns |= {f"coverage_{percent(level)}": table.covered(level).mean(axis=0) for level in shares}
        columns |= {
            "crps": crps,
            f"interval_score_{percent(shares[-1])}": table.interval_score(shares[-1]).mean(axis=0),
        }
        tables.append(pl.DataFrame(columns | {"crps_skill_pct": 100 * (1 - crps / walk)}))
    return pl.concat(tables).with_columns(pl.col("crps_skill_pct").fill_nan(None))


def _unscored(calibrated: pl.DataFrame, horizon: str, since: str | None) -> str:
    """Why a horizon has no score."""
    known = calibrated.filter(pl.col("horizon") == horizon, pl.col("actual").is_not_null())["origin_date"]
    if len(known):
        return (
            f"origins_from: at {horizon} no outcome is known from {since} on; the last origin with one is {max(known)}."
        )
    return f"calibrated: no outcome at {horizon} is known. Use a later as_of, or leave the horizon out of the frame."


def _refuse_undeclared(models: Sequence[str], fit: Fit) -> None:
    known = declared()
    for name in models:
        if name not in known:
            raise ParamsError(f"models: {name!r} is not a model; those are {', '.join(known)}.")
        if known[name].settings is not None and name not in fit.given():
            raise ParamsError(f"models: {name} has no settings in params.fit. Add them to the params, or leave it out.")


def _refuse_missing_models(raw: pl.DataFrame, params: Params) -> None:
    """What is calibrated has to be there at every horizon, and so has what the ensemble and `published` are made of."""
    chosen = params.calibrate
    for (horizon,), rows in raw.group_by("horizon", maintain_order=True):
        there = rows["model"].unique().sort().to_list()
        made = {name for name in there if name in BENCHMARKS} | {calibrated_name(name) for name in chosen.conformal}
        made |= {centred_name(name) for name in CENTRED if NOWCAST in there and name in there} | {ENSEMBLE}
        wanted = {name: name in there for name in chosen.conformal}
        wanted |= {
            name: name in made for name in (*chosen.ensemble.members, chosen.published.model) if name not in wanted
        }
        if lacking := [name for name, found in wanted.items() if not found]:
            raise DataError(
                f"raw: at {horizon!s} there is {', '.join(there)}; params.calibrate needs {', '.join(lacking)} as well. Fit "
                "what is lacking, or change the params."
            )


def _params(given: Params | None) -> Params:
    if isinstance(given, Params):
        own: OpenBlock = given.fit
        if own.declared is None:  # read without what the models declare
            try:
                own = Fit.closed(settings()).model_validate(own.model_dump())
            except ValidationError as error:
                problem = error.errors()[0]
                raise ParamsError(f"params.fit: {'.'.join(map(str, problem['loc']))}: {in_words(problem)}.") from error
        return given.model_copy(update={"fit": own})
    if given is not None:
        raise ParamsError(f"params: expected what forex.params.load_params returns, got {type(given).__name__}.")
    return load_params(path=installed.project_files() / "params.yaml", declared={"fit": settings()})
