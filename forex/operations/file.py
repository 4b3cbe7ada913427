"""operations.yaml as a validated, frozen, typed object: what only live use needs, and no forecast depends on."""

from pathlib import Path

from forex.core.errors import ParamsError
from forex.operations.fetch import Fetch
from forex.operations.ledger import Ledger
from forex.operations.mail import Mail
from forex.operations.schedule import Keep, Schedule
from forex.params import Validate
from forex.params.reading import parsed, read
from forex.params.types import Block

OPERATIONS_FILE = Path("operations.yaml")


class Operations(Block):
    """The whole of operations.yaml."""

    fetch: Fetch
    ledger: Ledger
    schedule: Schedule
    keep: Keep
    mail: Mail


def load_operations(path: Path = OPERATIONS_FILE) -> Operations:
    """The validated operations.yaml.  Raises ParamsError naming each wrong key, what it holds and what is allowed."""
    return parsed(read(path), path, Operations)


def check_bounds(operations: Operations, checks: Validate, path: Path = OPERATIONS_FILE) -> None:
    """Check that all that is fetched can be screened.  Raises ParamsError naming a series without bounds in params.yaml."""
    for name in [*operations.fetch.series, operations.fetch.quote.series]:
        if name not in checks.bounds:
            raise ParamsError(f"{path}: fetch.series: {name} has no entry in validate.bounds of params.yaml; add one.")


def check_times(operations: Operations, cut_off: str, path: Path = OPERATIONS_FILE) -> None:
    """Check that no job would make its forecast before the cut-off, when none is due.  Raises ParamsError naming one that would."""
    for name, job in operations.schedule.jobs.items():
        if any(command.startswith("advance") for command in job.commands) and job.at < cut_off:
            raise ParamsError(
                f'{path}: schedule.jobs.{name}.at = "{job.at}": its forecast is not due before the cut-off, "{cut_off}" in '
                "params.yaml; set a time after that."
            )
