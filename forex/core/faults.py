"""What pydantic finds wrong with a value, in this project's words: what was expected there."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

from forex.core.edges.shown import LONGEST_REASON, cut

_PYDANTIC: Final = frozenset(get_args(ErrorType))
_OWN: Final = ("Value error, ", "Assertion failed, ")  # in front of what a validator of ours says
_A_LIST: Final = "expected a list"
_KEYS: Final = "expected keys with their values"
_WHOLE: Final = "expected a whole number"
_A_DATE: Final = "expected a date like 2024-11-27"
_AN_INSTANT: Final = "expected an instant like 2024-11-27T18:00:00Z"

# By the beginning of pydantic's name for the fault; the first that fits counts.
_EXPECTED: Final[Mapping[str, str | Callable[[Mapping[str, Any]], str]]] = {
    "missing": "missing",
    "extra_forbidden": "not a key that anything reads",
    "string_pattern_mismatch": lambda told: f"expected a text of the form {told['pattern']}",
    "string_too_short": lambda told: f"expected {told['min_length']} characters or more",
    "string_too_long": lambda told: f"expected {told['max_length']} characters or fewer",
    "string": "expected a text",
    "int": _WHOLE,
    "float": "expected a number",
    "decimal": "expected a number",
    "finite_number": "expected a finite number",
    "bool": "expected true or false",
    "greater_than_equal": lambda told: f"expected {_number(told['ge'])} or more",
    "greater_than": lambda told: f"expected more than {_number(told['gt'])}",
    "less_than_equal": lambda told: f"expected {_number(told['le'])} or less",
    "less_than": lambda told: f"expected less than {_number(told['lt'])}",
    "multiple_of": lambda told: f"expected a multiple of {_number(told['multiple_of'])}",
    "literal_error": lambda told: f"expected {told['expected']}",
    "enum": lambda told: f"expected {told['expected']}",
    "union_tag_invalid": lambda told: f"expected {told['discriminator']} {told['expected_tags']}",
    "union_tag_not_found": lambda told: f"expected {told['discriminator']}",
    "too_short": lambda told: f"expected {told['min_length']} entries or more",
    "too_long": lambda told: f"expected {told['max_length']} entries or fewer",
    "list": _A_LIST,
    "tuple": _A_LIST,
    "set": _A_LIST,
    "frozen_set": _A_LIST,
    "iterable": _A_LIST,
    "dict": _KEYS,
    "mapping": _KEYS,
    "model": _KEYS,
    "dataclass": _KEYS,
    "datetime": _AN_INSTANT,
    "timezone": _AN_INSTANT,
    "date": _A_DATE,
    "time": "expected a time of day like 15:00",
    "none_required": "expected nothing",
    "json": "expected JSON",
}
OTHERWISE: Final = "not what is expected here"


def in_words(fault: Mapping[str, Any]) -> str:
    """What one entry of `ValidationError.errors()` finds wrong.

    >>> in_words({"type": "less_than_equal", "msg": "Input should be less than or equal to 1", "ctx": {"le": 1.0}})
    'expected 1 or less'
    >>> in_words({"type": "value_error", "msg": "Value error, expected min < max, got 3 and 2"})
    'expected min < max, got 3 and 2'
    """
    said, kind = cut(str(fault["msg"]), LONGEST_REASON), str(fault["type"])
    for begin in _OWN:
        if said.startswith(begin):
            return said.removeprefix(begin)
    if kind not in _PYDANTIC:
        return said  # a fault that a validator of ours has named
    for begin, words in _EXPECTED.items():
        if kind.startswith(begin):
            return words if isinstance(words, str) else words(fault["ctx"])
    return OTHERWISE


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
