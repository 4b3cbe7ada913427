"""A dvc.lock cut anywhere comes back from git or is one that DVC can run on; outputs that are nowhere are named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.dvcfile import Lockfile
from dvc.repo import Repo

from forex.commands.keep import doctor
from forex.commands.keep.remedies.pipeline import is_cut, outputs_of, text_of
from forex.core.errors import GateFailed
from tests.commands.doctor.conftest import sound
from tests.support.committed_runs import git
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

MEND = [{"about": "dvc.lock", "wrong": "empty or broken", "remedy": "restored from git", "state": "MENDED"}]
STAGES = """
stages:
  made:
    cmd: mkdir -p d && cat dep > d/a.txt && echo ho > b.txt
    deps: [dep]
    params: [as_of]
    outs: [d, b.txt]
"""


# Each cut in place of dvc.lock, then a run, which must not fail and must leave a lock that DVC accepts.
RUN_EACH = """
import json, sys
from pathlib import Path
from dvc.dvcfile import Lockfile
from dvc.repo import Repo
lock, whole, cuts = Path("dvc.lock"), Path("dvc.lock").read_text(), json.loads(sys.argv[1])
for end in cuts:
    lock.write_text(whole[:end])
    Repo(".").reproduce()
    assert Repo(".").status() == {}, end
"""


def dvc(*words: str, cwd: Path | None = None) -> None:
    subprocess.run([Path(sys.executable).parent / "dvc", *words], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def after_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one stage with a file and a folder as outputs after its run, committed: to be copied."""
    project = sound(tmp_path_factory.mktemp("ran"))
    (project / "dvc.yaml").write_text(STAGES)
    (project / "dep").write_text("hi\n")
    (project / ".gitignore").write_text("/d\n/b.txt\n")
    dvc("repro", cwd=project)
    git(project, "add", "-f", "dvc.lock")
    git(project, "commit", "-qm", "ran")
    return project


@pytest.fixture
def ran(after_run: Path, project: Path) -> str:
    """The working directory after the run; the text of its dvc.lock."""
    shutil.rmtree(project / ".git")
    shutil.copytree(after_run, project, dirs_exist_ok=True)
    return (project / "dvc.lock").read_text()


@pytest.mark.parametrize("broken", ["", "schema: '2.0'\nstages:\n  ingest: {cmd: [", "just text"])
def test_a_broken_lock_comes_back_from_git(project: Path, broken: str) -> None:
    whole = (project / "dvc.lock").read_text()
    (project / "dvc.lock").write_text(broken)
    assert doctor.view()["found"] == MEND
    assert (project / "dvc.lock").read_text() == whole
    assert doctor.view()["found"] == []


def test_a_lock_that_is_gone_comes_back_too(project: Path) -> None:
    (project / "dvc.lock").unlink()
    assert doctor.view()["found"] == MEND and (project / "dvc.lock").exists()


def test_a_lock_cut_at_any_byte_is_restored(project: Path, ran: str) -> None:
    assert not is_cut(ran, ran) and all(is_cut(ran[:end], ran) for end in range(len(ran)))
    for end in (0, 1, len(ran) // 3, ran.rindex("      size"), len(ran) - 1):
        (project / "dvc.lock").write_text(ran[:end])
        assert doctor.view()["found"] == MEND and (project / "dvc.lock").read_text() == ran


def test_a_lock_cut_at_any_byte_is_broken_or_one_that_dvc_loads(project: Path, ran: str) -> None:
    """By bytes, for a cut may split a character, and in a lock that differs from the committed one."""
    whole, path = ran.replace("echo ho", "echo años").encode(), project / "dvc.lock"
    lock, refused = Lockfile(Repo("."), str(path)), 0
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        if outputs_of(text_of(path)) is None:
            refused += 1
        else:
            assert set(lock.load()) <= {"schema", "stages"}, end
    assert len(whole) - ran.count("\n") < refused < len(whole)


@pytest.mark.parametrize("damage", [b"\xff", b"\0" * 40, b"made:\n", b"<<<<<<< HEAD\n"])
def test_bytes_that_dvc_does_not_read_are_a_broken_lock(damage: bytes, project: Path, ran: str) -> None:
    """As a power failure or a merge leaves them, in the middle."""
    at = len(ran) // 2
    (project / "dvc.lock").write_bytes(ran[:at].encode() + damage + ran[at:].encode())
    assert doctor.view()["found"] == MEND and (project / "dvc.lock").read_text() == ran


def test_one_that_git_never_had_is_restored_where_it_is_broken_and_runs_where_dvc_accepts_it(
    project: Path, ran: str
) -> None:
    """As after a run that nobody committed; what is restored is the lock before."""
    accepted = [end for end in range(len(ran)) if outputs_of(ran[:end]) is not None]
    assert 3 <= len(accepted) < ran.count("\n") and all(ran[end - 1] == "\n" for end in accepted)
    done = subprocess.run(
        [sys.executable, "-c", RUN_EACH, json.dumps(accepted)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    newer = ran.replace("echo ho", "echo hum")
    (project / "dvc.lock").write_text(newer)
    assert doctor.view()["found"] == []
    (project / "dvc.lock").write_text(newer[: newer.index("hum") + 2])
    assert doctor.view()["found"] == MEND and (project / "dvc.lock").read_text() == ran


def test_the_committed_lock_cut_at_any_byte_is_refused_or_ends_with_a_whole_line() -> None:
    text = (ROOT / "dvc.lock").read_text()
    lines = [at + 1 for at, sign in enumerate(text) if sign == "\n"]
    assert outputs_of(text)
    for end in lines[::97]:  # the parser takes a tenth of a second
        assert outputs_of(text[: end - 1]) is None


def test_a_lock_that_git_does_not_have_is_said_so(project: Path) -> None:
    git(project, "rm", "-q", "--cached", "dvc.lock")
    git(project, "commit", "-qm", "b")
    (project / "dvc.lock").write_text("")
    with pytest.raises(GateFailed, match="Remove it and run dvc repro"):
        doctor.view()


def test_outputs_that_are_neither_here_nor_in_the_cache_are_named(project: Path, ran: str) -> None:
    shutil.rmtree(project / "d")
    (project / "b.txt").unlink()
    assert doctor.view()["found"] == []  # the cache has them
    shutil.rmtree(project / ".dvc/cache")
    [found] = doctor.view()["found"]
    assert found["wrong"] == "2 of its outputs are neither here nor in the cache: b.txt, d"
    assert found["remedy"] == "`dvc repro` makes them" and found["state"] == doctor.TO_DO
    dvc("remote", "add", "--default", "shared", str(project / "remote"))
    assert "`dvc pull dvc.yaml` brings them" in doctor.view()["found"][0]["remedy"]
    dvc("repro")
    assert doctor.view()["found"] == []
    shutil.rmtree(project / ".dvc/cache")
    assert doctor.view()["found"] == []  # the files are here


def test_hashes_of_folders_are_looked_up_as_dvc_keeps_them(ran: str) -> None:
    found = dict(outputs_of(ran) or [])
    assert found["d"].endswith(".dir") and set(found) == {"d", "b.txt"}
    assert os.path.exists(Repo(".").cache.local.oid_to_path(found["d"]))
    assert json.loads(Path(Repo(".").cache.local.oid_to_path(found["d"])).read_text())[0]["relpath"] == "a.txt"
