"""Every key of params.yaml that only a command reads changes what the command says.

On the same project as tests/params/test_effect.py, of which this file has a copy of its own.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forex.challenge.challenge import SuiteResults, compared
from forex.challenge.readiness import criteria, level
from forex.commands.judge import calibrate, gate
from forex.core.names import PUBLISHED
from forex.params import load_params
from tests.support.challengers import FORESEES, STEPS
from tests.support.challengers import calibrated as calibrated_challengers
from tests.support.changed_params import changed, run
from tests.support.committed_runs import git
from tests.support.finished_project import Made, copied, without_echoes
from tests.support.key_changes import CHANGES, ESTIMATION, GATE, KEYS, OF_COMMANDS, READINESS
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with copied(tmp_path_factory) as project:
        yield project


CHALLENGERS = calibrated_challengers(1, 800, first="2019-01-02")


def readiness_said() -> Any:
    """Of every simulated challenger: its level, and the criteria but for the thresholds that they repeat."""
    params, said = load_params(), {}
    for model in FORESEES.keys() - {PUBLISHED}:
        figures = compared(
            CHALLENGERS,
            model,
            horizons=list(STEPS),
            levels=params.levels,
            evaluate=params.evaluate,
            settings=params.readiness,
        )
        good, suites = dict.fromkeys(STEPS, "GOOD"), SuiteResults(checks=100, held=99, success=True)
        found = criteria(figures, statuses=good, incumbent_statuses=good, suites=suites, settings=params.readiness)
        said[model] = (
            level(found, params.readiness),
            [(criterion.passed, criterion.value, criterion.score) for criterion in found],
        )
    return said


def gate_reasons() -> list[str]:
    """Why `forex gate` refuses a revision that scores more origins and has lost the regimes' metrics."""
    if not Path(".git").exists():
        text, validation = Path("params.yaml").read_text(encoding="utf-8"), Path("reports/metrics/validation.json")
        Path("params.yaml").write_text(json.dumps(changed(json.loads(text), {"evaluate.from": "2019-06-03"})), "utf-8")
        run("evaluate")
        shutil.copy(ROOT / "dvc.yaml", "dvc.yaml")
        git(Path(), "init", "-q")
        git(Path(), "add", "dvc.yaml", "reports/metrics")
        git(Path(), "commit", "-q", "-m", "fewer")
        git(Path(), "tag", "fewer")
        Path("params.yaml").write_text(text, "utf-8")
        run("evaluate")
        git(Path(), "add", str(validation))
        git(Path(), "rm", "-q", "--cached", "reports/metrics/regimes.json")
        git(Path(), "commit", "-q", "-m", "more")
        git(Path(), "tag", "more")
    return gate.view("fewer", "more")["reasons"]


SAYING = dict.fromkeys(READINESS, readiness_said) | dict.fromkeys(GATE, gate_reasons)


@pytest.mark.parametrize("key", OF_COMMANDS)
def test_key_changes_what_a_command_says(key: str, real: Made) -> None:
    real.write({})
    before = SAYING[key]()
    assert SAYING[key]() == before
    real.write({key: CHANGES[key]})
    assert SAYING[key]() != before


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(ESTIMATION)])
def test_key_changes_what_forex_calibrate_estimates(key: str, real: Made) -> None:
    real.write({})
    before = without_echoes(calibrate.view())
    real.write({key: CHANGES[key]})
    assert without_echoes(calibrate.view()) != before
