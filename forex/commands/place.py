"""Where a command works: in the project's folder, whatever folder of it people stand in.

The project is the folder with dvc.yaml and params.yaml: the one given with --project, else the one people stand in, else the
nearest above. Paths that people give are those of the folder they stand in.
"""

from pathlib import Path
from typing import Final

import typer

from forex.core import installed
from forex.core.errors import UsageError

MARKS: Final = ("dvc.yaml", "params.yaml")


def is_project(folder: Path) -> bool:
    return all((folder / name).is_file() for name in MARKS)


def project_of(folder: Path) -> Path | None:
    """The folder or the nearest above it that is a project; None where there is none."""
    return next((one for one in (folder, *folder.parents) if is_project(one)), None)


def enter(ctx: typer.Context, given: Path | None) -> Path | None:
    """Go to the project, and remember in the context where people stand; outside of one, stay.

    Raises UsageError where the folder that is given is none.
    """
    from os import chdir

    ctx.obj = stood = Path.cwd()
    found = project_of(stood) if given is None else stood / given
    if given is not None and not is_project(stood / given):
        raise UsageError(f"--project {given}: no {' and '.join(MARKS)} there. Give the folder of the project.")
    if found is not None and found != stood:
        chdir(found)
    return given


def from_there(ctx: typer.Context, path: Path | None) -> Path | None:
    """A path that people give, as it is from the project's folder: short where it lies there."""
    if path is None:
        return None
    whole = ctx.obj / path
    here = Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def require() -> None:
    """The command works in a project, whose record of the installed code is renewed.  Raises UsageError where it does not."""
    if not is_project(Path.cwd()):
        raise UsageError(
            f"no {' and '.join(MARKS)} here or in a folder above: run forex in the project, or say where it is with --project."
        )
    installed.renew()
