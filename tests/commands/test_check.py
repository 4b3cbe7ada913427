"""`forex check` on reports that the monitor makes of steady and of worse forecasts; on the sample: tests/commands/test_gate.py."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from forex.commands.judge import check
from forex.core.files import read_json, write_json
from forex.core.reports import read_report, write_report
from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast, Inputs, Stale
from forex.health.age import age as age_by_clock
from forex.params import load_params, params_sha256
from forex.report import run
from forex.report.headline import GRACE
from forex.timeline import calendar
from tests.monitoring.test_alert_rules import panel_of
from tests.monitoring.test_alerts import report as alerts_of
from tests.monitoring.test_alerts import storm
from tests.monitoring.test_performance import SILENT, changed, report, settings, world
from tests.support.forecasts_made_up import forecast
from tests.support.forex_command import forex
from tests.support.made_up import params_text
from tests.support.monitored import whole
from tests.support.reports_made_up import validation

GOOD = (
    "1d GOOD: no figure of the last 60 and 14 matured forecasts, with targets from 2019-10-23 to 2020-01-21, is worse than "
    "before, or than its level says, by more than 15 % with a Holm p below 0.004, and the alarm is quiet; forex check --json has "
    "the figures."
)
FINE = f"OK: as of 2024-11-27, performance GOOD, 2 of 2 acceptance rules hold\n{GOOD}\n"


def all_hold() -> ValidationReport:
    made = validation()
    passed = {name: rule for name, rule in made.verdicts["1d"].items() if rule.verdict == "PASS"}
    return made.model_copy(update={"verdicts": {"1d": passed}})


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose last run is that of its params."""
    monkeypatch.chdir(tmp_path)
    Path("dvc.yaml").touch()
    Path("params.yaml").write_text(params_text(), encoding="utf-8")
    params = load_params()
    alerts = alerts_of(panel_of(storm()[:60]))
    write_report(run.ALERTS, alerts)
    inputs = Inputs(
        series=dict.fromkeys(("usdclp", "mxn"), "5a" * 32), data_sha256="da" * 32, params_sha256=params_sha256(params)
    )
    write_report(run.VALIDATION, all_hold())
    made = forecast(as_of=params.as_of, origin_date=alerts.at, inputs=inputs)
    write_report(run.FORECAST, made)
    return tmp_path


def monitored(*panels: Any, **changes: Any) -> dict[str, Any]:
    write_report(run.PERFORMANCE, whole(report({panel.horizon: panel for panel in panels}, settings(**changes))))
    return check.view()


def kinds(content: dict[str, Any]) -> set[str]:
    return {reason["kind"] for reason in content["reasons"]}


def edit(old: str, new: str) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    Path("params.yaml").write_text(text.replace(old, new), encoding="utf-8")


def test_steady_forecasts_are_fine_and_say_what_that_rests_on(project: Path) -> None:
    content = monitored(world())
    assert content["state"] == "OK" and content["exit_code"] == 0 and content["reasons"] == []
    done = forex("check", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, FINE, "")


def test_acceptance_rules_that_do_not_hold_are_told_and_end_nothing(project: Path) -> None:
    write_report(run.VALIDATION, validation())
    content = monitored(world())
    assert content["state"] == "CAUTION" and content["exit_code"] == 0
    done = forex("check", cwd=project)
    first, *others = done.stdout.splitlines()
    assert (done.returncode, first) == (0, "CAUTION: as of 2024-11-27, performance GOOD, 3 of 7 acceptance rules hold")
    assert others == [
        GOOD,
        "1d below_95 FAIL: 1.20 %, where at least 1.80 % and at most 3.20 % is accepted",
        "1d coverage_95 FAIL: 95.40 %, where at least 96.00 % and at most 97.00 % is accepted",
        "7d coverage_95 NOT_EVALUATED: 95.40 %; no bound is set, or nothing is there to compare with",
        "30d published INSUFFICIENT_DATA: no scored forecast of `published` has matured",
    ]
    worse = check.text(monitored(world(factor=3.0))).splitlines()
    assert worse[0].startswith("FAULT: ") and worse[1].startswith("1d CRITICAL: ") and worse[-4:] == others[1:]


