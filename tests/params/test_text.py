"""Lists and words in params.yaml changed in place: the meaning changes there only, and no other byte does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from forex.core.errors import ParamsError
from forex.params.text import checked, diff, with_list, with_word
from tests.support.made_up import ROOT

PATH = Path("params.yaml")
COMMITTED = (ROOT / "params.yaml").read_text(encoding="utf-8")
NAMES = st.lists(
    st.sampled_from(["nowcast", "ensemble", "garch_t", "theta", "chronos"]), min_size=1, max_size=5, unique=True
)

STYLES = {
    "flow": "# ñ, before\na:\n  c: 1\n  b: [{}]  # both\nd:   [x]\n",
    "quoted": '{{"a": {{"b": [{}]}}, "d": 1}}\n',
    "block": "a:\n  b:   # list\n{}  c: 2  # odd   spacing\n",
    "crlf": "a:\r\n  b: [{}]\r\n  c: 2\r\n",
}


def listed(style: str, names: list[str]) -> str:
    if style == "block":
        return "".join(f"    - {name}\n" for name in names)
    return ", ".join(f'"{name}"' if style == "quoted" else name for name in names)


@pytest.mark.parametrize("style", STYLES)
@given(old=NAMES, new=NAMES)
def test_the_text_is_what_one_would_have_written(style: str, old: list[str], new: list[str]) -> None:
    new = [*new, *(name for name in old if name not in new)]
    text = STYLES[style].format(listed(style, old))
    assert with_list(text, PATH, "a.b", new) == STYLES[style].format(listed(style, new))


def test_comments_between_items_stay() -> None:
    text = "a:\n  b:\n    - x  # the first\n    # between\n    - y\nc: 1\n"
    assert with_list(text, PATH, "a.b", ["y", "x", "z"]) == (
        "a:\n  b:\n    - y  # the first\n    # between\n    - x\n    - z\nc: 1\n"
    )


def test_a_list_over_several_lines() -> None:
    assert with_list("a: [x,\n    y]\n", PATH, "a", ["z", "x", "y"]) == "a: [z,\n    x, y]\n"


@pytest.mark.parametrize("quote", ["", '"', "'"])
@pytest.mark.parametrize("old", ["nowcast", "ensemble"])
def test_a_word_is_replaced_in_its_quotes(old: str, quote: str) -> None:
    text = "# ñ, before\r\na:\r\n  b:   {}  # one\r\n  c: nowcast\r\n"
    word = f"{quote}{old}{quote}"
    assert with_word(text.format(word), PATH, "a.b", "garch_t") == text.format(f"{quote}garch_t{quote}")


@pytest.mark.parametrize(
    ("text", "message"), [("a: {b: [x]}\n", "a.b cannot be made y"), ("a: {c: x}\n", "a.b not found")]
)
def test_a_word_that_is_not_there_is_refused(text: str, message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        with_word(text, PATH, "a.b", "y")


def test_the_committed_file_changes_in_one_line() -> None:
    new = with_word(COMMITTED, PATH, "calibrate.published.model", "ensemble")
    before, after = COMMITTED.splitlines(), new.splitlines()
    assert len([1 for line, other in zip(before, after, strict=True) if line != other]) == 1
    assert YAML(typ="safe").load(new)["calibrate"]["published"]["model"] == "ensemble"
    assert len(diff(COMMITTED, new, PATH).splitlines()) == 9 and diff(new, new, PATH) == ""


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("a: {b: [x]}\n", "a.c", "a.c not found"),
        ("a: [x]\n", "a.b", "a.b not found"),
        ("a: x\n", "a", "a cannot be made"),
        ("a: []\n", "a", "a cannot be made"),
        ("a: [x, y, z]\n", "a", "a cannot be made"),
    ],
)
def test_what_cannot_be_changed_in_place_is_refused(text: str, key: str, said: str) -> None:
    with pytest.raises(ParamsError, match=f"params.yaml: {said}"):
        with_list(text, PATH, key, ["x", "y"])


def test_what_would_not_be_valid_says_who_made_it() -> None:
    with pytest.raises(ParamsError, match="this is what a test would make of it"):
        checked(COMMITTED.replace("horizons: [1d", "horizons: [0d"), PATH, made_by="a test")
