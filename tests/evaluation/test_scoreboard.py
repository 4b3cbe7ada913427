"""The validation report on a world whose truth is known: a calibrated forecast, one that is too narrow, a biased one."""

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from forex.core.files import json_text
from forex.core.names import percent
from forex.core.reports import plain
from forex.evaluation import plots, scoreboard
from forex.evaluation.report import Scoreboard
from forex.evaluation.scoreboard import pit_histogram
from forex.evaluation.scored import ALL_LEVELS, Scored, score
from forex.statistics import inference
from forex.statistics.scores import Panel
from tests.support.scored_made_up import (
    LEVELS_SHOWN,
    MODELS,
    PANELS,
    REPORT,
    WHOLE,
    report_of,
    report_where,
    scored_report,
    settings,
    world,
)


def numbers(content: Any) -> Iterator[float]:
    if isinstance(content, dict):
        for value in content.values():
            yield from numbers(value)
    else:
        assert isinstance(content, int | float) and not isinstance(content, bool)
        yield content


def test_figures_equal_a_readable_loop() -> None:
    panel, figures = PANELS["7d"], REPORT["horizons"]["7d"]["models"]["published"]["by_regime"]["HIGH_VOL"]
    k = MODELS.index("published")
    rows = [i for i in range(panel.n) if panel.regime[i] == "HIGH_VOL"]
    errors, hits, widths, called, right = [], 0, [], 0, 0
    for i in rows:
        q, y, anchor = panel.quantiles[i, k], panel.actual[i], panel.anchor[i]
        errors.append(q[12] - y)
        hits += q[2] <= y <= q[22]
        widths.append((q[22] - q[2]) / 2)
        if y != anchor and q[12] != anchor:
            called += 1
            right += (y > anchor) == (q[12] > anchor)
    assert figures["n"] == len(rows)
    assert figures["bias"] == pytest.approx(sum(errors) / len(rows))
    assert figures["rmse"] == pytest.approx(math.sqrt(sum(e * e for e in errors) / len(rows)))
    assert figures["mae"] == pytest.approx(sum(map(abs, errors)) / len(rows))
    assert figures["mape_pct"] == pytest.approx(
        100 * sum(abs(e) / panel.actual[i] for e, i in zip(errors, rows, strict=True)) / len(rows)
    )
    assert figures["coverage_95"] == pytest.approx(hits / len(rows))
    relative = [panel.crps[i, k] / panel.anchor[i] for i in rows]
    assert figures["crps_anchor_pct"] == pytest.approx(100 * sum(relative) / len(rows))
    assert figures["half_width_95"] == pytest.approx(sum(widths) / len(rows))
    assert figures["miss_penalty_95"] == pytest.approx(figures["interval_score_95"] - 2 * figures["half_width_95"])
    assert figures["miss_penalty_95"] >= 0
    assert figures["direction_hit_rate"] == pytest.approx(right / called)


def test_the_report_is_read_back_as_what_it_was() -> None:
    assert Scoreboard.model_validate_json(json.dumps(REPORT), strict=True) == WHOLE


def test_years_and_regimes_add_up_to_all_origins() -> None:
    for figures in REPORT["horizons"].values():
        for parts in figures["models"].values():
            for groups in (parts["by_year"], parts["by_regime"]):
                assert sum(group["n"] for group in groups.values()) == figures["n"]
                hits = sum(group["coverage_80"] * group["n"] for group in groups.values())
                assert hits / figures["n"] == pytest.approx(parts["overall"]["coverage_80"])


