"""`forex` itself: help at once, errors as messages."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from forex import __version__
from tests.support.forex_command import forex_process
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow


def test_help_answers_at_once() -> None:
    fastest = min(_seconds("--help") for _ in range(5))
    assert fastest < 0.4
    said = forex_process("--help").stdout
    for name in (
        "forecast",
        "issue",
        "status",
        "regime",
        "calibrate",
        "nowcast",
        "explain",
        "alerts",
        "readiness",
        "promote",
        "gate",
        "check",
        "health",
        "schedule",
        "fetch",
        "advance",
        "calendar",
        "params",
        "report",
    ):
        assert name in said


def _seconds(*words: str) -> float:
    """Of processor time, which a busy machine does not lengthen."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert forex_process(*words).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, forex.commands.cli; print([m for m in ('numpy', 'polars', 'pandas', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version() -> None:
    assert forex_process("--version").stdout == f"forex {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["forecast"],
        ["issue"],
        ["status"],
        ["regime"],
        ["calibrate"],
        ["nowcast"],
        ["alerts"],
        ["readiness", "nowcast"],
        ["promote", "nowcast"],
        ["gate", "HEAD"],
        ["check"],
        ["params", "check"],
        ["health"],
        ["schedule", "show"],
    ],
)
def test_outside_a_project(words: list[str], tmp_path: Path) -> None:
    refused = forex_process(*words, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == (
        "forex: no dvc.yaml and params.yaml here or in a folder above: run forex in the project, or say where it is with "
        "--project.\n"
    )


def test_before_the_first_run(tmp_path: Path) -> None:
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    refused = forex_process("forecast", cwd=tmp_path)
    assert refused.returncode == 3
    assert refused.stderr == "forex: data/forecasts/calibrated.parquet: not found. `dvc repro` makes it.\n"


def test_params_check(tmp_path: Path) -> None:
    assert forex_process("params", "check").returncode == 0
    (tmp_path / "dvc.yaml").write_text("")
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    wrong = text.replace('cut_off: "15:00"', 'cut_off: "25:00"').replace("  min_scores: 250", "  min_score: 250", 1)
    (tmp_path / "params.yaml").write_text(wrong, encoding="utf-8")
    refused = forex_process("params", "check", cwd=tmp_path)
    assert refused.returncode == 2
    assert "cut_off = '25:00': expected a time of day like \"15:00\"" in refused.stderr
    assert "calibrate.min_score is not a key that anything reads" in refused.stderr
    assert "calibrate.min_scores is missing" in refused.stderr
