"""dvc.lock, and the outputs that it lists.

DVC's own parser and schema say whether dvc.lock is whole. They accept a last line that is cut in the middle, on which a run then
fails; so it also has to end with a line break, as DVC writes it. A lock that is cut between two lines may pass with less in it:
where it is the beginning of the committed one, that one is restored; else the stages that it lacks run again.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

from forex.commands.keep.remedies.finding import Finding
from forex.core.edges.limits import YAML_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.errors import GateFailed

LOCK = Path("dvc.lock")
SHOWN = 4  # missing outputs that are named

Outputs = list[tuple[str, str]]  # path and hash


def examine(repo: Any) -> list[Finding]:
    """What is wrong with dvc.lock, and which of its outputs are missing.  repo: DVC's.

    Raises GateFailed where dvc.lock is broken and git has no whole one, FileRefused where it may not be read.
    """
    content = text_of(LOCK)
    git = subprocess.run(
        ["git", "show", f"HEAD:./{LOCK}"], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    found, committed = outputs_of(content), outputs_of(git.stdout)
    if found is not None and not is_cut(content, git.stdout):
        return missing(found, repo)
    if committed is None:
        raise GateFailed(
            f"{LOCK} is broken and git does not have it: {git.stderr.strip()} Remove it and run dvc repro."
        )
    return [Finding(str(LOCK), "empty or broken", "restored from git", _restore), *missing(committed, repo)]


def text_of(path: Path) -> str:
    """What the file holds; an empty text where it is missing or not UTF-8."""
    try:
        return read_bytes(path, YAML_BYTES).decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def is_cut(content: str, committed: str) -> bool:
    """Whether `content` is the beginning of `committed` and not all of it."""
    return content != committed and committed.startswith(content)


def _restore() -> None:
    subprocess.run(["git", "checkout", "HEAD", "--", str(LOCK)], capture_output=True, check=True)


def outputs_of(content: str) -> Outputs | None:
    """Path and hash of every output that a dvc.lock lists; None where it is not whole."""
    stages = stages_of(content)
    if stages is None:
        return None
    return [(out["path"], out.get("md5") or "") for stage in stages.values() for out in stage.get("outs") or []]


def stages_of(content: str) -> dict[str, Any] | None:
    """The entry of every stage in a dvc.lock, by name; None where it is not whole."""
    from dvc.dvcfile import Lockfile
    from dvc.exceptions import DvcException
    from dvc.utils.serialize import parse_yaml

    try:
        lock: dict[str, Any] = Lockfile.validate(parse_yaml(content, str(LOCK)), str(LOCK))
    except DvcException:
        return None
    return (lock.get("stages") or {}) if content.endswith("\n") else None


def missing(outputs: Outputs, repo: Any) -> list[Finding]:
    """One finding on the outputs that are neither in their place nor in the cache; none where every output is."""
    cached = repo.cache.local.oid_to_path
    gone = [path for path, md5 in outputs if not os.path.lexists(path) and not (md5 and os.path.lexists(cached(md5)))]
    if not gone:
        return []
    named = ", ".join(gone[:SHOWN]) + (", …" if len(gone) > SHOWN else "")
    shared = repo.config.get("core", {}).get("remote")
    remedy = "`dvc pull dvc.yaml` brings them, `dvc repro` makes them" if shared else "`dvc repro` makes them"
    return [Finding(str(LOCK), f"{len(gone)} of its outputs are neither here nor in the cache: {named}", remedy)]
