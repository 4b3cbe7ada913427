"""`forex backfill --out` names a new file of the user's own, `forex import --store` a folder: neither is one of the project's."""

import os
from pathlib import Path

import pytest

from forex.commands.live.own_file import refuse_folder, refuse_others
from forex.core.errors import UsageError
from tests.support.committed_runs import git

DVC_YAML = """
stages:
  ingest:
    cmd: x
    deps: [stages/ingest.py, forex/core, "${ingest.store}"]
    outs: [data/raw, {reports/forecast.json: {cache: false}}]
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dvc.yaml, a params.yaml that git keeps, and nothing else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dvc.yaml").write_text(DVC_YAML)
    (tmp_path / "params.yaml").write_text("as_of: x\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "params.yaml")
    git(tmp_path, "commit", "-qm", "a")
    return tmp_path


def refuse(name: str) -> None:
    refuse_others(Path(name), store="data/store")


@pytest.mark.parametrize("name", ["rows.csv", "notes/rows.csv", "data/rows.csv", "reports/rows.csv", "../rows.csv"])
def test_a_new_file_is_its_users_to_name(name: str) -> None:
    refuse(name)


@pytest.mark.parametrize("gone", [False, True], ids=["there", "deleted"])
@pytest.mark.parametrize("name", ["params.yaml", "./notes/../params.yaml"])
def test_params_yaml_is_the_projects(name: str, gone: bool, project: Path) -> None:
    (project / "notes").mkdir()
    before = (project / "params.yaml").read_bytes()
    if gone:
        (project / "params.yaml").unlink()
    with pytest.raises(UsageError, match="git keeps a file of that name" if gone else "exists, and nothing"):
        refuse(name)
    assert gone or (project / "params.yaml").read_bytes() == before


@pytest.mark.parametrize(
    "name",
    [
        *("data/raw/rows.csv", "reports/forecast.json", "forex/core/rows.csv", "stages/ingest.py"),
        *("data/store/rows.csv", ".git/rows.csv", ".dvc/tmp/rows.csv", ".forex/rows.csv", "linked/rows.csv"),
    ],
)
def test_what_the_pipeline_reads_or_makes_is_the_projects(name: str, project: Path) -> None:
    (project / "data/store").mkdir(parents=True)
    (project / "linked").symlink_to("data/store")
    with pytest.raises(UsageError, match=r"Choose another --out"):
        refuse(name)


@pytest.mark.parametrize("name", ["data/ledger/2025.csv", "data/ledger/june/x.csv", "linked/2025.csv"])
def test_the_ledger_holds_what_was_really_issued(name: str, project: Path) -> None:
    (project / "data/ledger").mkdir(parents=True)
    (project / "linked").symlink_to("data/ledger")
    with pytest.raises(UsageError, match="the ledger holds what was really issued"):
        refuse(name)


@pytest.mark.parametrize("name", ["fifo", "/dev/null", "/proc/self/fd/0", "folder", "link"])
def test_what_is_there_stays_what_it_is(name: str, project: Path) -> None:
    os.mkfifo(project / "fifo")
    (project / "folder").mkdir()
    (project / "link").symlink_to("nowhere")
    with pytest.raises(UsageError):
        refuse(name)
    assert not (project / "nowhere").exists()


@pytest.mark.parametrize("content", ["", "stages: 5", "stages: {a: 5}", "[]"])
def test_a_dvc_yaml_that_is_none_names_nothing(content: str, project: Path) -> None:
    (project / "dvc.yaml").write_text(content)
    refuse("rows.csv")


@pytest.mark.parametrize("name", ["mydata", "data/live", "data/store", "data/store/x", "notes/a/b", "../beside"])
def test_a_store_is_its_users_to_name(name: str) -> None:
    refuse_folder(Path(name), own="data/store")


def test_the_store_of_params_yaml_may_stand_in_dvc_yaml(project: Path) -> None:
    (project / "dvc.yaml").write_text(DVC_YAML.replace("${ingest.store}", "live/store"))
    refuse_folder(Path("live/store"), own="live/store")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ".",
            "..",
            "data",
            "data/raw",
            "data/raw/x",
            "data/ledger",
            "data/ledger/x",
            "reports",
            "reports/x",
            "stages",
        ),
        *("forex", "forex/core/x", ".git", ".git/x", ".dvc/tmp", ".forex", "notes/../reports", "linked"),
    ],
)
def test_a_store_has_none_of_the_projects_files_in_it_or_around_it(name: str, project: Path) -> None:
    (project / "data/raw").mkdir(parents=True)
    (project / "linked").symlink_to("data/raw")
    with pytest.raises(UsageError, match=r"Choose another --store, a folder of yours\.$"):
        refuse_folder(Path(name), own="data/store")
