"""`forex mail` on a finished project: from its reports into the outbox, over a real server, and out again with their numbers."""

import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Iterator
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from openpyxl import load_workbook

from forex.commands.deliver import mail, send
from forex.commands.deliver.material import gathered
from forex.commands.live.issued_at import FILE, FIRST_LINE
from forex.core.clock import now
from forex.core.errors import StaleError, UsageError
from forex.core.places import OUTBOX
from forex.core.reports import read_report, write_report
from forex.core.sentence import sentence
from forex.forecast.report import Forecast
from forex.ledger.ledger import LEDGER, append
from forex.mail.outbox import Outbox
from forex.mail.rules import KINDS
from forex.monitoring.alert_report import AlertsReport, Send
from forex.operations import load_operations
from forex.params import load_params
from forex.presentation.language import Language, language
from forex.report.state import AGE
from forex.timeline.calendar import SANTIAGO
from tests.support.finished_project import Made, copied
from tests.support.forex_command import forex_process
from tests.support.issued_rows import issued as issued_row
from tests.support.made_up import ROOT, utc, with_holidays
from tests.support.mail.html import Reader
from tests.support.mail.server import PASSWORD, USER, Post, post

pytestmark = pytest.mark.slow

ORIGIN = "2020-04-30"
MORNING = utc("2020-05-04T12:00")  # 08:00 in Santiago; the first of May is a holiday
ALERTS = Path("reports/alerts.json")
WEEKLY = Path("reports/weekly/weekly.pdf")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with copied(tmp_path_factory) as project:
        shutil.copy(ROOT / "operations.yaml", "operations.yaml")
        yield project


@pytest.fixture
def project(finished: Made) -> Iterator[Made]:
    before = ALERTS.read_bytes()
    shutil.rmtree(".forex", ignore_errors=True)
    yield finished
    ALERTS.write_bytes(before)
    shutil.rmtree(WEEKLY.parent, ignore_errors=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    with post(tmp_path_factory.mktemp("post")) as running:
        yield running


def made(kind: Any, at: dt.datetime = MORNING) -> dict[str, Any]:
    return mail.view(kind, clock=lambda: at)


def sent(server: Post, at: dt.datetime = MORNING, *, dry_run: bool = False) -> dict[str, Any]:
    return send.view(dry_run=dry_run, clock=lambda: at, environ=server.environ())


def worth_a_message() -> None:
    report = read_report(ALERTS, AlertsReport)
    why = sentence("CRITICAL: {kinds:comma}", kinds=["VIX_SPIKE"])
    write_report(ALERTS, report.model_copy(update={"send": Send(send=True, why=why)}))


def test_what_arrives_says_the_numbers_of_the_forecast(project: Made, server: Post) -> None:
    worth_a_message()
    for kind in KINDS:
        assert made(kind)["made"]
    content = sent(server)
    assert (content["exit_code"], [letter["fate"] for letter in content["mails"]]) == (0, ["sent"] * 3)
    forecast = read_report(Path("reports/forecast.json"), Forecast)
    every = list(forecast.horizons)
    told = {"daily": ["1d", "7d", "15d"], "weekly": every, "alert": every}  # a Monday
    code = load_params("report").report.language
    for arrived in server.man.arrived[-3:]:
        found = arrived.message
        kind = found["Message-ID"].strip("<").partition("-")[0]
        text = found.get_body(("plain",))
        html = found.get_body(("html",))
        assert text and html
        for horizon in told[kind]:
            entry = forecast.horizons[horizon]
            for rate in (forecast.anchor, entry.median, *entry.intervals["0.8"], *entry.intervals["0.95"]):
                assert Language(code, plain=True).rate(rate) in text.get_content(), (kind, horizon)
                assert language(code).rate(rate) in Reader(html.get_content()).text, (kind, horizon)
        if kind == "alert":  # the market's last values, of the series that the store has
            for series in ("copper_lme", "dxy", "vix"):
                assert language(code).name(series).lower() in text.get_content().lower()
        for _, value in found.items():
            assert "\n" not in value and "\r" not in value
        [sheet] = [part for part in found.iter_attachments() if part.get_content_disposition() == "attachment"]
        book = load_workbook(BytesIO(sheet.get_content()))
        values = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
        assert {entry.median for entry in forecast.horizons.values()} <= values
        [picture] = [part for part in found.walk() if part.get_content_type() == "image/png"]
        assert picture.get_content().startswith(b"\x89PNG")


def test_yesterdays_forecast_stands_beside_the_observado_published_since(project: Made) -> None:
    rows = pl.read_csv("store/usdclp.csv").filter(date="2020-05-04")
    observado = Language("es", plain=True).rate(rows["value"][0])
    before, after = (made("daily", at) for at in (utc("2020-04-30T19:30"), MORNING))
    assert before["made"] and after["place"] == "new"  # once per origin, whatever has come since
    shutil.rmtree(".forex")
    made("daily")
    [path] = Path(".forex/outbox/new").glob("*.eml")
    text = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    assert text is not None
    table = text.get_content().partition(f"{observado}, vigente el 4 may 2020")[2]
    assert "1 día hábil\u00a0*" in table and "7 días\u00a0*" in table  # the ledger is empty


@pytest.mark.parametrize(("issued", "in_time"), [("2020-04-30T19:30:00Z", True), ("2020-05-01T21:00:00Z", False)])
def test_a_forecast_issued_when_its_outcome_was_public_counts_as_made_afterwards(
    project: Made, issued: str, in_time: bool
) -> None:
    """The observado of 4 May is public at 18:00 in Santiago of the business day before, which is 30 April."""
    append(LEDGER, [issued_row("2020-04-30", "1d")], lock_timeout=5)
    FILE.write_text(f"{FIRST_LINE}\n2020-04-30,1d,{issued}\n")
    try:
        found = gathered("daily", load_params(), load_operations().mail, MORNING).material.outcome
    finally:
        shutil.rmtree(LEDGER)
        FILE.unlink()
    assert found is not None and {told.horizon: told.issued for told in found.foretold}["1d"] is in_time


def test_made_once_and_the_same_bytes_again(project: Made) -> None:
    first = made("daily")
    path = Path(".forex/outbox/new") / f"daily-{ORIGIN}.eml"
    before = path.read_bytes()
    again = made("daily", MORNING + dt.timedelta(hours=1))
    assert first["made"] and not again["made"]
    assert mail.text(again) == f"daily-{ORIGIN} was made before: {path}. A message is made once."
    shutil.rmtree(".forex")
    made("daily", MORNING + dt.timedelta(hours=1))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2020-05-04T19:59", "The forecast is the newest that could have been made."),  # 15:59 in Santiago
        ("2020-05-04T20:00", "A newer forecast has been due for 1 business day."),
    ],
)
def test_its_state_has_the_age_that_every_command_says(project: Made, at: str, said: str) -> None:
    state = gathered("daily", load_params(), load_operations().mail, utc(at)).material.state
    assert [str(finding.says) for finding in state.found if finding.rule == AGE] == [said]


