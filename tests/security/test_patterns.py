"""Regular expressions on hostile text: every one of the code, searched as the code searches, is done with 100 kB in 50 ms.

The patterns and how they are used are collected from the source. Texts that match are made from the pattern itself; a part of them
is repeated, and the end is spoilt, so that a pattern that can split what is repeated in several ways tries them all.
"""

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forex.commands.keep import readme
from forex.core.flat import _place
from forex.importing import days, numbers
from forex.ledger.scores import MaturedForecasts
from forex.providers.network.secret import Secret, hidden
from forex.schedule import crontab
from tests.support.made_up import ROOT

SIZES = (18, 21, 24, 27, 30, 300, 3_000, 30_000, 100_000)  # an exponential pattern fails before it takes for ever
LIMIT = 0.05  # seconds of processor time
SEARCHES = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
# Their position among the arguments of re's functions, where it is not the third.
FLAGS_AT = {"sub": 4, "subn": 4, "split": 3, "compile": 1}


# Where a pattern is only given short texts: the functions that see to that, tried on the text in place of the pattern.
THROUGH: dict[str, tuple[Callable[[str], object], ...]] = {
    "forex/importing/days.py": (days.readings, days.looks_like_a_day, days.has_a_time, days.is_a_month),
    "forex/importing/numbers.py": (numbers.readings, numbers.is_absent),
}


class Use(NamedTuple):
    place: str
    pattern: re.Pattern[Any]
    search: str


def module_of(path: Path) -> Any:
    return importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def trees() -> dict[Path, ast.Module]:
    paths = sorted(path for folder in ("forex", "stages") for path in (ROOT / folder).rglob("*.py"))
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def called(node: ast.AST) -> tuple[str, ast.Call] | None:
    """The function of `re` that is called, and the call."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re":
        return (node.func.attr, node) if node.func.attr in {*SEARCHES, "compile"} else None
    return None


@cache
def collected() -> tuple[list[Use], set[str]]:
    """Every use of a pattern, and the files that make one of what they are given."""
    uses, others = [], set()
    for path, tree in trees().items():
        place, names = str(path.relative_to(ROOT)), vars(module_of(path))
        attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in SEARCHES]
        for node in attributes:  # NAME.search
            found = names.get(node.value.id) if isinstance(node.value, ast.Name) else None
            if isinstance(found, re.Pattern):
                uses.append(Use(f"{place}:{node.lineno}", found, node.attr))
        unseen = {id(pattern): pattern for pattern in names.values() if isinstance(pattern, re.Pattern)}
        uses += [
            Use(place, pattern, "fullmatch")
            for pattern in unseen.values()
            if pattern not in {use.pattern for use in uses}
        ]
        top = {
            id(node)
            for statement in tree.body
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            for node in ast.walk(statement)
        }
        for node in ast.walk(tree):  # re.search(…)
            if (made := called(node)) is None or id(node) in top:
                continue
            search, call = made
            written = [
                call.args[0],
                *call.args[FLAGS_AT.get(search, 2) :],
                *(keyword.value for keyword in call.keywords),
            ]
            try:
                pattern, *flags = [eval(compile(ast.Expression(part), place, "eval"), names) for part in written]
            except NameError:  # a local name is in it
                others.add(place)
                continue
            uses.append(Use(f"{place}:{node.lineno}", re.compile(pattern, *flags), search))
    return uses, others


LOOKING_AROUND = {
    "forex/commands/keep/init.py": "    deps:\n      [a, b]",
    "forex/importing/days.py": "wednesday, 27",
}
# Patterns that are made of what a function is given: the function itself, on a text of n characters.
BY_FUNCTION: dict[str, list[Callable[[int], object]]] = {
    "forex/providers/network/secret.py": [
        lambda n: hidden("a" * n, [Secret("a" * 30 + "b"), Secret("aab")]),
        lambda n: hidden("%41" * (n // 3), [Secret("A%" * 50)]),
    ],
    "forex/schedule/crontab.py": [
        lambda n: crontab._found(b"# BEGIN forex /x y\n" * (n // 19), Path("/x")),
        lambda n: crontab._found(b"* * * * * true\n" * (n // 15), Path("/x")),
        lambda n: crontab._found(b"# BEGIN forex /x\n" + b"\n" * n + b"# END forex /x\n", Path("/x")),
    ],
    "forex/commands/keep/readme.py": [
        lambda n: readme._pattern("a").findall("<!-- a -->" * (n // 10)),
        lambda n: readme._pattern("a").findall("<!-- a -->" + "<!-- /b -->" * (n // 11)),
    ],
    "forex/importing/numbers.py": [
        lambda n: numbers.readings("1." * (n // 2)),
        lambda n: numbers.readings("1" * n + "x"),
    ],
    "forex/core/flat.py": [
        lambda n: _place(MaturedForecasts, "coverage_0." + "9" * n),
        lambda n: _place(MaturedForecasts, "coverage_" * (n // 9)),
    ],
}


def seconds(work: Callable[[], object]) -> float:
    """Of processor time: the least of up to three runs, repeated while each takes one to ten times the limit."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
        if taken[-1] <= LIMIT or taken[-1] > 10 * LIMIT:
            break
    return min(taken)


