"""params.yaml as a whole, with the settings that models and rules declare, and operations.yaml; how commands write the first."""

import stat
from pathlib import Path

from forex.core.errors import UsageError
from forex.core.files import write_text
from forex.models import registry as models
from forex.monitoring.alert_rules import registry as alert_rules
from forex.operations import Operations, check_bounds, check_times, load_operations
from forex.params import PARAMS_FILE, Params, Settings, load_params
from forex.regimes.rules import registry as regime_rules


def declared() -> dict[str, Settings]:
    """By top-level key, the settings that files have in its block."""
    return {"fit": models.settings(), "regimes": regime_rules.settings(), "alerts": alert_rules.settings()}


def whole(path: Path = PARAMS_FILE) -> Params:
    """Every key of the file, typed.  Raises ParamsError naming each wrong one, what it holds and what is allowed."""
    return load_params(path=path, declared=declared())


def operations(params: Params) -> Operations:
    """operations.yaml, typed.  Raises ParamsError naming each wrong key, a series that is fetched and has no bounds,
    or a job before the cut-off."""
    found = load_operations()
    check_bounds(found, params.validate_)
    check_times(found, params.cut_off)
    return found


def ensure_writable(path: Path = PARAMS_FILE) -> None:
    """Raises UsageError where the file's owner has made it read-only: a rename would replace it all the same."""
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise UsageError(f"{path} is read-only, and nothing was changed. `chmod u+w {path}` lets it be written.")


def write(text: str, path: Path = PARAMS_FILE) -> None:
    """The file with this text, whole or not at all; a link to it stays one.  Raises UsageError where it is read-only."""
    ensure_writable(path)
    write_text(path.resolve(), text)
