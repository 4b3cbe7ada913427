"""Readiness: simulated challengers whose merit is known, and what each criterion says of them."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.challenge import challenge
from forex.challenge.readiness import CAUTIOUS, NOT_READY, OPTIMAL, RANKED, READY, Criterion, criteria, level
from forex.commands.judge import readiness
from forex.core.errors import UsageError
from forex.core.files import write_json
from forex.core.quantiles import COLUMNS, MEDIAN
from forex.core.status import Status
from forex.params import Params, load_params
from forex.statistics.scores import crps
from tests.support.challengers import BETTER, EQUAL, FRAME, NARROW, STEPS, WORSE, calibrated, write_project
from tests.support.forex_command import forex
from tests.support.made_up import ROOT, params_text

pytestmark = pytest.mark.slow

COMMITTED = load_params(path=ROOT / "params.yaml")


def figures_of(
    frame: pl.DataFrame, model: str, params: Params = COMMITTED, **changes: Any
) -> dict[str, challenge.Record]:
    return challenge.compared(
        frame,
        model,
        horizons=list(STEPS),
        levels=params.levels,
        evaluate=params.evaluate,
        settings=params.readiness.model_copy(update=changes),
    )


def by_name(content: Mapping[str, Any]) -> dict[str, Any]:
    return {criterion["name"]: criterion for criterion in content["criteria"]}


def failed(content: Mapping[str, Any]) -> set[str]:
    return {criterion["name"] for criterion in content["criteria"] if not criterion["passed"]}


# --- the level of known challengers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "expected", "code"),
    [(BETTER, OPTIMAL, 0), (EQUAL, CAUTIOUS, 1), (WORSE, NOT_READY, 1), (NARROW, NOT_READY, 1)],
)
def test_a_known_challenger_gets_its_level_and_exit_code(
    model: str, expected: str, code: int, challenged: Path
) -> None:
    done = forex("readiness", model, "--json", cwd=challenged)
    content = json.loads(done.stdout)
    assert (content["level"], done.returncode, done.stderr) == (expected, code, "")
    assert content["ready"] == (code == 0)
    shown = forex("readiness", model, cwd=challenged)
    assert shown.returncode == code
    assert shown.stdout.startswith(
        f"{model} against published (nowcast): {expected}, score {content['score']:.0f} of 100\n"
    )


def test_each_fails_for_its_own_reason(challenged: Path) -> None:
    assert failed(readiness.view(BETTER)) == set()
    assert "better" in failed(readiness.view(EQUAL)) and "not_worse" not in failed(readiness.view(EQUAL))
    assert {"not_worse", "better", "bound"} <= failed(readiness.view(WORSE))
    narrow = readiness.view(NARROW)
    assert "coverage" in failed(narrow) and by_name(narrow)["better"]["passed"]  # lower CRPS does not make up for it
    assert by_name(narrow)["coverage"]["value"] > 0.05


def test_the_figures_are_what_the_simulation_implies() -> None:
    """Both foresee part of normal moves: CRPS goes with the root of the variance left, 0.6 against 0.8."""
    for figures in figures_of(FRAME, BETTER).values():
        assert figures.difference_pct == pytest.approx(100 * (math.sqrt(0.6 / 0.8) - 1), abs=4)
        assert figures.difference_pct < figures.upper_pct < 0 and figures.evidence == "BETTER"
        for coverage in figures.coverage.values():
            assert coverage.low < coverage.level < coverage.high


def test_an_equal_challenger_is_seldom_called_better_and_seldom_worse() -> None:
    """Two-sided at 5 % for all horizons together: 2.5 % a side."""
    evaluate = COMMITTED.evaluate.model_copy(update={"draws": 100})
    found = [
        figures_of(calibrated(seed, 600), EQUAL, COMMITTED.model_copy(update={"evaluate": evaluate}))
        for seed in range(40)
    ]
    for side in ("BETTER", "WORSE"):
        called = sum(any(own.evidence == side for own in figures.values()) for figures in found)
        assert called <= 5, f"{called} of 40 {side}"  # P(more than 5) at 2.5 % is 0.0005


def test_an_edge_that_is_gone_is_no_optimal_challenger(challenged: Path) -> None:
    write_project(challenged, calibrated(2, later=1.8))
    content = readiness.view(BETTER)
    assert {"recent", "years"} <= failed(content)
    assert content["level"] in (NOT_READY, CAUTIOUS)


# --- figures and criteria -------------------------------------------------------------------------------------------


def test_figures_equal_a_readable_loop() -> None:
    found = figures_of(FRAME, EQUAL, recent=200)["7d"]
    rows = FRAME.filter(pl.col("horizon") == "7d").sort("origin_date")
    own, rival = (rows.filter(pl.col("model") == model) for model in (EQUAL, "published"))
    losses: dict[str, list[float]] = {"own": [], "rival": []}
    years: dict[str, dict[str, list[float]]] = {}
    hits = 0
    for mine, theirs in zip(own.iter_rows(named=True), rival.iter_rows(named=True), strict=True):
        for name, row in (("own", mine), ("rival", theirs)):
            loss = float(crps([row["actual"]], [[row[column] for column in COLUMNS]])[0])
            losses[name].append(loss)
            year = str(row["origin_date"].year)
            years.setdefault(year, {"own": [], "rival": []})[name].append(loss)
        hits += mine["q0.1"] <= mine["actual"] <= mine["q0.9"]
    assert found.n == len(losses["own"]) == 1700
    assert found.difference_pct == pytest.approx(100 * (sum(losses["own"]) / sum(losses["rival"]) - 1))
    assert found.recent_pct == pytest.approx(100 * (sum(losses["own"][-200:]) / sum(losses["rival"][-200:]) - 1))
    assert found.coverage["80"].covered == pytest.approx(hits / 1700)
    expected = {
        year: 100 * (sum(of["own"]) / sum(of["rival"]) - 1) for year, of in years.items() if len(of["own"]) > 99
    }
    assert found.by_year == pytest.approx(expected)
    assert found.days == (own["target_date"][-1] - own["origin_date"][0]).days
    assert found.independent == 1700 // 5  # forecasts five days apart do not overlap


def test_the_incumbent_itself_is_neither_better_nor_worse() -> None:
    same = pl.concat(
        [
            FRAME.filter(pl.col("model") == "published"),
            FRAME.filter(pl.col("model") == "published").with_columns(model=pl.lit("nowcast")),
        ]
    ).sort("origin_date", "horizon", "model")
    for figures in figures_of(same, "nowcast").values():
        assert (figures.difference_pct, figures.upper_pct, figures.p) == (0, 0, 1)
        assert figures.evidence == "NO_EVIDENCE"


def test_outcomes_that_are_not_known_yet_do_not_count() -> None:
    known = FRAME.with_columns(actual=pl.when(pl.col("origin_date") < pl.date(2022, 1, 3)).then("actual"))
    moved = pl.when(pl.col("origin_date") >= pl.date(2022, 1, 3)).then(pl.col(COLUMNS[MEDIAN]) + 0.001)
    other = known.with_columns(moved.otherwise(pl.col(COLUMNS[MEDIAN])).alias(COLUMNS[MEDIAN]))
    assert figures_of(known, BETTER) == figures_of(other, BETTER)
    assert figures_of(known, BETTER)["1d"].n < 1700


def test_too_short_a_record_is_not_ready_and_says_what_was_not_evaluated(challenged: Path) -> None:
    write_project(challenged, calibrated(1, 40))
    content = readiness.view(BETTER)
    found = by_name(content)
    assert content["level"] == NOT_READY
    assert found["forecasts"]["value"] == 40 and not found["forecasts"]["passed"]
    for name in ("coverage", "monitor", "years"):
        assert found[name]["value"] is None and found[name]["says"].startswith("not evaluated: ")
        assert found[name]["score"] == 0


def test_overlapping_forecasts_are_no_record(challenged: Path) -> None:
    """The predecessor counted steps of one path: 600 forecasts at 7d are 120 without overlap."""
    text = params_text().replace("min_independent: 12 ", "min_independent: 200 ")
    write_project(challenged, calibrated(1, 600), params=text)
    judged = by_name(readiness.view(BETTER))["independent"]
    assert (judged["value"], judged["passed"], judged["critical"], judged["score"]) == (120, False, True, 60)


def test_failing_data_suites_allow_no_more_than_cautious(challenged: Path) -> None:
    for changes in ({"failing": 3}, {"success": False}):
        write_project(challenged, FRAME, **changes)
        content = readiness.view(BETTER)
        assert (content["level"], failed(content)) == (CAUTIOUS, {"data_suites"})


def test_an_alarm_counts_where_the_incumbent_has_none() -> None:
    figures = figures_of(FRAME, BETTER)
    suites = challenge.SuiteResults(checks=10, held=10, success=True)

    def monitor(own: dict[str, Status], incumbent: dict[str, Status]) -> Criterion:
        found = criteria(
            figures, statuses=own, incumbent_statuses=incumbent, suites=suites, settings=COMMITTED.readiness
        )
        return next(criterion for criterion in found if criterion.name == "monitor")

    assert not monitor({"1d": "DEGRADED", "7d": "GOOD"}, {"1d": "GOOD", "7d": "GOOD"}).passed
    assert monitor({"1d": "DEGRADED", "7d": "GOOD"}, {"1d": "DEGRADED", "7d": "GOOD"}).passed
    assert not monitor({"1d": "CRITICAL"}, {"1d": "DEGRADED"}).passed
    assert monitor({"1d": "EXCELLENT"}, {"1d": "GOOD"}).passed
    assert monitor({"1d": "INSUFFICIENT_DATA"}, {"1d": "GOOD"}).value is None
    assert "too little to say at 7d" in monitor({"1d": "GOOD", "7d": "INSUFFICIENT_DATA"}, {}).says


def test_the_level_is_the_least_of_score_and_ceilings() -> None:
    settings = COMMITTED.readiness

    def of(*parts: tuple[bool, float, str]) -> str:
        return level([Criterion("c", 0, 0, passed, score, top, "") for passed, score, top in parts], settings)[0]

    assert of((True, 95, NOT_READY)) == OPTIMAL
    assert of((True, 94.9, NOT_READY)) == READY
    assert of((True, 74.9, NOT_READY)) == CAUTIOUS
    assert of((True, 59.9, NOT_READY)) == NOT_READY
    for ceiling in RANKED[:-1]:
        assert of((True, 100, NOT_READY), (False, 99, ceiling)) == ceiling
    assert of((False, 99, READY), (False, 99, NOT_READY)) == NOT_READY


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_bytes(challenged: Path) -> None:
    first, second = (forex("readiness", BETTER, "--json", cwd=challenged).stdout for _ in range(2))
    assert first == second and first.count("\n") > 100


def test_an_unknown_model_is_a_usage_error_that_names_what_there_is(challenged: Path) -> None:
    refused = forex("readiness", "lstm", cwd=challenged)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith(
        f"forex: lstm is no model. The last run made {EQUAL}, {BETTER}, {NARROW}, {WORSE}. "
    )
    with pytest.raises(UsageError, match="published is the incumbent itself"):
        readiness.view("published")


def test_a_model_that_was_not_run_is_not_ready_and_says_what_to_do(challenged: Path) -> None:
    done = forex("readiness", "theta", cwd=challenged)
    assert done.returncode == 1
    said = "the last run made no forecast of theta: add theta to fit.models and add theta to calibrate.conformal"
    assert done.stdout.splitlines()[1].startswith(said)
    assert readiness.view("predecessor_conformal")["reason"].endswith(
        "add predecessor to calibrate.conformal in params.yaml, then run dvc repro"
    )


def test_without_the_reports_of_a_run(challenged: Path) -> None:
    Path("reports/performance.json").unlink()
    refused = forex("readiness", BETTER, cwd=challenged)
    assert refused.returncode == 3
    assert refused.stderr == "forex: reports/performance.json: not found. `dvc repro` makes it.\n"


def test_a_run_of_another_day_is_said(challenged: Path) -> None:
    expectations = json.loads(Path("reports/expectations.json").read_text(encoding="utf-8"))
    write_json(Path("reports/expectations.json"), expectations | {"as_of": "2024-11-26"})
    first = readiness.text(readiness.view(BETTER)).splitlines()[0]
    assert first == "params.yaml says as_of 2024-11-27: no run for that day has finished. The last one, 2024-11-26:"


def test_numbers_are_finite_and_texts_have_no_nan(challenged: Path) -> None:
    for model in (BETTER, "theta"):
        content = readiness.view(model)
        json.dumps(content, allow_nan=False)
        assert "nan" not in readiness.text(content).lower()
        assert all(0 <= criterion["score"] <= 100 for criterion in content["criteria"])
    assert np.isfinite(readiness.view(BETTER)["score"])