def searched(use: Use, text: Any) -> object:
    if through := THROUGH.get(use.place.partition(":")[0]):
        return [read(text) for read in through]
    if use.search in ("sub", "subn"):
        return getattr(use.pattern, use.search)(text[:0], text)
    return (
        [*(getattr(use.pattern, use.search)(text) or [])]
        if use.search == "finditer"
        else getattr(use.pattern, use.search)(text)
    )


def pumped(text: Any, size: int) -> Iterable[Any]:
    """The text with one or two of its characters many times, and a character that nothing expects: at the end, or at once.

    Each once: a short text gives the same in several ways.
    """
    return dict.fromkeys(_pumped(text, size))


def _pumped(text: Any, size: int) -> Iterator[Any]:
    spoilt = b"\x00" if isinstance(text, bytes) else "\x00"
    for at in range(min(len(text), 8)):
        for width in (1, 2):
            part = text[at : at + width]
            long = text[:at] + part * (size // len(part))
            yield long + text[at + width :] + spoilt
            yield long + spoilt


@pytest.mark.slow
def test_every_pattern_is_looked_at() -> None:
    uses, others = collected()
    assert len(uses) > 40
    assert set(BY_FUNCTION) == others


def refuse_slow(use: Use, text: Any) -> None:
    for size in SIZES:
        for long in pumped(text[:200], size):
            taken = seconds(lambda long=long: searched(use, long))  # type: ignore[misc]
            assert taken <= LIMIT, (
                f"{use.place} {use.search}: {taken:.2f} s for {size} characters, {long[:40]!r} and so on"
            )


@pytest.mark.slow
def test_every_pattern_is_done_in_time() -> None:
    """All in one test: to list them every module is imported and parsed, which would be done anew by every collection."""
    slow = []
    for use in collected()[0]:
        try:
            refuse_slow_on_its_texts(use)
        except AssertionError as found:
            slow.append(str(found))
    assert slow == []


def refuse_slow_on_its_texts(use: Use) -> None:
    @settings(
        max_examples=4, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(st.from_regex(use.pattern, fullmatch=True))
    def on_what_nearly_matches(text: Any) -> None:
        refuse_slow(use, text)

    if "(?=" in str(use.pattern.pattern) or "(?<" in str(use.pattern.pattern).replace("(?P<", ""):
        refuse_slow(use, LOOKING_AROUND[use.place.partition(":")[0]])  # hypothesis makes no text for it
    else:
        on_what_nearly_matches()


@pytest.mark.parametrize("place", BY_FUNCTION)
def test_a_pattern_of_what_is_given_is_done_in_time(place: str) -> None:
    for work in BY_FUNCTION[place]:
        for size in SIZES:
            assert seconds(lambda work=work, size=size: work(size)) <= LIMIT, size  # type: ignore[misc]


@pytest.mark.parametrize(("pattern", "text"), [(r"(a+)+b", "aab"), (r"[^<]+? *<a>", "a <a>")])
def test_a_pattern_of_too_many_ways_is_found(pattern: str, text: str) -> None:
    with pytest.raises(AssertionError, match="characters"):
        refuse_slow(Use("here", re.compile(pattern), "search"), text)
