"""The page says how much wider intervals are by regime, beside what was assumed before."""

from tests.support.calibration_made_up import calibration
from tests.support.reports_made_up import Reader, page


def test_widths_by_regime_stand_beside_what_was_assumed() -> None:
    text = " ".join(Reader(page()).text.split())
    assert "Width of the 95 % interval over its median at NORMAL origins" in text
    assert "1.37 0.69 to 2.74" in text or "1.37 0.68 to 2.74" in text
    assert "1.50 to 2.50" in text


def test_without_widths_there_is_no_table() -> None:
    text = Reader(page(calibration=calibration())).text
    assert "over its median at NORMAL origins" not in text
