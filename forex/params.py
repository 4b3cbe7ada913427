"""params.yaml as a validated, frozen, typed object.

The file is read once per process; a stage names the top-level keys it reads and sees no others, so that what dvc.yaml declares can
be compared with what the code uses.
"""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    StrictStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from forex.errors import ParamsError
from forex.names import ENSEMBLE, MODELS, calibrated_name
from forex.quantiles import central_pair

PARAMS_FILE = Path("params.yaml")

Severity = Literal["critical", "warning"]
Tier = Literal["critical", "important", "optional"]
Stressed = Literal["HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION"]
Probability = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveFloat = Annotated[float, Field(gt=0)]


def _date(text: str) -> str:
    try:
        parsed = dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'expected a date like "2024-11-27", got "{text}"') from error
    if parsed.isoformat() != text:
        raise ValueError(f'expected a date like "2024-11-27", got "{text}"')
    return text


def clock_time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f'expected a time of day like "15:00", got "{text}"')
    return text


def _horizon(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,2}d", text) or int(text[:-1]) > 365:
        raise ValueError(f'expected calendar days from "1d" to "365d", got "{text}"')
    return text


def _level(value: float) -> float:
    central_pair(value)
    return value


Horizon = Annotated[StrictStr, AfterValidator(_horizon)]
Level = Annotated[float, AfterValidator(_level)]


def _model(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"expected a model, one of {', '.join(MODELS)}, got {name}")
    return name


Model = Annotated[StrictStr, AfterValidator(_model)]


def _known(key: str, names: tuple[str, ...], made: list[str]) -> None:
    unknown = [name for name in names if name not in made]
    if unknown:
        raise ValueError(f"{key}: {unknown[0]} is not made; expected names among {', '.join(dict.fromkeys(made))}")


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise ValueError(f"expected no repetition, got {list(values)}")
    return values


class Ingest(Block):
    store: StrictStr


class Bounds(Block):
    """What a value of one series may be; `max_move` is the largest |value / previous − 1| that needs no confirmation."""

    min: float
    max: float
    max_move: PositiveFloat | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Bounds":
        if not self.min < self.max:
            raise ValueError(f"expected min < max, got {self.min:g} and {self.max:g}")
        return self


class Severities(Block):
    """Severity of each check; a failed critical check stops the run (usdclp) or leaves the series out (any other)."""

    type: Severity
    unique: Severity
    increasing: Severity
    range: Severity
    positive: Severity
    business_day: Severity
    max_move: Severity
    rows: Severity
    staleness: Severity
    longest_gap: Severity
    calendar_agreement: Severity
    set_aside: Severity


class PerTier(Block):
    critical: PositiveInt
    important: PositiveInt
    optional: PositiveInt


class Validate(Block):
    severity: Severities
    min_rows: PerTier
    max_age: PerTier  # business days between a series' last date and as_of
    max_gap: PositiveInt  # business days
    min_calendar_agreement: Share
    max_set_aside: Share
    bounds: dict[str, Bounds]


class Regimes(Block):
    fast_window: PositiveInt
    min_fast: PositiveInt
    reference_window: PositiveInt
    min_reference: PositiveInt
    enter_ratio: PositiveFloat
    exit_ratio: PositiveFloat
    copper_series: tuple[StrictStr, ...]
    copper_window: PositiveInt
    copper_move: Probability
    copper_sigmas: PositiveFloat
    copper_min_reference: PositiveInt
    copper_hold: Annotated[int, Field(ge=0)]
    copper_correlation_window: Annotated[int, Field(ge=3)]
    meeting_effect: Annotated[int, Field(ge=0)]
    meeting_before: Annotated[int, Field(ge=0)]
    meeting_after: Annotated[int, Field(ge=0)]
    meeting_ratio: PositiveFloat
    confidence_days: PositiveInt
    confidence_cuts: tuple[PositiveFloat, ...]
    confidence_prior: Annotated[float, Field(ge=0)]
    uncovered_discount: Share

    @model_validator(mode="after")
    def _consistent(self) -> "Regimes":
        for smaller, larger in (
            ("min_fast", "fast_window"),
            ("min_reference", "reference_window"),
            ("copper_min_reference", "reference_window"),
            ("exit_ratio", "enter_ratio"),
        ):
            if getattr(self, smaller) > getattr(self, larger):
                raise ValueError(
                    f"expected {smaller} ≤ {larger}, got {getattr(self, smaller)} and {getattr(self, larger)}"
                )
        if list(self.confidence_cuts) != sorted(set(self.confidence_cuts)):
            raise ValueError(f"expected increasing confidence_cuts, got {list(self.confidence_cuts)}")
        return self


class GarchT(Block):
    refit_every: PositiveInt


class Nowcast(Block):
    refit_every: PositiveInt
    half_life: PositiveInt
    penalty: PositiveFloat
    floor: Annotated[float, Field(ge=0)]
    largest_move: PositiveFloat
    target_steps: Annotated[int, Field(ge=2)]
    min_rows: PositiveInt
    burn_in: PositiveInt
    half_lives: Annotated[tuple[PositiveFloat, ...], Field(min_length=1), AfterValidator(_unique)]
    persistence: PositiveFloat
    long_run_half_life: PositiveFloat
    calendar_share: Share


class Theta(Block):
    refit_every: PositiveInt


class Chronos(Block):
    model: StrictStr
    context: PositiveInt
    steps: PositiveInt
    batch: PositiveInt


