"""What a spreadsheet would compute: no cell of a CSV file of ours begins like a formula, and what could make one is refused."""

import csv

import pytest
from pydantic import ValidationError

from forex.core.edges.validators import series_id
from forex.forecast.report import Forecast
from tests.support.forecasts_made_up import entry, forecast
from tests.support.made_up import ROOT

FORMULAS = ["=1+1", "@SUM(A1)", "+1d", "-1d", "\t=1+1", "\r=1+1", '=HYPERLINK("https://example.org","x")']


def test_no_cell_that_a_run_writes_is_a_formula() -> None:
    cells = 0
    for path in sorted((ROOT / "reports").rglob("*.csv")):
        for number, row in enumerate(csv.reader(path.read_text(encoding="utf-8").splitlines()), start=1):
            for cell in row:
                cells += 1
                negative = (
                    cell.startswith("-")
                    and cell[1:2].isdigit()
                    and cell[1:].replace(".", "").replace("e-", "").isalnum()
                )
                assert negative or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (
                    f"{path}, line {number}: {cell}"
                )
    assert cells > 1000


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_the_forecast_s_table_can_be_one(text: str) -> None:
    """Its texts are horizons and the regime; models and series, of which the plots have columns, are names."""
    assert isinstance(forecast(), Forecast)
    with pytest.raises(ValidationError, match="horizons"):
        forecast(horizons={text: entry("2024-12-04")})
    with pytest.raises(ValidationError, match="regime"):
        forecast(regime=text)
    with pytest.raises(ValueError, match="expected"):
        series_id(text)
