"""`forex init`: a project that runs with the installed package alone, from a wheel as people install it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from forex.commands.keep import init
from forex.core import installed
from forex.core.errors import UsageError
from tests.support.forex_command import forex
from tests.support.made_up import ROOT, copy_of_tree

LARGEST = 3_000_000  # bytes of the wheel
SAME = ("reports/forecast.json", "reports/forecast.csv", "reports/alerts.json", "reports/metrics/headline.json")


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
    """Every Python from 3.11 on that is installed here: on the path, and those of pyenv."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [*kept.glob("3.*/bin/python"), *(path for folder in folders for path in folder.glob("python3.*[0-9]"))]
    versions = {}
    for path in found:
        asked = subprocess.run(
            [str(path), "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0 and (version := tuple(map(int, asked.stdout.split()))) >= (3, 11):
            versions.setdefault(version, str(path))
    return sorted(versions.values())


@pytest.mark.nightly
@pytest.mark.parametrize("python", interpreters())
def test_an_empty_environment_of_every_python_here(python: str, wheel: Path, tmp_path: Path) -> None:
    """The commands of docs/how-to/without-a-clone.md: the packages are those that pip finds for that Python."""
    made = subprocess.run([python, "-m", "venv", str(tmp_path / "env")], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"{python} makes no environment: {made.stderr[-200:]}")
    env = {**os.environ, "PATH": os.pathsep.join([str(tmp_path / "env/bin"), os.path.defpath]), "DVC_NO_ANALYTICS": "1"}
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        env.pop(name, None)
    command(env, "python", "-m", "pip", "install", "-q", str(wheel), cwd=tmp_path)
    command(env, "forex", "init", "project", cwd=tmp_path)
    command(env, "dvc", "repro", "--quiet", cwd=tmp_path / "project")
    assert "Dólar observado, CLP per USD." in command(env, "forex", "forecast", cwd=tmp_path / "project")
