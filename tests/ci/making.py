"""`make` in a copy of the project that uses this environment, so that nothing is installed anew."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.committed_runs import git
from tests.support.made_up import ROOT

WHO = {f"GIT_{role}_{field}": "a@b" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
# A pipeline of one stage, to run the targets on which no forecast depends.
ONE_STAGE = """
stages:
  made:
    cmd: cat dep > kept.txt && mkdir -p reports && cat dep > reports/said.txt
    deps: [dep]
    outs:
      - kept.txt
      - reports/said.txt: {cache: false}
"""


def equip(folder: Path) -> None:
    """The Makefile, and an environment."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder / name)
    environment(folder)


def environment(folder: Path) -> None:
    """This environment, as one that the Makefile takes for installed."""
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    (folder / ".venv/installed").touch()


def make(target: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "MAKE"))}
    return subprocess.run(
        ["make", "--no-print-directory", target],
        cwd=cwd,
        env=kept | WHO | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def dvc(*words: str, cwd: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "dvc", *words], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def one_stage(folder: Path) -> Path:
    """A small project of one stage that has run, committed."""
    folder.mkdir()
    equip(folder)
    (folder / ".gitignore").write_text((ROOT / ".gitignore").read_text(encoding="utf-8") + "/kept.txt\n")
    (folder / "dvc.yaml").write_text(ONE_STAGE)
    (folder / "dep").write_text("one\n")
    git(folder, "init", "-q", "-b", "main")
    dvc("init", "-q", cwd=folder)
    dvc("repro", "-q", cwd=folder)
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", "a")
    return folder
