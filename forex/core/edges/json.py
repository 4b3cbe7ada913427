"""JSON that may come from anywhere: finite numbers, each key once, no larger and no deeper than its limits."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from forex.core.edges.limits import JSON_BYTES, JSON_DEPTH
from forex.core.errors import DataError, ForexError

TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)  # one pass, even where a text is not closed
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Unsound(ValueError):
    """Text that a lenient parser would take for JSON."""


def parsed(
    content: bytes, where: object, *, fault: type[ForexError] = DataError, mend: str = "", finite: bool = True
) -> Any:
    """The value that JSON in UTF-8 stands for.

    where: what messages begin with.  mend: what to do where it cannot be read.  finite: False where the caller judges NaN and
    infinity itself.  Raises `fault` where it is not JSON, or has a key twice in one object or a number that is not finite; and,
    naming the limit, where it is too large or too deep.
    """
    if len(content) > JSON_BYTES.most:
        raise fault(JSON_BYTES.passed(where, len(content)))
    if (depth := _depth(content)) > JSON_DEPTH.most:
        raise fault(JSON_DEPTH.passed(where, depth))
    refusing: dict[str, Any] = {"parse_float": _finite, "parse_constant": _no_number} if finite else {}
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object, **refusing)
    except (ValueError, RecursionError) as error:
        raise fault(f"{where}: not readable as JSON ({_said(error)}). {mend}".rstrip()) from error


def _depth(content: bytes) -> int:
    """The greatest depth to which the brackets outside texts are nested."""
    deepest = depth = 0
    for bracket in TEXTS.sub(b"", content).translate(None, NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Unsound(f"the key {next(name for name in names if names.count(name) > 1)[:80]!r} stands there twice")
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unsound(f"{text[:40]} is no finite number")
    return value


def _no_number(text: str) -> float:
    raise Unsound(f"{text} is no number")


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
