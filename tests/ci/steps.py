"""What the workflows and .gitlab-ci.yml run, step by step, as they are written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.made_up import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"
NO_JOBS = {"default", "variables", "stages", "workflow", "include"}


@dataclass(frozen=True)
class Step:
    where: str
    run: str | None
    uses: str | None
    content: dict[str, Any]


def parsed(path: Path) -> dict[str, Any]:
    """YAML 1.2, in which `on` is a word."""
    return dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    content = parsed(path)
    return content["jobs"] if path != GITLAB else {name: job for name, job in content.items() if name not in NO_JOBS}


def steps(path: Path) -> list[Step]:
    found = []
    for name, job in jobs(path).items():
        where = f"{path.name} {name}"
        scripts = [line for part in ("before_script", "script", "after_script") for line in job.get(part, [])]
        found += [Step(where, line, None, {}) for line in scripts]
        found += [Step(where, step.get("run"), step.get("uses"), step) for step in job.get("steps", [])]
    return found


def commands() -> set[str]:
    """Every line of script, of all files."""
    return {step.run for path in (*WORKFLOWS, GITLAB) for step in steps(path) if step.run is not None}
