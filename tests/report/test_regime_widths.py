"""The page says how much wider intervals are by regime, beside what was assumed before."""

from tests.support.calibration_made_up import calibration
from tests.support.pages.dashboards import page
from tests.support.pages.reader import Reader


def test_widths_by_regime_stand_beside_what_was_assumed() -> None:
    text = " ".join(Reader(page()).text.split())
    assert "Width of the 95 % interval over its median on normal days" in text
    assert "High volatility – 1.37 0.69 – 2.74 1.50 – 2.50" in text


def test_without_widths_there_is_no_table() -> None:
    text = Reader(page(calibration=calibration())).text
    assert "over its median on normal days" not in text
