"""reports/expectations.html: what needs attention first, in words, in both languages, and nothing that a report says runs."""

import re
from typing import Any

import pytest

from forex.core.sentence import Sentence, sentence, verbatim
from forex.params.data import Severities
from forex.presentation.language import Language, language
from forex.validation import wording
from forex.validation.page import page, series_rows
from forex.validation.report import Expectations, InputWarning
from forex.validation.summary import summary
from tests.support.forecasts_made_up import check, checked, expectations
from tests.support.made_up import ROOT
from tests.support.pages.noted import NotedLanguage, english_fragments
from tests.support.pages.reader import Reader
from tests.validation.test_validate import AS_OF, series
from tests.validation.test_validate import check as check_rows

EN, ES = language("en"), language("es")
TEMPLATE = ROOT / "forex/validation/templates/expectations.html.j2"


def with_class(found: Reader, name: str) -> int:
    return sum(name in (attributes.get("class") or "").split() for _, attributes in found.tags)


def shown(report: Expectations, said: Language = EN) -> Reader:
    return Reader(page(report, said))


def used(**more: Any) -> Any:
    return checked(**({"rows": 5209, "usable": 5172} | more))


def holidays() -> Expectations:
    """Every series in use, with rows on holidays set aside in one."""
    off = check("business_day", success=False, observed=[False], failing_rows=37)
    own = used(set_aside={"not_a_business_day": 37}, checks=[check("range"), off])
    return expectations(series={"usdclp": own, "eur": used(checks=[check("range")])})


def stopped(failed: Any, why: Sentence) -> Expectations:
    return expectations(
        success=False,
        series={
            "brl": used(checks=[check("range")]),
            "mxn": used(fate="flagged", why=why, checks=[failed]),
            "vix": checked(fate="left_out", why=why),
            "usdclp": used(fate="stops_the_run", why=why, checks=[check("range"), failed]),
        },
    )


STALE = check(
    "staleness",
    severity="critical",
    success=False,
    observed=11,
    failing_rows=None,
    kwargs={"column": "staleness", "max_value": 5},
    bound="validate.max_age.critical",
)


def test_rows_on_holidays_are_as_they_should_be() -> None:
    found = shown(holidays())
    assert "In order. 2 of 3 checks hold. Every series is in use. Rows on holidays were set aside" in found.text
    assert "37 of 5,209 rows" in found.text and "as expected" in found.text
    assert with_class(found, "FAULT") == with_class(found, "FAIL") == with_class(found, "WARNING") == 0
    assert not [attributes for tag, attributes in found.tags if tag == "details" and "open" in attributes]


def test_what_needs_attention_comes_first_and_is_open() -> None:
    report = stopped(STALE, verbatim("too old"))
    assert [row.name for row in series_rows(report, EN)] == ["usdclp", "vix", "mxn", "brl"]
    found = shown(report)
    assert "Not in order. 2 of 4 checks hold. A series that no forecast can do without failed" in found.text
    assert (
        "5 of" not in found.text and "at most 5 business days validate.max_age.critical 11 business days" in found.text
    )
    opened = ["open" in attributes for tag, attributes in found.tags if tag == "details"]
    assert opened == [True, True, False]
    first = series_rows(report, EN)[0].checks
    assert [row.outcome for row in first] == ["FAIL", "PASS"]


def test_a_series_in_use_with_a_check_that_does_not_hold_is_one_with_reservations() -> None:
    out = check("range", success=False, failing_rows=2, observed=[2000.0])
    found = shown(expectations(series={"eur": used(checks=[out]), "brl": used(checks=[check("range")])}))
    assert "With reservations. 1 of 2 checks hold." in found.text
    assert with_class(found, "WARNING") == 1


@pytest.mark.slow
def test_rows_that_failed_are_shown_with_their_line() -> None:
    report = summary({"usdclp": check_rows(series(changes={50: 2000.0}))}, {}, AS_OF, params_sha256={}, store={})
    text = shown(report).text
    assert "1 of 1,200 rows The first:" in text and re.search(r"20\d\d, 2,000 \(line 52\)", text)
    assert "expect_" not in text and "out of range" not in text and "outside of their range" in text


