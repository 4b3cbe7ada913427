"""dvc.yaml says what the code does: dependencies, params, outputs."""

import ast
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from forex.timeline.holidays import HOLIDAYS
from tests.support.import_closure import WHOLE, declared

ROOT = Path(__file__).parents[2]
DVC = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
STAGES = DVC["stages"]
PROTECTED = {
    "data/forecasts/calibrated.parquet",
    "reports/forecast.json",
    "reports/forecast.csv",
    "reports/dashboard.html",
    "reports/forecast.xlsx",
}


def outputs(stage: dict[str, Any], *kinds: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for kind in kinds:
        for entry in stage.get(kind, []):
            found |= {entry: {}} if isinstance(entry, str) else entry
    return found


def declared_params(name: str) -> list[str]:
    tree = ast.parse((ROOT / "stages" / f"{name}.py").read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_params"
    ]
    assert len(calls) == 1, "a stage reads its params once"
    return [ast.literal_eval(argument) for argument in calls[0].args]


def used_params(name: str) -> set[str]:
    tree = ast.parse((ROOT / "stages" / f"{name}.py").read_text(encoding="utf-8"))
    uses = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "params"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "block_hashes":
            uses |= {ast.literal_eval(argument) for argument in node.args[1:]}
    return uses


def test_the_ten_stages_in_order() -> None:
    expected = [
        "ingest",
        "validate",
        "align",
        "regimes",
        "fit",
        "calibrate",
        "forecast",
        "performance",
        "evaluate",
        "report",
    ]
    assert list(STAGES) == expected


@pytest.mark.parametrize("name", STAGES)
def test_module_deps_are_the_import_closure(name: str) -> None:
    modules = {dep for dep in STAGES[name]["deps"] if dep.endswith(".py") or dep in WHOLE}
    assert modules == declared(ROOT, f"stages.{name}")


@pytest.mark.parametrize("name", STAGES)
def test_who_can_ask_the_calendar_depends_on_its_list(name: str) -> None:
    deps = STAGES[name]["deps"]
    assert ("forex/timeline" in deps) == (str(HOLIDAYS) in deps)


@pytest.mark.parametrize("name", STAGES)
def test_params_are_those_the_stage_reads(name: str) -> None:
    assert STAGES[name]["params"] == declared_params(name)
    assert used_params(name) == {key.partition(".")[0] for key in declared_params(name)}


@pytest.mark.parametrize("name", STAGES)
def test_command_is_constant_and_described(name: str) -> None:
    assert STAGES[name]["cmd"] == f"python -m stages.{name}"
    assert STAGES[name]["desc"]


def test_what_diffs_is_not_cached_and_what_users_hold_survives_a_failing_stage() -> None:
    outs = {path: options for stage in STAGES.values() for path, options in outputs(stage, "outs", "metrics").items()}
    uncached = {path for path, options in outs.items() if options.get("cache") is False}
    assert {
        path for path in outs if path.startswith(("reports/metrics/", "reports/plots/", "reports/figures/"))
    } <= uncached
    assert {"reports/forecast.json", "reports/forecast.csv", "reports/expectations.json"} <= uncached
    assert {path for path, options in outs.items() if options.get("persist")} == PROTECTED


def test_plots_and_artifacts_name_outputs() -> None:
    outs = {path for stage in STAGES.values() for path in outputs(stage, "outs", "metrics")}
    assert {entry["path"] for entry in DVC["artifacts"].values()} <= outs
    sources: set[str] = set()
    for plot in DVC["plots"]:
        for path, options in plot.items():
            ys = (options or {}).get("y", {})
            sources |= set(ys) if isinstance(ys, dict) and ys else {path}
    assert sources <= outs
