"""`forex calibrate`: what it shows, what it writes, and that nothing else in params.yaml changes."""

import difflib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from forex.commands.judge import calibrate
from forex.core.errors import DataError, ParamsError, UsageError
from forex.core.files import write_parquet
from forex.estimates.block import READERS, comparison, flat, renewed
from forex.estimates.resamples import Estimate
from forex.observations import align
from forex.params import PARAMS_FILE, load_params
from forex.timeline import calendar
from tests.support.forex_command import forex
from tests.support.made_up import NOON, ROOT, Project, params_text, published
from tests.support.simulated import garch_returns

pytestmark = pytest.mark.slow

FIRST, AS_OF = "2008-01-02", "2023-12-29"
BLOCK_LINE = "usdclp:\n"


@pytest.fixture
def made(project: Project) -> Path:
    """A project after `align`, with copper; its params.yaml is the committed text but for as_of."""
    write_data(project.root, copper=True)
    text = params_text(AS_OF)
    PARAMS_FILE.write_text(text.replace("draws: 1000", "draws: 100"), encoding="utf-8")  # quick
    return project.root


def write_data(root: Path, *, copper: bool) -> None:
    days = calendar.business_days(FIRST, AS_OF)
    rng = np.random.default_rng(0)
    metal = 0.015 * rng.standard_normal(len(days))
    series = {
        "usdclp": published(days, 900 * np.exp(np.cumsum(garch_returns(rng, len(days)) - 0.2 * metal))),
        "copper_lme": published(days, 4 * np.exp(np.cumsum(metal)), NOON),
    }
    drivers = {"copper_lme": series["copper_lme"]} if copper else {}
    shutil.rmtree(root / "data/clean", ignore_errors=True)
    for name in ("usdclp", *drivers):
        write_parquet(root / f"data/clean/{name}.parquet", series[name])
    panel = align.panel(series["usdclp"], drivers, set(), as_of=AS_OF, cut_off="15:00")
    write_parquet(root / "data/panel.parquet", panel)


def changed_lines(old: str, new: str) -> list[str]:
    return [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]


def test_showing_writes_nothing(made: Path) -> None:
    before = PARAMS_FILE.read_bytes()
    content = calibrate.view()
    assert PARAMS_FILE.read_bytes() == before and "written" not in content
    json.dumps(content, allow_nan=False)
    for estimate in content["estimates"]:
        assert (
            estimate["interval"][0] < estimate["new"] < estimate["interval"][1]
            and estimate["n"] > 0
            and estimate["first"] < estimate["last"]
        )


def test_write_changes_estimates_and_provenance_and_nothing_else(made: Path) -> None:
    old = PARAMS_FILE.read_text(encoding="utf-8")
    content = calibrate.view(write=True)
    new = PARAMS_FILE.read_text(encoding="utf-8")
    assert content["written"] is True
    assert new.partition(BLOCK_LINE)[0] == old.partition(BLOCK_LINE)[0]
    comments = [[line.partition("#")[2] for line in text.splitlines() if "#" in line] for text in (old, new)]
    assert comments[0] == comments[1]
    block = load_params("usdclp").usdclp
    held = flat(block.model_dump())
    for estimate in content["estimates"]:
        assert held.get(estimate["key"], estimate["new"]) == estimate["new"]
    assert block.model_dump()["provenance"] == content["provenance"]
    assert list(content["provenance"]["sha256"]) == ["copper_lme", "usdclp"]
    before = load_params("usdclp", path=ROOT / "params.yaml").usdclp
    assert block.warnings == before.warnings and block.estimation == before.estimation.model_copy(update={"draws": 100})


def test_a_read_only_file_is_not_written(made: Path) -> None:
    before = PARAMS_FILE.read_bytes()
    PARAMS_FILE.chmod(0o444)
    with pytest.raises(UsageError, match="params.yaml is read-only, and nothing was changed"):
        calibrate.view(write=True)
    assert (PARAMS_FILE.read_bytes(), PARAMS_FILE.stat().st_mode & 0o777) == (before, 0o444)
    PARAMS_FILE.chmod(0o644)


def test_writing_twice_changes_nothing_the_second_time(made: Path) -> None:
    calibrate.view(write=True)
    first = PARAMS_FILE.stat().st_mtime_ns, PARAMS_FILE.read_bytes()
    content = calibrate.view(write=True)
    assert content["written"] is False
    assert (PARAMS_FILE.stat().st_mtime_ns, PARAMS_FILE.read_bytes()) == first
    assert calibrate.text(content).endswith("params.yaml holds these values: nothing to write.")
    assert all(estimate["old"] == estimate["new"] for estimate in content["estimates"] if estimate["old"] is not None)


