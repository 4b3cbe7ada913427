"""params.yaml as a whole, with the settings that models and rules declare, and operations.yaml; how commands write the first."""

from pathlib import Path

from forex.core.disk import destination, write_text
from forex.models import registry as models
from forex.monitoring.alert_rules import registry as alert_rules
from forex.operations import Operations, check_bounds, check_times, load_operations
from forex.params import PARAMS_FILE, Params, Settings, load_params
from forex.regimes.rules import registry as regime_rules


def declared() -> dict[str, Settings]:
    """By top-level key of params.yaml, the settings in its block that the files of models and rules declare."""
    return {"fit": models.settings(), "regimes": regime_rules.settings(), "alerts": alert_rules.settings()}


def whole(path: Path = PARAMS_FILE) -> Params:
    """Every key of the file, typed.  Raises ParamsError naming each wrong one, what it holds and what is allowed."""
    return load_params(path=path, declared=declared())


def operations(params: Params) -> Operations:
    """operations.yaml, typed.

    Raises ParamsError naming each wrong key, a series that is fetched and has no bounds, or a job that runs `advance` before the
    cut-off.
    """
    found = load_operations()
    check_bounds(found, params.validate_)
    check_times(found, params.cut_off)
    return found


def ensure_writable(path: Path = PARAMS_FILE) -> None:
    """Raise UsageError where `write` would: where the file is read-only or not regular, or a link leads out of the project."""
    destination(path)


def write(text: str, path: Path = PARAMS_FILE) -> None:
    """Write the text to the file, whole or not at all; a link to it stays a link.  Raises as `ensure_writable`."""
    write_text(path, text)
