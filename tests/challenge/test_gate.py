"""The rules of the gate: what counts as worse, what new data may do, what is missing."""

import math
from typing import Any

import numpy as np
import pytest

from forex.challenge.gate import compare, leaves
from forex.commands.judge.gate import text
from forex.core.errors import DataError
from forex.params import Gate
from tests.support.simulated import committed

CRPS = "validation.1d.published.crps"
RULES: list[dict[str, Any]] = [
    {"name": "validation.*.published.coverage_80", "near": 0.8, "errors": 1.0},
    {"name": "validation.*.published.crps", "better": "lower", "relative": 0.01},
    {"name": "validation.*.published.skill", "better": "higher", "absolute": 0.5},
    {"name": "validation.*.walk.crps", "better": "same", "relative": 0.01},
    {"name": "validation.*.published.accept_*", "better": "higher", "absolute": 0.0, "same_data": True},
]
NAMED = {"revision": "main", "commit": None}
BASE = {
    "validation.1d.published.coverage_80": 0.81,
    "validation.1d.published.coverage_80_se": 0.01,
    CRPS: 2.0,
    "validation.1d.published.crps_se": 0.1,
    "validation.1d.published.skill": 20.0,
    "validation.1d.published.accept_rmse": 1.0,
    "validation.1d.published.n": 2500.0,
    "validation.1d.walk.crps": 2.5,
}


def settings(**changes: Any) -> Gate:
    return Gate.model_validate({"new_data": 3.0, "required": [], "metrics": RULES} | changes)


def judged(changes: dict[str, float], chosen: Gate | None = None) -> dict[str, Any]:
    return compare(BASE, BASE | changes, chosen or settings())


def verdicts(changes: dict[str, float]) -> dict[str, str]:
    compared = judged(changes)["compared"]
    return {entry["metric"].rpartition("1d.")[2]: entry["verdict"] for entry in compared if entry["verdict"] != "same"}


def test_a_metric_is_worse_in_the_direction_of_its_rule_beyond_its_tolerance() -> None:
    coverage, skill = "validation.1d.published.coverage_80", "validation.1d.published.skill"
    assert verdicts({coverage: 0.785}) == {"published.coverage_80": "tolerated"}  # 0.01 from 0.80 before, now 0.015
    assert verdicts({coverage: 0.779}) == {"published.coverage_80": "WORSE"}
    assert verdicts({coverage: 0.821}) == {"published.coverage_80": "WORSE"}
    assert verdicts({coverage: 0.80}) == {"published.coverage_80": "better"}
    assert verdicts({CRPS: 2.019}) == {"published.crps": "tolerated"}
    assert verdicts({CRPS: 2.021}) == {"published.crps": "WORSE"}
    assert verdicts({CRPS: 1.5}) == {"published.crps": "better"}
    assert verdicts({skill: 19.4}) == {"published.skill": "WORSE"}
    assert verdicts({skill: 25.0}) == {"published.skill": "better"}
    for value in (2.47, 2.53):
        assert verdicts({"validation.1d.walk.crps": value}) == {"walk.crps": "WORSE"}
    assert verdicts({CRPS: 2.0 + 1e-8}) == {}


@pytest.mark.parametrize(
    ("rule", "before", "after", "verdict"),
    [
        ({"near": 0.8}, 0.79, 0.81, "tolerated"),  # as near
        ({"near": 0.8}, 0.813, 0.787, "tolerated"),  # farther by 10⁻¹⁶, which is the arithmetic's
        ({"near": 0.95}, 0.937, 0.963, "tolerated"),
        ({"near": 0.8}, 0.81, 0.79, "tolerated"),
        ({"near": 0.95}, 0.94, 0.96, "tolerated"),
        ({"near": 0.8}, 0.79, 0.8101, "WORSE"),
        ({"near": 0.8}, 0.79, 0.8099, "better"),
        ({"near": 0.8}, 0.79, 0.79, "same"),
        ({"better": "lower"}, 2.0, 2.0, "same"),
        ({"better": "lower"}, 2.0, 2.0 + 1e-7, "same"),  # the ninth digit, which no report has
        ({"better": "lower"}, 2.0, 2.0 + 1e-6, "WORSE"),
        ({"better": "lower"}, 2.0, 2.0 - 1e-7, "same"),
        ({"better": "lower"}, 2.0, 2.0 - 1e-6, "better"),
        ({"better": "lower"}, 0.0, 0.0, "same"),
        ({"better": "higher"}, -5.0, -5.0, "same"),
        ({"better": "higher"}, -5.0, -4.0, "better"),
        ({"better": "higher"}, 20.0, 20.0 - 1e-4, "WORSE"),
        ({"better": "same"}, 2.5, 2.5, "same"),
    ],
)
def test_what_is_as_good_is_not_worse_and_what_is_better_is_never_refused(
    rule: dict[str, Any], before: float, after: float, verdict: str
) -> None:
    """With no tolerance: rounding alone refuses no value."""
    chosen = settings(metrics=[{"name": CRPS, "absolute": 0.0} | rule])
    found = compare({CRPS: before}, {CRPS: after}, chosen)
    [entry] = found["compared"]
    assert entry["verdict"] == verdict
    assert bool(found["reasons"]) == (verdict == "WORSE")