def test_without_copper_the_old_value_stays_and_its_hash_goes(made: Path) -> None:
    calibrate.view(write=True)
    with_copper = load_params("usdclp").usdclp
    write_data(made, copper=False)
    content = calibrate.view(write=True)
    now = load_params("usdclp").usdclp
    assert now.copper_correlation == with_copper.copper_correlation
    assert now.thresholds.copper_move == with_copper.thresholds.copper_move
    assert list(now.provenance.sha256) == ["usdclp"]
    text = calibrate.text(content)
    assert "not evaluated, the old value stays: the store has neither copper_lme nor copper_comex" in text
    [row] = [line for line in text.splitlines() if line.startswith("thresholds.copper_move")]
    assert row.split()[2] == "NOT_EVALUATED"


def test_lines_after_the_block_and_odd_spacing_stay_byte_for_byte(made: Path) -> None:
    text = PARAMS_FILE.read_text(encoding="utf-8").replace("min_rows: 250 ", "min_rows:    250 ", 1)
    head, line, block = text.partition(BLOCK_LINE)
    report = head[head.index("report:") :].split("\n\n")[0] + "\n"
    after = "\n# the dashboard,   oddly spaced\n" + report
    PARAMS_FILE.write_text(head.replace(report, "") + line + block + after, encoding="utf-8")
    old = PARAMS_FILE.read_text(encoding="utf-8")
    calibrate.view(write=True)
    new = PARAMS_FILE.read_text(encoding="utf-8")
    touched = {line[2:].split(":")[0].strip() for line in changed_lines(old, new)}
    assert new.endswith(report) and "oddly spaced" in new
    assert touched <= {
        "daily", "by_horizon", "month_factors", "month_low", "month_high", "large_move", "extreme_move", "high_ratio",
        "copper_move", "expected", "sd", "break_threshold", "known_until", "first", "last", "values", "usdclp", "copper_lme",
    }  # fmt: skip


def test_a_result_that_would_not_validate_is_refused_and_nothing_changes(made: Path) -> None:
    old = PARAMS_FILE.read_text(encoding="utf-8")
    estimates = {f"volatility.month_factors.{month}": Estimate(None, why="too short") for month in range(1, 13)}
    wrong = estimates | {"thresholds.large_move": Estimate(1.5, 1.0, 2.0, 10, "2024-01-02", "2024-02-02")}
    with pytest.raises(
        ParamsError, match=r"usdclp\.thresholds\.large_move = 1\.5: .*\n.*params\.yaml is left as it was"
    ):
        renewed(old, PARAMS_FILE, wrong, {})
    assert PARAMS_FILE.read_text(encoding="utf-8") == old


def test_a_broken_params_file_is_refused_and_nothing_changes(made: Path) -> None:
    broken = PARAMS_FILE.read_text(encoding="utf-8").replace("band: 0.90                 #", "band: 90  #")
    PARAMS_FILE.write_text(broken, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"usdclp\.estimation\.band"):
        calibrate.view(write=True)
    assert PARAMS_FILE.read_text(encoding="utf-8") == broken


def test_a_panel_of_another_day_is_refused(made: Path) -> None:
    text = PARAMS_FILE.read_text(encoding="utf-8")
    PARAMS_FILE.write_text(text.replace(f'as_of: "{AS_OF}"', 'as_of: "2023-12-28"'), encoding="utf-8")
    with pytest.raises(UsageError, match=r"is of 2023-12-29 18:00.*as_of 2023-12-28.*Run dvc repro"):
        calibrate.view()


def test_before_the_first_run_there_is_nothing_to_estimate_from(project: Project) -> None:
    with pytest.raises(DataError, match=r"data/panel\.parquet: not found\. `dvc repro` makes it\."):
        calibrate.view()


def test_every_key_of_the_block_that_is_estimated_says_what_reads_it() -> None:
    block = load_params("usdclp", path=ROOT / "params.yaml").usdclp
    estimated = [
        key
        for key in flat(block.model_dump())
        if key.split(".")[0] in ("volatility", "thresholds", "copper_correlation")
    ]
    rows = comparison(block, {key: Estimate(None) for key in estimated})
    assert all(row["read_by"] in READERS.values() and row["read_by"] != READERS["distribution"] for row in rows)


def test_the_command(made: Path) -> None:
    (made / "dvc.yaml").write_text("")
    shown = forex("calibrate", cwd=made)
    assert shown.returncode == 0 and shown.stderr == ""
    assert shown.stdout.splitlines()[0].split() == ["usdclp.", "old", "new", "90%", "interval", "n", "read", "by"]
    assert (
        json.loads(forex("calibrate", "--json", cwd=made).stdout)["provenance"]["known_until"] == "2023-12-29T18:00:00Z"
    )
    assert "params.yaml: usdclp renewed." in forex("calibrate", "--write", cwd=made).stdout
    assert forex("params", "check", cwd=made).returncode == 0