@pytest.mark.parametrize("said", [EN, ES], ids=lambda said: said.code)
def test_it_is_readable_by_ear_and_requests_nothing(said: Language) -> None:
    found = shown(stopped(STALE, verbatim("too old")), said)
    names = [tag for tag, _ in found.tags]
    assert ("html", {"lang": said.code}) in found.tags
    assert names.count("main") == names.count("h1") == 1 and names.count("h2") >= 2
    assert names.count("table") == names.count("caption") == 4
    assert all(attributes.get("scope") for tag, attributes in found.tags if tag == "th")
    assert not set(names) & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert {
        str(attributes["href"]) for tag, attributes in found.tags if tag == "a" and "#" not in str(attributes["href"])
    } == {
        "dashboard.html",
        "expectations.json",
    }
    ids = [str(attributes["id"]) for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {
        str(attributes["href"])[1:] for tag, attributes in found.tags if tag == "a" and "#" in str(attributes["href"])
    } <= set(ids)


@pytest.mark.parametrize("name", ["holidays", "stopped"])
def test_in_spanish_nothing_is_english(name: str) -> None:
    spanish, why = NotedLanguage("es"), sentence("no row is usable")
    warning = InputWarning(kind="estimates_old", **dict(why))
    report = holidays() if name == "holidays" else stopped(STALE, why).model_copy(update={"warnings": (warning,)})
    whole = page(report, spanish)
    assert sorted(spanish.noted.untranslated) == [] and spanish.nameless == set()
    assert [text for piece, text in english_fragments().items() if piece in whole] == []
    if name == "stopped":
        assert "Se cumplen 2 de 4 controles." in whole and "como máximo 5 días hábiles" in whole


def test_hostile_text_is_escaped() -> None:
    evil = "<script>alert('&')</script>"
    bad = check(evil, success=False, bound=evil, kwargs={"column": evil}, failing_rows=1, first_failing=[
        {"line": 1, "date": None, "value": evil},
    ])  # fmt: skip
    series = {evil: used(fate="flagged", why=verbatim(evil), set_aside={evil: 1}, checks=[bad])}
    warning = InputWarning(kind="estimates_old", **dict(verbatim(evil)))
    html = page(expectations(series=series, warnings=[warning]), EN)
    assert "<script" not in html and html.count("&lt;script&gt;") >= 8
    Reader(html)


def test_the_template_holds_no_figure_of_its_own() -> None:
    text = re.sub(r"<style>.*?</style>", "", TEMPLATE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"\d", re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", text, flags=re.DOTALL)) == []


@pytest.mark.parametrize("name", list(Severities.model_fields))
def test_every_check_has_words(name: str) -> None:
    """Neither a name of Great Expectations nor a keyword of ours is shown for what is accepted."""
    bounds: dict[str, Any] = {"column": "value", "min_value": 1, "max_value": 2}
    said = EN.say(wording.asked(name, bounds))
    assert "column" not in said and "value 1" not in said and "None" not in said
    assert EN.name(name) != name.replace("_", " ")


@pytest.mark.parametrize(
    ("name", "kwargs", "asked"),
    [
        ("range", {"min_value": 0.4, "max_value": 2000}, "0,4 a 2.000"),
        ("max_move", {"max_value": 0.125}, "como máximo 12,5 %"),
        ("calendar_agreement", {"min_value": 0.9}, "como mínimo 90 % de los días hábiles"),
        ("longest_gap", {"max_value": 1}, "como máximo 1 día hábil"),
        ("rows", {"min_value": 1000}, "como mínimo 1.000 fechas"),
    ],
)
def test_bounds_are_said_in_the_numbers_of_the_language(name: str, kwargs: Any, asked: str) -> None:
    assert asked in ES.say(wording.asked(name, {"column": "value"} | kwargs))


@pytest.mark.parametrize(
    ("name", "observed", "found"),
    [
        ("rows", 5172, "5,172 dates"),
        ("staleness", 1, "1 business day"),
        ("calendar_agreement", 0.95371566, "95.37 % of business days"),
        ("set_aside", 0.0, "0.00 % of rows"),
        ("type", "float64", "numbers"),
        ("type", "str", "str"),
    ],
)
def test_what_a_table_check_found_is_said_in_its_unit(name: str, observed: Any, found: str) -> None:
    assert EN.say(wording.found(name, observed, failing=None, rows=9)) == found
