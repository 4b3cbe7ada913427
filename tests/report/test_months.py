"""The page shows every calendar month's volatility with its uncertainty, and says which ones differ."""

from forex.forecast.conditions import months
from forex.params import UsdClp
from tests.support.forecasts_made_up import UNKNOWN_CONDITIONS, forecast
from tests.support.pages.dashboards import page
from tests.support.pages.reader import Reader
from tests.support.simulated import committed


def shown(block: UsdClp) -> str:
    conditions = UNKNOWN_CONDITIONS.model_copy(update={"months": months(block)})
    return " ".join(Reader(page(forecast=forecast(conditions=conditions))).text.split())


def test_every_month_stands_on_the_page_with_its_interval() -> None:
    block = committed().usdclp
    text = shown(block)
    for month in months(block).factors:
        assert f"{month.factor:.2f} {month.low:.2f} – {month.high:.2f}" in text
    assert "No month can be told from the others." in text


def test_a_month_whose_interval_does_not_hold_one_is_named() -> None:
    block = committed().usdclp
    low = (1.05, *block.volatility.month_low[1:])
    high = (*block.volatility.month_high[:11], 0.97)
    volatility = block.volatility.model_copy(update={"month_low": low, "month_high": high})
    differing = block.model_copy(update={"volatility": volatility})
    assert [month.state for month in months(differing).factors] == ["HIGH", *["USUAL"] * 10, "LOW"]
    text = shown(differing)
    assert "These can be told from the others: Jan and Dec." in text
    assert (
        f"{block.volatility.month_factors[0]:.2f} high" in text
        and f"{block.volatility.month_factors[11]:.2f} low" in text
    )
