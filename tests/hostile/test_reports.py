"""Files that are no reports: every command that reads them ends with 3 and says what makes them anew."""

import shutil
from pathlib import Path

import pytest

from forex.calibration.report import Calibration
from forex.challenge.revisions import commit_of, text_at
from forex.commands.judge.gate import _metrics, _observations
from forex.core.errors import DataError
from forex.core.reports import Report, read_report
from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast
from forex.mail.outbox import Journal
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import PerformanceReport
from forex.observations.manifest import Manifest
from forex.validation.report import Expectations
from tests.support.committed_runs import commit, git
from tests.support.forex_command import forex
from tests.support.made_up import ROOT, params_text, with_holidays

MODELS = (Calibration, ValidationReport, Forecast, Journal, AlertsReport, PerformanceReport, Manifest, Expectations)
NONE = (
    "{}",
    "[]",
    "5",
    "null",
    '"a"',
    "",
    "[" * 10_000,
    '{"a":' * 10_000,
    "[" * 40 + "]" * 40,
    "9" * 4_301,
    "NaN",
    "\x00",
)


@pytest.mark.parametrize("text", NONE, ids=lambda text: ascii(text)[:12])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_what_is_no_report_is_refused_by_name(model: type[Report], text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"^{path}: ") as error:
        read_report(path, model)
    assert len(str(error.value)) < 1_000


@pytest.mark.parametrize("content", [b"\xff\xfe{}", b'{"crps": "d\xf3lar"}', b"\x80"])
def test_metrics_that_are_no_utf8_are_named(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "dvc.yaml").write_text("metrics: [a.json]\n", encoding="utf-8")
    (tmp_path / "a.json").write_bytes(content)
    commit(tmp_path, "here")
    monkeypatch.chdir(tmp_path)
    revision = commit_of("here")
    with pytest.raises(DataError, match=rf"{revision}:\./a\.json.*not UTF-8 text"):
        _metrics(lambda path: text_at(revision, path), "here")


@pytest.mark.parametrize("text", ["[]", "5", "null", '"a"'])
def test_observations_of_another_shape_are_named(text: str) -> None:
    with pytest.raises(DataError, match="no report"):
        _observations(lambda path: text, "HEAD")


@pytest.mark.parametrize("text", ["{}", '{"store": 5, "series": []}', '{"store": [1], "series": "x"}'])
def test_observations_that_state_nothing_are_compared_with_none(text: str) -> None:
    from forex.challenge.same_store import differences

    found = _observations(lambda path: text, "HEAD")
    assert differences(found, found) is None


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400])
def test_a_metric_without_end_is_no_finite_number(number: str) -> None:
    found = _metrics(lambda path: {"dvc.yaml": "metrics: [a.json]"}.get(path, f'{{"crps": {number}}}'), "HEAD")
    assert abs(found["crps"]) == float("inf")


@pytest.mark.parametrize("text", ["{}", "[]", "5", "[" * 10_000], ids=lambda text: text[:2])
def test_a_command_ends_with_one_message_and_no_traceback(text: str, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(params_text(), encoding="utf-8")
    for name in ("dvc.yaml", "operations.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    with_holidays(tmp_path)
    path = tmp_path / "reports/alerts.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    done = forex("alerts", cwd=tmp_path)
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.startswith("forex: reports/alerts.json: ") and "Traceback" not in done.stderr
