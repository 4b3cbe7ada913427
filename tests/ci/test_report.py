"""What a pull request gets: `make run` and `make ci-report` in a clone, with a planted degradation and without."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from forex.commands.judge import change
from forex.core.files import read_parquet, write_parquet
from forex.report.run import FORECAST, PERFORMANCE, VALIDATION
from tests.ci.making import environment, make
from tests.support.changed_params import run
from tests.support.committed_runs import CALIBRATED, git, narrowed
from tests.support.finished_project import first_run

pytestmark = pytest.mark.slow

DASHBOARD = Path("reports/dashboard.html")
JUDGED = (CALIBRATED, PERFORMANCE, VALIDATION)  # outputs of the degradation, and of the stages that run on it
LINKS = "https://example.org/me/forex/blob/0123"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The committed pipeline after its run, on the branch main; `narrow` has every published interval a fifth narrower."""
    folder = tmp_path_factory.mktemp("change") / "project"
    shutil.copytree(first_run(tmp_path_factory), folder, symlinks=True)
    environment(folder)
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a run")
    git(folder, "branch", "-M", "main")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        whole = read_parquet(folder / CALIBRATED)
        (folder / CALIBRATED).unlink()  # DVC may have linked it to its cache
        write_parquet(folder / CALIBRATED, narrowed(whole, 0.8))
        for stage in ("performance", "evaluate", "report"):
            run(stage)
    params = folder / "params.yaml"
    params.write_text(params.read_text().replace("  new_data: 3", "  new_data: 4"))
    git(folder, "checkout", "-q", "-b", "narrow")
    git(folder, "commit", "-qam", "narrow")
    yield folder


@pytest.fixture
def main(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Back on main, with its outputs, of which git keeps only some."""
    git(clone, "checkout", "-q", "main")
    for name in JUDGED:
        (clone / name).unlink()
        shutil.copy(first_run(tmp_path_factory) / name, clone / name)
    yield clone
    git(clone, "checkout", "-q", "-f", "narrow")


@pytest.fixture(scope="module")
def reported(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], str]:
    """`make ci-report` on the degradation, and the summary that it wrote to."""
    summary = tmp_path_factory.mktemp("step") / "summary.md"
    summary.write_text("before\n")
    done = make("ci-report", clone, BASE="main", LINKS=LINKS, GITHUB_STEP_SUMMARY=str(summary))
    return done, summary.read_text(encoding="utf-8")


def test_make_ci_report_writes_what_the_planted_degradation_does(
    clone: Path, reported: tuple[subprocess.CompletedProcess[str], str]
) -> None:
    done, summary = reported
    assert done.returncode != 0, done.stderr
    page = (clone / change.REPORT).read_text(encoding="utf-8")
    assert done.stdout == page and summary == "before\n" + page
    assert page.startswith("### The forecast is worse: this change against `main` (")
    assert "fewer outcomes than the intervals say fall inside them" in page
    assert f"({LINKS}/reports/figures/reliability.svg)" in page
    assert "not those that this code makes" not in page
    assert "<details><summary>Parameters that differ: 1</summary>" in page
    assert "| params.yaml | gate.new_data | 3 | 4 |" in page
    moved = re.search(r"<details><summary>Metrics that moved: (\d+)</summary>", page)
    assert moved and 20 < int(moved[1]) < 58 and "validation.1d.published.crps" in page
    assert page.count("<details>") == page.count("</details>") and len(page) < change.LONGEST + 1
    assert git(clone, "status", "--porcelain") == ""


def test_a_comment_is_never_longer_than_a_service_takes(
    clone: Path, reported: tuple[subprocess.CompletedProcess[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clone)
    longest = len(reported[0].stdout) - 1000
    monkeypatch.setattr(change, "LONGEST", longest)
    page, code = change.report("main", LINKS)
    assert code == 1 and longest - 500 < len(page) <= longest + 1
    assert page.rstrip().endswith("And more: `dvc metrics diff --md main` shows them.\n\n</details>")


def test_make_run_makes_the_forecast_and_make_ci_report_finds_nothing_against_it(
    main: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A stage whose outputs are not there, or are those of the degradation, runs and makes them again."""
    (main / FORECAST).unlink()
    done = make("run", main)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"Running stage '(\w+)'", done.stdout) == ["forecast", "report"]
    assert "Dólar observado, CLP per USD." in done.stdout
    assert (main / DASHBOARD).read_bytes() == (first_run(tmp_path_factory) / DASHBOARD).read_bytes()
    plots = subprocess.run(
        [main / ".venv/bin/dvc", "plots", "show"], cwd=main, capture_output=True, text=True, check=False
    )
    page = (main / "dvc_plots/index.html").read_text(encoding="utf-8")
    assert plots.returncode == 0 and "window.vegaEmbed" in page and not re.search(r"(src|href)=.?https?:", page)
    assert git(main, "status", "--porcelain") == ""
    done = make("ci-report", main, BASE="main")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("### The forecast is no worse: this change against `main` (")
    assert "<details>" not in done.stdout


def test_outputs_that_were_not_committed_are_named(main: Path) -> None:
    path = main / "reports/metrics/nowcast.json"
    content = json.loads(path.read_text())
    content["nowcast"]["1d"]["nowcast"]["direction"] += 1e-6
    path.write_text(json.dumps(content))
    done = make("ci-report", main, BASE="main")
    git(main, "checkout", "-q", "reports")
    assert done.returncode != 0 and "### The forecast is no worse" in done.stdout
    assert "**The committed outputs are not those that this code makes.** Run `dvc repro` and commit:" in done.stdout
    assert "- `reports/metrics/nowcast.json`" in done.stdout


@pytest.mark.parametrize("base", ["no-such-branch", "$(touch planted)", "`touch planted`; touch planted"])
def test_a_base_that_is_unknown_is_said_and_one_that_is_a_command_is_not_run(base: str, main: Path) -> None:
    done = make("ci-report", main, BASE=base)
    assert done.returncode != 0 and not (main / "planted").exists()
    if base == "no-such-branch":
        assert (
            done.stdout.startswith(f"### Nothing was compared with `{base}`") and "no such revision here" in done.stdout
        )
    else:
        assert "expected a branch, tag or commit like origin/main or HEAD~1" in done.stderr
