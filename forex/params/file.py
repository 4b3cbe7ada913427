"""params.yaml as a validated, frozen, typed object.

The file is read once per process; a stage names the top-level keys it reads and sees no others, so that what dvc.yaml declares can
be compared with what the code uses.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, Field, create_model, model_validator

from forex.core.edges.limits import HORIZONS
from forex.core.names import CENTRED, ENSEMBLE, NOWCAST, calibrated_name, centred_name
from forex.params.alerts import Alerts
from forex.params.calibrate import Calibrate
from forex.params.data import Ingest, Validate
from forex.params.drift import Drift
from forex.params.fit import Fit
from forex.params.gate import Gate
from forex.params.open import OpenBlock, Settings
from forex.params.readiness import Readiness
from forex.params.reading import parsed, read
from forex.params.regimes import Regimes
from forex.params.reports import Evaluate, Overall, Performance, Report
from forex.params.types import Block, ClockTime, Date, Horizon, Level, unique
from forex.params.usdclp import UsdClp

PARAMS_FILE = Path("params.yaml")
NOTHING: Mapping[str, Settings] = {}


class Params(Block):
    """The whole of params.yaml.

    as_of: the only "now".  cut_off: the time in Santiago up to which an origin's information counts.  levels: of the central
    intervals that are shown and scored.
    """

    as_of: Date
    cut_off: ClockTime
    horizons: Annotated[tuple[Horizon, ...], Field(min_length=1, max_length=HORIZONS.most), AfterValidator(unique)]
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
    evaluate: Evaluate
    report: Report
    state: Overall
    gate: Gate
    usdclp: UsdClp

    @model_validator(mode="after")
    def _models_exist(self) -> "Params":
        """Each list of models draws on what the steps before it make."""
        made = [*self.fit.models]
        _known("calibrate.conformal", self.calibrate.conformal, made)
        calibrated = [*made, *(calibrated_name(name) for name in self.calibrate.conformal)]
        _known("calibrate.ensemble.members", self.calibrate.ensemble.members, calibrated)
        centred = [centred_name(name) for name in CENTRED if {name, NOWCAST} <= {*made}]
        _known("calibrate.published.model", (self.calibrate.published.model,), [*calibrated, *centred, ENSEMBLE])
        return self


def _known(key: str, names: tuple[str, ...], made: list[str]) -> None:
    unknown = [name for name in names if name not in made]
    if unknown:
        raise ValueError(f"{key}: {unknown[0]} is not made; expected names among {', '.join(dict.fromkeys(made))}")


class _Selected:
    """The params a stage declared; any other key is an AttributeError."""

    def __init__(self, params: Params, keys: tuple[str, ...]):
        for key in keys:
            block, _, part = key.partition(".")
            value = getattr(params, "validate_" if block == "validate" else block)
            if part:
                parts = self.__dict__.setdefault(block, SimpleNamespace())
                setattr(parts, part, getattr(value, part))
            else:
                setattr(self, key, value)


def load_params(*keys: str, path: Path = PARAMS_FILE, declared: Mapping[str, Settings] = NOTHING) -> Params:
    """The validated params.yaml; with `keys`, an object that has those only (`validate` as `.validate`): top-level keys, or a part
    of one such as "usdclp.thresholds".

    declared: by top-level key, the settings that files declare in that block (open.py).

    Raises ParamsError naming each wrong key, what it holds and what is allowed.
    """
    params = parse_params(read(path), path, declared=declared)
    return cast(Params, _Selected(params, keys)) if keys else params


def parse_params(text: str, path: Path, *, declared: Mapping[str, Settings] = NOTHING) -> Params:
    """The validated params of a text; `path` is the name that messages give it.  Raises ParamsError as `load_params`."""
    return parsed(text, path, params_model(declared))


def plain(value: Any) -> Any:
    """A part of the params as the file holds it, for hashing; 300 and 300.0 are one number, as they are to DVC."""
    return _whole(
        value.model_dump(mode="json", by_alias=True, exclude_unset=True) if isinstance(value, BaseModel) else value
    )


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def params_model(declared: Mapping[str, Settings]) -> type[Params]:
    """Params whose open blocks take the settings declared and no others."""
    return _closed(*((key, tuple(settings.items())) for key, settings in declared.items()))


@lru_cache(maxsize=16)
def _closed(*declared: tuple[str, tuple[tuple[str, type[Block] | None], ...]]) -> type[Params]:
    closed: dict[str, Any] = {}
    for key, settings in declared:
        block = Params.model_fields[key].annotation
        assert isinstance(block, type) and issubclass(block, OpenBlock), key
        closed[key] = block.closed(dict(settings))
    return create_model("Params", __base__=Params, **closed) if closed else Params
