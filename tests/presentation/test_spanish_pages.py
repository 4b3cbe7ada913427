"""The Spanish pages for treasurers use the words of the page, and miss no regime and no state."""

import pytest

from forex.core.status import STATES
from forex.presentation.language import Language
from forex.presentation.names import REGIMES
from tests.support.made_up import ROOT

PAGES = ROOT / "docs/es"
SPANISH = Language("es")


def test_every_regime_has_a_row_with_its_name() -> None:
    text = (PAGES / "regimenes.md").read_text(encoding="utf-8")
    for name in [*REGIMES, "UNKNOWN"]:
        assert f"| {SPANISH.name(name)} ({name}) |" in text


def test_every_state_is_told_by_its_name() -> None:
    text = (PAGES / "pronostico.md").read_text(encoding="utf-8").lower()
    for name in STATES:
        assert f"- **{SPANISH.name(name)}**:" in text


@pytest.mark.parametrize("name", ["NOT_EVALUATED", "INSUFFICIENT_DATA"])
def test_what_nobody_can_tell_has_the_word_of_the_page(name: str) -> None:
    assert f"«{SPANISH.name(name)}»" in (PAGES / "limites.md").read_text(encoding="utf-8")
