"""The make targets of the workflows on a project of one stage: rebuilding, pulling and pushing a live store."""

import shutil
from pathlib import Path

import pytest

from tests.ci.making import dvc, environment, make, one_stage
from tests.support.committed_runs import git

pytestmark = pytest.mark.slow

NO_DAY = "No live store that DVC keeps (data/store.dvc): nothing to do.\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project of one stage, made once: to be copied."""
    folder = tmp_path_factory.mktemp("made")
    one_stage(folder / "project")
    return folder


@pytest.fixture(scope="module")
def made_live(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a store that DVC keeps, a DVC remote and a git remote, all in step: beside it, for it knows them by relative paths."""
    folder = tmp_path_factory.mktemp("live") / "all"
    shutil.copytree(made, folder, symlinks=True)
    project = folder / "project"
    git(folder, "init", "-q", "--bare", "-b", "main", "origin.git")
    (project / "data/store").mkdir(parents=True)
    (project / "data/store/usdclp.parquet").write_text("one")
    dvc("add", "-q", "data/store", cwd=project)
    dvc("remote", "add", "-q", "--default", "shared", "../remote", cwd=project)
    dvc("push", "-q", cwd=project)
    git(project, "add", "--all")
    git(project, "commit", "-qm", "live")
    git(project, "remote", "add", "origin", "../origin.git")
    git(project, "push", "-q", "origin", "main")
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path / "project"


@pytest.fixture
def live(made_live: Path, tmp_path: Path) -> Path:
    shutil.copytree(made_live, tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path / "project"


def test_make_rebuild_passes_where_the_bytes_are_the_committed_ones_and_names_those_that_are_not(project: Path) -> None:
    assert make("rebuild", project).returncode == 0
    (project / "reports/said.txt").write_text("by hand\n")
    git(project, "commit", "-qam", "edited")
    done = make("rebuild", project)
    assert done.returncode != 0 and "reports/said.txt" in done.stdout
    assert "The committed outputs are not what the pipeline makes." in done.stderr


def test_make_rebuild_fails_for_an_output_that_git_does_not_keep(project: Path) -> None:
    """Its hash is in dvc.lock."""
    lock = project / "dvc.lock"
    text = lock.read_text()
    (project / "dep").write_text("two\n")
    git(project, "commit", "-qam", "a change without a run")
    done = make("rebuild", project)
    assert done.returncode != 0 and "dvc.lock" in done.stdout and lock.read_text() != text


@pytest.mark.parametrize("target", ["ci-pull", "ci-advance", "ci-check"])
def test_without_a_live_store_there_is_nothing_to_do(target: str, project: Path) -> None:
    done = make(target, project)
    assert (done.returncode, done.stdout, done.stderr) == (0, NO_DAY, "")


def test_make_ci_pull_brings_store_and_outputs_into_a_fresh_clone(live: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(tmp_path / "origin.git"), str(clone))
    environment(clone)
    done = make("ci-pull", clone)
    assert done.returncode == 0, done.stderr
    assert (clone / "data/store/usdclp.parquet").read_text() == "one" and (clone / "kept.txt").read_text() == "one\n"
    (clone / "dep").write_text("two\n")
    dvc("repro", "-q", cwd=clone)
    git(clone, "commit", "-qam", "outputs that nobody pushed")
    (clone / "kept.txt").unlink()
    shutil.rmtree(clone / ".dvc/cache")
    assert make("ci-pull", clone).returncode == 0


def test_make_ci_keep_commits_the_day_and_pushes_data_and_commit(live: Path, tmp_path: Path) -> None:
    (live / "data/store/usdclp.parquet").write_text("two")
    dvc("commit", "-q", "-f", "data/store.dvc", cwd=live)
    done = make("ci-keep", live)
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "origin.git", "log", "-1", "--format=%s", "main") == "Forecast of the day\n"
    assert git(live, "status", "--porcelain") == ""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(tmp_path / "origin.git"), str(clone))
    dvc("pull", "-q", "data/store.dvc", cwd=clone)
    assert (clone / "data/store/usdclp.parquet").read_text() == "two"
    again = make("ci-keep", live)
    assert (again.returncode, again.stdout) == (0, "Nothing new to keep.\n")


def test_make_ci_keep_pushes_where_it_is_told_from_a_checkout_without_a_branch(live: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "elsewhere.git")
    git(live, "checkout", "-q", "--detach")
    git(live, "remote", "remove", "origin")
    (live / "dep").write_text("two\n")
    done = make("ci-keep", live, PUSH_TO=str(tmp_path / "elsewhere.git"), PUSH_BRANCH="refs/heads/days")
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "elsewhere.git", "show", "days:dep") == "two\n"


def test_make_ci_keep_pushes_no_commit_whose_data_did_not_arrive(live: Path, tmp_path: Path) -> None:
    before = git(tmp_path / "origin.git", "rev-parse", "main")
    (live / "data/store/usdclp.parquet").write_text("two")
    dvc("commit", "-q", "-f", "data/store.dvc", cwd=live)
    shutil.rmtree(tmp_path / "remote")
    (tmp_path / "remote").write_text("no folder")
    assert make("ci-keep", live).returncode != 0
    assert git(tmp_path / "origin.git", "rev-parse", "main") == before