def test_the_calibrated_forecast_looks_calibrated_and_the_narrow_one_does_not() -> None:
    models = REPORT["horizons"]["1d"]["models"]
    good, narrow = models["published"], models["predecessor"]
    assert good["overall"]["coverage_80_block_low"] < 0.8 < good["overall"]["coverage_80_block_high"]
    assert narrow["overall"]["coverage_80_block_high"] < 0.8
    assert narrow["overall"]["coverage_80_exact_high"] < 0.8
    assert good["coverage_tests"]["kupiec_80_p"] > 0.05 > narrow["coverage_tests"]["kupiec_80_p"]
    assert good["coverage_tests"]["christoffersen_80_p"] > 0.05 > narrow["coverage_tests"]["christoffersen_80_p"]
    assert good["overall"]["pit_p"] > 0.05 > narrow["overall"]["pit_p"]
    assert good["overall"]["pit_distance"] < 0.05 < narrow["overall"]["pit_distance"]
    assert sum(good["overall"]["pit_histogram"]) == pytest.approx(1)


def test_skill_and_bias_have_the_sign_that_the_docstring_says() -> None:
    models = REPORT["horizons"]["1d"]["models"]
    assert models["published"]["overall"]["crps_skill_pct"] == pytest.approx(100 * (1 - math.sqrt(0.5)), abs=3)
    assert models["random_walk"]["overall"]["crps_skill_pct"] == 0
    assert models["predecessor"]["overall"]["crps_skill_pct"] < 0
    assert models["biased"]["overall"]["bias"] == pytest.approx(4, abs=0.6)
    assert models["random_walk"]["overall"]["direction_hit_rate"] is None
    assert models["published"]["overall"]["direction_hit_rate"] > 0.7


def test_diebold_mariano_says_who_is_better_and_nothing_about_equals() -> None:
    against = {model: parts["published_against"] for model, parts in REPORT["horizons"]["1d"]["models"].items()}
    assert against["published"] == {}
    assert against["random_walk"]["dm_crps"] < -5
    assert against["random_walk"]["dm_crps_evidence"] == "PUBLISHED_BETTER"
    assert against["random_walk"]["dm_crps_holm_p"] >= against["random_walk"]["dm_crps_p"]
    twin = world("1d")
    same = Panel(**(vars(twin) | {"quantiles": np.repeat(twin.quantiles[:, [3]], len(MODELS), axis=1)}))
    row = report_of({"1d": same}, settings())["horizons"]["1d"]["models"]["random_walk"]["published_against"]
    assert row["dm_crps"] is None and row["dm_crps_p"] is None and "dm_crps_evidence" not in row
    swapped = Panel(**(vars(twin) | {"quantiles": twin.quantiles[:, [0, 1, 2, 4, 3, 5]]}))
    row = report_of({"1d": swapped}, settings())["horizons"]["1d"]["models"]["random_walk"]["published_against"]
    assert row["dm_crps_evidence"] == "PUBLISHED_WORSE"


def test_holm_runs_over_the_horizons() -> None:
    rows = [figures["models"]["biased"]["published_against"] for figures in REPORT["horizons"].values()]
    smallest = min(rows, key=lambda row: row["dm_squared_error_p"])
    assert smallest["dm_squared_error_holm_p"] == pytest.approx(2 * smallest["dm_squared_error_p"])


def test_the_interval_score_of_the_accepted_level_is_compared_as_crps_is() -> None:
    rows = [figures["models"]["random_walk"]["published_against"] for figures in REPORT["horizons"].values()]
    panel = PANELS["7d"]
    own, rival = (panel.interval_score(0.95)[:, MODELS.index(name)] for name in ("published", "random_walk"))
    test = inference.diebold_mariano(own, rival, steps=5, bandwidth_steps=3)
    assert rows[1]["dm_interval_score_95"] == pytest.approx(float(test.statistic))
    assert rows[1]["dm_interval_score_95_p"] == pytest.approx(float(test.p))
    assert rows[1]["interval_score_95_difference_pct"] == pytest.approx(100 * (own.mean() / rival.mean() - 1))
    smallest = min(rows, key=lambda row: row["dm_interval_score_95_p"])
    assert smallest["dm_interval_score_95_holm_p"] == pytest.approx(2 * smallest["dm_interval_score_95_p"])
    assert {row["dm_interval_score_95_evidence"] for row in rows} == {"PUBLISHED_BETTER"}
    other = report_of({"1d": PANELS["1d"]}, settings(acceptance={"interval_level": 0.9}))["horizons"]["1d"]["models"]
    assert "dm_interval_score_90" in other["random_walk"]["published_against"]
    assert "dm_interval_score_95" not in other["random_walk"]["published_against"]


