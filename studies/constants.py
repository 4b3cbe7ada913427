"""What the method's constants are worth: each of them made half and one and a half times as large. `make constants` measures it.

The constants were chosen with the years in view that the scoreboard scores. How much the scores owe to that is bounded by what a
very different choice would have cost: every numeric constant of `fit.nowcast` and of `calibrate`, one at a time and all together,
on the panel of the last run. They are found in the typed params, so that a new one joins by itself.
reports/constants.md is the result, with the sentence that the README repeats.
"""

import json
import multiprocessing
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel
from ruamel.yaml import YAML

from forex.calibration.calibrate import calibrate
from forex.calibration.inputs import actuals, calibration_inputs
from forex.commands.keep.readme import filled
from forex.commands.tables import markdown
from forex.core.disk import write_text
from forex.core.errors import ParamsError
from forex.core.files import read_parquet
from forex.core.names import NOWCAST, PUBLISHED
from forex.models.naive import MIN_RETURNS
from forex.models.registry import build, settings
from forex.observations.history import Floats, History, Ints, forecast_origins, from_panel
from forex.params import PARAMS_FILE, Params, parse_params
from forex.statistics.forecasts import raw_frame
from forex.statistics.predictive import Predictive
from forex.statistics.scores import crps
from forex.timeline.calendar import horizon_days

PANEL, REGIMES = Path("data/panel.parquet"), Path("data/regimes.parquet")
REPORT, PAGE = Path("reports/constants.md"), Path("README.md")
BLOCK = "constants"  # of PAGE
FACTORS = (0.5, 1.5)
TOGETHER = "all together"
NOT_ALLOWED = "not allowed"
WORKERS = 2

Values = Mapping[str, Any]  # by dotted key of params.yaml


def constants(params: Params) -> dict[str, Any]:
    """The numbers, and the lists of numbers, of `fit.nowcast` and `calibrate`, by dotted key."""
    blocks = {f"fit.{NOWCAST}": getattr(params.fit, NOWCAST), "calibrate": params.calibrate}
    return {key: value for name, block in blocks.items() for key, value in _numbers(block, name)}


