"""installed.txt: which code of forex ran a project that does not hold its sources, for the stages to depend on.

In a clone the stages depend on the folders of the sources. A project laid out by `forex init` has none: its dvc.yaml depends on
this file, which every command renews, so that the stages are rerun when another version of the package is installed.
"""

import hashlib
from pathlib import Path
from typing import Final

from forex.core.disk import write_text
from forex.core.errors import UsageError

INSTALLED: Final = Path("installed.txt")
PACKAGE: Final = Path(__file__).parents[1]
SCAFFOLD: Final = PACKAGE / "scaffold"  # a new project's files, in a wheel only: no code
CODE: Final = (".csv", ".j2", ".otf", ".po", ".py", ".ttf")


def project_files() -> Path:
    """The folder with the files of a project that come with the package: the scaffold of a wheel, or the clone.

    Raises UsageError where the installation has none.
    """
    for folder in (SCAFFOLD, PACKAGE.parent):
        if (folder / "dvc.yaml").is_file():
            return folder
    raise UsageError("this installation of forex has no files of a project: install its wheel anew.")


def of_project(path: Path) -> Path:
    """`path` in the working directory; where that is not a project and has no such file, the one that comes with the package."""
    return path if path.exists() or Path("dvc.yaml").is_file() else project_files() / path


def identity() -> str:
    """Version of the installed package and hash of its code, as installed.txt has them."""
    from forex import __version__

    digest = hashlib.sha256()
    root = PACKAGE.parent
    for folder in (PACKAGE, root / "stages"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in CODE and SCAFFOLD not in path.parents:
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"forex {__version__}\nsha256 {digest.hexdigest()}\n"


def renew() -> None:
    """Bring the working directory's installed.txt up to date, where there is one."""
    if INSTALLED.is_file() and _stored() != (now := identity()):
        write_text(INSTALLED, now)


def refuse_other() -> None:
    """Raise UsageError where the working directory's installed.txt is about other code than what is running."""
    if INSTALLED.is_file() and _stored() != identity():
        raise UsageError(
            f"{INSTALLED} names other code of forex than what is installed: `forex params check` renews it; then run "
            "`dvc repro` again."
        )


def _stored() -> str:
    return INSTALLED.read_text(encoding="utf-8", errors="replace")