def test_what_never_got_an_actual_is_counted_among_what_is_due() -> None:
    panel = PANELS["7d"]
    matured = np.ones(panel.n, dtype=np.bool_)
    matured[[3, 70, panel.n - 1]] = False  # the last one's target lies beyond the newest origin: it may come yet
    figures = report_where(panel, matured, settings())
    due = sum(target <= panel.origin_date[-1] for target in panel.target_date)
    assert (figures.n, figures.n_due, figures.n_without_actual) == (panel.n - 3, due, 2) and due == panel.n - 5


def test_few_forecasts_have_no_band_no_test_and_no_verdict() -> None:
    whole = scored_report({"7d": world("7d", n=30)}, settings())
    report = plain(whole)
    parts = report["horizons"]["7d"]["models"]["published"]
    assert parts["overall"]["coverage_80_block_low"] is None
    assert parts["overall"]["above_80_block_low"] is None
    assert parts["overall"]["coverage_80_exact_low"] < parts["overall"]["coverage_80"]
    assert parts["overall"]["pit_p"] is None
    assert parts["coverage_tests"] == {}
    leaves = scoreboard.metrics(whole)["validation"]["7d"]["published"]
    assert not any(name.startswith("accept_") for name in leaves)
    assert all(math.isfinite(value) for value in numbers(leaves))


def test_nothing_matured_is_a_report_not_a_failure() -> None:
    twin = PANELS["1d"]
    empty = Panel(
        "1d", (), twin.origin_date[:0], twin.target_date[:0], twin.regime[:0], twin.steps[:0],
        twin.anchor[:0], twin.actual[:0], twin.quantiles[:0],
    )  # fmt: skip
    whole = scored_report({"1d": empty}, settings())
    report = plain(whole)
    assert report["horizons"]["1d"]["status"] == "INSUFFICIENT_DATA"
    assert report["verdicts"]["1d"]["published"]["verdict"] == "INSUFFICIENT_DATA"
    assert scoreboard.metrics(whole) == {"validation": {}}
    assert Scoreboard.model_validate_json(json.dumps(report), strict=True) == whole
    scored = score({"1d": empty}, levels=LEVELS_SHOWN, settings=settings())
    for frame in (plots.reliability(scored), plots.pit(scored), plots.rolling_coverage(scored)):
        assert frame.height == 0 and frame.width >= 4
    assert plots.scores(whole, level=0.95).height == 0


def test_metrics_are_finite_leaves_with_standard_errors_and_binary_verdicts() -> None:
    found = scoreboard.metrics(WHOLE)["validation"]
    assert set(found) == {"1d", "7d"} and set(found["1d"]) == set(MODELS)
    assert all(math.isfinite(value) for value in numbers(found))
    for model in MODELS:
        for name in ("crps", "interval_score_95", "coverage_50", "coverage_80", "coverage_95"):
            assert found["1d"][model][name] > 0 and found["1d"][model][f"{name}_se"] > 0
    assert {value for name, value in found["1d"]["published"].items() if name.startswith("accept_")} == {1}
    assert "direction_hit_rate" not in found["1d"]["random_walk"]


