"""`forex init DIR`: a project that works with the installed package, where no clone is wanted.

Its files are those of the repository: taken from the wheel, where setup.py put them, or from the clone that is installed. Only
dvc.yaml differs: its stages depend on installed.txt in place of the sources (forex/core/installed.py).
"""

import re
import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from forex.commands.keep.plots_page import plots_page
from forex.core import installed
from forex.core.disk import make_folder, write_text
from forex.core.errors import UsageError

AS_THEY_ARE: Final = (
    *("params.yaml", "operations.yaml", ".dvcignore", ".gitattributes", ".dvc/config", "data/live_series.yaml"),
    *(".dvc/plots", "data/sample", "data/calendar"),
)
OWN: Final = Path(__file__).parent / "project"
LEDGER: Final = "data/ledger/.gitkeep"  # because git keeps no empty folder, and a stage depends on this one
HEADER: Final = "# Ten stages from observations to reports. `cmd` is constant text.\n"
IGNORED_FROM: Final = "# what a killed process was writing"  # in .gitignore; what stands before it is about the sources
WORKFLOW: Final = ".github/workflows/forecast.yml"
DEPS: Final = re.compile(r"(?<=    deps:\n)      \[([^\]]*)\]")
SOURCES: Final = ("forex/", "stages/")
PAGE: Final = Path(".dvc/tmp/plots_page.html")


def view(folder: Path) -> dict[str, Any]:
    """Lay out a project in `folder`; returns its files, and whether git keeps it.

    Raises UsageError where `folder` exists and is not an empty folder, or the installation has no files for a project.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: expected a new or an empty folder. Nothing was written.")
    origin = installed.project_files()
    for name in AS_THEY_ARE:
        target = folder / name
        make_folder(target.parent)
        if (origin / name).is_dir():
            shutil.copytree(origin / name, target)
        else:
            shutil.copyfile(origin / name, target)
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
    return {
        "folder": str(folder),
        "files": sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()),
        "git": _under_git(folder),
    }


def text(content: Mapping[str, Any]) -> str:
    """What was laid, and what to do next."""
    said = [f"{content['folder']}: a project of {len(content['files'])} files, with the sample as its store."]
    if not content["git"]:
        said.append("git is not installed, so that nothing keeps its history: .dvc/config says no_scm.")
    return "\n".join([*said, f"Next: cd {content['folder']} && dvc repro && forex forecast"])


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


def _under_git(folder: Path) -> bool:
    """Whether git is installed. The folder gets a repository where it is in none; without git, DVC's config says no_scm."""
    try:
        inside = subprocess.run(["git", "rev-parse", "--git-dir"], cwd=folder, capture_output=True, check=False)
        if inside.returncode:
            subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    except FileNotFoundError:
        config = folder / ".dvc/config"
        write_text(config, config.read_text(encoding="utf-8").replace("[core]\n", "[core]\n    no_scm = true\n"))
        return False
    return True
