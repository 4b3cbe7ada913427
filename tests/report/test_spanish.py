"""In Spanish nothing on the page is English: every branch of it, its charts, and what the state says."""

import re
from typing import Any

import pytest

from forex.presentation.names import NAMES
from tests.support.pages.dashboards import PROJECTS, page
from tests.support.pages.noted import Noted, NotedLanguage, english_fragments
from tests.support.pages.tables import drawn

MADE_UP = {f"s{number}" for number in range(10)} | {"early_storm", "late_storm"}  # names that nobody has given words
SAID = "brl: 11 business days old"
FRAGMENTS = english_fragments()


def english(whole: str) -> list[str]:
    """Texts of which a piece stands on a page, apart from what a made-up report says in its own words."""
    own = whole.replace(SAID, "")
    return [text for piece, text in FRAGMENTS.items() if piece in own]


def said(project: str, **more: Any) -> tuple[NotedLanguage, str]:
    spanish = NotedLanguage("es")
    return spanish, page(language=spanish, **PROJECTS[project]() | more)


@pytest.mark.slow
@pytest.mark.parametrize("project", PROJECTS)
def test_every_text_of_the_page_has_its_spanish(project: str) -> None:
    spanish, whole = said(project)
    assert sorted(spanish.noted.untranslated) == []
    assert spanish.nameless <= MADE_UP
    assert english(whole) == []


@pytest.mark.parametrize("matured", [True, False])
def test_every_text_of_the_charts_has_its_spanish(matured: bool) -> None:
    spanish = NotedLanguage("es")
    figures = drawn(spanish, matured=matured, now="COPPER_SHOCK")
    parts = PROJECTS["usual" if matured else "nothing matured"]()
    whole = page(language=spanish, **parts | {"figures": figures})
    assert sorted(spanish.noted.untranslated) == []
    assert spanish.nameless <= MADE_UP
    assert english(whole) == []
    months = set(re.findall(r">([A-Z]?[a-z]+)<", "".join([*figures.fan, *figures.rolling.values()])))
    assert months <= {"enero", "abril", "julio", "agosto", "octubre", "noviembre", "diciembre", "septiembre", "junio"}


def test_a_text_without_a_translation_is_noted_and_so_is_a_name_without_words() -> None:
    spanish = NotedLanguage("es")
    spanish.say("Nobody has said {this} yet", this="x_y")
    spanish.plural("{n} nothing", "{n} nothings", 2)
    spanish.say("{a}; {b}", a=1, b=2)
    assert spanish.noted.untranslated == {"Nobody has said {this} yet", "{n} nothing", "{n} nothings"}
    assert spanish.nameless == {"x_y"}
    assert Noted(spanish.noted.translations, "es").untranslated == set()


def test_english_in_a_spanish_page_would_be_found() -> None:
    assert FRAGMENTS and all(text in FRAGMENTS.values() for text in ("Share of days", "Probability of levels"))
    assert len(english(page("en"))) > 100
    assert len(english(page("es") + "Share of days")) == len(english(page("es"))) + 1


def test_every_name_has_its_spanish() -> None:
    spanish = NotedLanguage("es")
    for name in NAMES:
        spanish.name(name)
    assert sorted(spanish.noted.untranslated) == []