def test_the_report_is_the_same_twice_and_a_horizon_does_not_depend_on_the_others() -> None:
    assert json_text(REPORT) == json_text(report_of(PANELS, settings()))
    alone = report_of({"7d": PANELS["7d"]}, settings())["horizons"]["7d"]["models"]["published"]
    both = REPORT["horizons"]["7d"]["models"]["published"]
    assert json.loads(json_text(alone["overall"])) == json.loads(json_text(both["overall"]))
    other = report_of({"7d": PANELS["7d"]}, settings(seed=8))["horizons"]["7d"]["models"]["published"]
    assert other["overall"]["coverage_80_block_low"] != both["overall"]["coverage_80_block_low"]


@pytest.mark.parametrize(
    "change",
    [
        {"bandwidth_steps": 8},
        {"block_steps": 8},
        {"draws": 200},
        {"band": 0.5},
        {"min_independent": 400},
        {"min_origins": 1501},
        {"acceptance": {"interval_level": 0.9}},
    ],
)
def test_each_setting_changes_the_report(change: dict[str, Any]) -> None:
    assert json_text(report_of({"7d": PANELS["7d"]}, settings(**change))) != json_text(
        report_of({"7d": PANELS["7d"]}, settings())
    )


def test_significance_decides_about_evidence() -> None:
    def evidence(level: float) -> Any:
        report = report_of({"1d": PANELS["1d"]}, settings(significance=level))
        return report["horizons"]["1d"]["models"]["biased"]["published_against"]["dm_crps_evidence"]

    assert evidence(0.05) == "PUBLISHED_BETTER"
    assert evidence(1e-300) == "NO_EVIDENCE"


def test_pit_histogram_counts_its_edges() -> None:
    assert pit_histogram(np.array([[0.0], [0.499], [0.5], [1.0]]), 2).ravel().tolist() == [0.5, 0.5]


def test_plots() -> None:
    scored = score(PANELS, levels=LEVELS_SHOWN, settings=settings())
    reliability = plots.reliability(scored)
    assert reliability.columns == ["horizon", "model", "level", "coverage", "low", "high"]
    wanted = ("1d", "published", 0.8)
    row = next(r for r in reliability.iter_rows(named=True) if (r["horizon"], r["model"], r["level"]) == wanted)
    overall = REPORT["horizons"]["1d"]["models"]["published"]["overall"]
    assert row["coverage"] == pytest.approx(overall["coverage_80"], rel=1e-7)
    assert row["low"] <= row["coverage"] <= row["high"]
    pit = plots.pit(scored)
    assert pit.height == 2 * len(MODELS) * 20
    assert pit["share"].sum() == pytest.approx(2 * len(MODELS))
    scores = plots.scores(WHOLE, level=0.95)
    assert scores.height == 2 * len(MODELS)
    assert {"horizon", "model", "crps", "crps_skill_pct", "interval_score_95"} <= set(scores.columns)


def test_rolling_coverage_equals_the_loop_and_ends_at_the_newest_origin() -> None:
    panel = PANELS["1d"]
    scored = score({"1d": panel}, levels=LEVELS_SHOWN, settings=settings())
    rolling = plots.rolling_coverage(scored)
    assert rolling.columns == ["origin_date", "horizon", "level", "coverage"]
    found = {(row[0], row[2]): row[3] for row in rolling.iter_rows()}
    hits = panel.covered(0.8)[:, MODELS.index("published")]
    for end in (panel.n, panel.n - 10, panel.n - 500):
        expected = sum(hits[end - 250 : end]) / 250
        assert found[str(panel.origin_date[end - 1]), 0.8] == pytest.approx(expected)
    assert str(panel.origin_date[-2]) not in set(rolling["origin_date"])
    longer = settings(rolling_window=2000)
    assert plots.rolling_coverage(score({"1d": panel}, levels=[0.8], settings=longer)).height == 0


def test_level_names() -> None:
    assert [percent(level) for level in ALL_LEVELS] == [
        "10", "20", "30", "40", "50", "60", "70", "80", "90", "95", "98", "99",
    ]  # fmt: skip
    assert Scored(PANELS["1d"], LEVELS_SHOWN, settings()).steps == 1
