"""Names that hold a level: the same file there and back, faults told by the file's names, a schema that fits the file."""

from pathlib import Path
from typing import Annotated, Any

import pytest

from forex.core.errors import DataError
from forex.core.files import json_text, read_json, write_json
from forex.core.flat import ByLevel, Named
from forex.core.reports import ABSENT, Report, json_schema, plain, read_report, write_report


class AtLevel(Report):
    coverage: float
    standard_error: Annotated[float | None, Named("coverage_{}_se")] = ABSENT


class Shown(ByLevel):
    n: int
    coverage_note: str
    by_level: dict[float, AtLevel]


class Whole(Report):
    parts: dict[str, Shown]


SHOWN = Shown(
    n=3,
    coverage_note="x",
    by_level={0.5: AtLevel(coverage=0.51), 0.975: AtLevel(coverage=0.96, standard_error=0.012345678)},
)
IN_FILE = {"n": 3, "coverage_note": "x", "coverage_50": 0.51, "coverage_97.5": 0.96, "coverage_97.5_se": 0.012345678}


def test_names_hold_the_level_and_come_back(tmp_path: Path) -> None:
    path, whole = tmp_path / "whole.json", Whole(parts={"7d": SHOWN, "90d": Shown(n=0, coverage_note="", by_level={})})
    write_report(path, whole)
    assert read_json(path)["parts"] == {"7d": IN_FILE, "90d": {"n": 0, "coverage_note": ""}}
    assert read_report(path, Whole) == whole
    assert json_text(plain(read_report(path, Whole))) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"coverage_97.5": "x"}, r"parts\.7d\.coverage_97\.5: .*number"),
        ({"coverage_80_se": 0.1}, r"parts\.7d\.coverage_80: missing"),
        ({"coverage_many": 1.0}, r"parts\.7d\.coverage_many: not a key"),
        ({"n": 3.5}, r"parts\.7d\.n: .*whole number"),
    ],
)
def test_a_fault_is_told_by_the_name_in_the_file(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    path = tmp_path / "whole.json"
    write_json(path, {"parts": {"7d": IN_FILE | changes}})
    with pytest.raises(DataError, match=says):
        read_report(path, Whole)


def test_the_schema_has_a_pattern_for_each_name_with_a_level() -> None:
    shown = json_schema(Whole)["$defs"]["Shown"]
    assert shown["required"] == ["n", "coverage_note"] and set(shown["properties"]) == {"n", "coverage_note"}
    assert list(shown["patternProperties"]) == [r"^coverage_(\d+(?:\.\d+)?)$", r"^coverage_(\d+(?:\.\d+)?)_se$"]
    assert shown["additionalProperties"] is False
