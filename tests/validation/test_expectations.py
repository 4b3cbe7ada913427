import datetime as dt
import os
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest

from forex.validation.expectations import Check, Outcome, _refuse_exception, run

DAYS = [dt.date(2024, 11, day) for day in (4, 5, 6, 6)]
FRAME = pd.DataFrame(
    {"row": [0, 1, 2, 3], "date": DAYS, "value": [900.0, 2000.0, 910.0, 910.0], "move": [None, 1.2, 0.01, 0.0]}
)


def only(name: str, expectation: str, /, **kwargs: Any) -> Outcome:
    [outcome] = run(FRAME, [Check(name, expectation, kwargs, "critical")])
    return outcome


def test_failing_rows_and_values_are_named() -> None:
    outcome = only("range", "ExpectColumnValuesToBeBetween", column="value", min_value=300, max_value=1500)
    assert (outcome.success, outcome.critical, outcome.rows, outcome.observed) == (False, True, (1,), [2000.0])


def test_every_failing_row_is_named_however_many_there_are() -> None:
    frame = pd.DataFrame({"row": range(3000), "value": [900.0, 2000.0] * 1500})
    [outcome] = run(
        frame, [Check("range", "ExpectColumnValuesToBeBetween", {"column": "value", "max_value": 1500}, "warning")]
    )
    assert outcome.rows == tuple(range(1, 3000, 2))
    assert outcome.observed == [2000.0]


def test_rows_without_a_move_pass() -> None:
    outcome = only("max_move", "ExpectColumnValuesToBeBetween", column="move", max_value=0.08)
    assert outcome.rows == (1,)


def test_both_rows_of_a_pair_that_is_not_unique_are_named() -> None:
    outcome = only("unique", "ExpectCompoundColumnsToBeUnique", column_list=["date", "value"])
    assert outcome.rows == (2, 3)
    assert outcome.observed == [{"date": "2024-11-06", "value": 910.0}]


def test_types_are_judged_by_column_and_by_value() -> None:
    assert only("type", "ExpectColumnValuesToBeOfType", column="date", type_="date").success
    assert only("type", "ExpectColumnValuesToBeOfType", column="value", type_="float64").success
    wrong = only("type", "ExpectColumnValuesToBeOfType", column="value", type_="int64")
    assert (wrong.success, wrong.rows, wrong.observed) == (False, None, "float64")


def test_outcomes_keep_the_order_of_the_checks_and_their_severity() -> None:
    bounds: list[dict[str, Any]] = [{"max_value": 3000}, {"max_value": 1500}, {"min_value": 905}]
    checks = [
        Check(str(bound), "ExpectColumnMaxToBeBetween", {"column": "value"} | bound, "warning") for bound in bounds
    ]
    outcomes = run(FRAME, checks)
    assert [outcome.check for outcome in outcomes] == checks
    assert [(outcome.success, outcome.observed, outcome.critical) for outcome in outcomes] == [
        (True, 2000.0, False),
        (False, 2000.0, False),
        (True, 2000.0, False),
    ]


@pytest.mark.parametrize("column", ["absent", "date"], ids=["no such column", "dates against a number"])
def test_expectation_that_could_not_be_evaluated_is_a_defect(column: str) -> None:
    with pytest.raises(RuntimeError, match="range: expect_column_values_to_be_between .* was not evaluated: "):
        only("range", "ExpectColumnValuesToBeBetween", column=column, max_value=1)


def test_exception_of_one_metric_among_several_is_found() -> None:
    info = {"('column.max', 'x')": {"raised_exception": True, "exception_message": "no such column"}}
    with pytest.raises(RuntimeError, match="no such column"):
        _refuse_exception(Check("rows", "ExpectColumnMaxToBeBetween", {}, "critical"), "expect_column_max", info)


def test_nothing_is_sent_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    only("range", "ExpectColumnValuesToBeBetween", column="value", min_value=300, max_value=1500)
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_modules_that_it_found_empty_are_whole_for_others() -> None:
    """In a process that had imported none of them, and in one that had imported them all."""
    script = (
        "from forex.validation.expectations import _whole_frame, UNUSED\n"
        "import sys\n{before}\n"
        "_whole_frame()\n"
        "import altair, scipy.stats\n"
        "from scipy import stats\n"
        "print(UNUSED == ('scipy.stats', 'altair'), stats.norm.ppf(0.5), altair.Chart is not None)\n"
    )
    for before in ("assert not set(UNUSED) & set(sys.modules)", "import altair, scipy.stats"):
        done = subprocess.run([sys.executable, "-c", script.format(before=before)], capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("True 0.0 True\n", "")