def test_worse_forecasts_are_degraded_with_a_line_for_each_figure(project: Path) -> None:
    content = monitored(world(factor=3.0))
    assert content["state"] == "FAULT" and content["exit_code"] == 1 and content["performance"] == "CRITICAL"
    lines = check.text(content).splitlines()
    assert len(lines) == 1 + len(content["reasons"]) > 4 and lines[1].startswith("1d CRITICAL: ")
    assert any("CRPS" in line and "above what it was before, in the last 60 matured" in line for line in lines)
    assert any("the 80 % interval missed" in line and "more often than it says" in line for line in lines)
    assert any("the intervals miss more often than they say, by forecasts with targets from" in line for line in lines)
    done = forex("check", cwd=project)
    assert done.returncode == 1 and done.stdout.splitlines() == lines and done.stderr == ""


def test_the_verdict_of_each_window_stands_beside_the_rank_test(project: Path) -> None:
    monitored(world())
    content = json.loads(forex("check", "--json", cwd=project).stdout)
    windows = read_json(run.PERFORMANCE)["horizons"]["1d"]["models"]["published"]["windows"]
    assert content["windows"]["1d"] == {
        size: {"status": window["status"], "mann_whitney_p": window["mann_whitney_p"]}
        for size, window in windows.items()
    }
    assert all(0 < window["mann_whitney_p"] < 1 for window in content["windows"]["1d"].values())


def test_degraded_is_enough() -> None:
    content = monitored(world(factor=3.0), critical_pct=5000, alarm=SILENT)
    assert content["performance"] == "DEGRADED" and content["exit_code"] == 1
    assert not [reason for reason in content["reasons"] if "alarm" in reason["says"]]


def test_the_alarm_alone_is_a_reason_as_long_as_it_is_on() -> None:
    content = monitored(world(factor=3.0), degraded_pct=4000, critical_pct=5000)
    [reason] = content["reasons"]
    assert content["exit_code"] == 1 and reason["says"].startswith(
        "1d DEGRADED: the intervals miss more often than they say"
    )


def test_a_benchmark_that_degrades_is_no_reason() -> None:
    """`random_walk` is monitored beside `published`, to tell a rougher market from worse forecasts."""
    panel = world()
    middle = panel.anchor[:, None]
    quantiles = panel.quantiles.copy()
    walk = panel.models.index("random_walk")
    quantiles[-60:, walk] = middle[-60:] + 0.2 * (quantiles[-60:, walk] - middle[-60:])
    assert monitored(changed(panel, quantiles=quantiles))["state"] == "OK"


def test_too_short_a_history_is_fine_and_says_so() -> None:
    content = monitored(world(n=100))
    assert content["state"] == "OK" and "performance INSUFFICIENT_DATA" in check.text(content)


def test_a_run_of_another_day_is_stale(project: Path) -> None:
    monitored(world())
    edit('as_of: "2024-11-27"', 'as_of: "2024-11-28"')
    done = forex("check", cwd=project)
    assert done.returncode == 4
    assert done.stdout.partition("\n")[2] == f"{GOOD}\n" + (
        "reports/forecast.json is as of 2024-11-27, params.yaml says 2024-11-28: no run for that day has finished. "
        "Run dvc repro.\n"
    )


def test_a_run_of_other_params_is_stale_and_keys_that_no_forecast_depends_on_do_not_count() -> None:
    monitored(world())
    edit("recent: 500           # matured", "recent: 501           # matured")
    assert check.view()["reasons"] == []
    edit("refit_every: 21   # business days\n    half_life", "refit_every: 22   # business days\n    half_life")
    content = check.view()
    assert kinds(content) == {"stale"} and content["exit_code"] == 4 and "other params" in check.text(content)


def test_a_run_of_another_store_is_stale() -> None:
    monitored(world())
    run.LOCK.write_text("stages: {ingest: {params: {params.yaml: {ingest: {store: data/sample}}}}}\n", encoding="utf-8")
    assert check.view()["reasons"] == []
    edit("store: data/sample", "store: mydata")
    content = check.view()
    assert kinds(content) == {"stale"} and content["exit_code"] == 4
    assert "was made from the store data/sample, params.yaml names mydata. Run dvc repro." in check.text(content)
    for silent in ("stages: {}\n", "stages: {ingest: ", "[]\n"):
        run.LOCK.write_text(silent, encoding="utf-8")
        assert check.view()["reasons"] == []


def test_alerts_worth_a_message_are_a_reason() -> None:
    monitored(world())
    raised = alerts_of(panel_of(storm()[:81]))
    write_report(run.ALERTS, raised)
    write_json(run.FORECAST, read_json(run.FORECAST) | {"origin_date": raised.at})
    content = check.view()
    assert content["state"] == "CAUTION" and kinds(content) == {"alert"} and content["exit_code"] == 1
    assert check.text(content).endswith(f"\nalerts of {raised.at}: CRITICAL: VOLATILITY_SPIKE")