def test_a_verdict_may_be_left_to_chance_by_new_data_and_by_nothing_else() -> None:
    verdict, chosen = "validation.1d.published.accept_rmse", settings(required=["validation.*"])
    without = {name: value for name, value in BASE.items() if name != verdict}
    assert compare(BASE, without, chosen)["reasons"] == [f"{verdict}: missing in HEAD"]
    newer = without | {"validation.1d.published.n": 2501.0}
    assert compare(BASE, newer, chosen)["reasons"] == []
    score = {name: value for name, value in newer.items() if name != CRPS}
    assert compare(BASE, score, chosen)["reasons"] == [f"{CRPS}: missing in HEAD"]


def test_a_reason_says_by_how_much_and_what_was_tolerated() -> None:
    assert judged({"validation.1d.published.coverage_80": 0.775})["reasons"] == [
        "validation.1d.published.coverage_80: 0.81 in BASE, 0.775 in HEAD: 0.015 farther from 0.8; tolerated 0.01 "
        "(1 standard error of 0.01)"
    ]
    assert judged({CRPS: 2.5, "validation.1d.published.n": 2501.0})["reasons"] == [
        f"{CRPS}: 2 in BASE, 2.5 in HEAD: 0.5 worse; tolerated 0.02 and 0.005999 for +1 forecasts"
    ]


def test_new_data_is_tolerated_by_the_variance_of_the_difference_of_nested_means() -> None:
    """Monte Carlo: BASE's mean of n against HEAD's of n + m; a tenth of a per cent lies beyond 3 of its standard deviations."""
    rng = np.random.default_rng(1)
    n, runs = 400, 4000
    losses = rng.exponential(2.0, (runs, n + 100))
    for m in (1, 20, 100):
        before, after = losses[:, :n].mean(axis=1), losses[:, : n + m].mean(axis=1)
        se = losses[:, :n].std(axis=1) / math.sqrt(n)
        allowed = []
        for k in range(3):
            base = {CRPS: before[k], f"{CRPS}_se": se[k], "validation.1d.published.n": float(n)}
            [entry] = compare(base, base | {"validation.1d.published.n": float(n + m)}, settings())["compared"]
            allowed.append(entry["new_data"])
        np.testing.assert_allclose(allowed, 3 * se[:3] * math.sqrt(m / (n + m)), rtol=1e-12)
        spread = (after - before).std()
        assert spread == pytest.approx(se.mean() * math.sqrt(m / (n + m)), rel=0.1)
        beyond = np.mean(after - before > 3 * se * math.sqrt(m / (n + m)))
        assert beyond < (0.03 if m == 1 else 0.01)  # a single exponential loss is not normal


def test_new_data_excuses_no_more_than_it_can_have_done() -> None:
    grown = {"validation.1d.published.n": 2501.0}
    assert judged(grown | {CRPS: 2.025})["reasons"] == []
    assert judged(grown | {CRPS: 2.027})["reasons"] != []
    assert judged(grown | {CRPS: 2.025}, settings(new_data=0.1))["reasons"] != []
    assert judged({CRPS: 2.025})["reasons"] != []


def test_a_verdict_that_flips_is_a_reason_where_no_forecast_has_matured_in_between() -> None:
    flipped = {"validation.1d.published.accept_rmse": 0.0}
    assert judged(flipped)["reasons"] == ["validation.1d.published.accept_rmse: 1 in BASE, 0 in HEAD"]
    assert judged(flipped | {"validation.1d.published.n": 2501.0})["reasons"] == []
    assert verdicts(flipped | {"validation.1d.published.n": 2501.0})["published.accept_rmse"] == "new data"


