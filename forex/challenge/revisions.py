"""Committed files of another git revision: the one place that asks git for them."""

import re
import subprocess

from forex.core.edges import validators
from forex.core.edges.limits import JSON_BYTES
from forex.core.edges.reading import decoded
from forex.core.edges.shown import shown
from forex.core.errors import DataError, UsageError

# Where DVC keeps an experiment: under the commit that it started from, whose hash is cut after two digits.
EXPERIMENT = re.compile(r"(?P<commit>[0-9a-f]+) refs/exps/(?P<started>[0-9a-f]{2}/[0-9a-f]{38})/(?P<name>[^/]+)")


def commit_of(revision: str) -> str:
    """The full hash of the commit that a branch, tag or hash names, or a DVC experiment, as in `dvc metrics diff`.

    What git knows by the name comes first; of several experiments with one name, the one that started from HEAD.

    Raises UsageError where there is no git, no repository here, no such commit in it, or no telling which experiment is meant.
    """
    _git("rev-parse", "--git-dir", otherwise="no git repository here: run forex in a clone of the project.")
    unknown = (
        f"{revision}: no such revision here. `git log --oneline --all` lists them, `dvc exp list --all` the experiments; a "
        "shallow clone has few."
    )
    try:
        validators.revision(revision)
    except ValueError as error:
        raise UsageError(unknown) from error
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if (done := _run(*words)).returncode == 0:
        return done.stdout.strip()
    return _experiment(revision) or _git(*words, otherwise=unknown).strip()


def _experiment(name: str) -> str | None:
    listed = _git(
        *("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps/"),
        otherwise="git cannot list the experiments of DVC.",
    )
    found = [ref for ref in map(EXPERIMENT.fullmatch, listed.splitlines()) if ref and ref["name"] == name]
    if len(found) > 1:
        head = _git("rev-parse", "HEAD", otherwise="HEAD: no commit yet.").strip()
        starts = [ref["started"].replace("/", "") for ref in found]
        if head not in starts:
            raise UsageError(
                f"{name}: experiments of that name started from {', '.join(start[:7] for start in starts)}, none from HEAD. Name "
                f"the commit instead: {', '.join(ref['commit'][:7] for ref in found)}."
            )
        return found[starts.index(head)]["commit"]
    return found[0]["commit"] if found else None


def text_at(commit: str, path: str) -> str | None:
    """The text of a file, by its path from the working directory, as committed; None where the commit does not have it.

    Raises UsageError where git cannot read it, DataError where it is too large or no text.
    """
    unread = f"{path} at {commit}: git cannot read it."
    if not _git("ls-tree", "--name-only", commit, "--", path, otherwise=unread):
        return None
    size = int(_git("cat-file", "-s", f"{commit}:./{path}", otherwise=unread))
    if size > JSON_BYTES.most:
        raise DataError(JSON_BYTES.passed(f"{path} at {commit}", size))
    return _git("show", f"{commit}:./{path}", otherwise=unread)


def _git(*words: str, otherwise: str) -> str:
    done = _run(*words)
    if done.returncode:
        raise UsageError(" ".join([otherwise, *done.stderr.split()]))
    return done.stdout


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)
        return subprocess.CompletedProcess(
            done.args,
            done.returncode,
            decoded(done.stdout, f"what git says to {shown(' '.join(words))}", mend="Commit it as UTF-8."),
            done.stderr.decode("utf-8", "replace"),
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed: forex gate reads other revisions with it.") from error
