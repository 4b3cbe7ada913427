"""pyproject.toml declares what the code imports: a package that another one happens to bring may go with it."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.support.made_up import ROOT

OURS = {"forex", "stages"}
OPTIONAL = {"chronos", "torch", "holidays", "weasyprint"}  # extras: of one challenger, of `make calendar`, of PDFs


def imported(folder: str) -> dict[str, str]:
    """The top-level packages that the modules of a folder import, each with a file that does."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.split(".")[0]: str(path.relative_to(ROOT)) for name in names}
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_imported_package_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normal(re.match(r"[\w.-]+", line)[0]) for line in project["dependencies"]}  # type: ignore[index]
    brings = packages_distributions()
    modules = {name: where for folder in OURS for name, where in imported(folder).items()}
    others = modules.keys() - sys.stdlib_module_names - OURS - OPTIONAL
    missing = {f"{name} ({modules[name]})" for name in others if not declared & set(map(normal, brings.get(name, [])))}
    assert not missing