def test_an_alert_by_the_rule_of_sending(project: Made) -> None:
    report = read_report(ALERTS, AlertsReport)
    write_report(
        ALERTS,
        report.model_copy(update={"send": Send(send=False, why=sentence("nothing new that calls for a message"))}),
    )
    content = made("alert")
    assert mail.text(content) == "Nothing is worth a message: nothing new that calls for a message."
    assert not OUTBOX.exists()
    worth_a_message()
    assert made("alert")["made"] and not made("alert")["made"]


def test_the_weekly_reports_pdf_goes_along_where_it_is_of_this_run(project: Made) -> None:
    assert "was not made" in mail.text(made("weekly"))
    for content, age, says in (
        (b"<html>", 0, "is no PDF"),
        (b"%PDF-1.7", -3600, "is older than the forecast"),
        (b"%PDF-1.7", 60, None),
    ):
        shutil.rmtree(".forex")
        WEEKLY.parent.mkdir(parents=True, exist_ok=True)
        WEEKLY.write_bytes(content)
        at = Path("reports/forecast.json").stat().st_mtime + age
        os.utime(WEEKLY, (at, at))
        told = made("weekly")
        assert told["attached"] == [f"forecast-{ORIGIN}.xlsx", *(["weekly.pdf"] if says is None else [])]
        assert says is None or says in mail.text(told)


def test_the_language_of_the_mail_may_be_another(project: Made) -> None:
    text = (ROOT / "operations.yaml").read_text(encoding="utf-8")
    Path("operations.yaml").write_text(text.replace("  language: null ", "  language: en "), encoding="utf-8")
    try:
        assert "; in 7d " in made("daily")["subject"]
    finally:
        Path("operations.yaml").write_text(text, encoding="utf-8")
    shutil.rmtree(".forex")
    assert "; en 7d " in made("daily")["subject"]


