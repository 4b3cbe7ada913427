"""What the files of a package declare: each model, alert rule or regime rule is one file, and no list has to name it."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TypeVar

from forex.core.errors import UsageError

Declared = TypeVar("Declared")


def declarations(package: str, constant: str, kind: type[Declared]) -> dict[str, Declared]:
    """The `constant` of each file of `package` that has one, by the file's name, in order of name.

    Raises UsageError naming a file whose constant is of another type than `kind`.

    >>> sorted(declarations("forex.core", "RANDOM_WALK", str).items())
    [('names', 'random_walk')]
    """
    found = _constants(package, constant)
    for name, value in found.items():
        if not isinstance(value, kind):
            file = f"{package.replace('.', '/')}/{name}.py"
            raise UsageError(f"{file}: {constant} is {value!r}; expected a {kind.__name__}, see CONTRIBUTING.md")
    return dict(found)


@cache
def _constants(package: str, constant: str) -> dict[str, Any]:
    modules = {
        module.name: import_module(f"{package}.{module.name}")
        for module in iter_modules(import_module(package).__path__)
    }
    return {name: vars(module)[constant] for name, module in sorted(modules.items()) if constant in vars(module)}


@cache
def declared_names(folder: str, constant: str) -> tuple[str, ...]:
    """Names of the files in a folder of forex that declare `constant`, sorted; read from their text, without importing them.

    >>> "random_walk" in declared_names("models", "MODEL")
    True
    """
    files = sorted((Path(__file__).parents[1] / folder).glob("*.py"))
    return tuple(file.stem for file in files if f"\n{constant} = " in file.read_text(encoding="utf-8"))