def test_what_head_lacks_is_a_reason_by_its_highest_node() -> None:
    base = BASE | {"validation.7d.published.n": 1.0}
    base |= {f"validation.{horizon}.garch.{name}": 1.0 for horizon in ("1d", "7d") for name in ("n", "mae")}
    head = {name: value for name, value in base.items() if "garch" not in name and name != CRPS}
    assert compare(base, head, settings())["reasons"] == [
        f"{CRPS}: missing in HEAD"
    ]  # the rule's, without being required
    assert compare(base, head, settings(required=["validation.*"]))["reasons"] == [
        "validation.*.garch (1d, 7d): missing in HEAD",
        f"{CRPS}: missing in HEAD",
    ]
    shorter = {name: value for name, value in base.items() if not name.startswith("validation.7d")}
    assert compare(base, shorter, settings(required=["validation.*"]))["reasons"] == ["validation.7d: missing in HEAD"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_no_finite_number_is_a_reason(value: float) -> None:
    assert judged({CRPS: value})["reasons"] == [f"{CRPS}: {value} in HEAD, no finite number"]
    base, head = BASE | {"validation.x": 1.0}, BASE | {"validation.x": value}
    assert compare(base, head, settings())["reasons"] == []
    assert len(compare(base, head, settings(required=["validation.*"]))["reasons"]) == 1


def test_new_metrics_are_shown_and_no_reason() -> None:
    found = compare({name: value for name, value in BASE.items() if name != CRPS}, BASE, settings())
    assert found["reasons"] == [] and {"metric": CRPS, "base": None, "head": 2.0, "verdict": "new"} in found["compared"]


def test_other_changes_are_counted_and_a_rule_about_nothing_is_named() -> None:
    found = judged({"validation.1d.published.n": 2501.0, "other": 1.0, "another": 0.0})
    assert found["other_changes"] == 3  # the two standard errors are as they were
    assert judged({})["other_changes"] == 0
    rule = {"name": "validation.*.published.mae", "better": "lower", "absolute": 1.0}
    assert judged({}, settings(metrics=[*RULES, rule]))["idle_rules"] == ["validation.*.published.mae"]


def test_the_first_rule_that_fits_decides() -> None:
    own = {"name": CRPS, "better": "lower", "relative": 0.5}
    assert judged({CRPS: 2.5}, settings(metrics=[own, *RULES]))["reasons"] == []
    assert judged({CRPS: 2.5}, settings(metrics=[*RULES, own]))["reasons"] != []


def test_nothing_to_compare_is_no_pass() -> None:
    with pytest.raises(DataError, match="no metric of gate.metrics is in both revisions"):
        compare({}, BASE, settings())


def test_a_rule_in_standard_errors_says_where_there_are_none() -> None:
    """As with too few forecasts; it is shown, changed or not."""
    coverage = "validation.1d.published.coverage_80"
    bare = {name: value for name, value in BASE.items() if not name.endswith("_se")}
    found = compare(bare, bare | {coverage: 0.1}, settings())
    [entry] = [entry for entry in found["compared"] if entry["metric"] == coverage]
    assert entry["verdict"] == "NOT_EVALUATED" and entry["tolerance"] is None and found["reasons"] == []
    shown = text(found | {"base": NAMED, "head": NAMED, "other_data": []})
    assert f"{coverage} | 0.81 | 0.1" in " ".join(shown.split())


def test_leaves_are_numbers_with_verdicts_among_them() -> None:
    content = {"a": {"b": 1, "c": None, "d": "x", "e": [1.0], "f": True}, "g": math.nan}
    found = leaves(content)
    assert {name: value for name, value in found.items() if name != "g"} == {"a.b": 1.0, "a.f": 1.0}
    assert math.isnan(found["g"])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"name": "a", "errors": 1.0}, "a: expected either better or near"),
        ({"name": "a", "better": "lower", "near": 0.8, "errors": 1.0}, "a: expected either better or near"),
        ({"name": "a", "better": "lower"}, "a: expected one of errors, relative and absolute"),
        ({"name": "a", "better": "lower", "errors": 1.0, "absolute": 1.0}, "a: expected one of errors"),
    ],
)
def test_rules_say_one_thing(rule: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        settings(metrics=[rule])


def test_a_rule_stands_once() -> None:
    with pytest.raises(ValueError, match="expected one rule of that name, got 2"):
        settings(metrics=[*RULES, RULES[0]])


def test_the_committed_rules_are_about_the_published_forecasts_levels() -> None:
    chosen, shown = committed().gate, committed().levels
    assert {rule.near for rule in chosen.metrics if rule.near is not None} == set(shown)
