"""operations.yaml as a validated, frozen, typed object: what only live use needs, and no forecast depends on."""

from pathlib import Path

from forex.core.errors import ParamsError
from forex.operations.fetch import Fetch
from forex.operations.ledger import Ledger
from forex.operations.mail import Mail
from forex.params import Validate
from forex.params.reading import parsed, read
from forex.params.types import Block

OPERATIONS_FILE = Path("operations.yaml")


class Operations(Block):
    fetch: Fetch
    ledger: Ledger
    mail: Mail


def load_operations(path: Path = OPERATIONS_FILE) -> Operations:
    """The validated operations.yaml.  Raises ParamsError naming each wrong key, what it holds and what is allowed."""
    return parsed(read(path), path, Operations)


def check_bounds(operations: Operations, checks: Validate, path: Path = OPERATIONS_FILE) -> None:
    """What is fetched is screened.  Raises ParamsError naming a series of `operations` without bounds in params.yaml."""
    for name in [*operations.fetch.series, operations.fetch.quote.series]:
        if name not in checks.bounds:
            raise ParamsError(f"{path}: fetch.series: {name} has no entry in validate.bounds of params.yaml; add one.")