def test_an_old_forecast_says_so_first(project: Made) -> None:
    subject = made("daily", utc("2020-05-11T12:00"))["subject"]
    assert subject.startswith("Urgente: ") and subject.endswith(language("es").name("FAULT"))


def test_files_of_different_runs_make_no_mail(project: Made) -> None:
    for name, damage in (
        ("params.yaml", lambda text: text.replace(f'"as_of": "{ORIGIN}"', '"as_of": "2020-05-04"')),
        ("params.yaml", lambda text: re.sub(r'"half_life": (\d+)', r'"half_life": \g<1>1', text, count=1)),
        ("reports/alerts.json", lambda text: text.replace(f'"at": "{ORIGIN}"', '"at": "2020-04-29"')),
        (
            "reports/plots/fan.csv",
            lambda text: "\n".join(line for line in text.splitlines() if f"{ORIGIN},observado" not in line) + "\n",
        ),
    ):
        before = Path(name).read_text(encoding="utf-8")
        assert damage(before) != before, name
        Path(name).write_text(damage(before), encoding="utf-8")
        try:
            with pytest.raises(StaleError, match="Run dvc repro"):
                made("daily")
        finally:
            Path(name).write_text(before, encoding="utf-8")
    assert not OUTBOX.exists()


def test_a_dry_run_asks_no_server_and_changes_nothing(project: Made, server: Post) -> None:
    made("daily")
    before = len(server.man.logins)
    content = sent(server, dry_run=True)
    assert send.text(content) == f"daily-{ORIGIN} would be sent to 1 recipient."
    late = sent(server, utc("2020-05-11T12:00"), dry_run=True)
    assert send.text(late).startswith(f"daily-{ORIGIN} is too old.") and late["exit_code"] == 0
    assert len(server.man.logins) == before and Path(f".forex/outbox/new/daily-{ORIGIN}.eml").exists()


def test_what_is_not_delivered_ends_with_7(project: Made, server: Post) -> None:
    made("daily")
    server.man.answers = ["554 spam"]
    content = sent(server)
    assert content["exit_code"] == 7
    assert f"daily-{ORIGIN} waits: accepted for 0 of 1." in send.text(content)
    assert PASSWORD not in json.dumps(content)
    assert sent(server)["exit_code"] == 0
    assert send.text(sent(server)) == "Nothing waits in the outbox."


def test_without_an_account_it_says_what_is_missing(project: Made) -> None:
    with pytest.raises(UsageError, match="FOREX_SMTP_HOST"):
        send.view(dry_run=True, environ={})


def test_the_process_delivers_ends_with_its_code_and_shows_nothing_of_the_account(tmp_path: Path, server: Post) -> None:
    """By the machine's clock, without the reports: `send` needs the outbox and operations.yaml alone."""
    with_holidays(tmp_path)
    for name in ("dvc.yaml", "params.yaml", "operations.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    today = now().astimezone(ZoneInfo(SANTIAGO)).date()
    box = Outbox(tmp_path / OUTBOX, lock_timeout=1)
    box.put(f"daily-{today}", b"Subject: x\r\n\r\ny\r\n")
    usual = {name: value for name, value in os.environ.items() if not name.startswith("FOREX_SMTP_")}

    def ended(**changes: str) -> tuple[int, str]:
        environ = usual | (server.environ("ann@example.org", **changes) if changes else {})
        done = forex_process("mail", "send", cwd=tmp_path, env=environ)
        said = done.stdout + done.stderr
        assert not any(
            word in said for word in (PASSWORD, USER, "hunter2", "ann@", "localhost", "forecasts@", "Traceback")
        )
        return done.returncode, said

    assert ended()[0] == 2
    code, said = ended(FOREX_SMTP_PASSWORD="hunter2 is wrong")
    assert (code, "does not accept the account" in said, box.waiting()) == (7, True, [f"daily-{today}"])
    code, said = ended(FOREX_SMTP_PASSWORD=PASSWORD)
    assert (code, said) == (0, f"daily-{today} is sent: accepted for 1 of 1.\n")
    assert ended(FOREX_SMTP_PASSWORD=PASSWORD) == (0, "Nothing waits in the outbox.\n")
