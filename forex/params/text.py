"""params.yaml as text that commands change: only what changes is touched, and what would not be valid is never written."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forex.core.errors import ParamsError
from forex.params import Params, Settings, parse_params
from forex.params.file import NOTHING


def checked(text: str, path: Path, *, made_by: str, declared: Mapping[str, Settings] = NOTHING) -> Params:
    """The params of a new text for `path`; declared: as for `load_params`.

    Raises ParamsError, naming the key, where it is not valid.
    """
    try:
        return parse_params(text, path, declared=declared)
    except ParamsError as error:
        raise ParamsError(f"{error}\n{path} is left as it was: this is what {made_by} would make of it.") from error


def with_list(text: str, path: Path, key: str, names: Sequence[str]) -> str:
    """`text` with the list of plain words at dotted `key` holding `names`; every other byte, comments included, as it was.

    The new list is not shorter than the old one. Both of YAML's styles stay what they are; a name keeps the quotes of the place it
    takes.  Raises ParamsError where the list cannot be found or would be shorter.

    >>> with_list("a:\\n  b: [x, y]  # both\\n", Path("params.yaml"), "a.b", ["y", "x", "z"])
    'a:\\n  b: [y, x, z]  # both\\n'
    """
    items = _items(text, path, key)
    if not items or len(names) < len(items):
        raise ParamsError(f"{path}: {key} cannot be made {list(names)} in its place. Edit it by hand.")
    *_, last = items
    extra = "".join(_separator(text, items) + _quoted(name, last) for name in names[len(items) :])
    result = text[: last.end_mark.index] + extra + text[last.end_mark.index :]
    for item, name in reversed(list(zip(items, names, strict=False))):
        result = result[: item.start_mark.index] + _quoted(name, item) + result[item.end_mark.index :]
    return result


def with_word(text: str, path: Path, key: str, word: str) -> str:
    """`text` with the plain word at dotted `key` replaced, in the quotes that it has; every other byte as it was.

    Raises ParamsError where there is none.

    >>> with_word("a:\\n  b: x  # one\\n", Path("params.yaml"), "a.b", "y")
    'a:\\n  b: y  # one\\n'
    """
    node = _node(text, path, key)
    if node.id != "scalar":
        raise ParamsError(f"{path}: {key} cannot be made {word} in its place. Edit it by hand.")
    return text[: node.start_mark.index] + _quoted(word, node) + text[node.end_mark.index :]


def diff(old: str, new: str, path: Path) -> str:
    """What changes from `old` to `new`, as a unified diff; empty where nothing does."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), fromfile=f"a/{path}", tofile=f"b/{path}", n=2, lineterm=""
    )
    return "\n".join(lines)


def _items(text: str, path: Path, key: str) -> Any:
    """The nodes of the list's items."""
    node = _node(text, path, key)
    return node.value if node.id == "sequence" else []


def _node(text: str, path: Path, key: str) -> Any:
    """What stands at `key`, with the places in the text where it begins and ends."""
    from ruamel.yaml import YAML

    node = YAML().compose(text)  # what `checked` has read
    for name in key.split("."):
        found = [value for label, value in node.value if label.value == name] if node.id == "mapping" else []
        if not found:
            raise ParamsError(f"{path}: {key} not found. Edit it by hand.")
        node = found[0]
    return node


def _quoted(name: str, place: Any) -> str:
    quote = place.style if place.style in ("'", '"') else ""
    return f"{quote}{name}{quote}"


def _separator(text: str, items: Any) -> str:
    """What stands before a further item: a comma or, where every item has a line of its own, its indentation and dash."""
    start = items[-1].start_mark.index
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return "\n" + line if line.strip() == "-" else ", "
