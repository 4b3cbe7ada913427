"""`forex gate BASE [HEAD]`: the committed metrics of two git revisions side by side, for CI."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from forex.challenge import gate
from forex.challenge.revisions import commit_of, text_at
from forex.challenge.same_store import differences
from forex.commands.judge.comment import comment
from forex.commands.tables import markdown as markdown_table
from forex.core.edges import json, yaml
from forex.core.edges.limits import JSON_BYTES
from forex.core.edges.reading import read_utf8
from forex.core.edges.validators import confined, relative
from forex.core.errors import DataError
from forex.params import load_params

WORKING_TREE = "working tree"
OBSERVATIONS = "reports/expectations.json"
METRICS = "reports/metrics/"  # an output of a stage in there is judged, although DVC's own comparison does not show it
HEADLINE = f"{METRICS}headline.json"  # repeats what the others hold
AS_DVC = "`dvc stage list` says what DVC reads in it."
ANEW = "`dvc repro --force` makes it anew."
NOTHING_COMPARED: Mapping[str, Any] = {
    "compared": [],
    "other_changes": 0,
    "idle_rules": [],
    "missing": [],
    "reasons": [],
}

Read = Callable[[str], str | None]


def view(base: str, head: str | None = None) -> dict[str, Any]:
    """What `forex.challenge.gate.compare` says of the two, by the working tree's params.yaml.  head: None for the working tree.

    other_data: how their observations differ, and then nothing is compared; None where a revision does not state them.

    Raises UsageError for an unknown revision or where there is no git repository, DataError where metrics cannot be read.
    """
    settings = load_params("gate").gate
    commits = [commit_of(revision) for revision in (base, head) if revision is not None]
    before = partial(text_at, commits[0])
    after: Read = _here if head is None else partial(text_at, commits[1])
    metrics = _metrics(before, base), _metrics(after, head or WORKING_TREE)
    differs = differences(_observations(before, base), _observations(after, head or WORKING_TREE))
    found = NOTHING_COMPARED if differs else gate.compare(*metrics, settings)
    return {
        "base": {"revision": base, "commit": commits[0]},
        "head": {"revision": head or WORKING_TREE, "commit": commits[1] if head else None},
        "other_data": differs,
        "failed": bool(found["reasons"]),
        **found,
    }


def _metrics(read: Read, revision: str) -> dict[str, float]:
    """The numbers in the metrics files that the revision's dvc.yaml lists, of those that exist."""
    found: dict[str, float] = {}
    for path in _files(read, revision):
        text = read(path)
        if text is not None:
            found |= gate.leaves(_parsed(text, path, revision))
    return found


def _observations(read: Read, revision: str) -> Mapping[str, Any]:
    """The revision's report on its observations; empty where it has none."""
    text = read(OBSERVATIONS)
    content = {} if text is None else _parsed(text, OBSERVATIONS, revision)
    if not isinstance(content, dict):
        raise DataError(f"{OBSERVATIONS} of {revision}: no report. Commit what `dvc repro` writes.")
    return content


def _parsed(text: str, path: str, revision: str) -> Any:
    return json.parsed(text.encode(), f"{path} of {revision}", mend="Commit a whole one.", finite=False)


def _files(read: Read, revision: str) -> list[str]:
    """The metrics files that a revision's dvc.yaml lists, sorted.

    Raises DataError where there is no such pipeline, or a file is not below the project's folder.
    """
    where = f"dvc.yaml of {revision}"
    text = read("dvc.yaml")
    if text is None:
        raise DataError(f"{where}: not there, so that nothing says which files are metrics.")
    content = yaml.parsed(text, where) or {}
    stages = content.get("stages") or {} if isinstance(content, dict) else None
    if not isinstance(stages, dict):
        raise DataError(f"{where}: no pipeline. {AS_DVC}")
    metrics = {path for part in (content, *stages.values()) for path in _listed(part, "metrics", where)}
    outs = {path for stage in stages.values() for path in _listed(stage, "outs", where) if path.startswith(METRICS)}
    try:
        return sorted(str(relative(path)) for path in (metrics | outs) - {HEADLINE})
    except ValueError as error:
        raise DataError(f"{where}: metrics: {error}") from error


def _listed(part: Any, key: str, where: str) -> list[str]:
    """The paths under a key of dvc.yaml or of one of its stages, each written alone or with options."""
    entries = (part.get(key) or []) if isinstance(part, dict) else None
    named = [
        next(iter(entry)) if isinstance(entry, dict) and len(entry) == 1 else entry
        for entry in (entries if isinstance(entries, list) else [None])
    ]
    found = [path for path in named if isinstance(path, str)]
    if len(found) < len(named):
        raise DataError(f"{where}: {key} are not listed as DVC lists them. {AS_DVC}")
    return found


def _here(path: str) -> str | None:
    try:
        place = confined(path, Path.cwd())
        return read_utf8(place, JSON_BYTES, mend=ANEW) if place.exists() else None
    except ValueError as error:
        raise DataError(f"metrics: {error}") from error


def text(content: Mapping[str, Any], *, everything: bool = False) -> str:
    """The verdict, the metrics that changed or, with `everything`, all that were compared, notes, and the reasons."""
    blocks = [_headline(content)]
    rows = _rows(content, everything)
    if len(rows) > 1:
        blocks.append(markdown_table(rows))
    blocks += _notes(content)
    if content["reasons"]:
        blocks.append("\n".join(content["reasons"]))
    return "\n\n".join(blocks)


def markdown(content: Mapping[str, Any], *, everything: bool = False, links: str = "") -> str:
    """The same in words, for a comment on a change.  links: what comes before the path of a picture in a link."""
    return "\n\n".join([comment(content, _rows(content, everything), links), *_notes({**content, "other_data": []})])


def _headline(content: Mapping[str, Any]) -> str:
    named = [
        part["revision"] + (f" ({part['commit'][:9]})" if part["commit"] else "")
        for part in (content["base"], content["head"])
    ]
    if content["other_data"]:
        return f"Not compared: {named[1]} had other observations than {named[0]}"
    count = len(content["reasons"])
    verdict = f"failed, {count} reason{'s' if count > 1 else ''}" if count else "passed"
    return f"Gate {verdict}: {named[1]} against {named[0]}, {len(content['compared'])} metrics compared"


def _rows(content: Mapping[str, Any], everything: bool) -> list[list[str]]:
    shown = [entry for entry in content["compared"] if everything or entry["verdict"] != gate.SAME]
    return [["metric", "BASE", "HEAD", "worse by", "allowed", "verdict"]] + [
        [
            entry["metric"],
            _number(entry["base"]),
            _number(entry["head"]),
            _number(entry.get("worse")),
            _number(_allowed(entry)),
            entry["verdict"],
        ]
        for entry in shown
    ]


def _allowed(entry: Mapping[str, Any]) -> float | None:
    tolerance = entry.get("tolerance")
    return None if tolerance is None else tolerance + entry["new_data"]


def _notes(content: Mapping[str, Any]) -> list[str]:
    changes, idle = content["other_changes"], content["idle_rules"]
    lines = [*(content["other_data"] or [])]
    if content["other_data"] is None:
        lines.append(f"{OBSERVATIONS} of one of them states no observations: whether both had the same is not known.")
    lines += [f"{changes} other metrics differ; no rule of gate.metrics is about them."] if changes else []
    lines += [f"gate.metrics, {name}: no metric has such a name." for name in idle]
    return ["\n".join(lines)] if lines else []


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
