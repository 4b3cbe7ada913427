"""docs/reference/limits.md says what the code does: every limit with its value, every test there is."""

import re

import pytest

from forex.core.edges import limits, shown, validators
from forex.params import load_params
from forex.providers.services import LONGEST
from forex.weekly.folds import SHOWN
from tests.support.made_up import ROOT

PAGE = (ROOT / "docs/reference/limits.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line.startswith("| ")][
    2:
]
CONSTANTS = {name: value for name, value in vars(limits).items() if isinstance(value, limits.Limit)}


@pytest.mark.parametrize("name", CONSTANTS)
def test_every_constant_is_listed_with_its_value(name: str) -> None:
    assert CONSTANTS[name].name == name
    stated = re.findall(rf"`{name}` (\d+)", PAGE)
    assert stated and {*stated} == {str(CONSTANTS[name].most)}


def test_every_limit_of_params_yaml_is_listed_with_its_value() -> None:
    ingest = load_params(path=ROOT / "params.yaml").ingest
    stated = dict(re.findall(r"`ingest\.limits\.(\w+)` (\d+)", PAGE))
    assert {name: int(value) for name, value in stated.items()} == ingest.limits.model_dump()


def test_the_table_names_no_limit_that_is_not_there() -> None:
    named = {name for row in ROWS for name in re.findall(r"`([A-Z]+_?[A-Z]+)`", row[2])}
    assert named == set(CONSTANTS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_has_its_five_cells_and_a_test(row: list[str]) -> None:
    assert len(row) == 5 and all(row)
    assert (ROOT / row[4].strip("`")).is_file()


def test_the_other_numbers_are_those_of_the_code() -> None:
    for words in (
        f"{LONGEST} characters",
        f"{shown.LONGEST_LINE} characters a line, {shown.MOST_LINES} lines",
        f"{validators.LONGEST_NAME} bytes a name, {validators.LONGEST_PATH} in all",
        f"{validators.LONGEST_HORIZON} calendar days",
    ):
        assert words in PAGE
    assert SHOWN == 5 and "at most five folds" in PAGE
