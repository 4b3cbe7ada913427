"""Reports whose names hold a key, such as a level: in Python one part for each key, in the file all names side by side.

`{"n": 3, "coverage_80": 0.8, "coverage_80_se": 0.01}` is read as `n` and, at the level 0.8, a part with `coverage` and
`coverage_se`. The names in the file are those of the metrics, so that reports and `dvc metrics` say the same.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, get_args

from pydantic import (
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails

from forex.core.names import percent
from forex.core.reports import Report


@dataclass(frozen=True)
class Named:
    """Metadata of a part's field: its name in the file, with `{}` for the key. The default is the field's name, `_` and the key."""

    template: str


@dataclass(frozen=True)
class Keys:
    """How the names in a file hold the keys of a report.

    field: the field with the parts by key.  pattern: what a key looks like in a name.  text, key: from a key to its text there,
    and back.
    """

    field: str
    pattern: str
    text: Callable[[Any], str]
    key: Callable[[str], Any]


class Flat(Report):
    """A report with parts by key. A subclass says in `keyed` which field they are and how a name holds the key."""

    keyed: ClassVar[Keys]

    @model_serializer(mode="wrap")
    def _side_by_side(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content = dict(handler(self))
        parts, named = content.pop(self.keyed.field), _templates(type(self))
        for key, part in zip(getattr(self, self.keyed.field), parts.values(), strict=True):
            content |= {named[field].format(self.keyed.text(key)): value for field, value in part.items()}
        return content

    @model_validator(mode="wrap")
    @classmethod
    def _by_key(cls, content: Any, handler: ModelWrapValidatorHandler["Flat"]) -> "Flat":
        if not isinstance(content, Mapping) or cls.keyed.field in content:
            return handler(content)
        whole: dict[str, Any] = {}
        parts: dict[Any, dict[str, Any]] = {}
        texts: dict[str, str] = {}  # in the file, by the key as an error names it
        for name, value in content.items():
            text, field = _place(cls, name)
            if field is None:
                whole[name] = value
            else:
                key = cls.keyed.key(text)
                parts.setdefault(key, {})[field] = value
                texts[str(key)] = text
        try:
            return handler(whole | {cls.keyed.field: parts})
        except ValidationError as error:  # to be reported with the names that the file has
            faults = [_in_file(cls, fault, texts) for fault in error.errors()]
            raise ValidationError.from_exception_data(cls.__name__, faults) from None

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of the file: a pattern for each name that holds a key."""
        as_declared = {name: part for name, part in schema["schema"].items() if name != "serialization"}
        shown = handler(as_declared)
        by_key = shown["properties"].pop(cls.keyed.field)
        shown["required"] = [name for name in shown["required"] if name != cls.keyed.field]
        part = handler.resolve_ref_schema(by_key["additionalProperties"])
        patterns = {f"^{name.pattern}$": part["properties"][field] for field, name in _patterns(cls).items()}
        return shown | {"patternProperties": patterns}


class ByLevel(Flat):
    """A report with figures of each level, `by_level`; a name in the file holds the level in per cent: `coverage_95`."""

    keyed = Keys("by_level", r"\d+(?:\.\d+)?", percent, lambda text: float(text) / 100)


@cache
def _templates(model: type[Flat]) -> dict[str, str]:
    """The name in the file, with `{}` for the key, of each field of a report's parts."""
    part = get_args(model.model_fields[model.keyed.field].annotation)[1]
    return {
        name: next((entry.template for entry in field.metadata if isinstance(entry, Named)), f"{name}_{{}}")
        for name, field in part.model_fields.items()
    }


@cache
def _patterns(model: type[Flat]) -> dict[str, re.Pattern[str]]:
    return {
        field: re.compile(template.format(f"({model.keyed.pattern})")) for field, template in _templates(model).items()
    }


def _place(model: type[Flat], name: str) -> tuple[str, str | None]:
    """The key in a name and the part's field that it names; "" and None where the name holds no key."""
    if name not in model.model_fields:
        for field, pattern in _patterns(model).items():
            if found := pattern.fullmatch(name):
                return found[1], field
    return "", None


def _in_file(model: type[Flat], fault: Any, texts: Mapping[str, str]) -> InitErrorDetails:
    place, named = fault["loc"], _templates(model)
    if len(place) > 2 and place[0] == model.keyed.field and place[2] in named:
        place = (named[place[2]].format(texts[place[1]]), *place[3:])
    return InitErrorDetails(type=fault["type"], loc=place, input=fault["input"], ctx=fault.get("ctx", {}))
