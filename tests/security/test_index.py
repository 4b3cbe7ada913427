"""SECURITY.md beside the index of attacks, and the index beside the tests: a test that is gone is missed."""

import ast
from functools import cache

import pytest

from tests.security.attacks import ATTACKS
from tests.support.made_up import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Attacks\n")[2].partition("\n## ")[0]
HEAD, _, *ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.splitlines() if line.startswith("|")
]


@cache
def names_in(path: str) -> frozenset[str]:
    """The functions of a file of tests that are collected: those whose bodies are not empty."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not isinstance(node.body[-1], ast.Pass)
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_test_of_an_attack_is_there(attack: str) -> None:
    for place in ATTACKS[attack]:
        path, _, name = place.partition("::")
        assert (ROOT / path).is_file(), place
        assert name in names_in(path), place


def test_the_page_has_a_row_for_each_attack_in_order() -> None:
    assert HEAD == ["attack", "what stops it", "tests"]
    assert [row[0] for row in ROWS] == list(ATTACKS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_what_stops_it_and_names_the_files_of_its_tests(row: list[str]) -> None:
    attack, stops, files = row
    named = {place.partition("::")[0].removeprefix("tests/") for place in ATTACKS[attack]}
    assert {file.strip(" `") for file in files.split(",")} == named
    assert len(stops.split()) >= 5


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 75
    for section in (
        "Who is trusted with what",
        "What is worth protecting",
        "Attacks",
        "What is not defended",
        "Reporting",
    ):
        assert f"## {section}\n" in PAGE
