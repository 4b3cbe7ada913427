"""Accounts by hand: parts that telescope, and differences between accounts that do not have the same parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.explanation.account import Step, account, change, difference
from forex.explanation.report import Account, Accounts, Ends

RATES = st.lists(st.floats(1.0, 5000.0), min_size=1, max_size=12)


def total(breakdown: Account) -> float:
    return breakdown.start + sum(part.clp for part in breakdown.parts)


def parts(breakdown: Account) -> dict[tuple[str, str | None], float]:
    return {(part.kind, part.subject): part.clp for part in breakdown.parts}


def test_a_part_is_what_a_step_adds_and_the_last_one_has_what_rounding_left() -> None:
    steps = [Step("long_run", None, 880.0), Step("component", "4", 870.123449), Step("lean", None, 875.50004)]
    made = account(900.0, steps, 875.5)
    assert parts(made) == {("long_run", None): -20.0, ("component", "4"): -9.8766, ("lean", None): 5.3766}
    assert (made.start, made.end) == (900.0, 875.5)


@given(st.floats(1.0, 5000.0), RATES)
def test_parts_sum_to_the_end(start: float, rates: list[float]) -> None:
    end = round(rates[-1], 4)
    made = account(start, [Step("driver", f"s{i}", rate) for i, rate in enumerate(rates)], end)
    assert total(made) == pytest.approx(end, abs=1e-6)


def test_a_part_that_one_account_lacks_counts_nothing_there() -> None:
    now = account(910.0, [Step("driver", "mxn", 912.0), Step("quote", "usdclp_spot", 915.0)], 915.0)
    before = account(900.0, [Step("driver", "mxn", 901.5), Step("driver", "brl", 901.0)], 901.0)
    changed = difference(now, before)
    assert (changed.start, changed.end) == (10.0, 14.0)
    assert parts(changed) == {("driver", "mxn"): 0.5, ("quote", "usdclp_spot"): 3.0, ("driver", "brl"): 0.5}
    assert total(changed) == pytest.approx(changed.end, abs=1e-9)


@given(RATES, RATES)
def test_differences_sum_to_the_difference_of_the_ends(newer: list[float], older: list[float]) -> None:
    now, before = (
        account(900.0, [Step("driver", f"s{i}", rate) for i, rate in enumerate(rates)], round(rates[-1], 4))
        for rates in (newer, older)
    )
    assert total(difference(now, before)) == pytest.approx(now.end - before.end, abs=1e-6)


def test_every_account_is_compared_with_its_own() -> None:
    def accounts(shift: float) -> Accounts:
        median = account(900.0 + shift, [Step("model", None, 905.0)], 905.0)
        lower, upper = (
            account(905.0, [Step("own_interval", None, end)], end) for end in (880.0 - shift, 930.0 + shift)
        )
        return Accounts(median=median, intervals={"0.95": Ends(lower=lower, upper=upper)})

    changed = change(accounts(2.0), accounts(0.0))
    assert changed.median.start == 2.0 and changed.median.end == 0.0
    assert changed.intervals["0.95"].lower.parts[0].clp == -2.0
    assert changed.intervals["0.95"].upper.parts[0].clp == 2.0