def _numbers(block: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, field in type(block).model_fields.items():
        value, key = getattr(block, name), f"{prefix}.{field.alias or name}"
        if isinstance(value, BaseModel):
            yield from _numbers(value, key)
        elif isinstance(value, Mapping):
            yield from ((f"{key}.{entry}", part) for entry, part in value.items() if _is_number(part))
        elif _is_number(value) or (isinstance(value, tuple) and value and all(map(_is_number, value))):
            yield key, value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scaled(value: Any, factor: float) -> Any:
    """A constant times the factor; a whole number stays one, and moves by one at least.

    >>> scaled(0.5, 1.5), scaled(3, 0.5), scaled(1, 1.5), scaled((4, 16), 0.5)
    (0.75, 2, 2, [2, 8])
    """
    if isinstance(value, tuple):
        return [scaled(part, factor) for part in value]
    if isinstance(value, float):
        return value * factor
    moved = round(value * factor)
    return moved if moved != value else value + (1 if factor > 1 else -1)


def with_values(content: Mapping[str, Any], values: Values) -> Params | None:
    """The params with each of these keys set; None where params.yaml may not hold that."""
    content = json.loads(json.dumps(content))
    for key, value in values.items():
        *way, last = key.split(".")
        block = content
        for name in way:
            block = block[name]
        block[last] = value
    try:
        return parse_params(json.dumps(content), PARAMS_FILE, declared={"fit": settings()})  # JSON is YAML
    except ParamsError:
        return None


@dataclass(frozen=True)
class Run:
    """The panel of the last run, and what every variant of the params shares: the forecasts of all models but the nowcast."""

    content: Mapping[str, Any]
    params: Params
    history: History
    origins: Ints
    others: Mapping[str, Mapping[str, Predictive]]  # model -> horizon -> predictive


@cache
def run() -> Run:
    """The panel of the last run, with what all variants share; made once a process."""
    content = YAML(typ="safe").load(PARAMS_FILE.read_text(encoding="utf-8"))
    params = with_values(content, {})
    assert params is not None
    history = from_panel(read_parquet(PANEL))
    origins = forecast_origins(
        history, first_origin=params.fit.first_origin, warm_up=params.fit.warm_up, min_returns=MIN_RETURNS
    )
    others = {
        name: model.forecast(history, origins, params.horizons)
        for name, model in build(params.fit).items()
        if name != NOWCAST
    }
    return Run(content, params, history, origins, others)


def losses(values: Values) -> dict[str, Floats] | None:
    """By horizon the CRPS of `published` at every origin, CLP per USD; None where params.yaml may not hold these values.

    NaN before `evaluate.from`, and where nothing has matured or calibration has not begun.
    """
    given = run()
    params = with_values(given.content, values)
    if params is None:
        return None
    nowcast = build(params.fit)[NOWCAST].forecast(given.history, given.origins, params.horizons)
    raw = raw_frame(given.history, given.origins, {**given.others, NOWCAST: nowcast})
    inputs = calibration_inputs(given.history, raw, read_parquet(REGIMES), params.horizons)
    calibrated, first = calibrate(inputs.predictive, inputs.outcomes, params.calibrate, inputs.regimes)
    panel, anchor = read_parquet(PANEL), given.history.anchor[inputs.origins]
    scored = np.arange(len(inputs.origins)) >= first
    scored &= given.history.days[inputs.origins] >= np.datetime64(params.evaluate.from_)
    found = {}
    for horizon, result in calibrated.items():
        actual = actuals(given.history, panel, inputs.origins, horizon)
        loss = crps(actual, anchor[:, None] * np.exp(result.quantiles[PUBLISHED]))
        found[horizon] = np.where(scored, loss, np.nan)
    return found


def change_pct(base: Mapping[str, Floats], other: Mapping[str, Floats]) -> dict[str, float]:
    """By horizon, by how many per cent the mean loss of `other` lies above that of `base`, over what both have scored.

    >>> round(change_pct({"1d": np.array([2.0, 4.0, np.nan])}, {"1d": np.array([np.nan, 4.2, 3.0])})["1d"], 9)
    5.0
    """
    both = {name: np.isfinite(base[name]) & np.isfinite(other[name]) for name in base}
    return {
        name: 100 * float(other[name][rows].mean() / base[name][rows].mean() - 1) if rows.any() else np.nan
        for name, rows in both.items()
    }


def variants(given: Params, content: Mapping[str, Any]) -> dict[tuple[str, float], Values]:
    """What each constant becomes, by key and factor, and under TOGETHER as many of them as params.yaml allows at once."""
    found = {
        (key, factor): {key: scaled(value, factor)} for key, value in constants(given).items() for factor in FACTORS
    }
    for factor in FACTORS:
        together: dict[str, Any] = {}
        for key in constants(given):
            more = together | found[key, factor]
            together = more if with_values(content, more) is not None else together
        found[TOGETHER, factor] = together
    return found


# By key and factor, per cent by horizon; None: not allowed.
Changes = Mapping[tuple[str, float], Mapping[str, float] | None]


def report(given: Params, changes: Changes) -> str:
    """The page reports/constants.md: the sentence of `summary`, and a row for each constant and factor."""
    horizons = sorted(given.horizons, key=horizon_days)
    rows = [["constant", "value", "factor", *horizons]]
    values = {key: str(list(value) if isinstance(value, tuple) else value) for key, value in constants(given).items()}
    for (key, factor), change in changes.items():
        cells = [NOT_ALLOWED] * len(horizons) if change is None else [f"{change[name]:+.2f}" for name in horizons]
        rows.append([f"`{key}`" if key in values else key, values.get(key, ""), f"{factor:g}", *cells])
    return "\n\n".join(
        [
            "# What the constants are worth",
            f"`make constants`, as of {given.as_of}, store `{given.ingest.store}`: the change in the CRPS of `published`, in per "
            f"cent, over the matured origins from {given.evaluate.from_} on, had a constant of `fit.{NOWCAST}` or `calibrate` been "
            f"{' or '.join(f'{factor:g}' for factor in FACTORS)} times as large; above 0 it is worse. Whole numbers stay whole. "
            "What params.yaml does not allow says so, and stays as it is where all are moved together. Constants of what "
            "the store does not have, such as a quote, change nothing.",
            summary(given.horizons, changes),
            markdown(rows),
        ]
    )


def summary(horizons: Sequence[str], changes: Changes) -> str:
    """The sentence that the README repeats."""
    names = sorted(horizons, key=horizon_days)
    told = []
    for factor in FACTORS:
        change = changes[TOGETHER, factor]
        assert change is not None
        told.append(f"{'/'.join(f'{change[name]:+.1f}' for name in names)} % with all of them times {factor:g}")
    alone = {
        (key, factor, name): value
        for (key, factor), change in changes.items()
        if key != TOGETHER and change is not None
        for name, value in change.items()
    }
    key, factor, name = max(alone, key=lambda case: abs(alone[case]))
    return (
        f"CRPS at {'/'.join(names)} changes by {' and by '.join(told)}; of one alone at most by {alone[key, factor, name]:+.1f} % "
        f"(`{key}` times {factor:g}, at {name})."
    )


def main() -> None:
    """Measure every variant, and write the page and the README's sentence."""
    given = run()
    base = losses({})
    assert base is not None
    moved = variants(given.params, given.content)
    # Threads of polars do not survive a fork.
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = []
        for done, loss in enumerate(pool.map(losses, moved.values()), start=1):
            found.append(loss)
            print(f"{done} of {len(moved)} variants", file=sys.stderr, flush=True)
    changes = {
        variant: None if loss is None else change_pct(base, loss) for variant, loss in zip(moved, found, strict=True)
    }
    write_text(REPORT, report(given.params, changes) + "\n")
    said = summary(given.params.horizons, changes)
    write_text(PAGE, filled(PAGE.read_text(encoding="utf-8"), {BLOCK: said}))


if __name__ == "__main__":
    main()
