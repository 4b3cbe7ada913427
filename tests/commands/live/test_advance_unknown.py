"""Whether the reports have the forecast, asked of a real DVC: what it cannot tell counts as missing, with its reason."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forex.commands.live import advance
from forex.commands.live.advance import PipelineFailed

pytestmark = pytest.mark.slow

ORIGIN = "2024-11-27"
USERS = Path(".dvc/tmp/rwlock")


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the three stages that report, all up to date."""
    folder = tmp_path_factory.mktemp("reported")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], cwd=folder, check=True)
    stages = {
        name: {"cmd": f"cp ledger.csv {name}.txt", "deps": ["ledger.csv"], "outs": [f"{name}.txt"]}
        for name in advance.REPORTING
    }
    (folder / "dvc.yaml").write_text(json.dumps({"stages": stages}), encoding="utf-8")
    (folder / "ledger.csv").write_text("one row\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "dvc", "repro", "-q"], cwd=folder, check=True)
    return folder


@pytest.fixture
def project(reported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(reported, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    yield tmp_path / "project"


def test_what_is_up_to_date_and_what_an_earlier_run_left(project: Path) -> None:
    assert advance._reports_behind(ORIGIN) is None
    (project / "ledger.csv").write_text("one row\nanother\n", encoding="utf-8")
    assert (
        advance._reports_behind(ORIGIN)
        == f"The reports lack the forecast of {ORIGIN}: an earlier run ended before them."
    )


def reader(pid: int) -> str:
    return json.dumps({"write": {str(Path("report.txt").resolve()): {"pid": pid, "cmd": "dvc repro"}}, "read": {}})


@pytest.mark.parametrize("fault", ["cut lock", "empty lock", "empty rwlock", "cut rwlock", "a live pid in rwlock"])
def test_what_dvc_cannot_tell_is_behind_with_its_reason(fault: str, project: Path) -> None:
    """And the run ends in making the reports or in an error that says what to do, never in "Nothing new"."""
    lock = project / "dvc.lock"
    match fault:
        case "cut lock":
            lock.write_bytes(lock.read_bytes()[:-40])
        case "empty lock":
            lock.write_bytes(b"")
        case "empty rwlock":
            USERS.write_text("")
        case "cut rwlock":
            USERS.write_text('{"read": {')
        case _:
            USERS.write_text(reader(os.getppid()))
    (project / "ledger.csv").write_text("one row\nanother\n", encoding="utf-8")
    why = advance._reports_behind(ORIGIN)
    assert why is not None and ORIGIN in why
    try:
        advance._repro(lambda line: None, "--single-item", *advance.REPORTING)
    except PipelineFailed as failed:
        assert "run forex doctor" in str(failed) and failed.exit_code == 1
    else:
        assert {(project / f"{name}.txt").read_text() for name in advance.REPORTING} == {"one row\nanother\n"}


def test_a_stage_is_told_of_when_it_begins(project: Path) -> None:
    waits = {"waits": {"cmd": "for i in $(seq 300); do test -e told && exit 0; sleep 0.1; done; exit 1"}}
    (project / "dvc.yaml").write_text(json.dumps({"stages": waits}), encoding="utf-8")
    lines = []

    def progress(line: str) -> None:
        lines.append(line)
        Path("told").touch()

    advance._repro(progress, "waits")
    assert lines == ["Running stage 'waits'"]
