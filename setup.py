"""The files that `forex init` lays go into the wheel from where they are in the repository, so that git has them once."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
LAID = (
    *("dvc.yaml", "params.yaml", "operations.yaml", ".dvcignore", ".gitattributes", ".gitignore"),
    *(".dvc/config", ".dvc/plots/*.json", "data/sample/*", "data/calendar/*", "data/live_series.yaml"),
)


class WithProject(build_py):
    """The package, and forex/scaffold beside its code."""

    def run(self) -> None:
        """Build as usual, then lay the files of a project beside the code."""
        super().run()
        if self.editable_mode:  # the repository itself is there
            return
        for path in (found for pattern in LAID for found in sorted(ROOT.glob(pattern))):
            target = Path(self.build_lib, "forex/scaffold", path.relative_to(ROOT))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


setup(cmdclass={"build_py": WithProject})
