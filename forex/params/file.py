"""params.yaml as a validated, frozen, typed object.

The file is read once per process; a stage names the top-level keys it reads and sees no others, so that what dvc.yaml declares can
be compared with what the code uses.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, Field, StrictStr, ValidationError, model_validator

from forex.core.errors import ParamsError, yaml_fault
from forex.core.names import ENSEMBLE, calibrated_name
from forex.params.alerts import Alerts
from forex.params.calibrate import Calibrate
from forex.params.data import Ingest, Validate
from forex.params.drift import Drift
from forex.params.fetch import Fetch
from forex.params.fit import Fit
from forex.params.gate import Gate
from forex.params.ledger import Ledger
from forex.params.readiness import Readiness
from forex.params.regimes import Regimes
from forex.params.reports import Evaluate, Performance, Report
from forex.params.types import Block, Date, Horizon, Level, clock_time, unique
from forex.params.usdclp import UsdClp

PARAMS_FILE = Path("params.yaml")


class Params(Block):
    as_of: Date
    cut_off: Annotated[StrictStr, AfterValidator(clock_time)]
    horizons: Annotated[tuple[Horizon, ...], Field(min_length=1), AfterValidator(unique)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1), AfterValidator(unique)]
    ingest: Ingest
    validate_: Validate = Field(alias="validate")
    regimes: Regimes
    fit: Fit
    calibrate: Calibrate
    performance: Performance
    drift: Drift
    alerts: Alerts
    readiness: Readiness
    ledger: Ledger
    evaluate: Evaluate
    report: Report
    gate: Gate
    usdclp: UsdClp
    fetch: Fetch

    @model_validator(mode="after")
    def _models_exist(self) -> "Params":
        """Each list of models draws on what the steps before it make."""
        made = [*self.fit.models]
        _known("calibrate.conformal", self.calibrate.conformal, made)
        calibrated = [*made, *(calibrated_name(name) for name in self.calibrate.conformal)]
        _known("calibrate.ensemble.members", self.calibrate.ensemble.members, calibrated)
        _known("calibrate.published.model", (self.calibrate.published.model,), [*calibrated, ENSEMBLE])
        return self

    @model_validator(mode="after")
    def _fetched_has_bounds(self) -> "Params":
        """What is fetched is screened."""
        for name in [*self.fetch.series, self.fetch.quote.series]:
            if name not in self.validate_.bounds:
                raise ValueError(f"fetch.series: {name} has no entry in validate.bounds; add one, or remove it")
        return self


def _known(key: str, names: tuple[str, ...], made: list[str]) -> None:
    unknown = [name for name in names if name not in made]
    if unknown:
        raise ValueError(f"{key}: {unknown[0]} is not made; expected names among {', '.join(dict.fromkeys(made))}")


class _Selected:
    """The params a stage declared; any other key is an AttributeError."""

    def __init__(self, params: Params, keys: tuple[str, ...]):
        for key in keys:
            setattr(self, key, getattr(params, "validate_" if key == "validate" else key))


def load_params(*keys: str, path: Path = PARAMS_FILE) -> Params:
    """The validated params.yaml; with `keys`, an object that has those top-level keys only (`validate` as `.validate`).

    Raises ParamsError naming each wrong key, what it holds and what is allowed.
    """
    params = parse_params(_read(path), path)
    return cast(Params, _Selected(params, keys)) if keys else params


def parse_params(text: str, path: Path) -> Params:
    """The validated params of a text; `path` is the name that messages give it.  Raises ParamsError as `load_params`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return _validated(YAML(typ="safe").load(text), path)
    except YAMLError as error:
        raise _unreadable(path, error) from error


def plain(value: Any) -> Any:
    """A part of the params as numbers, texts, lists and mappings, for hashing."""
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ParamsError(f"{path}: not found. Run from the project's folder, or restore the file with git.") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ParamsError:
    return ParamsError(f"{path}: not readable as YAML: {yaml_fault(error)}")


def _validated(content: Any, path: Path) -> Params:
    try:
        return Params.model_validate(_tuples(content), strict=True)
    except ValidationError as error:
        lines = [f"{path}: {_explain(problem)}" for problem in error.errors()]
        raise ParamsError("\n".join(lines)) from error


def _tuples(content: Any) -> Any:
    """YAML's lists as tuples: validation is strict, so that neither "10" nor true passes for a number."""
    if isinstance(content, dict):
        return {key: _tuples(value) for key, value in content.items()}
    return tuple(_tuples(value) for value in content) if isinstance(content, list) else content


def _explain(problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "the file"
    if problem["type"] == "value_error" and isinstance(
        problem["input"], dict
    ):  # says itself which of its keys is wrong
        said = str(problem["msg"]).removeprefix("Value error, ")
        return f"{key}: {said}" if problem["loc"] else said
    if problem["type"] == "missing":
        return f"{key} is missing"
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a key that anything reads; remove it or correct its name"
    if isinstance(problem["input"], dt.date):
        return f'{key} = {problem["input"]}: expected a text; write it in double quotes, "{problem["input"]}"'
    held = list(problem["input"]) if isinstance(problem["input"], tuple) else problem["input"]
    allowed = problem["msg"].removeprefix("Value error, ").replace("a valid tuple", "a list")
    return f"{key} = {held!r}: {allowed}"
