"""Whether a file that somebody names for a command's rows is free to be written, and not one of the project's."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from forex.core.disk import destination
from forex.core.edges import yaml
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.errors import UsageError
from forex.ledger.ledger import LEDGER

DVC_YAML = Path("dvc.yaml")
RESTORE = "Restore it with git."
KEPT = (".git", ".dvc")


def refuse_others(out: Path, *, store: str) -> None:
    """Raise UsageError where `out` exists, or lies where the ledger, the store, the pipeline, git or DVC keep their files.

    A file that git keeps counts even where it was deleted.  store: the folder that dvc.yaml names only by its key in params.yaml.
    """
    if os.path.lexists(out):
        raise UsageError(f"{out}: exists, and nothing is overwritten. Choose another --out, or move it away.")
    target, _ = destination(out)
    project = Path.cwd()
    if target.is_relative_to(os.path.realpath(LEDGER)):
        raise UsageError(f"{out}: the ledger holds what was really issued. Choose another --out.")
    if any(target.is_relative_to(os.path.realpath(place)) for place in (store, *_of_the_pipeline(), *KEPT)):
        raise UsageError(f"{out}: lies in what the pipeline reads or makes, or git and DVC keep. Choose another --out.")
    if target.is_relative_to(project) and _tracked(target.relative_to(project)):
        raise UsageError(f"{out}: git keeps a file of that name. Choose another --out.")


def _of_the_pipeline() -> Iterator[str]:
    """Every path among the deps, outs and metrics in dvc.yaml; none where it is missing or no pipeline: that is for DVC to say."""
    try:
        content = yaml.parsed(read_utf8(DVC_YAML, YAML_BYTES, mend=RESTORE), DVC_YAML, mend=RESTORE)
    except FileNotFoundError:
        return
    stages = content.get("stages") if isinstance(content, dict) else None
    for stage in stages.values() if isinstance(stages, dict) else ():
        for key in ("deps", "outs", "metrics"):
            for entry in stage.get(key, ()) if isinstance(stage, dict) else ():
                yield entry if isinstance(entry, str) else next(iter(entry))


def _tracked(path: Path) -> bool:
    words = ["git", "ls-files", "--error-unmatch", "--", f":(literal){path}"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0
