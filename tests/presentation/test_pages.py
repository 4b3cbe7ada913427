"""The filters of every page: numbers, dates and names as they are shown, in each language."""

import datetime as dt

import pytest

from forex.core.sentence import sentence
from forex.presentation.catalogue import Code
from forex.presentation.language import language
from forex.presentation.pages import environment, filters

ENGLISH, SPANISH = (filters(language(code)) for code in ("en", "es"))


def test_dates_and_p_values_as_people_read_them() -> None:
    assert [ENGLISH["day"](day) for day in ("2024-01-05", dt.date(2024, 12, 31), None)] == [
        "5 Jan 2024",
        "31 Dec 2024",
        "–",
    ]
    assert [ENGLISH["p"](p) for p in (1.0, 0.0499, 0.0009)] == ["1.000", "0.050", "< 0.001"]
    assert [SPANISH["p"](p) for p in (1.0, 0.0499, 0.0009)] == ["1,000", "0,050", "< 0,001"]


@pytest.mark.parametrize("said", [ENGLISH, SPANISH])
def test_what_is_absent_is_said_by_every_filter_of_figures(said: dict) -> None:
    for name in ("rate", "value", "clp", "share", "whole", "change", "points", "count", "p", "evidence", "day"):
        assert said[name](None) == "–", name


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    assert [SPANISH["change"](value) for value in (-7.8e-14, 0.04, -0.06, 12.34)] == [
        "0,0\u202f%",
        "0,0\u202f%",
        "−0,1\u202f%",
        "+12,3\u202f%",
    ]


def test_evidence_from_next_to_nothing_to_millions() -> None:
    assert [SPANISH["evidence"](wealth) for wealth in (0.0, 0.018, 19.996, 1534622.9)] == [
        "< 0,01",
        "0,02",
        "20,00",
        "1.534.623",
    ]


def test_marks_of_code_are_not_shown() -> None:
    assert ENGLISH["say"](sentence("Check with `forex status`.")) == "Check with forex status."


@pytest.mark.parametrize(("code", "said"), [("en", "To the content"), ("es", "Ir al contenido")])
def test_a_template_is_read_in_the_language_of_its_environment(code: Code, said: str) -> None:
    templates = environment("forex.report", language(code))
    assert templates.from_string("{{ _('To the content') }} <{{ '<' }}").render() == f"{said} <&lt;"
