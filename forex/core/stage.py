"""How a stage runs: only code that dvc.yaml says it depends on, an exit code at its end, a message instead of a traceback.

DVC reruns a stage when a dependency changes that dvc.yaml declares. Code that a stage imports without declaring it could change
and leave old outputs "up to date"; such a stage is refused before it writes.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from forex.core import installed
from forex.core.edges import yaml
from forex.core.edges.ending import aside, ended_by, let_go_of_streams
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.edges.shown import lines
from forex.core.errors import EXIT_INTERRUPTED, EXIT_OK, UsageError

DVC_YAML = Path("dvc.yaml")
FROM_GIT = "Restore it with git."
OURS = ("forex", "stages")
ROOT = Path("forex/__init__.py")


def run(stage: Callable[[], None]) -> None:
    """Call `stage` and end the process with 0, or with the message and the code of what ended it (`ending`)."""
    try:
        refuse_undeclared(_name())
        installed.refuse_other()
        stage()
    except SystemExit:
        raise
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BaseException as error:  # polars' panic is no Exception
        message, code = ended_by(error)
        say(f"{_name()}: {message}")
        sys.exit(code)
    finally:
        let_go_of_streams()
    sys.exit(EXIT_OK)


def say(message: str) -> None:
    """Print a stage's message on stderr; it may have several lines."""
    aside(lines(message))


def refuse_undeclared(stage: str) -> None:
    """Raise UsageError where `stage` has imported a module that its deps in dvc.yaml do not name, now or at any later import.

    Only sources in the working directory count, and only for a stage of the dvc.yaml there; an installed package does not, nor does
    `forex/__init__.py`, which only calls `forex.core.runtime.begin`.
    """
    declared = _declared(stage)
    if declared is None:
        return
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] in OURS and file is not None:
            _check(stage, declared, Path(file))
    if not any(isinstance(finder, _Declared) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Declared(stage, declared))


class _Declared(PathFinder):
    """Finds nothing itself; looks at what would be imported, and raises where the stage does not declare it."""

    def __init__(self, stage: str, declared: frozenset[Path]):
        self.stage, self.declared = stage, declared

    def find_spec(  # type: ignore[override]  # an instance, with what it has to know
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in OURS:
            spec = PathFinder.find_spec(fullname, path, target)
            if spec is not None and spec.origin is not None:
                _check(self.stage, self.declared, Path(spec.origin))
        return None


def _check(stage: str, declared: frozenset[Path], file: Path) -> None:
    root = Path.cwd()
    if not file.is_relative_to(root):
        return
    path = file.relative_to(root)
    if path == ROOT or path.parts[0] not in OURS:  # an environment in the project's folder has an installed package
        return
    if path not in declared and not declared.intersection(path.parents):
        package = path.parent if len(path.parts) > 2 else path
        raise UsageError(
            f"it imports {path}, which {DVC_YAML} does not declare: an edit of that file would not rerun the stage. "
            f"Add {package} to stages.{stage}.deps in {DVC_YAML}."
        )


def _declared(stage: str) -> frozenset[Path] | None:
    """The stage's deps, or None where the working directory's dvc.yaml has no such stage.

    Raises DataError where dvc.yaml cannot be read.
    """
    try:
        text = read_utf8(DVC_YAML, YAML_BYTES, mend=FROM_GIT)
    except FileNotFoundError:
        return None
    content = yaml.parsed(text, DVC_YAML, mend=FROM_GIT)
    stages = content.get("stages") if isinstance(content, dict) else None
    entry = stages.get(stage) if isinstance(stages, dict) else None
    if not isinstance(entry, dict):
        return None
    deps = entry.get("deps")
    return (
        frozenset(Path(dep) for dep in deps if isinstance(dep, str) and dep) if isinstance(deps, list) else frozenset()
    )


def _name() -> str:
    return Path(sys.argv[0]).stem
