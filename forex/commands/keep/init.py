"""`forex init DIR`: a project that works with the installed package, where no clone is wanted.

Its files are those of the repository: taken from the wheel, where setup.py put them, or from the clone that is installed. Only
dvc.yaml differs: its stages depend on installed.txt in place of the sources (forex/core/installed.py).
"""

import re
import shlex
import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from forex.commands.keep.plots_page import plots_page
from forex.commands.keep.whole_folder import filled, resumed
from forex.core import installed
from forex.core.disk import write_bytes, write_text
from forex.core.errors import UsageError

AS_THEY_ARE: Final = (
    *("params.yaml", "operations.yaml", ".dvcignore", ".gitattributes", ".dvc/config", "data/live_series.yaml"),
    *(".dvc/plots", "data/sample", "data/calendar"),
)
OWN: Final = Path(__file__).parent / "project"
LEDGER: Final = "data/ledger/.gitkeep"  # because git keeps no empty folder, and a stage depends on this one
HEADER: Final = "# Ten stages from observations to reports. `cmd` is constant text.\n"
IGNORED_FROM: Final = "# what a killed process was writing"  # in .gitignore; what stands before it is about the sources
CONFIG: Final = ".dvc/config"
NO_GIT: Final = "no_scm = true"
BRANCH: Final = "main"  # whose pushes the workflow runs for
WORKFLOW: Final = ".github/workflows/forecast.yml"
DEPS: Final = re.compile(r"(?<=    deps:\n)      \[([^\]]*)\]")
SOURCES: Final = ("forex/", "stages/")
PAGE: Final = Path(".dvc/tmp/plots_page.html")


def view(folder: Path) -> dict[str, Any]:
    """Lay out a project in `folder`, whole or not at all; returns its files, and whether git keeps it.

    Raises UsageError where `folder` exists and is not an empty folder, another run is laying a project there, git fails, or the
    installation has no files for a project; FileRefused where the system refuses a file.
    """
    if not resumed(folder):
        with filled(folder) as laid:
            _lay(installed.project_files(), laid)
            _begin_history(laid)
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {
        "folder": str(folder),
        "files": sorted(str(path) for path in files if path.parts[0] != ".git"),
        "git": NO_GIT not in (folder / CONFIG).read_text(encoding="utf-8"),
    }


def text(content: Mapping[str, Any]) -> str:
    """What was laid, and what to do next."""
    said = [f"{content['folder']}: a project of {len(content['files'])} files, with the sample as its store."]
    if not content["git"]:
        said.append("git is not installed, so that nothing keeps its history: .dvc/config says no_scm.")
    return "\n".join([*said, f"Next: cd {_for_cd(content['folder'])} && dvc repro && forex forecast"])


def pipeline(text: str) -> str:
    """dvc.yaml with installed.txt in place of the sources that each stage depends on.

    >>> print(pipeline("# Sources.\\n\\nstages:\\n  a:\\n    deps:\\n      [stages/a.py, forex/core, data/raw]\\n"))
    # Ten stages from observations to reports. `cmd` is constant text.
    <BLANKLINE>
    stages:
      a:
        deps:
          [installed.txt, data/raw]
    <BLANKLINE>
    """

    def other(found: re.Match[str]) -> str:
        kept = [dep for dep in re.split(r",\s+", found[1]) if not dep.startswith(SOURCES)]
        listed = ", ".join([str(installed.INSTALLED), *kept])
        return textwrap.fill(
            f"[{listed}]",
            width=120,
            initial_indent=" " * 6,
            subsequent_indent=" " * 7,
            break_long_words=False,
            break_on_hyphens=False,
        )

    return HEADER + DEPS.sub(other, text[text.index("\n") + 1 :])


def _lay(origin: Path, folder: Path) -> None:
    """Write the files of a project into an empty folder."""
    for name in AS_THEY_ARE:
        source = origin / name
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file():
                write_bytes(folder / path.relative_to(origin), path.read_bytes())
    write_text(folder / LEDGER, "")
    write_text(folder / "dvc.yaml", pipeline((origin / "dvc.yaml").read_text(encoding="utf-8")))
    write_text(folder / installed.INSTALLED, installed.identity())
    ignored = (origin / ".gitignore").read_text(encoding="utf-8")
    write_text(folder / ".gitignore", f".venv/\n\n{ignored[ignored.index(IGNORED_FROM) :]}\n!/{LEDGER}\n")
    write_text(folder / ".dvc/.gitignore", "/config.local\n/tmp\n/cache\n")
    write_text(folder / PAGE, plots_page())
    write_text(folder / ".dvc/config.local", f"[plots]\n    html_template = {PAGE.relative_to('.dvc')}\n")
    write_text(folder / "README.md", (OWN / "README.md").read_text(encoding="utf-8"))
    write_text(folder / WORKFLOW, (OWN / "forecast.yml").read_text(encoding="utf-8"))


def _begin_history(folder: Path) -> None:
    """Make the folder a git repository where it is in none; without git, DVC's config says no_scm.

    Its branch is that of the workflow. `git init --initial-branch` would need git 2.28.  Raises UsageError where git fails.
    """
    try:
        if _git(folder, "rev-parse", "--git-dir").returncode == 0:
            return
    except FileNotFoundError:
        config = folder / CONFIG
        write_text(config, config.read_text(encoding="utf-8").replace("[core]\n", f"[core]\n    {NO_GIT}\n"))
        return
    for words in (("init", "--quiet"), ("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")):
        done = _git(folder, *words)
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise UsageError(f"git {words[0]} failed, and nothing was laid: {said}")


def _git(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, errors="replace", check=False)


def _for_cd(folder: str) -> str:
    """The folder as an argument of `cd` in a shell.

    >>> _for_cd("two words"), _for_cd("-dash"), _for_cd("dolar")
    ("'two words'", './-dash', 'dolar')
    """
    return shlex.quote(f"./{folder}" if folder.startswith("-") else folder)
