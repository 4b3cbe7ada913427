"""Committed files of another git revision: the one place that asks git for them."""

import subprocess

from forex.core.errors import UsageError


def commit_of(revision: str) -> str:
    """The full hash of the commit that a branch, tag or hash names.

    Raises UsageError where there is no git, no repository here, or no such commit in it.
    """
    _git("rev-parse", "--git-dir", otherwise="no git repository here: run forex in a clone of the project.")
    return _git(
        *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"),
        otherwise=f"{revision}: no such revision here. `git log --oneline --all` lists them; a shallow clone has few.",
    ).strip()


def text_at(commit: str, path: str) -> str | None:
    """The text of a file, by its path from the working directory, as committed; None where the commit does not have it."""
    unread = f"{path} at {commit}: git cannot read it."
    if not _git("ls-tree", "--name-only", commit, "--", path, otherwise=unread):
        return None
    return _git("show", f"{commit}:./{path}", otherwise=unread)


def _git(*words: str, otherwise: str) -> str:
    try:
        done = subprocess.run(["git", *words], capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError as error:
        raise UsageError("git is not installed: forex gate reads other revisions with it.") from error
    if done.returncode:
        raise UsageError(" ".join([otherwise, *done.stderr.split()]))
    return done.stdout
