"""What reaches a terminal: the language of its locale, its width, colours where there are any, and nothing that could act on it."""

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from forex.commands import terminal
from forex.commands.show import alerts
from forex.commands.terminal import LANGS
from forex.commands.words import Words
from forex.core.errors import ProviderError
from forex.core.reports import write_report
from forex.core.sentence import verbatim
from tests.commands.test_alerts import REPORT
from tests.support.forex_command import FOREX, forex
from tests.support.made_up import params_text

ESCAPE = "\x1b]0;owned\x07\x1b[2J"
HOSTILE = f"evil{ESCAPE}\n\r\u202ename\u009b31m\U000e0041"
SHOWN = "evil\\x1b]0;owned\\x07\\x1b[2J\\n\\r\\u202ename\\x9b31m\\U000e0041"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "es_CL.UTF-8"}, "es"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "ES_cl"}, "es"),
        ({"LANG": "est_EE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "es_CL.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "es_ES.UTF-8"}, "es"),
        ({"LC_ALL": "C", "LC_MESSAGES": "es_ES.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "es_CL.UTF-8"}, "es"),
        ({"LC_NUMERIC": "es_CL.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale_s_messages_unless_one_is_asked_for(
    environ: Mapping[str, str], lang: str
) -> None:
    assert terminal.spoken(None, environ) == lang
    assert [terminal.spoken(asked, environ) for asked in LANGS] == list(LANGS)


@pytest.mark.parametrize(
    ("stream", "environ", "colour"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_colours_are_for_terminals_whose_owner_wants_them(
    stream: StringIO, environ: Mapping[str, str], colour: bool
) -> None:
    words = terminal.words("en", stream=stream, environ=environ)
    assert words.colour == colour and ("\x1b" in words.status("CRITICAL")) == colour
    assert "\x1b" not in words.status("NOT_EVALUATED") + words.name("HIGH_VOL")


def test_the_width_is_the_terminal_s_and_what_a_program_reads_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    assert terminal.words("en", stream=StringIO()).width is None
    assert terminal.words("en", stream=Terminal()).width == 72


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A last run whose alerts name things that a terminal would act on."""
    (tmp_path / "dvc.yaml").touch()
    (tmp_path / "params.yaml").write_text(params_text(), encoding="utf-8")
    alert = REPORT.alerts[0].model_copy(update={"type": HOSTILE, "reasons": (verbatim(HOSTILE),)})
    write_report(tmp_path / alerts.ALERTS, REPORT.model_copy(update={"alerts": (alert,)}))
    return tmp_path


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_text_is_written_out_in_its_line(lang: str, hostile: Path) -> None:
    done = forex("alerts", "--since", "2000-01-01", "--lang", lang, cwd=hostile)
    [line] = [line for line in done.stdout.split("\n") if line.startswith("2022-07-19")]
    assert line.count(SHOWN) == 2
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\U000e0041]", done.stdout)


def test_json_says_it_as_it_is_in_characters_that_no_terminal_acts_on(hostile: Path) -> None:
    done = forex("alerts", "--since", "2000-01-01", "--json", "--lang", "es", cwd=hostile)
    assert json.loads(done.stdout)["alerts"][0]["type"] == HOSTILE
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\U000e0041]", done.stdout)


def test_json_is_the_same_in_every_language(hostile: Path) -> None:
    said = [forex("alerts", "--since", "2000-01-01", "--json", "--lang", lang, cwd=hostile).stdout for lang in LANGS]
    assert said[0] == said[1] and '"CRITICAL"' in said[0]


def test_messages_and_progress_go_to_stderr_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.progress(f"usdclp {HOSTILE}")
    terminal.failed(str(ProviderError(f"bcch: {ESCAPE}\nTry again later.")))
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"usdclp {SHOWN}\nforex: bcch: {terminal.visible(ESCAPE)}\nTry again later.\n"


def test_an_error_with_hostile_text_is_written_out(hostile: Path) -> None:
    done = forex("forecast", "--at", f"2024{ESCAPE}", cwd=hostile)
    assert done.returncode != 0 and "\x1b" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("terminal_there", "said", "hinted"),
    [
        (True, f"a  {'b' * 50}", True),
        (True, "prose " * 20, False),
        (True, "a  b", False),
        (False, f"a  {'b' * 50}", False),
    ],
)
def test_a_table_that_is_too_wide_for_the_terminal_says_what_to_do(
    terminal_there: bool, said: str, hinted: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal_there)
    terminal.show({}, lambda _: said, as_json=False)
    out, err = capsys.readouterr()
    assert out == f"{said}\n"
    assert ("The table has 53 columns and the terminal 40: widen it" in err) == hinted == bool(err)


def on_a_terminal(*words: str, cwd: Path, **environ: str) -> str:
    """What `forex` writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LC_ALL", "LANG")}
    process = subprocess.Popen([FOREX, *words], cwd=cwd, env={**env, "TERM": "xterm", **environ}, stdout=theirs)
    os.close(theirs)
    said = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            part = os.read(ours, 4096)
        except OSError:  # nobody writes any more
            break
        if not part:
            break
        said += part
    process.wait(timeout=60)
    os.close(ours)
    return said.decode("utf-8")


@pytest.mark.slow
def test_a_real_terminal_has_colours_and_no_color_takes_them(hostile: Path) -> None:
    write_report(hostile / alerts.ALERTS, REPORT)
    arguments = ("alerts", "--since", "2000-01-01")
    coloured = on_a_terminal(*arguments, cwd=hostile)
    assert "\x1b[31mCRITICAL\x1b[0m" in coloured and "\x1b[33mWARNING\x1b[0m" in coloured
    assert "\x1b" not in on_a_terminal(*arguments, cwd=hostile, NO_COLOR="1")
    assert "\x1b[31mcrítico\x1b[0m" in on_a_terminal(*arguments, cwd=hostile, LANG="es_CL.UTF-8")


def test_statuses_line_up_whether_coloured_or_not() -> None:
    content: dict[str, Any] = {
        "at": "2024-11-27",
        "since": "2000-01-01",
        "send": {"send": False, "why": {"says": "no", "text": "no", "values": {}}},
        "alerts": [alert.model_dump() for alert in REPORT.alerts],
        "not_evaluated": {},
    }
    coloured = alerts.text(content, Words("en", colour=True))
    assert re.sub(r"\x1b\[\d*m", "", coloured) == alerts.text(content)
