"""The fields of the reports, from the models that write them."""

from collections.abc import Iterator, Mapping
from typing import Any

from forex.commands.keep.schema import REPORTS
from forex.commands.keep.site.keys import allowed
from forex.core.reports import json_schema


def page() -> str:
    """A section for every report: its fields and those of its parts."""
    blocks = [
        "# Every field of the reports",
        "",
        "Their files: [data](../data.md); the schemas: `reports/schema/`.",
        "",
    ]
    for path, model in REPORTS.items():
        schema = json_schema(model)
        blocks += [
            f"## {path}",
            "",
            _first(schema),
            "",
            "| part | field | holds | meaning |",
            "| --- | --- | --- | --- |",
        ]
        blocks += [f"| {part} | `{name}` | {holds} | {says} |" for part, name, holds, says in fields(schema)]
        blocks.append("")
    return "\n".join(blocks)


def fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Part, name, type and meaning of every field; the report itself is the first part. A pattern stands for names that vary."""
    definitions = schema.get("$defs", {})
    for part, definition in [("", schema), *definitions.items()]:
        for group in ("properties", "patternProperties"):
            for name, field in definition.get(group, {}).items():
                says = " ".join(str(field.get("description", "")).split()).replace("|", "\\|")
                yield part, name.replace("|", "\\|"), _linked(field, definitions), says


def _linked(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return allowed(field, definitions) if "enum" in definitions[name] else name
    return allowed(field, definitions).replace("|", "\\|")


def _first(schema: Mapping[str, Any]) -> str:
    return " ".join(str(schema.get("description", "")).split())
