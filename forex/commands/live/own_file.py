"""Whether a file or a folder that somebody names for what a command writes is free for it, and not one of the project's."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from forex.core.disk import destination
from forex.core.edges import yaml
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.errors import UsageError
from forex.core.places import OURS
from forex.ledger.ledger import LEDGER

DVC_YAML = Path("dvc.yaml")
RESTORE = "Restore it with git."
KEPT = (".git", ".dvc", str(OURS))
ANOTHER_STORE = "Choose another --store, a folder of yours."
SHARED = Path("data")  # the run's folders and a user's stores lie side by side in it


def refuse_others(out: Path, *, store: str) -> None:
    """Raise UsageError where `out` exists, or lies where the ledger, the store, the pipeline, git, DVC or forex keep their files.

    A file that git keeps counts even where it was deleted.  store: the folder that dvc.yaml names only by its key in params.yaml.
    """
    if os.path.lexists(out):
        raise UsageError(f"{out}: exists, and nothing is overwritten. Choose another --out, or move it away.")
    target, _ = destination(out)
    project = Path.cwd()
    if target.is_relative_to(os.path.realpath(LEDGER)):
        raise UsageError(f"{out}: the ledger holds what was really issued. Choose another --out.")
    if any(target.is_relative_to(os.path.realpath(place)) for place in (store, *_of_the_pipeline(), *KEPT)):
        raise UsageError(
            f"{out}: lies in what the pipeline reads or makes, or git, DVC and forex keep. Choose another --out."
        )
    if target.is_relative_to(project) and _tracked(target.relative_to(project)):
        raise UsageError(f"{out}: git keeps a file of that name. Choose another --out.")


def refuse_folder(store: Path, *, own: str) -> None:
    """Raise UsageError where a folder for a store of the user's has files of the run, git, DVC or forex in it, or lies among them.

    The run's folders are those of the paths in dvc.yaml and of the ledger, but for the project's own and SHARED.  own: the store
    of params.yaml, which dvc.yaml may name too.
    """
    target, project = Path(os.path.realpath(store)), Path.cwd()
    inside = target.relative_to(project) if target.is_relative_to(project) else target
    if kept := [name for name in KEPT if name in inside.parts]:
        raise UsageError(f"{store}: lies in {kept[0]}, and is no place for a store. {ANOTHER_STORE}")
    others = (name for name in _of_the_pipeline() if os.path.realpath(name) != os.path.realpath(own))
    for name in (str(LEDGER), *others):
        place = Path(os.path.realpath(name))
        folders = {place, place.parent} - {project, project / SHARED}
        if place.is_relative_to(target) or any(map(target.is_relative_to, folders)):
            raise UsageError(f"{store}: the run keeps its own files there, such as {name}. {ANOTHER_STORE}")


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
