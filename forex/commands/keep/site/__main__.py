"""Make the source folder of the site; it must not exist yet, or have been made by this before."""

import shutil
import sys
from pathlib import Path

from forex.commands.keep.site import api, commands, keys, reports
from forex.core.disk import make_folder, write_text

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs",
    "reports/*.md",
    "reports/early_days.csv",
    "reports/figures",
    "reports/schema",
    "data/*/*.md",
    "LICENSE",
)
GENERATED = Path("docs/reference/generated")
MARK = "made-by-forex.txt"


def build(folder: Path, root: Path = Path()) -> None:
    """Copy the pages below `root` to `folder`, in their places, and write the generated ones beside them.

    A folder that this made before is replaced.  Raises SystemExit for any other that exists.
    """
    if folder.exists():
        if not (folder / MARK).is_file():
            raise SystemExit(f"{folder}: expected a new folder, or one that this made before")
        shutil.rmtree(folder)
    for pattern in PAGES:
        for path in sorted(root.glob(pattern)):
            target = folder / path.relative_to(root)
            make_folder(target.parent)
            if path.is_dir():
                shutil.copytree(path, target)
            else:
                shutil.copyfile(path, target)
    write_text(folder / MARK, "")
    for name, text in generated().items():
        write_text(folder / GENERATED / name, text)


def generated() -> dict[str, str]:
    """By name of the file below docs/reference/generated, each page."""
    return {
        "commands.md": commands.page(),
        "params.md": keys.params_page(),
        "operations.md": keys.operations_page(),
        "reports.md": reports.page(),
        "api.md": api.page(),
    }


if __name__ == "__main__":
    build(Path(sys.argv[1]))
