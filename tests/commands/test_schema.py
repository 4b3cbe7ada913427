"""The published JSON Schemas are what the models give, and the committed reports follow them."""

import json
from pathlib import Path

import jsonschema
import pytest

from forex.commands.keep.schema import FOLDER, REPORTS, schema_file
from forex.core.files import json_text
from forex.core.reports import json_schema, read_report
from tests.support.made_up import ROOT

COMMITTED = [report for report in REPORTS if (ROOT / report).exists()]


@pytest.mark.parametrize("report", REPORTS, ids=str)
def test_each_is_what_its_model_gives(report: Path) -> None:
    made = json_schema(REPORTS[report])
    jsonschema.Draft202012Validator.check_schema(made)
    assert (ROOT / schema_file(report)).read_text(encoding="utf-8") == json_text(made), "make schema renews it"


def test_there_is_one_for_each_report_and_no_other() -> None:
    assert {path.name for path in (ROOT / FOLDER).iterdir()} == {schema_file(report).name for report in REPORTS}


@pytest.mark.slow
@pytest.mark.parametrize("report", COMMITTED, ids=str)
def test_what_is_committed_follows_it_and_is_what_the_model_reads(report: Path) -> None:
    text = (ROOT / report).read_text(encoding="utf-8")
    schema = json.loads((ROOT / schema_file(report)).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    again = read_report(ROOT / report, REPORTS[report]).model_dump(mode="json", by_alias=True)
    assert json_text(again) == text


@pytest.mark.parametrize(
    ("key", "value"),
    [("anchor", "975.06"), ("as_of", 20241127), ("horizons", {"7 days": {}}), ("rate", 975.06)],
)
def test_a_schema_refuses_what_the_model_refuses(key: str, value: object) -> None:
    report = Path("reports/forecast.json")
    content = json.loads((ROOT / report).read_text(encoding="utf-8")) | {key: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, json_schema(REPORTS[report]))
