"""What changed between two reports: every verdict, and figures only where they look different."""

import pytest

from forex.weekly.changes import changes
from forex.weekly.standing import SHOWN, VERDICTS
from tests.support.weekly_made_up import figures, row, rules


def test_nothing_changed() -> None:
    assert changes(row("2024-11-13"), row("2024-11-20")) == []


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("coverage_95", 0.95549, False),
        ("coverage_95", 0.9556, True),
        ("crps", 9.2249, False),
        ("crps", 9.2251, True),
        ("crps_skill_pct", 2.9349, False),
        ("crps_skill_pct", -2.93, True),
        ("crps_skill_p", 0.0004, False),
        ("crps_skill_p", 0.0006, True),
        ("n", 3511, True),
        ("rmse", None, True),
    ],
)
def test_a_figure_changed_where_it_looks_different(name: str, value: float | None, seen: bool) -> None:
    after = row("2024-11-20", horizons={"1d": figures(**{name: value}), "30d": figures(n=3400)})
    found = [
        (change.horizon, change.subject, change.name, change.before, change.after)
        for change in changes(row("2024-11-13"), after)
    ]
    assert found == ([("1d", "figure", name, getattr(figures(), name), value)] if seen else [])


def test_state_verdicts_and_evidence_come_before_the_figures() -> None:
    worse = figures(coverage_95=0.97, crps_evidence="NO_EVIDENCE", rules=rules(coverage_95="FAIL", mape_pct="PASS"))
    after = row("2024-11-20", state="FAULT", horizons={"1d": worse, "30d": figures(n=3400)})
    found = [
        (change.horizon, change.subject, change.name, change.before, change.after)
        for change in changes(row("2024-11-13"), after)
    ]
    assert found == [
        (None, "state", "state", "OK", "FAULT"),
        ("1d", "verdict", "verdict", "NOT_EVALUATED", "FAIL"),
        ("1d", "rule", "coverage_95", "PASS", "FAIL"),
        ("1d", "rule", "mape_pct", None, "PASS"),
        ("1d", "evidence", "crps_evidence", "PUBLISHED_BETTER", "NO_EVIDENCE"),
        ("1d", "figure", "coverage_95", 0.95512821, 0.97),
    ]


def test_a_horizon_that_comes_or_goes_changes_all_of_its_figures() -> None:
    single, both = row(horizons={"1d": figures()}), row()
    come, gone = changes(single, both), changes(both, single)
    assert {found.horizon for found in come} == {"30d"} and {found.name for found in come} >= {
        *SHOWN,
        "verdict",
        "rmse",
    }
    assert [(found.after, found.before) for found in gone] == [(found.before, found.after) for found in come]


@pytest.mark.parametrize("worst", VERDICTS)
def test_the_verdict_of_a_horizon_is_its_worst_rules(worst: str) -> None:
    better = VERDICTS[VERDICTS.index(worst) :]  # type: ignore[arg-type]
    found = figures(rules={f"rule_{number}": verdict for number, verdict in enumerate(reversed(better))})
    assert found.verdict == worst and found.held == sum(verdict == "PASS" for verdict in better)
