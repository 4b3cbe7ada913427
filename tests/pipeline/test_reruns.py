"""What a change of params, code or ledger reruns: the committed dvc.yaml under a real `dvc repro`, with stand-ins for the stages.

A stand-in writes to its outputs a hash of the data and params that its stage declares, so they change whenever one of those has;
an edit of code is one that changes no output. Whether a stage declares what it reads is for tests/pipeline/test_dvc_yaml.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.changed_params import COMMITTED, STAGES, Content, changed
from tests.support.made_up import ROOT

ORDER = list(STAGES)
# Another value of a key, and the stages that do not depend on it.
CHANGED: dict[str, tuple[Any, list[str]]] = {
    "horizons": (["1d", "7d"], ["ingest", "validate", "align", "regimes"]),
    "validate.bounds.usdclp.min": (310, ["ingest"]),
    "fit.models": (["random_walk", "garch_t", "nowcast"], ["ingest", "validate", "align", "regimes"]),
    "report.history_days": (90, [name for name in ORDER if name != "report"]),
}
STAND_IN = """
import json
from hashlib import sha256
from pathlib import Path

deps, keys, outs = {deps!r}, {keys!r}, {outs!r}
params = json.loads(Path("params.yaml").read_text(encoding="utf-8"))
data = [Path(dep) for dep in deps if not dep.startswith(("forex/", "stages/"))]


def at(key):
    block, _, part = key.partition(".")
    return params[block][part] if part else params[block]


files = [file for dep in data for file in (sorted(dep.rglob("*")) if dep.is_dir() else [dep])]
read = [file.read_bytes() for file in files] + [json.dumps(at(key)).encode() for key in keys]
for out in map(Path, outs):
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(str(int(sha256(b"|".join(read)).hexdigest()[:8], 16)), encoding="utf-8")
"""


def outputs(stage: str) -> list[str]:
    entries = [*STAGES[stage]["outs"], *STAGES[stage].get("metrics", [])]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def few(content: Content, wanted: set[str], prefix: str = "") -> Content:
    """Of params.yaml what leads to the wanted keys; a block of which no key is wanted has one that stands for them all.

    After every stage DVC writes the params of all into dvc.lock, which takes it longer than all else.
    """
    leading = [name for name in content if any(f"{key}.".startswith(f"{prefix}{name}.") for key in wanted)]
    parts = {name: content[name] for name in leading}
    return {
        name: few(part, wanted, f"{prefix}{name}.") if isinstance(part, dict) else part for name, part in parts.items()
    } or {"every": "key"}


def write_params(folder: Path, content: Content) -> None:
    (folder / "params.yaml").write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML


def reproduced(folder: Path) -> list[str]:
    """The stages that `dvc repro` ran, in the order of the pipeline."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {"PATH": path, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder / "site")}
    done = subprocess.run(
        ["dvc", "repro"], cwd=folder, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return sorted(re.findall(r"Running stage '(\w+)'", done.stdout), key=ORDER.index)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after its first `dvc repro`; every test ends with another, so that each finds it up to date."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    for name in ("forex", "data/sample", "data/calendar", "data/ledger"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", ".dvc/config", ".dvcignore"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "stages").mkdir()
    for name, stage in STAGES.items():
        deps = [dep.replace("${ingest.store}", "data/sample") for dep in stage["deps"]]
        text = STAND_IN.format(deps=deps, keys=list(stage["params"]), outs=outputs(name))
        (folder / f"stages/{name}.py").write_text(text, encoding="utf-8")
    declared = {key for stage in STAGES.values() for key in stage["params"]}
    write_params(folder, few(COMMITTED, {"ingest.store", *declared, *CHANGED}))
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    assert reproduced(folder) == ORDER
    assert reproduced(folder) == []
    return folder


def depending(key: str) -> list[str]:
    """The stages that declare the key, and those downstream of them, by dvc.yaml."""
    stale: set[str] = set()
    for name in ORDER:  # a stage stands below those whose outputs it reads
        declares = any(
            f"{key}.".startswith(f"{declared}.") or declared.startswith(f"{key}.")
            for declared in STAGES[name]["params"]
        )
        if declares or stale & set(STAGES[name]["deps"]):
            stale |= {name, *outputs(name)}
    return [name for name in ORDER if name in stale]


@pytest.mark.parametrize("key", CHANGED)
def test_change_reruns_exactly_what_depends_on_it(key: str, clone: Path) -> None:
    other, spared = CHANGED[key]
    before = json.loads((clone / "params.yaml").read_text(encoding="utf-8"))
    write_params(clone, changed(before, {key: other}))
    assert reproduced(clone) == [name for name in ORDER if name not in spared] == depending(key)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("report", ["report"]),
        ("monitoring", ["performance", "report"]),
        ("models", ["fit"]),
        ("commands", []),
        ("estimates", []),
        ("explanation", []),
        ("challenge", []),
        ("providers", []),
    ],
)
def test_an_edit_of_code_that_changes_no_output_reruns_who_uses_it(
    package: str, expected: list[str], clone: Path
) -> None:
    edited = clone / "forex" / package / "__init__.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "\n# A word more.\n", encoding="utf-8")
    assert reproduced(clone) == expected


def test_the_suites_and_their_report_rerun_who_checks_and_who_reads_it(clone: Path) -> None:
    edited = clone / "forex/validation/__init__.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "\n# A word more.\n", encoding="utf-8")
    assert reproduced(clone) == ["validate", "forecast", "report"]


def test_an_issued_forecast_reruns_what_scores_the_ledger_and_its_lock_nothing(clone: Path) -> None:
    (clone / "data/ledger/.lock").write_text("process 1", encoding="utf-8")
    (clone / "data/ledger/.2024.csv.abcdefgh").write_text("half a row", encoding="utf-8")
    assert reproduced(clone) == []
    with (clone / "data/ledger/2024.csv").open("a", encoding="utf-8") as file:
        file.write("a row\n")
    assert reproduced(clone) == ["performance", "report"]