class Fit(Block):
    first_origin: PositiveInt
    warm_up: Annotated[int, Field(ge=0)]
    models: Annotated[tuple[Model, ...], Field(min_length=1), AfterValidator(_unique)]
    garch_t: GarchT
    nowcast: Nowcast
    theta: Theta | None = Field(default=None, validate_default=True)
    chronos: Chronos | None = Field(default=None, validate_default=True)

    @field_validator("theta", "chronos")
    @classmethod
    def _there_if_listed(cls, settings: Block | None, info: ValidationInfo) -> Block | None:
        if settings is None and info.field_name in info.data.get("models", ()):
            raise ValueError(f"models lists {info.field_name}, expected its settings; README.md shows the block to add")
        return settings


class Ensemble(Block):
    members: Annotated[tuple[StrictStr, ...], Field(min_length=1), AfterValidator(_unique)]
    half_life: PositiveInt
    sharpness: Annotated[float, Field(ge=0)]
    shrinkage: Share


class Published(Block):
    candidates: Annotated[tuple[StrictStr, ...], Field(min_length=1), AfterValidator(_unique)]
    half_life: PositiveInt
    margin: Share
    min_scores: PositiveInt


class Multipliers(Block):
    """How half-widths grow in stressed regimes; those that are not listed keep a factor of 1."""

    regimes: Annotated[tuple[Stressed, ...], AfterValidator(_unique)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1), AfterValidator(_unique)]
    half_life: PositiveInt
    shrink_weight: PositiveFloat
    maximum: Annotated[float, Field(ge=1, le=2.5)]
    draws: Annotated[int, Field(ge=100, le=100_000)]
    block_steps: Annotated[float, Field(ge=1)]
    band: Probability
    seed: Annotated[int, Field(ge=0)]


class Calibrate(Block):
    min_scores: PositiveInt
    half_life: PositiveInt
    pool_horizons: tuple[Horizon, ...]
    pool_weight: Annotated[float, Field(ge=0)]
    conformal: Annotated[tuple[Model, ...], Field(min_length=1), AfterValidator(_unique)]
    multipliers: Multipliers
    ensemble: Ensemble
    published: Published


class Performance(Block):
    """The monitor of recent matured forecasts; changes are in per cent of the baseline."""

    windows: Annotated[tuple[PositiveInt, ...], Field(min_length=1), AfterValidator(_unique)]
    baseline: PositiveInt
    min_windows: Annotated[int, Field(ge=3)]
    degraded_pct: PositiveFloat
    critical_pct: PositiveFloat
    significance: Probability

    @model_validator(mode="after")
    def _ordered(self) -> "Performance":
        if not self.degraded_pct < self.critical_pct:
            raise ValueError(
                f"expected degraded_pct < critical_pct, got {self.degraded_pct:g} and {self.critical_pct:g}"
            )
        return self


class Acceptance(Block):
    coverage_tolerance: Mapping[Horizon, Probability]
    regime_tolerance: Probability
    regime_band_horizons: tuple[Horizon, ...]
    max_rmse: PositiveFloat
    max_mape_pct: PositiveFloat
    interval_level: Level
    min_interval_coverage: Probability


class Evaluate(Block):
    from_: Annotated[StrictStr, AfterValidator(_date)] = Field(alias="from")
    min_origins: PositiveInt
    min_independent: PositiveInt
    bandwidth_steps: Annotated[float, Field(ge=1)]
    block_steps: Annotated[float, Field(ge=1)]
    draws: Annotated[int, Field(ge=100, le=100_000)]
    band: Probability
    seed: Annotated[int, Field(ge=0)]
    significance: Probability
    pit_bins: Annotated[int, Field(ge=2, le=100)]
    rolling_window: PositiveInt
    rolling_every: PositiveInt
    acceptance: Acceptance


class Report(Block):
    history_days: PositiveInt


class Params(Block):
    as_of: Annotated[StrictStr, AfterValidator(_date)]
    cut_off: Annotated[StrictStr, AfterValidator(clock_time)]
    horizons: Annotated[tuple[Horizon, ...], Field(min_length=1), AfterValidator(_unique)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1), AfterValidator(_unique)]
    ingest: Ingest
    validate_: Validate = Field(alias="validate")
    regimes: Regimes
    fit: Fit
    calibrate: Calibrate
    performance: Performance
    evaluate: Evaluate
    report: Report

    @model_validator(mode="after")
    def _models_exist(self) -> "Params":
        """Each list of models draws on what the steps before it make."""
        made = [*self.fit.models]
        _known("calibrate.conformal", self.calibrate.conformal, made)
        calibrated = [*made, *(calibrated_name(name) for name in self.calibrate.conformal)]
        _known("calibrate.ensemble.members", self.calibrate.ensemble.members, calibrated)
        _known("calibrate.published.candidates", self.calibrate.published.candidates, [*calibrated, ENSEMBLE])
        return self


class _Selected:
    """The params a stage declared; any other key is an AttributeError."""

    def __init__(self, params: Params, keys: tuple[str, ...]):
        for key in keys:
            setattr(self, key, getattr(params, "validate_" if key == "validate" else key))


def load_params(*keys: str, path: Path = PARAMS_FILE) -> Params:
    """The validated params.yaml; with `keys`, an object that has those top-level keys only (`validate` as `.validate`).

    Raises ParamsError naming each wrong key, what it holds and what is allowed.
    """
    params = _validated(_read(path), path)
    return cast(Params, _Selected(params, keys)) if keys else params


def plain(value: Any) -> Any:
    """A part of the params as numbers, texts, lists and mappings, for hashing."""
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value


def _read(path: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(f"{path}: not found. Run from the project's folder, or restore the file with git.") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error


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
