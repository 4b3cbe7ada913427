"""Text has the contrast that WCAG 2.1 AA asks for, 4.5 to 1, in both schemes and on paper, wherever it can stand."""

import re

import pytest

from tests.support.pages.templates import SHARED

TEXTS = ("ink", "muted", "accent", "good", "warn", "bad")
PALE = {"good": "good-pale", "warn": "warn-pale", "bad": "bad-pale"}  # a state's text on its own colour


def schemes() -> dict[str, dict[str, str]]:
    light, dark, *others = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in re.split(r"(?=@media)", SHARED)
    )
    [paper] = [colours for colours in others if colours]
    assert set(light) == set(dark) == set(paper)
    return {"light": light, "dark": dark, "print": paper}


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_has_the_contrast_that_accessibility_asks_for(scheme: str) -> None:
    colours = schemes()[scheme]
    for name in TEXTS:
        for ground in ("card", "paper"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for name, ground in PALE.items():
        assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def test_the_rules_of_a_state_use_its_own_pale_colour() -> None:
    for state, colour in {"OK": "good", "CAUTION": "warn", "FAULT": "bad"}.items():
        assert f".state.{state} {{ color: var(--{colour}); background: var(--{PALE[colour]}) }}" in SHARED


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def contrast(colour: str, other: str) -> float:
    lighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
