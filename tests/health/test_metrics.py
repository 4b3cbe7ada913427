"""The metrics are in Prometheus' text format, by its grammar, and say what the checks found."""

import datetime as dt
import re
from pathlib import Path

import pytest

from forex.commands.live import health
from forex.core.sentence import sentence
from forex.health.metrics import FIGURES, exposition
from forex.health.report import Check
from forex.health.report import health as made
from tests.support.made_up import utc
from tests.support.schedule.watched import NOW, done, in_order, mail

# The text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
VALUE = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]Inf"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
HELP = re.compile(rf"# HELP (?P<name>{NAME}) (?:[^\\\n]|\\[\\n])*")
TYPE = re.compile(rf"# TYPE (?P<name>{NAME}) (?:counter|gauge|histogram|summary|untyped)")
SAMPLE = re.compile(rf"(?P<name>{NAME})(?P<labels>\{{{LABEL}(?:,{LABEL})*\}})? (?P<value>{VALUE})")


def parsed(text: str) -> dict[str, float]:
    """The samples by name and labels.  Refuses what the format does: a line of no kind, a metric that is not in one group, with one
    HELP and one TYPE before its samples, a sample that comes twice, a last line without an end."""
    assert text.endswith("\n")
    samples: dict[str, float] = {}
    helped: list[str] = []
    typed: list[str] = []
    for line in text.splitlines():
        if found := HELP.fullmatch(line):
            helped.append(found["name"])
        elif found := TYPE.fullmatch(line):
            typed.append(found["name"])
            assert typed == helped
        else:
            found = SAMPLE.fullmatch(line)
            assert found, f"no line of the format: {line}"
            assert found["name"] == typed[-1]
            name = found["name"] + (found["labels"] or "")
            assert name not in samples
            samples[name] = float(found["value"])
    assert len(set(typed)) == len(typed)
    return samples


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    in_order()


def metrics(at: dt.datetime = NOW) -> dict[str, float]:
    return parsed(exposition(health.view(clock=lambda: at)))


def test_a_project_in_order() -> None:
    assert metrics() == {
        "forex_health_exit_code": 0,
        'forex_check_ok{check="age"}': 1,
        'forex_check_ok{check="ledger"}': 1,
        'forex_check_ok{check="reports"}': 1,
        'forex_check_ok{check="suites"}': 1,
        "forex_forecast_age_business_days": 0,
        "forex_forecast_origin_timestamp_seconds": utc("2024-11-27T18:00").timestamp(),
        "forex_suites_checks": 3,
        "forex_suites_checks_held": 1,
        "forex_ledger_rows": 1,
    }


def test_what_is_wrong_is_a_figure() -> None:
    mail("daily-2024-11-25", NOW - dt.timedelta(days=3))
    done("mail", NOW - dt.timedelta(hours=8))
    done("daily", NOW - dt.timedelta(hours=1), succeeded=False, exit_code=3)
    found = metrics(NOW + dt.timedelta(days=1))
    assert found["forex_health_exit_code"] == 4
    assert found["forex_forecast_age_business_days"] == 1
    assert (found['forex_check_ok{check="age"}'], found['forex_check_ok{check="mail"}']) == (0, 0)
    assert (found["forex_mails_unsent"], found["forex_mail_oldest_unsent_seconds"]) == (1, 4 * 86400)
    assert found['forex_job_last_success_timestamp_seconds{job="mail"}'] == (NOW - dt.timedelta(hours=8)).timestamp()
    assert 'forex_job_last_success_timestamp_seconds{job="daily"}' not in found
    assert found['forex_check_ok{check="job:daily"}'] == 0


def test_every_figure_of_a_check_is_a_metric() -> None:
    mail("daily-2024-11-25", NOW - dt.timedelta(days=3))
    done("mail", NOW)
    figures = {name for check in health.view(clock=lambda: NOW).checks for name in check.figures}
    assert figures == set(FIGURES)


@pytest.mark.parametrize(
    "text",
    [
        "forex_x 1\n",
        "# HELP forex_x a\n# TYPE forex_x gauge\nforex_x 1",
        "# HELP forex_x a\n# TYPE forex_x gauge\nforex_x{a=b} 1\n",
        "# HELP forex_x a\n# TYPE forex_x gauge\nforex_x 1\nforex_x 1\n",
        "# TYPE forex_x gauge\nforex_x 1\n",
        "# HELP forex_x a\n# TYPE forex_x gauge\nforex_y 1\n",
    ],
)
def test_the_grammar_of_this_test_refuses_what_prometheus_does(text: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        parsed(text)


def test_fractions_and_large_numbers_keep_their_digits() -> None:
    figures = {"mail_oldest_unsent_seconds": 0.5, "job_last_success_timestamp_seconds": 1732734300.0}
    check = Check(name="mail", state="OK", says=sentence("x"), figures=figures)
    found = parsed(exposition(made(NOW, (check,))))
    assert found["forex_mail_oldest_unsent_seconds"] == 0.5
    assert found["forex_job_last_success_timestamp_seconds"] == 1732734300
