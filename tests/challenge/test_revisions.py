"""Files of other revisions, by paths from the working directory."""

from pathlib import Path

import pytest

from forex.challenge.revisions import commit_of, text_at
from forex.core.errors import UsageError
from tests.support.committed_runs import commit, git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits of a project that lies in a folder of its repository."""
    project = tmp_path / "projects/fx"
    project.mkdir(parents=True)
    git(tmp_path, "init", "-q")
    monkeypatch.chdir(project)
    (project / "a.json").write_text("dólar", encoding="utf-8")
    commit(tmp_path, "first")
    (project / "a.json").unlink()
    (project / "b.json").write_text("b", encoding="utf-8")
    commit(tmp_path, "second")
    return project


def test_a_file_is_what_the_revision_had(repository: Path) -> None:
    first, second = commit_of("first"), commit_of("HEAD")
    assert first == commit_of("HEAD~1") == commit_of(first[:10]) and len(first) == 40 and first != second
    assert text_at(first, "a.json") == "dólar" and text_at(second, "a.json") is None
    assert text_at(first, "b.json") is None and text_at(second, "b.json") == "b"
    (repository / "b.json").write_text("not committed", encoding="utf-8")
    assert text_at(second, "b.json") == "b"


@pytest.mark.parametrize("revision", ["nope", "", "--all", "-h", "first:projects/fx/a.json", "first second", "HEAD~9"])
def test_what_names_no_commit_is_refused(revision: str, repository: Path) -> None:
    with pytest.raises(UsageError, match="no such revision here") as refused:
        commit_of(revision)
    assert refused.value.exit_code == 2 and str(refused.value).startswith(f"{revision}: ")


def experiment(repository: Path, name: str, start: str, content: str) -> str:
    """A commit where `dvc exp run --name` keeps it: on no branch, under a ref named after the commit that it started from."""
    head = git(repository, "rev-parse", "--abbrev-ref", "HEAD").strip()
    git(repository, "checkout", "-q", "--detach", start)
    (repository / "b.json").write_text(content, encoding="utf-8")
    git(repository, "commit", "-qam", f"dvc: commit experiment {content}", "--allow-empty")
    made, base = git(repository, "rev-parse", "HEAD").strip(), git(repository, "rev-parse", start).strip()
    git(repository, "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/{name}", made)
    git(repository, "checkout", "-q", head)
    return made


def test_an_experiment_is_named_as_in_dvc_metrics_diff(repository: Path) -> None:
    """Of several with its name, the one from HEAD; a tag of that name comes first; DVC's own refs are no experiments."""
    made = experiment(repository, "shorter-memory", "second", "b2")
    assert commit_of("shorter-memory") == made == commit_of(made[:10])
    assert text_at(commit_of("shorter-memory"), "b.json") == "b2" and text_at(commit_of("HEAD"), "b.json") == "b"
    commit(repository.parents[1], "third")
    assert commit_of("shorter-memory") == made
    newer = experiment(repository, "shorter-memory", "third", "b3")
    assert commit_of("shorter-memory") == newer
    commit(repository.parents[1], "fourth")
    with pytest.raises(UsageError, match=r"none from HEAD. Name the commit instead: [0-9a-f]{7}, [0-9a-f]{7}\.$"):
        commit_of("shorter-memory")
    git(repository, "update-ref", "refs/exps/exec/EXEC_HEAD", made)
    with pytest.raises(UsageError, match="no such revision here"):
        commit_of("EXEC_HEAD")
    git(repository, "tag", "shorter-memory", "first")
    assert commit_of("shorter-memory") == commit_of("first")


def test_no_repository_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no git repository here"):
        commit_of("HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git is not installed"):
        commit_of("HEAD")
