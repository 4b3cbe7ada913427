import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

from forex.core.files import read_parquet
from forex.core.stage import run
from stages import align, ingest, validate
from tests.support.made_up import params_text, with_holidays

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2024-11-27"
FIRST_DAY = "2018-01-01"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: params.yaml and a store of the sample's usdclp and eur from FIRST_DAY on."""
    store = tmp_path / "store"
    store.mkdir()
    for name in ("usdclp", "eur"):
        lines = (ROOT / "data/sample" / f"{name}.csv").read_text().splitlines()
        recent = [line for line in lines[1:] if line >= FIRST_DAY]
        (store / f"{name}.csv").write_text("\n".join([lines[0], *recent]) + "\n")
    listed = YAML(typ="safe").load((ROOT / "data/sample/series.yaml").read_text())
    with (store / "series.yaml").open("w") as file:
        YAML().dump({name: listed[name] for name in ("usdclp", "eur")}, file)
    (tmp_path / "params.yaml").write_text(params_text(AS_OF), encoding="utf-8")
    with_holidays(tmp_path)
    monkeypatch.chdir(tmp_path)
    change_params(tmp_path, lambda params: params["ingest"].update(store="store"))
    return tmp_path


def change_params(project: Path, change: Callable[[Any], object]) -> None:
    yaml = YAML()
    params = yaml.load((project / "params.yaml").read_text())
    change(params)
    with (project / "params.yaml").open("w") as file:
        yaml.dump(params, file)


def append(project: Path, name: str, *lines: str) -> None:
    with (project / "store" / f"{name}.csv").open("a") as file:
        file.write("".join(f"{line}\n" for line in lines))


def exit_code(stage: Callable[[], None]) -> int:
    with pytest.raises(SystemExit) as ended:
        run(stage)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def validated() -> int:
    assert exit_code(ingest.main) == 0
    return exit_code(validate.main)


def report() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path("reports/expectations.json").read_text())
    return content


def test_clean_rows_and_reports(project: Path) -> None:
    assert validated() == 0
    clean, quarantine = read_parquet(Path("data/clean/usdclp.parquet")), read_parquet(Path("data/quarantine.parquet"))
    assert clean.columns == ["line", "date", "value", "known_at", "usable_at", "source"]
    assert clean.schema["usable_at"] == pl.Datetime("us", "UTC")
    assert set(quarantine["reason"]) == {"not_a_business_day"}
    assert report()["success"] and {series["fate"] for series in report()["series"].values()} == {"used"}
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert validated() == 0
    assert before == {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_stale_target_stops_with_4_in_a_process_of_its_own(project: Path) -> None:
    change_params(project, lambda params: params.update(as_of="2025-01-17"))
    assert exit_code(ingest.main) == 0
    ended = subprocess.run(
        [sys.executable, "-m", "stages.validate"],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "usdclp: staleness: 10 business days, where at most 5 business days is accepted" in ended.stderr
    assert "validate.max_age.critical in params.yaml" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not report()["success"] and report()["series"]["usdclp"]["fate"] == "stops_the_run"
    page = Path("reports/expectations.html").read_text(encoding="utf-8")
    assert "la ejecución se detuvo" in page and "11 días hábiles" not in page and "10 días hábiles" in page
    assert not Path("data/clean").exists()


def test_too_few_rows_stop_with_3(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change_params(project, lambda params: params["validate"]["min_rows"].update(critical=5000))
    assert validated() == 3
    message = capsys.readouterr().err
    assert re.search(r"rows: 16\d\d dates, where at least 5000 dates is accepted", message)
    assert "validate.min_rows.critical" in message


def test_tightened_range_sets_rows_aside_and_then_stops(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change_params(project, lambda params: params["validate"]["bounds"]["usdclp"].update(max=900))
    assert validated() == 3
    message = capsys.readouterr().err
    assert re.search(r"set_aside: \d+\.\d\d % of rows, where at most 1 % of rows", message)
    assert re.search(r"range: \d+ of \d+ rows, where 300 to 900 is accepted \(first on line \d+: ", message)
    assert "change validate.bounds.usdclp or " in message and "validate.max_set_aside" in message
    reasons = read_parquet(Path("data/quarantine.parquet"))["reason"].value_counts().rows()
    assert dict(reasons)["out_of_range"] > 100


def test_tightened_max_move_sets_rows_aside(project: Path) -> None:
    change_params(project, lambda params: params["validate"]["bounds"]["usdclp"].update(max_move=0.035))
    assert validated() == 0
    quarantine = read_parquet(Path("data/quarantine.parquet")).filter(pl.col("reason") != "not_a_business_day")
    assert quarantine.height > 0
    assert set(quarantine["reason"]) <= {"reverted", "unconfirmed", "suspended"}
    [moves] = [entry for entry in report()["series"]["usdclp"]["checks"] if entry["check"] == "max_move"]
    assert not moves["success"] and moves["kwargs"] == {"column": "move", "max_value": 0.035}


def test_bad_newest_row_is_suspended(project: Path) -> None:
    path = project / "store" / "usdclp.csv"
    text = path.read_text()
    row = next(line for line in text.splitlines() if line.startswith(AS_OF))
    path.write_text(text.replace(row, f"{AS_OF},1120.0"))
    assert validated() == 0
    quarantine = read_parquet(Path("data/quarantine.parquet")).filter(pl.col("reason") != "not_a_business_day")
    assert quarantine.select(pl.col("date").cast(pl.String), "value", "reason").rows() == [(AS_OF, 1120.0, "suspended")]


def test_driver_with_a_failed_table_is_flagged_and_stays_in_use(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_params(project, lambda params: params["validate"]["bounds"]["eur"].update(min=0.9))
    assert validated() == 0
    assert Path("data/clean/eur.parquet").exists()
    assert report()["series"]["eur"]["fate"] == "flagged"
    assert "flagged: eur: set_aside: " in capsys.readouterr().err


def test_driver_that_ingest_left_out_is_reported(project: Path) -> None:
    append(project, "eur", "2024-11-28,n/a")
    assert validated() == 0
    eur = report()["series"]["eur"]
    assert (eur["fate"], eur["checks"]) == ("left_out", [])
    assert "eur.csv, line" in eur["why"]["says"]


def test_row_dated_ahead_of_its_time_takes_no_return_from_the_dates_before_it(project: Path) -> None:
    """Typed with the wrong year, and recorded as known back then."""
    panels, quarantines = [], []
    for line in (None, "2025-06-30,934.54,2024-06-28T21:00:00Z"):
        if line:
            path = project / "store" / "usdclp.csv"
            first, *rest = path.read_text().splitlines()
            path.write_text("\n".join([f"{first},known_at", *(f"{row}," for row in rest), line]) + "\n")
        assert validated() == 0
        align.main()
        panels.append(read_parquet(align.PANEL))
        quarantines.append(read_parquet(validate.QUARANTINED).select("reason", "line"))
    assert panels[0]["log_return"].drop_nulls().len() > 1500
    assert panels[1].equals(panels[0])
    added = quarantines[1].join(quarantines[0], on=["reason", "line"], how="anti")
    assert added["reason"].to_list() == ["known_too_early"]
