"""Which modules of this repository a stage imports, directly or through others, read from the source."""

import ast
from pathlib import Path

from forex.core.stage import ROOT as NAMESPACE

PACKAGES = ("forex", "stages")
DISCOVERY = "forex.core.declarations.declarations"
# Read as one thing: a stage depends on the folder of each package that it reaches.
WHOLE = tuple(sorted(str(init.parent) for init in Path("forex").glob("*/__init__.py")))


def closure(root: Path, module: str) -> set[str]:
    """Paths below `root` of every module of the repository that importing `module` can load, imports in functions included."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            path = _file(root, ".".join(parts[:depth]))
            if path is None or str(path) in found:
                continue
            found.add(str(path))
            imported = _imports(root, root / path)
            waiting += imported
            if DISCOVERY in imported:  # it reaches every file beside it
                folder = ".".join(path.parent.parts)
                waiting += [f"{folder}.{file.stem}" for file in sorted((root / path).parent.glob("*.py"))]
    return found


def declared(root: Path, module: str) -> set[str]:
    """The closure as dvc.yaml says it, with a folder in place of its modules where they are read as one thing."""
    paths = closure(root, module) - {str(NAMESPACE)}  # it only calls what stands in forex.core
    return {next((folder for folder in WHOLE if path.startswith(f"{folder}/")), path) for path in paths}


def _file(root: Path, name: str) -> Path | None:
    path = Path(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if (root / candidate).is_file():
            return candidate
    return None


def _imports(root: Path, path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in names if name.split(".")[0] in PACKAGES]
