"""Rates in options as people write them."""

import pytest

from forex.commands.rates import rate
from forex.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1000,50", 1000.5), ("1.000,50", 1000.5), ("1,000.50", 1000.5), ("1000.50", 1000.5), ("1000", 1000.0), ("950.0", 950.0),
        ("1000.505", 1000.505), ("$ 950,5", 950.5), ("1.000.000", 1e6), ("1 000,5", 1000.5), ("0.925", 0.925),
    ],
)  # fmt: skip
def test_a_rate_as_people_write_it(text: str, meant: float) -> None:
    assert rate(text) == meant


@pytest.mark.parametrize("text", ["1.000", "1,000", "950.125"])
def test_two_rates_in_one_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match=rf"{text}: could be \S+ or \S+ CLP per USD"):
        rate(text)


@pytest.mark.parametrize("text", ["nan", "inf", "mil", "", "9-50", "1,0,0"])
def test_no_rate(text: str) -> None:
    with pytest.raises(UsageError, match="expected a rate in CLP per USD, like 950 or 950,50"):
        rate(text)
