"""What Great Expectations took and gave comes back from the file as it was, to the type of each number."""

from pathlib import Path

import pytest

from forex.core.files import json_text
from forex.core.reports import plain, read_report, write_report
from forex.validation.report import Expectations, Kwargs, Observed
from tests.support.forecasts_made_up import check, checked, expectations

KWARGS: list[Kwargs] = [
    {"column": "value", "min_value": 0, "strict_min": True},
    {"column": "value", "max_value": 3.0, "min_value": 0.0},
    {"column_list": ["date", "known_at"]},
    {"column": "is_business_day", "value_set": [True]},
]
OBSERVED: list[Observed] = [5494, 5494.0, "float64", None, [], [False], [{"date": "2024-11-06", "value": 910.0}], True]


@pytest.mark.parametrize("kwargs", KWARGS)
@pytest.mark.parametrize("observed", OBSERVED)
def test_there_and_back(kwargs: Kwargs, observed: Observed, tmp_path: Path) -> None:
    made = check("range", kwargs=kwargs, observed=observed)
    report = expectations(series={"usdclp": checked(checks=[made])})
    path = tmp_path / "expectations.json"
    write_report(path, report)
    again = read_report(path, Expectations)
    assert again == report
    assert json_text(plain(again)) == path.read_text(encoding="utf-8")
    [read] = again.series["usdclp"].checks
    assert repr((read.kwargs, read.observed)) == repr((kwargs, observed))
