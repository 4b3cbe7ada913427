"""The page shows every calendar month's volatility with its uncertainty, and says which ones differ."""

from forex.params import UsdClp
from forex.report.months import month_rows
from tests.support.reports_made_up import Reader, page
from tests.support.simulated import committed


def usual(**volatility: tuple[float, ...]) -> UsdClp:
    block = committed().usdclp
    return block.model_copy(update={"volatility": block.volatility.model_copy(update=volatility)})


def test_every_month_stands_on_the_page_with_its_interval() -> None:
    text = " ".join(Reader(page()).text.split())
    for row in month_rows(committed().usdclp):
        assert f"{row['factor']:.2f} {row['low']:.2f} to {row['high']:.2f}" in text
    assert "no month can be told from the others" in text


def test_a_month_whose_interval_does_not_hold_one_is_named() -> None:
    low = (1.05, *committed().usdclp.volatility.month_low[1:])
    high = (*committed().usdclp.volatility.month_high[:11], 0.97)
    differing = usual(month_low=low, month_high=high)
    rows = month_rows(differing)
    assert [row["differs"] for row in rows] == ["high", *[None] * 10, "low"]
    text = " ".join(Reader(page(usual=differing)).text.split())
    assert "Jan, Dec can be told from the others" in text
