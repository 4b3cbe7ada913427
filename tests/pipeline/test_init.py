"""`forex init`: a project that runs with the installed package alone, from a wheel as people install it."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ruamel.yaml import YAML

from forex.commands.keep import init, whole_folder
from forex.commands.keep.plots_page import plots_page
from forex.core import disk, installed
from forex.core.errors import UsageError
from tests.support.forex_command import forex
from tests.support.made_up import ROOT, copy_of_tree

LARGEST = 3_000_000  # bytes of the wheel
SAME = ("reports/forecast.json", "reports/forecast.csv", "reports/alerts.json", "reports/metrics/headline.json")


# The page around the plots, three megabytes of which vl-convert makes the same for every project: made once in this process.
page_once = cache(plots_page)


@pytest.fixture(autouse=True)
def one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "plots_page", page_once)


def stages(text: str) -> Any:
    return YAML(typ="safe").load(text)["stages"]


def named(entries: list[Any]) -> set[str]:
    return {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    init.view(tmp_path / "project")
    return tmp_path / "project"


def test_the_stages_depend_on_the_installed_package_and_on_files_that_are_there_or_made(laid: Path) -> None:
    theirs, ours = (stages((folder / "dvc.yaml").read_text(encoding="utf-8")) for folder in (laid, ROOT))
    assert list(theirs) == list(ours)
    made = {path for stage in theirs.values() for path in named([*stage["outs"], *stage.get("metrics", [])])}
    for name, stage in theirs.items():
        without = [dep for dep in ours[name]["deps"] if not dep.startswith(("forex/", "stages/"))]
        assert stage["deps"] == [str(installed.INSTALLED), *without]
        assert {part: stage[part] for part in stage if part != "deps"} == {
            part: ours[name][part] for part in ours[name] if part != "deps"
        }
        missing = {dep for dep in stage["deps"] if not (laid / dep).exists()} - made - {"${ingest.store}"}
        assert missing == set()


def test_it_is_a_project_that_every_check_accepts_and_git_keeps(laid: Path) -> None:
    done = forex("params", "check", cwd=laid)
    assert (done.returncode, done.stderr) == (0, "")
    listed = subprocess.run(
        ["git", "ls-files", "-o", "--exclude-standard"], cwd=laid, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"dvc.yaml", "installed.txt", ".dvc/config", "data/ledger/.gitkeep", "data/sample/usdclp.csv"} <= set(listed)
    assert not [name for name in listed if name.startswith((".dvc/tmp", ".dvc/config.local"))]


def test_a_folder_with_anything_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for path in (tmp_path, tmp_path / "notes.txt"):
        done = forex("init", str(path))
        assert done.returncode == 2 and done.stderr.startswith(f"forex: {path}: expected a new or an empty folder.")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def everything(folder: Path) -> dict[str, bytes | None]:
    """By path, what each file below the folder holds; None for a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def no_space(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """The disk is full once so many bytes are written."""
    left, write = after, os.write

    def full(descriptor: int, content: Any) -> int:
        nonlocal left
        left -= len(content)
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, content)

    monkeypatch.setattr(disk.os, "write", full)


