"""Nothing that pydantic says reaches a person: every kind of fault has words of ours."""

import re
from typing import get_args

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticKnownError
from pydantic_core.core_schema import ErrorType

from forex.core.faults import OTHERWISE, in_words
from tests.support.made_up import ROOT

# A value for everything that a fault may name; pydantic takes those that the fault has.
CONTEXT: dict[str, object] = {
    **dict.fromkeys(("min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of", "actual_length"), 3),
    **dict.fromkeys(
        ("pattern", "field_type", "expected", "discriminator", "expected_tags", "tag", "error"), "'a' or 'b'"
    ),
}
PYDANTIC = re.compile(r"Input|should|valid|Field|Extra|permitted|instance|Unable", re.IGNORECASE)


@pytest.mark.parametrize("kind", get_args(ErrorType))
def test_every_kind_has_words_of_ours(kind: str) -> None:
    fault = {"type": kind, "msg": "Input should be a valid thing", "ctx": CONTEXT}
    assert not PYDANTIC.search(in_words(fault))


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    number: int
    share: float
    name: str
    names: tuple[str, ...]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"number": "5"}, {"number": "expected a whole number"}),
        ({"share": float("nan")}, {}),
        ({"share": "much"}, {"share": "expected a number"}),
        ({"name": 5}, {"name": "expected a text"}),
        ({"names": "abc"}, {"names": "expected a list"}),
        ({"colour": 1}, {"colour": "not a key that anything reads"}),
    ],
)
def test_what_a_block_says(content: dict[str, object], said: dict[str, str]) -> None:
    whole = {"number": 1, "share": 0.5, "name": "a", "names": ("a",)} | content
    found = {}
    try:
        Thing.model_validate(whole)
    except ValidationError as error:
        found = {str(detail["loc"][0]): in_words(detail) for detail in error.errors()}
    assert found == said


def test_a_kind_of_ours_says_itself() -> None:
    assert (
        in_words({"type": "of_ours", "msg": "expected a number, or NOT_EVALUATED"})
        == "expected a number, or NOT_EVALUATED"
    )
    assert in_words({"type": "recursion_loop", "msg": "Recursion error"}) == OTHERWISE


def test_a_fault_has_what_its_words_name() -> None:
    """The names in the context are pydantic's own."""
    for kind in (
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "multiple_of",
        "literal_error",
        "too_short",
    ):
        known = PydanticKnownError(kind, CONTEXT)  # type: ignore[arg-type]
        assert in_words({"type": kind, "msg": known.message(), "ctx": known.context}) != OTHERWISE


def test_no_other_module_shows_what_pydantic_says() -> None:
    shown = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "forex").rglob("*.py")
        if re.search(r"""\[["']msg["']\]""", path.read_text(encoding="utf-8"))
    ]
    assert shown == ["forex/core/faults.py"]
