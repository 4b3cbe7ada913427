"""Which providers there are, and what their files declare about them.

A provider is a file of forex/providers with a constant PROVIDER (`protocol.Declaration`), and has the file's name. It is read from
the text: params.yaml is checked at every step, and to load a web client for it would take longer than the step.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from forex.core.errors import ParamsError

FOLDER = Path(__file__).parents[1] / "providers"
START = re.compile(r"^PROVIDER = ", re.MULTILINE)


@cache
def declared_providers() -> Mapping[str, frozenset[str]]:
    """Each provider's name with the traits that its declaration sets to True, in order of name.

    Raises ParamsError naming a file whose declaration is not readable as Python.

    >>> declared_providers()["yahoo"]
    frozenset({'market'})
    """
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if start := START.search(text):
            found[path.stem] = _traits(text, start.start(), path)
    return found


def provider_name(name: str) -> str:
    """`name`, where a file declares it.  Raises ValueError naming the providers that there are."""
    if name not in declared_providers():
        raise ValueError(f'expected a provider among {", ".join(declared_providers())}, got "{name}"')
    return name


def _traits(text: str, start: int, path: Path) -> frozenset[str]:
    before = text.count("\n", 0, start)
    try:
        tree = ast.parse("\n" * before + text[start:])
    except SyntaxError as error:
        where = f"forex/providers/{path.name}, line {error.lineno}"
        raise ParamsError(f"{where}: not readable as Python: {error.msg}; mend it, or take the file away") from None
    match tree.body[0]:
        case ast.Assign(value=ast.Call(keywords=keywords)):
            return frozenset(str(keyword.arg) for keyword in keywords if getattr(keyword.value, "value", None) is True)
    return frozenset()
