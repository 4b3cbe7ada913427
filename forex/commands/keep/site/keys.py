"""The keys of params.yaml and operations.yaml: type and range from the typed blocks, value and meaning from the files."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from forex.models.registry import settings as models
from forex.monitoring.alert_rules.registry import settings as alerts
from forex.operations.file import OPERATIONS_FILE, Operations
from forex.params.file import PARAMS_FILE, params_model
from forex.regimes.rules.registry import settings as regimes

LINE: Final = re.compile(r"^(?P<indent> *)(?P<key>[\w\"]+):(?P<value>[^#]*?)(?:\s+# (?P<says>.*))?$")
LONGEST: Final = 60  # characters of a value that is shown whole


def params_page() -> str:
    """A table of every key of params.yaml, including those that models and rules declare."""
    schema = params_model({"fit": models(), "alerts": alerts(), "regimes": regimes()}).model_json_schema()
    return _page(
        "Every key of params.yaml", "What the blocks are for: [params.yaml](../params.md).", schema, PARAMS_FILE
    )


def operations_page() -> str:
    """A table of every key of operations.yaml."""
    about = "What the blocks are for: [params.yaml and operations.yaml](../params.md)."
    return _page("Every key of operations.yaml", about, Operations.model_json_schema(), OPERATIONS_FILE)


def keys(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The dotted name of every key and what it may hold, in the order of the blocks.

    >>> list(keys({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"properties": {"n": {"type": "integer"}}}}}))
    [('a.n', 'integer')]
    """
    yield from _keys(schema, schema.get("$defs", {}), "")


def allowed(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Type and range of a JSON schema in words.

    >>> allowed({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, {})
    'number, > 0, ≤ 1'
    """
    part = _resolved(part, definitions)
    if "enum" in part or "const" in part:
        return "one of " + ", ".join(f"`{value}`" for value in part.get("enum", [part.get("const")]))
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(allowed(branch, definitions) for branch in part["anyOf"]))
    kind = str(part.get("type", "any"))
    if kind == "array":
        inner: Mapping[str, Any] = part.get("items") or next(iter(part.get("prefixItems", [])), {})
        return f"list of {allowed(inner, definitions)}"
    if kind == "object" and isinstance(part.get("additionalProperties"), Mapping):
        return f"mapping to {allowed(part['additionalProperties'], definitions)}"
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return ", ".join([kind, *(f"{sign} {part[name]:g}" for name, sign in signs.items() if name in part)])


def _keys(part: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in part.get("properties", {}).items():
        inner = _resolved(field, definitions)
        if "properties" in inner:
            yield from _keys(inner, definitions, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", allowed(field, definitions)


def _resolved(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in part:
        return {**definitions[part["$ref"].rpartition("/")[2]], **{k: v for k, v in part.items() if k != "$ref"}}
    if len(part.get("allOf", [])) == 1:
        return _resolved(part["allOf"][0], definitions)
    return part


def said(text: str) -> dict[str, tuple[str, str]]:
    """By dotted name of a key, its value as written and the comment on its line.

    >>> said("a:\\n  n: 3  # days\\n")
    {'a': ('', ''), 'a.n': ('3', 'days')}
    """
    found: dict[str, tuple[str, str]] = {}
    path: list[tuple[int, str]] = []
    for line in text.splitlines():
        if match := LINE.match(line):
            indent = len(match["indent"])
            path = [parent for parent in path if parent[0] < indent] + [(indent, match["key"].strip('"'))]
            found[".".join(name for _, name in path)] = (match["value"].strip(), match["says"] or "")
    return found


def _page(title: str, about: str, schema: Mapping[str, Any], file: Path) -> str:
    written = said(file.read_text(encoding="utf-8"))
    rows = []
    for name, may in keys(schema):
        value, says = written.get(name, ("", ""))
        shown = f"`{value}`" if value and len(value) <= LONGEST else ""
        cells = [f"`{name}`", may, shown, says.replace("|", "\\|")]
        rows.append(f"| {' | '.join(cells)} |")
    head = ["| key | may hold | is shipped as | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([f"# {title}", "", about, "", *head, *rows]) + "\n"
