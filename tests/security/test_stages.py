"""What the stages do to the machine, watched by an audit hook, on a store and params whose words are code for whoever runs them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.changed_params import STAGES
from tests.support.finished_project import Made, copied
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

CODE = "$(touch planted); `touch planted`; | touch planted; __import__('os').system('touch planted') {{ 7*7 }} ${{ x }}"
LOOPBACK = "('::1', 0)"  # where a library for web requests checks for IPv6 when it is imported


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The small project, with code for titles, units, sources and the name of a file."""
    with copied(tmp_path_factory) as project:
        series = project.path / "store/series.yaml"
        listed = json.loads(series.read_text(encoding="utf-8"))
        for entry in listed.values():
            entry["title"] = CODE
        listed["mxn"]["unit"] = CODE
        series.write_text(json.dumps(listed), encoding="utf-8")
        path = project.path / "store/mxn.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text(
            "".join(f"{line},{CODE if n else 'source'}\n" for n, line in enumerate(lines)), encoding="utf-8"
        )
        (project.path / "store/x; touch planted;.csv").write_text("date,value\n", encoding="utf-8")
        (project.path / "tmp").mkdir()
        yield project


def watched(project: Path, stages: list[str], planted: str = "") -> list[dict[str, Any]]:
    said = project.parent / "said"
    said.unlink(missing_ok=True)
    environ = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(project / "tmp"), "PLANTED": planted}
    words = [sys.executable, str(Path(__file__).with_name("watched.py")), str(said), *stages]
    done = subprocess.run(words, cwd=project, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stderr
    return [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]


def of_a_library(event: dict[str, Any]) -> bool:
    """Babel unpickles the names of months from its own files, and a library for web requests binds a port to check for IPv6."""
    if event["event"] == "pickle.find_class":
        return bool(event["caller"] == "babel.localedata" and event["about"].startswith("('babel."))
    return bool(event["event"] == "socket.bind" and event["about"].endswith(f"{LOOPBACK})"))


def test_no_stage_starts_a_process_asks_the_network_unpickles_or_writes_elsewhere(hostile: Made) -> None:
    before = {path for path in ROOT.rglob("planted") if ".venv" not in path.parts}
    events = watched(hostile.path, list(STAGES))
    assert [event for event in events if not of_a_library(event)] == []
    assert [*hostile.path.rglob("planted")] == []
    assert {path for path in ROOT.rglob("planted") if ".venv" not in path.parts} == before


@pytest.mark.parametrize(
    ("planted", "event"),
    [
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import os; os.system('true')", "os.system"),
        ("import socket; socket.socket().connect_ex(('127.0.0.1', 9))", "socket.connect"),
        ("import pickle, datetime; pickle.loads(pickle.dumps(datetime.date(2024, 11, 27)))", "pickle.find_class"),
        ("eval('1 + 1')", "compile"),
        ("exec('a = 1')", "exec"),
        ("open('../elsewhere', 'w').close()", "written outside of the project"),
    ],
)
def test_the_watch_sees_what_it_is_there_for(planted: str, event: str, hostile: Made) -> None:
    found = [record for record in watched(hostile.path, [], planted) if record["stage"] == "planted"]
    assert event in {record["event"] for record in found}
    assert not [record for record in found if of_a_library(record)]
