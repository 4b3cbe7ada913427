"""Statuses from p-values: Holm over all that is looked at, thresholds on the change, the order of statuses."""

from typing import Any

import numpy as np
import pytest

from forex.core.status import STATUSES
from forex.monitoring.verdict import CODE, Verdict, judge, of_window
from forex.monitoring.windows import Change
from forex.params import Performance
from tests.support.simulated import committed


def settings(**changes: Any) -> Performance:
    return committed().performance.model_copy(update=changes)


def change(pct: float, p: float, *, critical: float = 1.0, better: float = 1.0) -> Change:
    return Change(*(np.array([value]) for value in (pct, p, critical, better)))


def status(found: dict, key: tuple) -> str:
    return STATUSES[found[key].code[0]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (change(20, 0.001), "DEGRADED"),
        (change(14, 0.001), "GOOD"),  # significant, but by less than degraded_pct
        (change(90, 0.05), "GOOD"),  # large, but not significant
        (change(90, 0.001, critical=0.001), "CRITICAL"),
        (change(90, 0.001, critical=0.05), "DEGRADED"),
        (change(-20, 0.99, better=0.01), "EXCELLENT"),
        (change(-4, 0.99, better=0.01), "GOOD"),
        (change(-20, 0.99, better=0.2), "GOOD"),
        (change(20, np.nan), "INSUFFICIENT_DATA"),
    ],
)
def test_status_of_one_figure(given: Change, expected: str) -> None:
    assert status(judge({("1d", "crps"): given}, settings()), ("1d", "crps")) == expected


def test_holm_counts_every_figure_of_a_look_and_no_missing_one() -> None:
    """Of four tests the smallest p counts four times: 0.0009 is enough, and with a fifth it is not."""
    many = {(str(row), "error"): change(50, p) for row, p in enumerate((0.0009, 0.5, 0.6, 0.7))}
    found = judge(many, settings())
    assert found["0", "error"].holm_p[0] == pytest.approx(0.0036)
    assert status(found, ("0", "error")) == "DEGRADED"
    assert status(judge(many | {("4", "error"): change(0, 0.8)}, settings()), ("0", "error")) == "GOOD"
    assert status(judge(many | {("4", "error"): change(0, np.nan)}, settings()), ("0", "error")) == "DEGRADED"


def test_looks_are_families_of_their_own() -> None:
    two = Change(np.array([50.0, 50.0]), np.array([0.001, 0.5]), np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    other = Change(np.array([0.0, 0.0]), np.array([0.5, 0.0001]), np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    found = judge({("a", "error"): two, ("b", "error"): other}, settings())
    assert found["a", "error"].holm_p == pytest.approx([0.002, 0.5])
    assert found["b", "error"].holm_p == pytest.approx([0.5, 0.0002])


@pytest.mark.parametrize(
    ("crps", "other", "expected"),
    [
        ("EXCELLENT", "GOOD", "EXCELLENT"),
        ("GOOD", "GOOD", "GOOD"),
        ("EXCELLENT", "DEGRADED", "DEGRADED"),
        ("EXCELLENT", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA"),
        ("CRITICAL", "INSUFFICIENT_DATA", "CRITICAL"),
    ],
)
def test_status_of_a_window(crps: str, other: str, expected: str) -> None:
    p = np.array([0.5])
    verdicts = {"crps": Verdict(p, np.array([CODE[crps]])), "bias": Verdict(p, np.array([CODE[other]]))}
    assert STATUSES[of_window(verdicts)[0]] == expected


def test_nothing_to_judge_is_no_verdict() -> None:
    assert judge({}, settings()) == {}
