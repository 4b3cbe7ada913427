"""Where a command works: in the project, from wherever it was started; paths are relative to the caller's folder."""

import os
import shutil
from pathlib import Path

import pytest
import typer

from forex.commands.cli import app
from tests.support.finished_project import first_run
from tests.support.forex_command import forex, forex_process

pytestmark = pytest.mark.slow


def every_command() -> list[list[str]]:
    """The words of every command and every group of commands, as the application declares them."""
    found: list[list[str]] = [[]]
    waiting: list[tuple[list[str], object]] = [([], typer.main.get_command(app))]
    while waiting:
        words, group = waiting.pop()
        for name, command in getattr(group, "commands", {}).items():
            found.append([*words, name])
            waiting.append(([*words, name], command))
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed pipeline's first run."""
    return first_run(tmp_path_factory)


@pytest.fixture
def project(tmp_path: Path, finished: Path) -> Path:
    """With the reports that `forex forecast` reads, and a folder in a folder."""
    folder = tmp_path / "project"
    (folder / "notes/today").mkdir(parents=True)
    for name in (
        "dvc.yaml",
        "params.yaml",
        "data/forecasts/calibrated.parquet",
        "data/calendar",
        "reports/forecast.json",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (finished / name).is_dir() else shutil.copy
        copy(finished / name, folder / name)
    return folder


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_short_help_of_every_command_anywhere(words: list[str], tmp_path: Path) -> None:
    told = forex(*words, "-h", cwd=tmp_path)
    assert told.returncode == 0
    assert told.stdout == forex(*words, "--help", cwd=tmp_path).stdout
    assert told.stdout.startswith("Usage: ")


def test_from_a_folder_of_the_project_and_from_outside(project: Path, tmp_path: Path) -> None:
    told = forex("forecast", cwd=project)
    assert told.returncode == 0
    for cwd in (project / "notes", project / "notes/today"):
        assert forex("forecast", cwd=cwd).stdout == told.stdout
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert forex("--project", str(project), "forecast", cwd=elsewhere).stdout == told.stdout
    assert forex("--project", "../project", "forecast", cwd=elsewhere).stdout == told.stdout


def test_the_nearest_project_counts_and_a_half_one_does_not(project: Path) -> None:
    inner = project / "notes/inner"
    inner.mkdir()
    (inner / "dvc.yaml").write_text("", encoding="utf-8")
    assert forex("forecast", cwd=inner).returncode == 0
    (inner / "params.yaml").write_text("", encoding="utf-8")
    assert forex("forecast", cwd=inner).returncode != 0


def test_a_folder_that_is_no_project_is_refused(project: Path, tmp_path: Path) -> None:
    for given in (tmp_path, project / "notes", tmp_path / "nowhere"):
        refused = forex("--project", str(given), "forecast", cwd=project)
        assert refused.returncode == 2
        assert refused.stderr == (
            f"forex: --project {given}: no dvc.yaml and params.yaml there. Give the folder of the project.\n"
        )


def test_a_path_is_one_of_the_folder_where_it_is_given(project: Path, tmp_path: Path) -> None:
    """A row file that exists is refused by its name: the one in the caller's folder, not one of the project's."""
    (project / "notes/rows.csv").write_text("", encoding="utf-8")
    days = ("--from", "2025-01-02", "--to", "2025-01-02")
    refused = forex("backfill", *days, "--out", "rows.csv", cwd=project / "notes")
    assert refused.returncode == 2
    assert "notes/rows.csv" in refused.stderr
    outside = tmp_path / "rows.csv"
    outside.write_text("", encoding="utf-8")
    refused = forex("--project", "project", "backfill", *days, "--out", "rows.csv", cwd=tmp_path)
    assert refused.returncode == 2
    assert str(outside) in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize("given", [False, True], ids=["above", "given"])
def test_a_shell_is_offered_days_of_the_project(given: bool, project: Path, tmp_path: Path) -> None:
    before = ["--project", str(project)] if given else []
    words = ["forex", *before, "forecast", "--at", ""]
    asked = {
        "_FOREX_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    cwd = tmp_path if given else project / "notes"
    offered = forex_process(env={**os.environ, **asked}, cwd=cwd).stdout.split()
    assert "2025-01-02" in offered