def test_reports_of_two_runs_are_stale() -> None:
    monitored(world())
    write_report(run.ALERTS, alerts_of(panel_of(storm()[:61])))
    content = check.view()
    assert content["exit_code"] == 4 and "the last run has not finished" in check.text(content)


def test_degraded_outranks_stale_and_both_are_told() -> None:
    edit('as_of: "2024-11-27"', 'as_of: "2024-11-28"')
    content = monitored(world(factor=3.0))
    assert content["exit_code"] == 1 and kinds(content) == {"degraded", "stale"}


def test_without_a_run_there_is_nothing_to_check(project: Path) -> None:
    refused = forex("check", cwd=project)
    assert refused.returncode == 4
    assert refused.stderr == (
        "forex: no run has finished here: reports/performance.json is not there. `dvc repro` makes it.\n"
    )


def dead(count: int, of: int = 20) -> None:
    """The newest forecast had `count` of its drivers without a new value for 22 business days."""
    names = [f"s{k}" for k in range(of)]
    made = read_report(run.FORECAST, Forecast)
    late = tuple(Stale(series=name, tier="important", business_days=22, late=22) for name in names[:count])
    inputs = made.inputs.model_copy(update={"series": dict.fromkeys(["usdclp", *names], "ab" * 32)})
    write_report(run.FORECAST, made.model_copy(update={"stale": late, "inputs": inputs}))


@pytest.mark.parametrize(("count", "state", "code"), [(0, "OK", 0), (2, "OK", 0), (3, "CAUTION", 0), (20, "FAULT", 1)])
def test_dead_drivers_are_not_fine(count: int, state: str, code: int) -> None:
    monitored(world())
    dead(count)
    content = check.view()
    assert (content["state"], content["exit_code"]) == (state, code)
    told = f"{count} of 20 drivers are missing or have had no new value for 3 business days or more."
    assert (told in check.text(content)) == (state != "OK")


@pytest.mark.parametrize(
    ("days", "seconds", "age"), [(0, 0, 0), (1, -1, 0), (1, 0, 1), (3, -1, 2), (3, 0, 3), (500, 0, 500)]
)
def test_a_run_is_too_old_by_the_clock_alone(days: int, seconds: int, age: int) -> None:
    """A newer forecast could have been made from an hour after the cut-off of each business day on."""
    monitored(world())
    origin = str(read_report(run.FORECAST, Forecast).origin_date)
    [cut_off] = calendar.cut_offs(calendar.shift([origin], days), load_params("cut_off").cut_off).tolist()
    at = cut_off.replace(tzinfo=dt.UTC) + GRACE + dt.timedelta(seconds=seconds)
    assert check.view()["exit_code"] == 0
    for allowed in {age, max(age - 1, 0)}:
        content = check.view(max_age=allowed, clock=lambda: at)
        assert content["exit_code"] == (4 if age > allowed else 0)
        assert content["state"] == ("OK" if age < 1 else "CAUTION" if age < 3 else "FAULT")
        assert ("old by the clock" in check.text(content)) == (age > allowed)


def test_weekends_and_holidays_make_a_run_no_older() -> None:
    """The last forecast of 2024 is made on Monday 30 December; the next business day is 2 January."""
    params = load_params("cut_off")
    for day, age in (("2024-12-31", 0), ("2025-01-01", 0), ("2025-01-02", 1), ("2025-01-05", 2)):
        at = dt.datetime.fromisoformat(f"{day}T20:00:00+00:00")
        assert age_by_clock(dt.date(2024, 12, 30), at, params.cut_off) == age


def test_age_alone_ends_with_4_and_a_fault_beside_it_with_1() -> None:
    at = dt.datetime(2030, 1, 30, tzinfo=dt.UTC)
    monitored(world())
    assert check.view(max_age=1, clock=lambda: at)["exit_code"] == 4
    dead(20)
    assert check.view(max_age=1, clock=lambda: at)["exit_code"] == 1


def test_a_horizon_that_the_data_cannot_judge_is_told_and_changes_no_code() -> None:
    before = monitored(world())
    made = read_report(run.VALIDATION, ValidationReport)
    [name, *_] = [name for name, scores in made.horizons.items() if scores.n]
    few = made.horizons[name].model_copy(update={"n_independent": 30})
    write_report(run.VALIDATION, made.model_copy(update={"horizons": {**made.horizons, name: few}}))
    content = check.view()
    assert f"{name} is longer than the data can judge: 30 of its forecasts do not overlap" in check.text(content)
    assert content["exit_code"] == before["exit_code"]
