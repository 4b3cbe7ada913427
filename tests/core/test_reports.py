"""Reports come back as what they were, and a file that is none is named with its key and the way to make it anew."""

from pathlib import Path

import pytest

from forex.core.errors import DataError
from forex.core.reports import Report, json_schema, read_report, write_report


class Interval(Report):
    level: float
    low: float
    high: float | None


class Shown(Report):
    title: str
    intervals: dict[str, Interval]


REPORT = Shown(title="dólar", intervals={"7d": Interval(level=0.8, low=943.5, high=None)})


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "shown.json"
    write_report(path, REPORT)
    assert read_report(path, Shown) == REPORT


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", r"title: missing"),
        ("[]", r"the whole: "),
        ("5", r"the whole: "),
        ('{"title": "x", "intervals": {"7d": {"level": 0.8, "low": 1, "high": 2, "mid": 1}}}', r"intervals\.7d\.mid: "),
        ('{"title": "x", "intervals": {"7d": {"level": 0.8, "low": NaN, "high": 2}}}', r"NaN is no number"),
        ('{"title": "x", "intervals": {"7d": {"level": "0.8", "low": 1, "high": 2}}}', r"intervals\.7d\.level: "),
        ("{", r"not readable as JSON"),
    ],
)
def test_another_file_is_named_with_its_key(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "shown.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=says) as error:
        read_report(path, Shown)
    assert str(path) in str(error.value) and "dvc repro" in str(error.value)


def test_many_faults_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    path = tmp_path / "shown.json"
    path.write_text('{"title": "x", "intervals": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}}', encoding="utf-8")
    with pytest.raises(DataError, match="and 2 more"):
        read_report(path, Shown)


def test_the_schema_names_every_field() -> None:
    schema = json_schema(Shown)
    assert schema["required"] == ["title", "intervals"]
    assert schema["$defs"]["Interval"]["additionalProperties"] is False
