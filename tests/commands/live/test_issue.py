"""`forex issue`: one row per horizon however often and by however many, never another forecast under the same origin."""

import datetime as dt
import json
import subprocess
from typing import Any

import polars as pl
import pytest

from forex.commands.live import issue
from forex.core.errors import DataError, GateFailed, StaleError
from forex.core.files import write_json, write_parquet
from forex.core.lock import held
from forex.core.quantiles import COLUMNS
from forex.core.reports import plain, write_report
from forex.forecast.forecast import target_forecast
from forex.forecast.report import Inputs
from forex.ledger.ledger import LEDGER, LOCK, read
from forex.ledger.rows import Issued
from tests.support.changed_params import OPERATIONS, changed
from tests.support.forecasts_made_up import forecast
from tests.support.forex_command import FOREX
from tests.support.issued_rows import issued, moved
from tests.support.made_up import Project

pytestmark = pytest.mark.slow

FRIDAY, SATURDAY, MONDAY = "2024-11-22", "2024-11-23", "2024-11-25"
HORIZONS = ("15d", "1d", "7d")  # in the order of the file


def calibrated_row(row: Issued, model: str = "published", **changes: Any) -> dict[str, Any]:
    """A row of calibrated.parquet that says what was issued."""
    kept = ("origin_date", "target_date", "horizon", "regime", "steps", "anchor")
    quantiles = dict(zip(COLUMNS, row.quantiles, strict=True))
    return {name: getattr(row, name) for name in kept} | quantiles | {"model": model, "actual": None} | changes


def finish_run(origin: str, as_of: str, *, by: float = 0.0) -> None:
    """What a run as of `as_of` leaves, its quantiles moved `by` CLP; the data's hash follows as_of, as a real one does."""
    rows = []
    for day in (FRIDAY, origin):
        for name in HORIZONS:
            row = issued(day, name)
            moved_row = issued(day, name, quantiles=moved(row, by))
            rows += [calibrated_row(moved_row), calibrated_row(moved_row, "random_walk", **{"q0.5": 934.6})]
    frame = pl.DataFrame(rows, schema_overrides={"actual": pl.Float64}).unique(maintain_order=True)
    write_parquet(issue.CALIBRATED, frame)
    newest = [row for row in rows if row["model"] == "published" and str(row["origin_date"]) == origin]
    entries = {row["horizon"]: plain(target_forecast(row, [0.5, 0.8, 0.95])) for row in newest}
    report = forecast(
        as_of=as_of,
        origin_date=origin,
        horizons={horizon: entry | {"model": "nowcast"} for horizon, entry in entries.items()},
        inputs=Inputs(series={}, data_sha256=as_of[-2:] * 32, params_sha256="ab" * 32),
    )
    write_report(issue.REPORT, report)


@pytest.fixture
def finished(project: Project) -> Project:
    (project.root / "dvc.yaml").write_text("")
    project.set(as_of=FRIDAY)
    finish_run(FRIDAY, FRIDAY)
    return project


def test_the_newest_origin_is_issued_once_per_horizon_in_order(finished: Project) -> None:
    content = issue.view()
    assert list(content["added"]) == ["1d", "7d", "15d"] and not content["already"]
    assert issue.text(content) == (f"Issued the forecast of {FRIDAY} for 1d, 7d, 15d: data/ledger/2024.csv. Commit it.")
    frame = read(LEDGER)
    assert frame.height == 3
    row = frame.row(by_predicate=pl.col("horizon") == "7d", named=True)
    expected = issued(FRIDAY, "7d")
    assert tuple(row[name] for name in COLUMNS) == expected.quantiles
    assert (row["target_date"], row["data_sha256"]) == (expected.target_date, "22" * 32)


def test_a_weekend_run_of_the_same_forecast_adds_nothing_and_says_so(finished: Project) -> None:
    issue.view()
    before = (LEDGER / "2024.csv").read_bytes()
    finished.set(as_of=SATURDAY)
    finish_run(FRIDAY, SATURDAY)
    content = issue.view()
    assert content["added"] == {}
    assert issue.text(content) == (
        f"The forecast of {FRIDAY} for 1d, 7d, 15d had been issued as of {FRIDAY}, the same: nothing added."
    )
    assert (LEDGER / "2024.csv").read_bytes() == before


def test_another_forecast_of_the_same_origin_is_refused(finished: Project) -> None:
    issue.view()
    before = (LEDGER / "2024.csv").read_bytes()
    finish_run(FRIDAY, FRIDAY, by=1.0)
    with pytest.raises(
        GateFailed, match=r"2024-11-22 1d was issued as\n.* median 934\.5, .*\n.* now be\n.* median 935\.5"
    ):
        issue.view()
    assert (LEDGER / "2024.csv").read_bytes() == before


def test_the_next_day_is_appended(finished: Project) -> None:
    issue.view()
    before = (LEDGER / "2024.csv").read_bytes()
    finished.set(as_of=MONDAY)
    finish_run(MONDAY, MONDAY)
    assert len(issue.view()["added"]) == 3
    assert (LEDGER / "2024.csv").read_bytes().startswith(before)
    assert read(LEDGER)["origin_date"].max() == dt.date(2024, 11, 25)


def test_a_forecast_that_no_run_for_as_of_made_is_not_issued(finished: Project) -> None:
    finished.set(as_of=MONDAY)
    with pytest.raises(
        StaleError, match=f"as of {FRIDAY}, params.yaml says {MONDAY}: no run for that day has finished"
    ):
        issue.view()
    assert not LEDGER.exists()


@pytest.mark.parametrize("wrong", ["quantiles", "origin", "horizon"])
def test_a_report_of_another_run_than_the_frame_is_not_issued(finished: Project, wrong: str) -> None:
    report = json.loads(issue.REPORT.read_text())
    if wrong == "quantiles":
        report["horizons"]["7d"]["quantiles"]["0.5"] += 0.0001
    elif wrong == "origin":
        finish_run(MONDAY, FRIDAY)
    else:
        del report["horizons"]["15d"]
    write_json(issue.REPORT, report)
    with pytest.raises(DataError, match="the last run has not finished. Run dvc repro"):
        issue.view()
    assert not LEDGER.exists()


def forex(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([FOREX, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_eight_at_once_issue_one_row_per_horizon(finished: Project) -> None:
    processes = [forex("issue", "--json") for _ in range(8)]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert [(code, err) for _, err, code in ended] == [(0, "")] * 8
    contents = [json.loads(out) for out, _, _ in ended]
    assert sorted(len(content["added"]) for content in contents) == [0] * 7 + [3]
    assert all(len(content["added"]) + len(content["already"]) == 3 for content in contents)
    lines = (LEDGER / "2024.csv").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 4


def test_the_command_refuses_with_exit_code_one_and_a_message(finished: Project) -> None:
    issue.view()
    finish_run(FRIDAY, FRIDAY, by=1.0)
    process = forex("issue")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("forex: data/ledger/2024.csv: 2024-11-22 1d was issued as\n")
    assert err.endswith("What was issued stands; nothing was entered.\n")


@pytest.mark.parametrize("seconds", [0.01, 0.02])
def test_who_issues_waits_for_the_ledger_as_long_as_operations_say(seconds: float, finished: Project) -> None:
    operations = changed(OPERATIONS, {"ledger.lock_timeout": seconds})
    (finished.root / "operations.yaml").write_text(json.dumps(operations), encoding="utf-8")
    LEDGER.mkdir(parents=True, exist_ok=True)
    with held(LEDGER / LOCK, timeout=1), pytest.raises(GateFailed, match=f"after {seconds} seconds"):
        issue.view()
