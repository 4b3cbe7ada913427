"""`forex health`: fine where all is in order; each thing that can be wrong is found, named and ends with its code."""

import datetime as dt
import json
from pathlib import Path

import pytest

from forex.commands.live import health
from forex.commands.words import Words
from forex.core.files import read_json, write_json
from forex.core.reports import plain, write_report
from forex.health.report import Check, Health
from forex.mail.outbox import Outbox, name_of
from forex.report import run
from forex.schedule.due import Kept
from forex.schedule.sweep import sweep
from tests.support.forecasts_made_up import checked, expectations
from tests.support.made_up import utc
from tests.support.schedule.watched import NOW, ORIGIN, done, in_order, mail

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_order()
    return tmp_path


def seen(at: dt.datetime = NOW) -> Health:
    return health.view(clock=lambda: at)


def check(name: str, at: dt.datetime = NOW) -> Check:
    [found] = [entry for entry in seen(at).checks if entry.name == name]
    return found


def wrong(at: dt.datetime = NOW) -> list[str]:
    return [entry.name for entry in seen(at).checks if entry.wrong]


def test_what_is_in_order_is_fine() -> None:
    found = seen()
    assert (found.exit_code, found.state) == (0, "OK")
    assert {entry.name: entry.state for entry in found.checks} == {
        **dict.fromkeys(["age", "reports", "suites", "ledger"], "OK"),
        **dict.fromkeys(["mail", "job:fetch", "job:mail", "job:weekly", "job:check", "job:daily"], "NOT_EVALUATED"),
    }


@pytest.mark.parametrize(
    ("at", "age", "state"),
    [
        ("2024-11-27T15:00", 0, "OK"),  # before its own cut-off, as when somebody set the clock back
        ("2024-11-28T18:59", 0, "OK"),  # the next one's cut-off was less than an hour ago
        ("2024-11-28T19:00", 1, "CAUTION"),
        ("2024-11-30T12:00", 2, "CAUTION"),  # a Saturday: Thursday's and Friday's are missing
        ("2024-12-02T18:59", 2, "CAUTION"),
        ("2024-12-02T19:00", 3, "FAULT"),
    ],
)
def test_the_age_counts_business_days_since_a_newer_one_could_have_been_made(at: str, age: int, state: str) -> None:
    found = check("age", utc(at))
    assert (found.figures["forecast_age_business_days"], found.state) == (age, state)
    assert seen(utc(at)).exit_code == (4 if age else 0)


def test_holidays_make_no_forecast_older() -> None:
    write_report(run.FORECAST, in_order().model_copy(update={"origin_date": dt.date(2024, 9, 17)}))
    assert check("age", utc("2024-09-22T12:00")).figures["forecast_age_business_days"] == 0  # three holidays, a weekend


def test_a_forecast_of_tomorrow_is_a_wrong_clock() -> None:
    found = check("age", utc("2024-11-25T12:00"))
    assert found.state == "FAULT"
    assert (
        found.says.says
        == "The forecast is of 2024-11-27, and the clock says 2024-11-25T12:00:00Z: one of them is wrong."
    )


def test_without_a_run_there_is_no_forecast() -> None:
    run.FORECAST.unlink()
    found = seen()
    assert found.exit_code == 4
    assert check("age").says.says == "There is no forecast: reports/forecast.json: not found. `dvc repro` makes it."
    assert wrong() == ["age", "reports"]


@pytest.mark.parametrize("path", [run.VALIDATION, run.PERFORMANCE, run.ALERTS, run.EXPECTATIONS])
@pytest.mark.parametrize("damage", ["", "{}", None])
def test_a_report_that_cannot_be_read_is_named(path: Path, damage: str | None) -> None:
    path.unlink() if damage is None else path.write_text(damage)
    assert seen().exit_code == 1
    assert str(path) in check("reports").says.says


def test_reports_of_other_runs_or_params_are_named() -> None:
    params = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(params.replace(ORIGIN, "2024-11-26", 1), encoding="utf-8")
    assert "params.yaml says 2024-11-26" in check("reports").says.says
    Path("params.yaml").write_text(params, encoding="utf-8")
    write_json(run.ALERTS, read_json(run.ALERTS) | {"at": "2024-11-26"})
    assert "reports/alerts.json of 2024-11-26" in check("reports").says.says


def test_params_that_have_changed_since_are_noticed() -> None:
    made = in_order()
    inputs = made.inputs.model_copy(update={"params_sha256": "0" * 64})
    write_report(run.FORECAST, made.model_copy(update={"inputs": inputs}))
    assert check("reports").says.says == (
        "reports/forecast.json was made with other params than params.yaml has now. Run dvc repro."
    )


def test_suites_that_failed_are_a_fault() -> None:
    assert check("suites").figures == {"suites_checks": 3, "suites_checks_held": 1}
    broken = checked(fate="stops_the_run", checks=expectations().series["brl"].checks)
    write_report(run.EXPECTATIONS, expectations(success=False, series={"usdclp": broken}))
    assert check("suites").says.says == (
        "usdclp failed the checks without which there is no forecast. 0 of 1 checks of the data hold."
    )
    assert seen().exit_code == 1