def fails(error: BaseException) -> Callable[..., NoReturn]:
    def function(*_: object) -> NoReturn:
        raise error

    return function


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
@pytest.mark.parametrize("fault", ["full disk", "git init", "interrupted", "renames"])
def test_whatever_fails_the_folder_is_what_it_was(fault: str, there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "above/project"
    if there:
        folder.mkdir(parents=True)
    before = everything(tmp_path)
    expected: type[BaseException] = UsageError
    says = "the disk failed"
    with pytest.MonkeyPatch.context() as patch:
        if fault == "full disk":
            no_space(patch, 400_000)
            says = rf"{re.escape(str(folder))}/data/sample/\w+\.csv: No space left on device"
        elif fault == "git init":
            (tmp_path / "bin").mkdir()
            git = tmp_path / "bin/git"
            git.write_text("#!/bin/sh\necho 'cannot copy the templates' >&2\nexit 3\n")
            git.chmod(0o755)
            before = everything(tmp_path)
            patch.setenv("PATH", f"{git.parent}:{os.environ['PATH']}")
            says = "git init failed, and nothing was laid: cannot copy the templates"
        elif fault == "interrupted":
            expected, says = KeyboardInterrupt, "stop"
            patch.setattr(init, "plots_page", fails(KeyboardInterrupt("stop")))
        else:
            patch.setattr(whole_folder, "flush_folder", fails(UsageError("the disk failed")))
        with pytest.raises(expected, match=says):
            init.view(folder)
    assert everything(tmp_path) == before
    if there:
        assert "dvc.yaml" in init.view(folder)["files"]


@pytest.mark.parametrize("moment", ["half laid", "half moved"])
def test_what_a_killed_run_left_is_no_hindrance(moment: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    program = """
import os, pathlib, signal, sys
from forex.commands.keep import init, whole_folder
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "half laid":
    init.plots_page = die
else:
    rename, renamed = pathlib.Path.rename, []
    def third(path, target):
        renamed.append(path)
        if len(renamed) == 4:
            die()
        return rename(path, target)
    pathlib.Path.rename = third
init.view(pathlib.Path(sys.argv[1]))
"""
    done = subprocess.run([sys.executable, "-c", program, str(folder), moment], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    left = [path.name for path in folder.iterdir()]
    assert [name for name in left if name.startswith(".forex-la")]
    assert (len(left) > 1) == (moment == "half moved")
    again = forex("init", str(folder))
    assert (again.returncode, again.stderr) == (0, "")
    whole = init.view(tmp_path / "other")
    assert f"a project of {len(whole['files'])} files" in again.stdout
    assert {name.split("/")[0] for name in everything(folder)} == {
        name.split("/")[0] for name in everything(tmp_path / "other")
    }


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / f"{whole_folder.LAYING}{other.pid}").mkdir()
        done = forex("init", str(tmp_path))
        assert done.returncode == 2 and f"process {other.pid} " in done.stderr
        assert len(list(tmp_path.iterdir())) == 1
    finally:
        other.kill()
        other.wait()
    assert forex("init", str(tmp_path)).returncode == 0


def test_in_an_empty_folder_that_one_stands_in(tmp_path: Path) -> None:
    done = forex("init", ".", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.endswith("Next: cd . && dvc repro && forex forecast\n")
    assert (tmp_path / "dvc.yaml").is_file() and not list(tmp_path.glob(".forex-*"))


@pytest.mark.parametrize("name", ["two words", "it's $HOME", "-dash", "~", "dólar"])
def test_the_next_line_can_be_pasted(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    said = init.text({"folder": name, "files": [], "git": True}).splitlines()[-1]
    command = said.removeprefix("Next: ").replace("dvc repro && forex forecast", "pwd")
    stood = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert stood.stdout == f"{tmp_path / name}\n"


@pytest.mark.parametrize("configured", [None, "trunk"])
def test_its_branch_is_the_one_whose_pushes_the_workflow_runs_for(
    configured: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gitconfig").write_text(f"[init]\n  defaultBranch = {configured}\n" if configured else "")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    init.view(tmp_path / "project")
    words = ["git", "symbolic-ref", "--short", "HEAD"]
    found = subprocess.run(words, cwd=tmp_path / "project", capture_output=True, text=True, check=True).stdout.strip()
    workflow = YAML(typ="safe").load((tmp_path / "project" / init.WORKFLOW).read_text(encoding="utf-8"))
    assert [found] == workflow["on"]["push"]["branches"]


def test_what_is_laid_and_said_names_no_page_that_is_not_there(laid: Path) -> None:
    """The pages of docs are the clone's."""
    for name in ("params.yaml", "operations.yaml", "README.md", init.WORKFLOW, "dvc.yaml"):
        assert "docs/" not in (laid / name).read_text(encoding="utf-8"), name
    said = subprocess.run(
        ["grep", "-rnE", "--include=*.py", r"\"[^\"]*docs/[a-z-]+/[a-z-]+\.md", "forex"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.splitlines()  # fmt: skip
    assert [line for line in said if not line.startswith("forex/commands/keep/")] == []


def test_every_command_renews_what_the_stages_depend_on(laid: Path) -> None:
    path = laid / installed.INSTALLED
    whole = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"forex \d+\.\d+\.\d+\nsha256 [0-9a-f]{64}\n", whole)
    path.write_text("forex 0.0.9\nsha256 0\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(laid)
        with pytest.raises(UsageError, match=r"installed\.txt names other code of forex .* `forex params check`"):
            installed.refuse_other()
        assert forex("params", "check", cwd=laid).returncode == 0
        installed.refuse_other()
    assert path.read_text(encoding="utf-8") == whole


def test_a_clone_has_no_such_file(tmp_path: Path) -> None:
    assert not (ROOT / installed.INSTALLED).exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        installed.renew()
        installed.refuse_other()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git keeps, so that nothing is left in the working tree."""
    folder = tmp_path_factory.mktemp("wheel")
    copy_of_tree(folder / "source", without=("tests/", "reports/", "docs/", "studies/"))
    words = [
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
        str(folder / "source"),
    ]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment variables for an interpreter that has this one's packages, and of ours the wheel alone."""
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin/python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (packages / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    words = ["--python", str(python), "install", "--quiet", "--no-deps", "--no-index", "--force-reinstall", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, capture_output=True)
    path = os.pathsep.join([str(folder / "bin"), os.path.defpath])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "GIT_"))}
    yield kept | {"PATH": path, "DVC_NO_ANALYTICS": "1"}


def command(environment: dict[str, str], *words: str, cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_the_wheel_makes_a_project_that_forecasts_without_the_repository(
    wheel: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    assert wheel.stat().st_size < LARGEST
    where = command(environment, "python", "-c", "import forex, stages; print(forex.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where and ".venv" in where
    command(environment, "forex", "init", "project", cwd=tmp_path)
    project = tmp_path / "project"
    command(environment, "python", "-m", "dvc", "repro", "--quiet", cwd=project)
    assert "Dólar observado, CLP per USD." in command(environment, "forex", "forecast", cwd=project)
    for name in SAME:
        assert (project / name).read_bytes() == (ROOT / name).read_bytes(), name
    shown = command(environment, "python", "-m", "dvc", "plots", "show", cwd=project)
    page = Path(shown.strip().removeprefix("file://")).read_text(encoding="utf-8")
    assert "window.vegaEmbed" in page and not re.search(r"(src|href)=.?https?:", page)
    done = command(environment, "python", "-m", "dvc", "status", cwd=project)
    assert "up to date" in done
    shutil.copytree(Path(environment["PATH"].split(os.pathsep)[0]).parent, project / ".venv", symlinks=True)
    inside = environment | {"PATH": os.pathsep.join([str(project / ".venv/bin"), os.path.defpath])}
    command(inside, "python", "-m", "dvc", "repro", "--quiet", "--force", "--single-item", "align", cwd=project)


def interpreters() -> list[str]:
    """Every Python from 3.11 on that is installed here, by its name: on the path, and those of pyenv."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [
        *kept.glob("3.*/bin/python3.*[0-9]"),
        *(path for folder in folders for path in folder.glob("python3.*[0-9]")),
    ]
    versions: dict[int, str] = {}
    for path in found:
        if re.fullmatch(r"python3\.[0-9]+", path.name) and (minor := int(path.name.removeprefix("python3."))) >= 11:
            versions.setdefault(minor, str(path))
    return [versions[minor] for minor in sorted(versions)]


@pytest.mark.nightly
@pytest.mark.parametrize("python", interpreters())
def test_an_empty_environment_of_every_python_here(python: str, wheel: Path, tmp_path: Path) -> None:
    """The commands of docs/how-to/without-a-clone.md: the packages are those that pip finds for that Python."""
    made = subprocess.run([python, "-m", "venv", str(tmp_path / "env")], capture_output=True, text=True, check=False)
    if made.returncode:  # no venv, or a name of pyenv's for a version that is not chosen here
        pytest.skip(f"{python} makes no environment: {made.stderr[-200:]}")
    env = {**os.environ, "PATH": os.pathsep.join([str(tmp_path / "env/bin"), os.path.defpath]), "DVC_NO_ANALYTICS": "1"}
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        env.pop(name, None)
    command(env, "python", "-m", "pip", "install", "-q", str(wheel), cwd=tmp_path)
    command(env, "forex", "init", "project", cwd=tmp_path)
    command(env, "dvc", "repro", "--quiet", cwd=tmp_path / "project")
    assert "Dólar observado, CLP per USD." in command(env, "forex", "forecast", cwd=tmp_path / "project")
