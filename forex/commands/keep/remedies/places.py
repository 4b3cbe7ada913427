"""The project's files, without what belongs to git, DVC, Python and the environments; and what is not for the doctor to touch."""

import os
from collections.abc import Iterator
from pathlib import Path

from forex.core.places import OURS
from forex.ledger.ledger import LEDGER

LIST_OF_A_STORE = "series.yaml"


def files() -> Iterator[Path]:
    """Every file below the working directory, hidden ones included, in order; of hidden folders only the one of live use."""
    for folder, below, names in os.walk("."):
        below[:] = sorted(name for name in below if name == OURS.name or not name.startswith((".", "__pycache__")))
        yield from (Path(folder, name) for name in sorted(names))


def untouchable(path: Path) -> bool:
    """Whether it lies in the ledger or in a store, which is a folder with a list of its series."""
    return any(folder == LEDGER or (folder / LIST_OF_A_STORE).is_file() for folder in path.parents)
