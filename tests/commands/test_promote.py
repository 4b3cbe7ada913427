"""Promotion: params.yaml changes on evidence only, in one line, and every other byte stays."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from forex.commands.judge import promote
from forex.commands.judge.promote import promoted
from forex.core.errors import ParamsError
from forex.params import PARAMS_FILE, load_params
from tests.support.challengers import BETTER, EQUAL, WORSE
from tests.support.forex_command import forex
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

COMMITTED = (ROOT / "params.yaml").read_text(encoding="utf-8")
LINE = "    model: nowcast    # what users get; `forex promote` changes this line, on evidence only\n"


def test_a_better_challenger_is_promoted_once(challenged: Path) -> None:
    before = PARAMS_FILE.read_text(encoding="utf-8")
    tried = forex("promote", BETTER, "--dry-run", cwd=challenged)
    assert tried.returncode == 0 and PARAMS_FILE.read_text(encoding="utf-8") == before
    done = forex("promote", BETTER, cwd=challenged)
    assert done.returncode == 0 and done.stderr == ""
    new = LINE.replace("nowcast", BETTER)
    assert PARAMS_FILE.read_text(encoding="utf-8") == before.replace(LINE, new)
    for shown in (tried, done):
        assert f"-{LINE}+{new}" in shown.stdout
    assert done.stdout.startswith(f"{BETTER} is OPTIMAL, score ")
    again = forex("promote", BETTER, cwd=challenged)
    assert again.returncode == 0
    assert again.stdout == f"calibrate.published.model is {BETTER} already: nothing to change.\n"
    assert PARAMS_FILE.read_text(encoding="utf-8") == before.replace(LINE, new)


@pytest.mark.parametrize("model", [EQUAL, WORSE])
@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_one_that_is_not_ready_is_not(model: str, options: list[str], challenged: Path) -> None:
    before, at = PARAMS_FILE.read_bytes(), PARAMS_FILE.stat().st_mtime_ns
    refused = forex("promote", model, *options, cwd=challenged)
    assert (refused.returncode, refused.stderr) == (1, "")
    assert refused.stdout.startswith(f"{model} is not promoted, params.yaml is as it was:\n  it is ")
    assert "  better: no evidence that it is better\n" in refused.stdout
    assert (PARAMS_FILE.read_bytes(), PARAMS_FILE.stat().st_mtime_ns) == (before, at)


def test_force_says_what_it_overrode(challenged: Path) -> None:
    before = PARAMS_FILE.read_bytes()
    tried = forex("promote", WORSE, "--force", "--dry-run", "--json", cwd=challenged)
    assert tried.returncode == 0 and PARAMS_FILE.read_bytes() == before
    content = json.loads(tried.stdout)
    assert content["forced"] and not content["changed"]
    assert content["against"][0].startswith("it is NOT_READY") and any(
        "not_worse" in reason for reason in content["against"]
    )
    done = forex("promote", WORSE, "--force", cwd=challenged)
    assert done.returncode == 0
    assert done.stdout.startswith(f"Overridden for {WORSE}:\n  it is NOT_READY")
    assert load_params().calibrate.published.model == WORSE


def test_force_has_nothing_to_say_of_one_that_is_ready(challenged: Path) -> None:
    content = promote.view(BETTER, force=True, dry_run=True)
    assert not content["forced"] and content["against"] == []


def test_a_record_of_before_another_promotion_is_no_evidence(challenged: Path) -> None:
    """Otherwise two challengers would be promoted one after the other, the second never compared with the first."""
    text = PARAMS_FILE.read_text(encoding="utf-8")
    PARAMS_FILE.write_text(text.replace(LINE, LINE.replace("nowcast", "ensemble")), encoding="utf-8")
    refused = promote.view(BETTER)
    assert not refused["allowed"] and not refused["changed"]
    assert refused["against"] == [
        "params.yaml has changed since the last run, and its record is of before: run dvc repro first"
    ]


def test_usage_errors_and_missing_reports_end_as_for_readiness(challenged: Path) -> None:
    assert forex("promote", "lstm", cwd=challenged).returncode == 2
    assert forex("promote", "published", "--force", cwd=challenged).returncode == 2
    Path("reports/expectations.json").unlink()
    assert forex("promote", BETTER, "--force", cwd=challenged).returncode == 3


def test_a_result_that_would_not_be_valid_is_not_written(challenged: Path) -> None:
    before = PARAMS_FILE.read_bytes()
    refused = forex("promote", "theta", "--force", cwd=challenged)
    assert refused.returncode == 2
    assert "fit: models lists theta, expected its settings: refit_every" in refused.stderr
    assert "params.yaml is left as it was: this is what the promotion would make of it." in refused.stderr
    assert PARAMS_FILE.read_bytes() == before


def test_what_a_model_is_calibrated_from_is_added() -> None:
    text = promoted(COMMITTED, PARAMS_FILE, "predecessor_conformal")
    old, new = (YAML(typ="safe").load(content) for content in (COMMITTED, text))
    assert new["calibrate"]["conformal"] == ["nowcast", "garch_t", "predecessor"]
    assert new["calibrate"]["published"]["model"] == "predecessor_conformal"
    assert new["fit"] == old["fit"]
    fewer = COMMITTED.replace(
        "models: [random_walk, random_walk_drift, predecessor,", "models: [random_walk, random_walk_drift,"
    )
    again = YAML(typ="safe").load(promoted(fewer, PARAMS_FILE, "predecessor"))
    assert again["fit"]["models"] == ["random_walk", "random_walk_drift", "garch_t", "nowcast", "predecessor"]
    assert again["calibrate"]["conformal"] == old["calibrate"]["conformal"]  # a benchmark stays as it is


@pytest.mark.parametrize("model", ["ensemble", "garch_t_nowcast"])
def test_a_promotion_changes_one_line_and_the_next_one_takes_it_back(model: str) -> None:
    text = promoted(COMMITTED, PARAMS_FILE, model)
    assert text == COMMITTED.replace(LINE, LINE.replace("nowcast", model))
    assert promoted(text, PARAMS_FILE, "nowcast") == COMMITTED
    assert promoted(COMMITTED, PARAMS_FILE, "nowcast") == COMMITTED


def test_invalid_params_are_refused_before_anything_else() -> None:
    with pytest.raises(ParamsError, match="cut_off = '25:00'"):
        promoted(COMMITTED.replace('cut_off: "15:00"', 'cut_off: "25:00"'), PARAMS_FILE, "ensemble")
