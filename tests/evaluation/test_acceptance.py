"""The acceptance rules on a world whose truth is known: coverage, tails, errors, benchmarks, regimes and their episodes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forex.evaluation import scoreboard
from forex.params import Evaluate
from forex.statistics.scores import Panel
from tests.support.scored_made_up import MODELS, PANELS, REPORT, report_of, report_where, scored_report, settings, world


def verdict(chosen: Evaluate, name: str, horizon: str = "1d", panel: Panel | None = None) -> str:
    found = report_of({horizon: panel or PANELS[horizon]}, chosen)["verdicts"][horizon][name]["verdict"]
    return str(found)


def test_verdicts_pass_on_a_good_forecast() -> None:
    for horizon in PANELS:
        assert {name: found["verdict"] for name, found in REPORT["verdicts"][horizon].items()} == dict.fromkeys(
            REPORT["verdicts"][horizon], "PASS"
        )
    assert len(REPORT["verdicts"]["1d"]) == 13


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("coverage_80", {"coverage_tolerance": {"1d": 1e-6}}),
        ("above_80", {"tail_tolerance": {"80": {"1d": 1e-6}}}),
        ("below_95", {"tail_tolerance": {"95": {"1d": 1e-6}}}),
        ("rmse", {"max_rmse": 2.0}),
        ("mape_pct", {"max_mape_pct": 0.1}),
        ("interval_coverage", {"min_interval_coverage": 0.999}),
    ],
)
def test_each_tightened_rule_fails(name: str, rules: dict[str, Any]) -> None:
    assert verdict(settings(), name) == "PASS"
    assert verdict(settings(acceptance=rules), name) == "FAIL"


def test_a_blunt_forecast_is_not_below_the_benchmarks() -> None:
    blunt = world("1d", widths={"published": 3.0})
    assert verdict(settings(), "crps_below_benchmarks", panel=blunt) == "FAIL"
    assert verdict(settings(), "interval_score_95_below_benchmarks", panel=blunt) == "FAIL"


def test_what_lies_beyond_an_interval_equals_a_readable_loop() -> None:
    panel, figures = PANELS["7d"], REPORT["horizons"]["7d"]["models"]["biased"]["overall"]
    above = below = 0
    for quantiles, actual in zip(panel.quantiles[:, MODELS.index("biased")], panel.actual, strict=True):
        above += actual > quantiles[22]
        below += actual < quantiles[2]
    assert (figures["above_95"], figures["below_95"]) == (above / panel.n, below / panel.n)
    for level in ("50", "80", "95"):
        assert figures[f"above_{level}"] + figures[f"below_{level}"] == pytest.approx(1 - figures[f"coverage_{level}"])
        for side in ("above", "below"):
            band = figures[f"{side}_{level}_block_low"], figures[f"{side}_{level}_block_high"]
            assert band[0] < figures[f"{side}_{level}"] < band[1]


def shifted(horizon: str, by: float) -> Panel:
    """Forecasts that are `by` CLP too low and as much wider: the interval holds as often as it says, but misses on one side."""
    panel, at = PANELS[horizon], MODELS.index("published")
    quantiles = panel.quantiles.copy()
    middle = quantiles[:, [at], 12]
    quantiles[:, at] = middle + (quantiles[:, at] - middle) * 1.02 - by
    return replace(panel, quantiles=quantiles)


def test_one_sided_tails_fail_though_the_interval_covers() -> None:
    found = report_of({"1d": shifted("1d", 0.8)}, settings())
    overall, verdicts = found["horizons"]["1d"]["models"]["published"]["overall"], found["verdicts"]["1d"]
    assert overall["above_80"] > 0.12 and overall["below_80"] < 0.08
    assert [verdicts[name]["verdict"] for name in ("coverage_80", "above_80", "below_80")] == ["PASS", "FAIL", "FAIL"]
    assert verdicts["above_80"]["holds"] is None and verdicts["above_80"]["at_most"] == pytest.approx(0.12)


def test_the_band_is_enough_for_a_tail_from_the_horizon_that_params_name() -> None:
    tight: dict[str, Any] = {"tail_tolerance": {"80": {"1d": 1e-6, "7d": 1e-6}}}
    chosen = settings(band=0.999, acceptance=tight)
    long, short = (report_of({name: PANELS[name]}, chosen)["verdicts"][name]["above_80"] for name in ("7d", "1d"))
    assert (long["verdict"], long["holds"]) == ("PASS", "band") and long["block_low"] < 0.1 < long["block_high"]
    assert (short["verdict"], short["holds"], short["block_low"]) == ("FAIL", None, None)
    later = settings(band=0.999, acceptance=tight | {"tail_band_from": "8d"})
    assert verdict(later, "above_80", "7d") == "FAIL"


def in_storms(panel: Panel, factor: Callable[[int], float]) -> Panel:
    """Forecasts of `published` `factor(k)` times as wide in the k-th episode of HIGH_VOL; one comes every 50 origins."""
    at, rows = MODELS.index("published"), np.arange(panel.n)
    stormy = rows % 50 >= 30
    widths = np.where(stormy, [factor(k) for k in rows // 50], 1.0)
    quantiles = panel.quantiles.copy()
    middle = quantiles[:, [at], 12]
    quantiles[:, at] = middle + (quantiles[:, at] - middle) * widths[:, None]
    return replace(panel, quantiles=quantiles, regime=np.where(stormy, "HIGH_VOL", "NORMAL").astype(np.str_))


def test_a_regime_that_fails_in_every_episode_fails() -> None:
    found = report_of({"1d": in_storms(PANELS["1d"], lambda k: 0.7)}, settings())
    rule = found["verdicts"]["1d"]["regime_coverage"]
    assert rule["verdict"] == "FAIL" and rule["judged"] == ["HIGH_VOL", "NORMAL"] and rule["undecided"] == []
    figures = found["horizons"]["1d"]["models"]["published"]["by_regime"]["HIGH_VOL"]
    [miss] = [failure for failure in rule["failed"] if failure["level"] == 0.8]
    assert miss == {
        "regime": "HIGH_VOL",
        "level": 0.8,
        "coverage": figures["coverage_80"],
        "n_episodes": 30,
        "episode_low": figures["coverage_80_episode_low"],
        "episode_high": figures["coverage_80_episode_high"],
    }
    assert miss["episode_high"] < 0.8 and rule["value"] > 0.1


def test_a_regime_whose_episodes_disagree_is_not_evaluated() -> None:
    """Three storms of thirty in which nothing holds: too far from the level, and too few to say so."""
    panel = in_storms(PANELS["1d"], lambda k: 0.01 if k in (7, 20, 26) else 1.0)
    rule = report_of({"1d": panel}, settings())["verdicts"]["1d"]["regime_coverage"]
    assert rule["verdict"] == "NOT_EVALUATED" and rule["failed"] == [] and rule["value"] > 0.05
    assert {(case["regime"], case["level"], case["n_episodes"]) for case in rule["undecided"]} >= {
        ("HIGH_VOL", 0.8, 30)
    }
    for case in rule["undecided"]:
        assert (
            abs(case["coverage"] - case["level"]) > 0.05
            and case["episode_low"] <= case["level"] <= case["episode_high"]
        )
    whole = scored_report({"1d": panel}, settings())
    assert "accept_regime_coverage" not in scoreboard.metrics(whole)["validation"]["1d"]["published"]
    wider = settings(acceptance={"regime_tolerance": 0.2})
    assert verdict(wider, "regime_coverage", panel=panel) == "PASS"


def test_one_that_failed_outweighs_those_that_nobody_can_tell() -> None:
    panel = in_storms(PANELS["1d"], lambda k: 0.01 if k in (7, 20, 26) else 1.0)
    regime = np.where((np.arange(panel.n) % 50 < 15) & (panel.regime == "NORMAL"), "COPPER_SHOCK", panel.regime)
    at = MODELS.index("published")
    middle, quantiles = panel.quantiles[:, [at], 12], panel.quantiles.copy()
    factor = np.where(regime == "COPPER_SHOCK", 3.0, 1.0)
    quantiles[:, at] = middle + (quantiles[:, at] - middle) * factor[:, None]
    rule = report_of({"1d": replace(panel, regime=regime, quantiles=quantiles)}, settings())["verdicts"]["1d"]
    assert rule["regime_coverage"]["verdict"] == "FAIL" and rule["regime_coverage"]["undecided"]


def test_one_episode_excuses_nothing() -> None:
    """An unbroken regime has no band over episodes: what is outside the tolerance fails."""
    panel = replace(PANELS["1d"], regime=np.full(PANELS["1d"].n, "NORMAL"))
    found = report_of({"1d": panel}, settings(acceptance={"regime_tolerance": 1e-6}))
    figures = found["horizons"]["1d"]["models"]["published"]["by_regime"]["NORMAL"]
    assert figures["n_episodes"] == 1 and figures["coverage_80_episode_low"] is None
    assert found["verdicts"]["1d"]["regime_coverage"]["verdict"] == "FAIL"


def test_a_run_without_an_actual_on_some_day_is_still_one_episode() -> None:
    """Origins that never matured belong to their episode, too; an episode in which none has matured does not count."""
    panel = in_storms(PANELS["1d"], lambda k: 1.0)
    known = (np.arange(panel.n) % 7 > 0) & (np.arange(panel.n) // 50 != 4)
    assert report_where(panel, known, settings()).models["published"].by_regime["HIGH_VOL"].n_episodes == 29


def test_the_block_band_is_enough_only_where_the_rules_say_so() -> None:
    panel = replace(PANELS["7d"], regime=np.full(PANELS["7d"].n, "NORMAL"))
    tight: dict[str, Any] = {"regime_tolerance": 1e-6}
    assert verdict(settings(band=0.999, acceptance=tight), "regime_coverage", "7d", panel) == "PASS"
    nowhere = tight | {"regime_band_horizons": []}
    assert verdict(settings(band=0.999, acceptance=nowhere), "regime_coverage", "7d", panel) == "FAIL"


def test_what_cannot_be_evaluated_says_so() -> None:
    assert verdict(settings(min_origins=5000), "rmse") == "INSUFFICIENT_DATA"
    assert verdict(settings(min_origins=5000), "regime_coverage") == "INSUFFICIENT_DATA"
    assert verdict(settings(acceptance={"coverage_tolerance": {"7d": 0.01}}), "coverage_80") == "NOT_EVALUATED"
    assert verdict(settings(acceptance={"tail_tolerance": {"80": {"7d": 0.01}}}), "above_80") == "NOT_EVALUATED"
    assert verdict(settings(min_origins=5000), "below_80") == "INSUFFICIENT_DATA"
    twin = PANELS["1d"]
    alone = Panel(**(vars(twin) | {"models": ("published",), "quantiles": twin.quantiles[:, [3]]}))
    assert verdict(settings(), "crps_below_benchmarks", panel=alone) == "NOT_EVALUATED"
    report = report_of({"1d": alone}, settings())
    assert "crps_skill_pct" not in report["horizons"]["1d"]["models"]["published"]["overall"]
