"""`forex gate` on real commits: what makes the forecasts worse fails with the right reasons, what does not passes.

And what `forex check` says of the same runs.
"""

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from forex.commands.judge import gate as judged
from forex.core.errors import DataError
from forex.core.files import read_json
from forex.report.run import ALERTS, FORECAST, PERFORMANCE, VALIDATION
from tests.support.committed_runs import CALIBRATED, WHOLE, commit, git, narrowed, repository, run, shaken, spoil
from tests.support.forex_command import forex
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

HORIZONS = ("1d", "7d", "15d", "30d", "90d")


def keep_reports(folder: Path, name: str) -> None:
    """Beside the repository: git leaves performance.json and validation.json out."""
    kept = folder.parent / name
    reports = (FORECAST, PERFORMANCE, VALIDATION, ALERTS)
    for report in (*reports, Path("dvc.yaml"), Path("params.yaml")):
        (kept / report).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / report, kept / report)


@pytest.fixture(scope="module")
def commits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A repository whose tags are runs on the sample with the committed params, each after one change."""
    folder = repository(tmp_path_factory.mktemp("commits") / "project")
    run(folder, *WHOLE, params={"as_of": "2024-11-26"})
    commit(folder, "yesterday")
    run(folder, *WHOLE, "forecast")
    commit(folder, "today")
    keep_reports(folder, "today")
    (folder / "notes.md").write_text("A refactoring.\n", encoding="utf-8")
    run(folder, "evaluate")
    commit(folder, "refactored")
    made = (folder / CALIBRATED).read_bytes()
    spoil(folder, shaken, "evaluate")
    commit(folder, "last-digits")

    (folder / CALIBRATED).write_bytes(made)
    spoil(folder, lambda frame: narrowed(frame, 0.8), "performance", "evaluate")
    commit(folder, "narrowed")
    keep_reports(folder, "narrowed")

    git(folder, "checkout", "-q", "today")
    for path in (folder / "data/clean").iterdir():
        if path.stem != "usdclp":
            path.unlink()
    run(folder, "align", "fit", "calibrate", "evaluate")
    commit(folder, "no-drivers")

    git(folder, "checkout", "-q", "today")
    path = folder / "data/sample/eur.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n2015-06-30,0.8", "\n2015-06-30,0.9"), encoding="utf-8")
    run(folder, "ingest", "validate")
    commit(folder, "one-other-value")
    git(folder, "checkout", "-q", "today")
    path = folder / "data/sample/series.yaml"
    listed = path.read_text(encoding="utf-8")
    path.write_text(listed[: listed.index("\nzar:") + 1], encoding="utf-8")
    run(folder, "ingest", "validate")
    commit(folder, "without-zar")
    git(folder, "checkout", "-q", "today")
    yield folder


def gate(folder: Path, *revisions: str) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return judged.view(*revisions)


tags = cache(gate)  # of two tags, which say the same whenever they are compared


def metrics_named(reasons: list[str]) -> set[str]:
    return {reason.split(":")[0] for reason in reasons}


@pytest.mark.parametrize(("base", "head"), [("yesterday", "today"), ("today", "yesterday")])
def test_one_day_more_of_data_passes(base: str, head: str, commits: Path) -> None:
    content = tags(commits, base, head)
    assert content["reasons"] == [] and not content["failed"]
    changed = [entry for entry in content["compared"] if entry["verdict"] not in ("same", "new")]
    assert len(changed) > 30 and {abs(entry["new_forecasts"]) for entry in changed} == {1}


def test_a_pure_refactoring_passes_with_nothing_to_show(commits: Path) -> None:
    content = tags(commits, "today", "refactored")
    assert {entry["verdict"] for entry in content["compared"]} == {"same"} and content["other_changes"] == 0
    assert content["base"]["commit"] != content["head"]["commit"]
    done = forex("gate", "today", "refactored", cwd=commits)
    assert done.returncode == 0 and done.stderr == ""
    assert len(done.stdout.splitlines()) == 1 and done.stdout.startswith("Gate passed: refactored (")


def test_a_change_in_the_last_digits_passes(commits: Path) -> None:
    content = tags(commits, "today", "last-digits")
    moved = [entry for entry in content["compared"] if entry["verdict"] in ("better", "tolerated")]
    assert not content["failed"] and len(moved) >= 5
    assert max(abs(entry["worse"]) / (entry["tolerance"] or 1) for entry in moved) < 0.1


def test_narrowed_intervals_fail_for_their_coverage_and_scores(commits: Path) -> None:
    content = tags(commits, "today", "narrowed")
    assert content["failed"]
    named = metrics_named(content["reasons"])
    committed = read_json(ROOT / "reports/metrics/validation.json")["validation"]
    for horizon in HORIZONS:
        published = f"validation.{horizon}.published"
        assert {f"{published}.coverage_{level}" for level in (50, 80, 95)} <= named
        assert {f"{published}.{name}" for name in ("crps", "crps_skill_pct", "interval_score_95")} <= named
        rules = [f"accept_coverage_{level}" for level in (50, 80, 95)]
        assert {f"{published}.{rule}" for rule in rules if committed[horizon]["published"][rule]} <= named
    assert "performance.1d.published.alarm" in named
    assert not [name for name in named if ".published." not in name]


def test_a_nowcast_without_drivers_fails_for_its_scores_and_not_for_its_coverage(commits: Path) -> None:
    content = tags(commits, "today", "no-drivers")
    named = metrics_named(content["reasons"])
    for horizon in ("1d", "7d", "15d", "30d"):
        assert {f"validation.{horizon}.published.crps", f"nowcast.{horizon}.nowcast.r2"} <= named
        assert f"validation.{horizon}.published.crps_skill_pct" in named
    assert f"nowcast.*.nowcast.r2_from_aud ({', '.join(sorted(HORIZONS))})" in named
    assert not [name for name in named if ".coverage_" in name or "random_walk" in name]


def test_a_smaller_loss_than_the_tolerance_is_in_the_table_and_no_reason(commits: Path) -> None:
    content = tags(commits, "today", "no-drivers")
    [entry] = [entry for entry in content["compared"] if entry["metric"] == "validation.90d.published.crps"]
    assert entry["verdict"] == "tolerated" and 0.001 < entry["worse"] / entry["base"] < 0.005


@pytest.mark.parametrize("base", ["yesterday", "today"])
@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("one-other-value", ["what was known at 2015-07-01T00:00:00Z is not the same"]),
        ("without-zar", ["series only in BASE: zar", "what was known at 2003-01-01T00:00:00Z is not the same"]),
    ],
)
def test_runs_on_other_observations_are_not_compared(base: str, head: str, why: list[str], commits: Path) -> None:
    content = tags(commits, base, head)
    assert content["other_data"] == why and content["compared"] == content["reasons"] == [] and not content["failed"]
    done = forex("gate", base, head, cwd=commits)
    assert (done.returncode, done.stderr) == (6, "")
    headline, *rest = done.stdout.splitlines()
    assert headline.startswith(f"Not compared: {head} (") and "had other observations than" in headline
    assert [line for line in rest if line] == why
    assert forex("gate", base, head, "--json", cwd=commits).returncode == 6
    page = forex("gate", base, head, "--markdown", cwd=commits)
    assert page.returncode == 6 and page.stdout.startswith("### Not compared: ")


def test_a_run_that_states_no_observations_is_compared_and_that_is_said(commits: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(commits, clone, ignore=shutil.ignore_patterns("data"))
    report = clone / judged.OBSERVATIONS
    content = json.loads(report.read_text(encoding="utf-8"))
    del content["store"]
    report.write_text(json.dumps(content), encoding="utf-8")
    commit(clone, "older")
    found = gate(clone, "older", "today")
    assert found["other_data"] is None and len(found["compared"]) > 30
    assert "whether both had the same is not known" in judged.text(found)
    report.write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match="no report"):
        gate(clone, "HEAD")


def test_without_head_the_working_tree_is_judged(commits: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(commits, clone, ignore=shutil.ignore_patterns("data"))
    assert not gate(clone, "today")["failed"]
    git(clone, "checkout", "narrowed", "--", "reports/metrics")
    content = gate(clone, "HEAD")
    assert content["head"] == {"revision": "working tree", "commit": None}
    assert content["reasons"] == tags(commits, "today", "narrowed")["reasons"]
    (clone / "reports/metrics/nowcast.json").unlink()
    content = gate(clone, "HEAD")
    assert "nowcast: missing in HEAD" in content["reasons"]
    (clone / "reports/metrics/nowcast.json").write_text("{", encoding="utf-8")
    torn = forex("gate", "HEAD", cwd=clone)
    assert torn.returncode == 3 and torn.stderr.startswith(
        "forex: reports/metrics/nowcast.json of working tree: not readable"
    )


def test_tables_show_what_changed_or_all_and_markdown_gives_the_reasons_first(commits: Path) -> None:
    done = forex("gate", "today", "narrowed", "--json", cwd=commits)
    assert done.returncode == 1 and done.stderr == ""
    content = json.loads(done.stdout)
    assert content == tags(commits, "today", "narrowed")
    shown, everything = judged.text(content), judged.text(content, everything=True)
    assert "validation.1d.published.coverage_80" in shown and "validation.1d.random_walk.crps" not in shown
    assert "validation.1d.random_walk.crps" in everything
    page = forex("gate", "today", "narrowed", "--markdown", cwd=commits)
    assert page.returncode == 1
    lines = page.stdout.splitlines()
    assert lines[0].startswith("### The forecast is worse: `narrowed` (")
    assert any(line.startswith("- `performance.15d.published.alarm`: 0 in BASE, 1 in HEAD") for line in lines)


def test_the_comment_on_narrowed_intervals_is_understood_without_the_code(commits: Path) -> None:
    """What a reader sees before anything is unfolded: what became worse, by how much, where to look, and no name of a metric."""
    url = "https://example.org/me/forex/blob/narrowed"
    page = forex("gate", "today", "narrowed", "--markdown", "--links", url, cwd=commits).stdout
    seen, folded = page.split("<details>", 1)
    headline, why = seen.split("\n\n")[:2]
    assert headline.startswith("### The forecast is worse: `narrowed` (") and "against `today` (" in headline
    assert "fewer outcomes than the intervals say fall inside them" in why and "the monitor speaks up" in why
    [row] = [line for line in seen.splitlines() if line.startswith("| Outcomes inside the 80 % interval ")]
    content = tags(commits, "today", "narrowed")
    figures = {entry["metric"]: entry for entry in content["compared"]}
    for horizon, cell in zip(HORIZONS, row.strip("| ").split("|")[1:], strict=True):
        entry = figures[f"validation.{horizon}.published.coverage_80"]
        assert cell.strip() == f"**{100 * entry['base']:.1f} → {100 * entry['head']:.1f} %**"
    assert "at every horizon coverage of the 50 % interval" in seen
    for name in ("reliability", "forecast"):
        assert f"({url}/reports/figures/{name}.svg)" in seen and (ROOT / f"reports/figures/{name}.svg").is_file()
    assert not [word for word in ("validation.", "accept_", "coverage_", "BASE", "HEAD") if word in seen]
    assert folded.count("- `") == len(content["reasons"])


def test_the_comment_on_what_is_no_worse_says_so_and_what_moved(commits: Path) -> None:
    page = forex("gate", "today", "refactored", "--markdown", cwd=commits).stdout
    assert page.startswith("### The forecast is no worse: ") and page.rstrip().endswith("none of them moved.")
    page = forex("gate", "today", "last-digits", "--markdown", cwd=commits).stdout
    assert "moved, within what is allowed." in page and "All of it is within what is allowed." in page
    assert "**" not in page and "Where to look" not in page


def test_the_comment_names_what_is_missing_and_what_has_no_words(commits: Path) -> None:
    page = forex("gate", "today", "no-drivers", "--markdown", cwd=commits).stdout
    seen = page.split("<details>", 1)[0]
    assert "figures are missing" in seen and "the nowcast explains less of the next move" in seen
    assert "- Missing or no number: `nowcast.*.nowcast.r2_from_aud (" in seen
    assert "| What the nowcast explains of the move; higher is better " in seen


def test_an_unknown_revision_is_a_usage_error(commits: Path) -> None:
    for words in (["nope"], ["today", "nope"]):
        refused = forex("gate", *words, cwd=commits)
        assert refused.returncode == 2 and refused.stdout == ""
        assert refused.stderr.startswith("forex: nope: no such revision here.")


def test_outside_a_repository_is_a_usage_error(tmp_path: Path) -> None:
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    refused = forex("gate", "HEAD", cwd=tmp_path)
    assert refused.returncode == 2 and refused.stderr.startswith("forex: no git repository here")


def test_a_revision_without_metrics_is_no_pass(commits: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(commits, clone, ignore=shutil.ignore_patterns("data"))
    git(clone, "rm", "-rq", "reports/metrics")
    commit(clone, "nothing")
    with pytest.raises(DataError, match="no metric of gate.metrics is in both revisions"):
        gate(clone, "nothing", "today")
    git(clone, "rm", "-q", "dvc.yaml")
    commit(clone, "no-pipeline")
    git(clone, "checkout", "-q", "today")
    with pytest.raises(DataError, match="dvc.yaml of no-pipeline: not there"):
        gate(clone, "no-pipeline", "today")


def test_check_is_fine_with_the_sample_and_not_with_narrowed_intervals(commits: Path) -> None:
    done = forex("check", cwd=commits.parent / "today")
    assert done.returncode == 0 and done.stdout.startswith("CAUTION: as of 2024-11-27, performance GOOD, ")
    done = forex("check", cwd=commits.parent / "narrowed")
    assert done.returncode == 1 and done.stderr == ""
    state, first, *_ = done.stdout.splitlines()
    assert state.startswith("FAULT: as of 2024-11-27, performance DEGRADED, ")
    assert first.startswith("1d DEGRADED: the intervals miss more often than they say, by forecasts with targets from")