def test_a_damaged_ledger_and_one_that_lacks_the_forecast() -> None:
    [file] = Path("data/ledger").glob("*.csv")
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    assert (check("ledger").state, str(file) in check("ledger").says.says) == ("FAULT", True)
    file.unlink()
    assert check("ledger").says.says == "The forecast of 2024-11-27 is not issued."
    assert (check("ledger").figures, seen().exit_code) == ({"ledger_rows": 0}, 1)


def test_a_mail_that_waits_for_more_than_a_day() -> None:
    Path(".forex/outbox").mkdir(parents=True)
    assert check("mail").says.says == "No mail waits to be sent."
    mail("daily-2024-11-27", NOW - 2 * HOUR)
    assert (check("mail").state, check("mail").figures["mails_unsent"]) == ("OK", 1)
    mail("daily-2024-11-25", NOW - 3 * DAY)
    assert check("mail").says.says == "Mails that wait to be sent: 2, the oldest for 72 hours."
    assert (check("mail").figures["mail_oldest_unsent_seconds"], wrong()) == (3 * 86400, ["mail"])


def test_a_mail_that_came_too_late_is_wrong_for_a_week() -> None:
    mail("daily-2024-11-20", NOW - 6 * DAY, "kept")
    assert (
        check("mail").says.says == "Mails of the last week that came too late to be sent: 1. No mail waits to be sent."
    )
    assert wrong() == ["mail"]
    assert wrong(NOW + HOUR * 25) == ["age"]


def test_mails_that_were_sent_do_not_wait() -> None:
    mail("daily-2024-11-20", NOW - 6 * DAY, "sent")
    mail(".daily-2024-11-20.eml.x", NOW - 6 * DAY)  # what a killed writer left
    assert (check("mail").state, check("mail").figures["mails_unsent"]) == ("OK", 0)


def test_the_outbox_is_that_of_forex_mail() -> None:
    outbox = Outbox(lock_timeout=1)
    for kind in ("daily", "alert", "weekly"):
        outbox.put(name_of(kind, NOW.date()), b"Subject: x\r\n\r\n")  # type: ignore[arg-type]
    outbox.move(f"alert-{ORIGIN}", "kept")
    outbox.move(f"weekly-{ORIGIN}", "sent")
    figures = check("mail", dt.datetime.now(dt.UTC)).figures
    assert (figures["mails_unsent"], figures["mails_too_late"]) == (1, 1)
    removed = sweep(NOW.date() + 91 * DAY, Kept(runs=30, logs=30, mails=90))
    assert sorted(path.name for path in removed) == [f"alert-{ORIGIN}.eml", f"weekly-{ORIGIN}.eml"]
    assert outbox.waiting() == [f"daily-{ORIGIN}"]


def test_jobs_are_judged_by_their_newest_day() -> None:
    done("fetch", NOW - 8.75 * HOUR)
    done("mail", NOW - 8.5 * HOUR)
    done("check", NOW - 6.5 * HOUR, succeeded=False, exit_code=1, tries=1)
    done("daily", NOW - DAY)
    assert check("job:mail").says.says == "mail of 2024-11-27 was done."
    assert check("job:mail").figures == {"job_last_success_timestamp_seconds": (NOW - 8.5 * HOUR).timestamp()}
    assert check("job:check").says.says == (
        "check of 2024-11-27 failed with exit code 1, tries: 1. .forex/logs/check/2024-11-27.log says why."
    )
    assert check("job:daily").says.says == "daily of 2024-11-26 was done."  # today's may take until 16:35
    assert check("job:daily", NOW + HOUR).says.says == "daily was due on 2024-11-27 and was not run."
    assert check("job:weekly").says.says == (
        "weekly is next due on 2024-12-02; its last day, 2024-11-25, was before the first job was run."
    )
    assert wrong() == ["job:check"]


def test_a_job_that_has_not_ended_is_wrong_once_it_should_have() -> None:
    done("daily", utc("2024-11-27T18:05"), succeeded=False, exit_code=None, running="advance --after-cut-off")
    assert check("job:daily", NOW + HOUR).says.says == (
        "daily of 2024-11-27, tried at 2024-11-27T18:05:00Z, has not ended. .forex/logs/daily/2024-11-27.log says how far it came."
    )


def test_a_damaged_record_counts_as_none() -> None:
    done("daily", NOW)
    Path(".forex/schedule/2024-11-27/daily.json").write_text("{")
    assert check("job:daily", NOW + HOUR).says.says == "daily was due on 2024-11-27 and was not run."


def test_what_is_too_old_decides_the_code_and_all_is_told() -> None:
    mail("daily-2024-11-25", NOW - 3 * DAY)
    found = seen(NOW + 7 * DAY)
    assert found.exit_code == 4
    assert [entry.name for entry in found.checks[:2]] == ["age", "mail"]


def test_it_is_said_in_both_languages() -> None:
    content = plain(seen(NOW + DAY))
    lines = health.text(content).splitlines()
    assert lines[:2] == [
        "State: CAUTION",
        "age         CAUTION        A newer forecast has been due for 1 business day.",
    ]
    spanish = health.text(content, Words("es")).splitlines()
    assert spanish[0] == "Estado: con reservas"
    assert spanish[1].endswith("Hace 1 día hábil que debería haber un pronóstico más nuevo.")


def test_json_is_the_same_content() -> None:
    content = json.loads(json.dumps(plain(seen())))
    assert Health.model_validate_json(json.dumps(content)) == seen()
