"""Where a command works: in the project's folder, from whichever folder of it the command is called.

A project is a folder with dvc.yaml and params.yaml: the one given with --project, else the current folder, else the nearest one
above it. Paths on the command line are relative to the folder that the command is called from.
"""

from pathlib import Path
from typing import Final

import typer

from forex.core import installed
from forex.core.errors import UsageError

MARKS: Final = ("dvc.yaml", "params.yaml")


def is_project(folder: Path) -> bool:
    """Whether the folder holds the files that make a project, dvc.yaml and params.yaml."""
    return all((folder / name).is_file() for name in MARKS)


def project_of(folder: Path) -> Path | None:
    """The folder itself, or the nearest one above it, that is a project; None where there is none."""
    return next((candidate for candidate in (folder, *folder.parents) if is_project(candidate)), None)


def enter(ctx: typer.Context, given: Path | None) -> Path | None:
    """Change to the project's folder, and keep in `ctx.obj` the one that the command was called from; outside of a project, stay.

    given: the value of --project, which is returned unchanged.  Raises UsageError where that folder is not a project.
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
    """A path of the command line, as the project's folder sees it: relative where it lies inside, else absolute."""
    if path is None:
        return None
    whole = ctx.obj / path
    here = Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def require() -> None:
    """Bring the project's record of the installed code up to date.  Raises UsageError outside of a project."""
    if not is_project(Path.cwd()):
        raise UsageError(
            f"no {' and '.join(MARKS)} here or in a folder above: run forex in the project, or say where it is with --project."
        )
    installed.renew()
