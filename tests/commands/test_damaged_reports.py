"""A report that is not what this version writes ends every command that reads it with 3, its key and what makes it anew."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forex.__main__ import main
from forex.core.files import write_json, write_parquet
from forex.core.reports import write_report
from forex.core.stage import run
from forex.validation.validate import QUARANTINE
from stages import align, report, validate
from tests.support.challengers import BETTER
from tests.support.forecasts_made_up import manifest
from tests.support.forex_command import forex

pytestmark = pytest.mark.slow

FORECAST, EXPECTATIONS, MANIFEST = (
    Path(name) for name in ("reports/forecast.json", "reports/expectations.json", "data/manifest.json")
)

STATUS, ISSUE, CHECK = ["status"], ["issue"], ["check"]
BACKFILL = ["backfill", "--from", "2019-01-02", "--to", "2019-01-04", "--out", "rows.csv"]
READINESS, PROMOTE = ["readiness", BETTER], ["promote", BETTER, "--dry-run"]

# Of each report: the commands that read it; a value of the wrong type deep inside; a key that had another name before.
READ_BY = {
    FORECAST: ([STATUS, ISSUE, CHECK, BACKFILL], "horizons.7d.quantiles.0#5", "anchor"),
    EXPECTATIONS: ([READINESS], "series.usdclp.checks.3.success", "warnings"),
    MANIFEST: ([STATUS, BACKFILL], "series.usdclp.rows", "known_until"),
}


@pytest.fixture
def finished(challenged: Path) -> Path:
    """The working directory after a run, with all that the commands look at before they read these reports."""
    import polars as pl

    write_report(MANIFEST, manifest({"usdclp": "CLP per USD"}))
    write_parquet(Path("data/quarantine.parquet"), pl.DataFrame(schema=QUARANTINE))
    return challenged


def wrong_type(path: Path) -> str:
    """Writes a number or truth value as text; gives the key where it stands."""
    *outer, name = [part.replace("#", ".") for part in READ_BY[path][1].split(".")]
    whole = content = json.loads(path.read_text(encoding="utf-8"))
    for part in outer:
        content = content[int(part) if isinstance(content, list) else part]
    content[name] = str(content[name])
    write_json(path, whole)
    return ".".join([*outer, name])


def unknown_key(path: Path) -> str:
    write_json(path, json.loads(path.read_text(encoding="utf-8")) | {"commit": "abc"})
    return "commit"


def old_name(path: Path) -> str:
    content, name = json.loads(path.read_text(encoding="utf-8")), READ_BY[path][2]
    content[f"{name}_of_old"] = content.pop(name)
    write_json(path, content)
    return name


def other(text: str, key: str) -> Callable[[Path], str]:
    def damage(path: Path) -> str:
        path.write_text(text, encoding="utf-8")
        return key

    damage.__name__ = text
    return damage


DAMAGES = [other("{}", "as_of"), other("[]", "the whole"), other("5", "the whole"), wrong_type, unknown_key, old_name]


def refused(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `forex` says on stderr; it ends with 3 and prints nothing else."""
    monkeypatch.setattr(sys, "argv", ["forex", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (3, "")
    return printed.err


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("path", READ_BY, ids=str)
def test_every_command_names_file_key_and_remedy(
    path: Path,
    damage: Callable[[Path], str],
    finished: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = damage(path)
    for words in READ_BY[path][0]:
        said = refused(words, monkeypatch, capsys)
        assert said.startswith(f"forex: {path}: not what this version writes (") and f"{key}: " in said, words
        assert "`dvc repro` makes it anew." in said
    assert not Path("rows.csv").exists() and not Path("data/ledger").exists()


def test_nothing_is_promoted_on_a_damaged_report(finished: Path) -> None:
    key, before = wrong_type(FORECAST), Path("params.yaml").read_bytes()
    done = forex(*PROMOTE[:-1], cwd=finished)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{FORECAST}: " in done.stderr and f"{key}: " in done.stderr and "Traceback" not in done.stderr
    assert Path("params.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("stage", "path"),
    [(validate, MANIFEST), (align, MANIFEST), (report, FORECAST)],
    ids=["validate", "align", "report"],
)
@pytest.mark.parametrize("damage", [wrong_type, old_name])
def test_a_stage_refuses_it_as_well(
    stage: Any, path: Path, damage: Callable[[Path], str], finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = damage(path)
    with pytest.raises(SystemExit) as ended:
        run(stage.main)
    said = capsys.readouterr().err
    assert ended.value.code == 3 and f"{path}: " in said and f"{key}: " in said


def test_without_damage_they_read_it(finished: Path) -> None:
    """Otherwise the tests above could pass for another reason."""
    assert forex(*BACKFILL, cwd=finished).returncode == 0
    assert forex(*READINESS, cwd=finished).returncode == 0
