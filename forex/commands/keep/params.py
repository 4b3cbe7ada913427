"""`forex params check`: params.yaml as a whole, with the settings that models and rules declare, and operations.yaml."""

from pathlib import Path

from forex.models import registry as models
from forex.monitoring.alert_rules import registry as alert_rules
from forex.operations import Operations, check_bounds, load_operations
from forex.params import PARAMS_FILE, Params, Settings, load_params
from forex.regimes.rules import registry as regime_rules


def declared() -> dict[str, Settings]:
    """By top-level key, the settings that files have in its block."""
    return {"fit": models.settings(), "regimes": regime_rules.settings(), "alerts": alert_rules.settings()}


def whole(path: Path = PARAMS_FILE) -> Params:
    """Every key of the file, typed.  Raises ParamsError naming each wrong one, what it holds and what is allowed."""
    return load_params(path=path, declared=declared())


def operations(params: Params) -> Operations:
    """operations.yaml, typed.  Raises ParamsError naming each wrong key, or a series that is fetched and has no bounds."""
    found = load_operations()
    check_bounds(found, params.validate_)
    return found
