"""A YAML file as a validated, frozen, typed block: every wrong key is named with what it holds and what is allowed."""

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from forex.core.edges import yaml
from forex.core.edges.limits import YAML_BYTES, YAML_NUMBER
from forex.core.edges.reading import read_utf8
from forex.core.edges.shown import LONGEST_VALUE, cut, shown
from forex.core.errors import ParamsError
from forex.core.faults import in_words

AnyBlock = TypeVar("AnyBlock", bound=BaseModel)


def read(path: Path) -> str:
    """The text of a file that git holds.  Raises ParamsError where it is missing or no text."""
    try:
        return read_utf8(path, YAML_BYTES, fault=ParamsError, mend="Save it as UTF-8.")
    except FileNotFoundError as error:
        raise ParamsError(f"{path}: not found. Run from the project's folder, or restore the file with git.") from error


def parsed(text: str, path: Path, kind: type[AnyBlock]) -> AnyBlock:
    """The block that `text` holds, parsed once a process; `path` is the name that messages give it.

    Raises ParamsError where it is no YAML, and naming each key that does not fit, a line each.
    """
    return cast(AnyBlock, _parsed(text, path, kind))  # a cached function has no type variables


@lru_cache(maxsize=16)
def _parsed(text: str, path: Path, kind: type[BaseModel]) -> BaseModel:
    content = yaml.parsed(text, path, fault=ParamsError)
    try:
        return kind.model_validate(_tuples(content, path), strict=True)
    except ValidationError as error:
        lines = [f"{path}: {_explain(problem)}" for problem in error.errors()]
        raise ParamsError("\n".join(lines)) from error


def _tuples(content: Any, path: Path) -> Any:
    """YAML's lists as tuples: validation is strict, so that neither "10" nor true passes for a number.

    Raises ParamsError naming the limit for a number beyond it.
    """
    if isinstance(content, dict):
        return {key: _tuples(value, path) for key, value in content.items()}
    if isinstance(content, int) and abs(content) > YAML_NUMBER.most:
        raise ParamsError(YAML_NUMBER.passed(path, content))
    return tuple(_tuples(value, path) for value in content) if isinstance(content, list) else content


def _explain(problem: Any) -> str:
    key = ".".join(cut(str(part), LONGEST_VALUE) for part in problem["loc"]) or "the file"
    if problem["type"] == "value_error" and isinstance(problem["input"], dict):
        # The message itself names the key that is wrong.
        said = in_words(problem)
        return f"{key}: {said}" if problem["loc"] else said
    if problem["type"] == "missing":
        return f"{key} is missing"
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a key that anything reads; remove it or correct its name"
    if isinstance(problem["input"], dt.date):
        return f'{key} = {problem["input"]}: expected a text; write it in double quotes, "{problem["input"]}"'
    held = list(problem["input"]) if isinstance(problem["input"], tuple) else problem["input"]
    return f"{key} = {shown(held)}: {in_words(problem)}"
