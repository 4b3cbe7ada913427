"""What every package of the library says of itself, and what it imports when only asked for one of its modules."""

import ast
from pathlib import Path

import pytest

from tests.support.made_up import ROOT

PACKAGES = sorted((ROOT / "forex").rglob("__init__.py"))
READ_AS_A_WHOLE = {"forex/operations", "forex/params"}


def named(path: Path) -> str:
    return path.parent.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PACKAGES, ids=named)
def test_a_package_says_what_it_takes_and_gives(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring is not None, f"{named(path)} says nothing of itself"
    assert len(docstring.split()) >= 12, (
        f"{named(path)}: {docstring!r} is no paragraph: say what it is for, takes and gives"
    )


@pytest.mark.parametrize("path", PACKAGES[1:], ids=named)
def test_a_package_imports_nothing_for_those_who_need_one_module_of_it(path: Path) -> None:
    """Otherwise `forex --help` would load what no help needs, and a stage would depend on what it does not use."""
    imports = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not imports or named(path) in READ_AS_A_WHOLE, f"{named(path)} imports: import from its modules instead"
