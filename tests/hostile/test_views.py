"""Reports whose parts are missing, renamed, repeated, emptied or replaced: every command that shows them says so, or shows them."""

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from forex.core.edges.shown import visible
from forex.core.files import write_json, write_parquet
from forex.core.reports import plain
from forex.validation.validate import QUARANTINE
from tests.support.faults.mutations import other_content
from tests.support.forecasts_made_up import forecast, manifest
from tests.support.forex_command import forex
from tests.support.made_up import ROOT, Project
from tests.support.reports_made_up import alerts, performance, validation

COUNT = int(os.environ.get("FOREX_FUZZ", "100")) // 4

REPORTS: dict[str, Callable[[], object]] = {
    "reports/alerts.json": lambda: plain(alerts()),
    "reports/validation.json": lambda: plain(validation()),
    "reports/performance.json": lambda: plain(performance()),
    "reports/forecast.json": lambda: plain(forecast()),
    "data/manifest.json": lambda: plain(manifest({"usdclp": "CLP per USD", "vix": "index"})),
}
SHOWN_BY = {
    "alerts": ("reports/alerts.json",),
    "scoreboard": ("reports/validation.json",),
    "status": ("reports/forecast.json", "reports/performance.json", "data/manifest.json"),
}


@pytest.fixture
def finished(project: Project) -> Path:
    """A project after a run, as far as these commands look."""
    (project.root / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    for name, content in REPORTS.items():
        write_json(Path(name), content())
    write_parquet(Path("data/quarantine.parquet"), pl.DataFrame(schema=QUARANTINE))
    return project.root


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "name"), [(command, name) for command, names in SHOWN_BY.items() for name in names]
)
def test_no_report_ends_a_command_in_a_defect(command: str, name: str, finished: Path) -> None:
    assert forex(command, cwd=finished).returncode == 0
    refused = 0
    for number, content in enumerate(other_content(REPORTS[name](), count=COUNT, seed=zlib.crc32(name.encode()))):
        Path(name).write_text(json.dumps(content), encoding="utf-8")
        done = forex(command, *(["--json"] if number % 3 == 0 else []), cwd=finished)
        assert done.returncode in (0, 3), (number, done.stderr)
        assert all(line == visible(line) for line in (done.stdout + done.stderr).split("\n")), number
        if done.returncode:
            refused += 1
            assert done.stderr.startswith(f"forex: {name}: ") and done.stdout == "", (number, done.stderr)
    assert refused > COUNT // 5
