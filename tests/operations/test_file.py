"""operations.yaml: what is wrong in it is named with its path, and what is fetched has bounds."""

import json
from pathlib import Path

import pytest

from forex.core.errors import ParamsError
from forex.operations import check_bounds, check_times, load_operations
from forex.params import Validate, load_params
from tests.support.changed_params import OPERATIONS, Content, changed
from tests.support.made_up import ROOT

JOB = OPERATIONS["schedule"]["jobs"]["daily"]


def written(folder: Path, content: Content) -> Path:
    path = folder / "operations.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_the_committed_file_is_valid_and_what_it_fetches_has_bounds() -> None:
    operations = load_operations(ROOT / "operations.yaml")
    check_bounds(operations, load_params(path=ROOT / "params.yaml").validate_)
    assert operations.ledger.lock_timeout == OPERATIONS["ledger"]["lock_timeout"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (OPERATIONS | {"mailbox": {}}, "mailbox is not a key that anything reads"),
        ({"ledger": OPERATIONS["ledger"]}, "fetch is missing"),
        (changed(OPERATIONS, {"ledger.lock_timeout": -1}), r"ledger.lock_timeout = -1: "),
        (changed(OPERATIONS, {"fetch.first": "2024-13-01"}), r"fetch.first = '2024-13-01': expected a date"),
        (
            changed(OPERATIONS, {"fetch.quote.trading": ["14:00", "09:00"]}),
            r"fetch.quote.trading = .*expected an opening before the closing",
        ),
        (changed(OPERATIONS, {"fetch.quote.trading": ["9", "14:00"]}), r"expected a time of day"),
        (
            changed(OPERATIONS, {"mail.bias": 0.02}),
            "mail: expected bias < attention < urgent, got 0.02, 0.015 and 0.03",
        ),
        (changed(OPERATIONS, {"mail.days": {"monday": ["7d"]}}), "mail.days.*expected every weekday, tuesday"),
        (changed(OPERATIONS, {"mail.days.monday": ["7d", "7d"]}), "mail.days.monday = .*expected no repetition"),
        (changed(OPERATIONS, {"mail.days.monday": ["a week"]}), "mail.days.monday.*expected calendar days"),
        (changed(OPERATIONS, {"mail.month_days": {"90d": [31]}}), "mail.month_days.90d"),
        (changed(OPERATIONS, {"mail.language": "fr"}), "mail.language = 'fr'"),
        (changed(OPERATIONS, {"mail.smtp.attempts": 0}), "mail.smtp.attempts = 0"),
        (
            changed(OPERATIONS, {"mail.smtp": {"host": "smtp.example.org"}}),
            "mail.smtp.host is not a key that anything reads",
        ),
        ([], "the file = "),
        (
            changed(OPERATIONS, {"schedule.zone": "America/Nowhere"}),
            "schedule.zone = 'America/Nowhere': expected a time zone",
        ),
        (changed(OPERATIONS, {"schedule.zone": "/etc/passwd"}), "schedule.zone = '/etc/passwd': expected a time zone"),
        (changed(OPERATIONS, {"schedule.jobs": {}}), "schedule.jobs = {}: "),
        (
            changed(OPERATIONS, {"schedule.jobs.daily.at": "24:00"}),
            "schedule.jobs.daily.at = '24:00': expected a time of day",
        ),
        (
            changed(OPERATIONS, {"schedule.jobs.daily.days": "workday"}),
            "schedule.jobs.daily.days = 'workday': .*'business'",
        ),
        (changed(OPERATIONS, {"schedule.jobs.daily.commands": []}), r"schedule.jobs.daily.commands = \[\]: "),
        (changed(OPERATIONS, {"schedule.jobs.daily.commands": ["check", "check"]}), "expected no repetition"),
        (changed(OPERATIONS, {"schedule.jobs.daily.commands": ["forex check"]}), "without the word forex"),
        (
            changed(OPERATIONS, {"schedule.jobs.daily.commands": ["check 'a"]}),
            "expected a command of forex .*No closing quotation",
        ),
        (changed(OPERATIONS, {"schedule.jobs.daily.again_hours": -1}), "schedule.jobs.daily.again_hours = -1: "),
        (changed(OPERATIONS, {"schedule.jobs": {"schedule": JOB}}), "expected the name of a job like"),
        (changed(OPERATIONS, {"schedule.jobs": {"a/b": JOB}}), "expected the name of a job like"),
        (changed(OPERATIONS, {"schedule.again_minutes": 0}), "schedule.again_minutes = 0: "),
        (changed(OPERATIONS, {"keep.logs": 0}), "keep.logs = 0: "),
        (changed(OPERATIONS, {"keep.runs": "30"}), "keep.runs = '30': "),
    ],
)
def test_what_is_wrong_is_named(content: Content, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ParamsError, match=says) as error:
        load_operations(path)
    assert str(error.value).startswith(f"{path}: ")


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="restore the file with git"):
        load_operations(tmp_path / "operations.yaml")


def test_a_series_without_bounds_is_not_fetched(tmp_path: Path) -> None:
    checks = load_params(path=ROOT / "params.yaml").validate_
    fewer = Validate.model_construct(bounds={name: bounds for name, bounds in checks.bounds.items() if name != "brl"})
    with pytest.raises(ParamsError, match="fetch.series: brl has no entry in validate.bounds of params.yaml"):
        check_bounds(load_operations(ROOT / "operations.yaml"), fewer)


@pytest.mark.parametrize(("cut_off", "wrong"), [("15:00", False), ("15:05", False), ("15:06", True), ("18:30", True)])
def test_no_job_makes_a_forecast_before_its_cut_off(cut_off: str, wrong: bool) -> None:
    operations = load_operations(ROOT / "operations.yaml")
    if not wrong:
        check_times(operations, cut_off)
        return
    with pytest.raises(ParamsError, match=f'schedule.jobs.daily.at = "15:05": .* before the cut-off, "{cut_off}"'):
        check_times(operations, cut_off)
