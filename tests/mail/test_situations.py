"""Each mail in each situation, in Spanish and English: the state first, the numbers of the forecast, text and HTML alike."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest

from forex.commands.keep.catalogue import catalogue, renewed, untranslated
from forex.commands.keep.catalogue import written as written_catalogue
from forex.core.sentence import verbatim
from forex.forecast.report import Forecast
from forex.mail.material import Material, told
from forex.mail.message import Letter, message
from forex.mail.outcome import Outcome
from forex.mail.plain import WIDTH
from forex.mail.rules import KINDS, Kind
from forex.presentation.catalogue import Code
from forex.presentation.language import Language, language
from tests.support.mail.html import Reader
from tests.support.mail.material import (
    HOSTILE,
    alert,
    alerts_of,
    forecast_of,
    foretold,
    material,
    moved,
    settings,
    without,
    written,
)

CODES = get_args(Code)
DAY = dt.date(2024, 11, 27)
DST_ENDS, DST_BEGINS = dt.date(2024, 4, 5), dt.date(2024, 9, 6)  # the Fridays before Chile moves its clocks
CRITICAL = alerts_of(DAY, alert("CRITICAL"), alert(), send=True)

SITUATIONS: dict[str, Material] = {
    "quiet": material(),
    "month end": material(dt.date(2024, 10, 30)),
    "before a long weekend of holidays": material(dt.date(2024, 9, 17)),
    "year end": material(dt.date(2024, 12, 30)),
    "clocks go back": material(DST_ENDS),
    "clocks go forward": material(DST_BEGINS),
    "empty ledger": material(outcome=Outcome(DAY, 929.5, foretold(929.5, issued=False)), week=[]),
    "an emptied store": material(outcome=None, week=[]),
    "outage": material(said=without(forecast_of(DAY), "brl", "mxn"), moved=moved("usdclp", "eur")),
    "degraded": material(status="DEGRADED"),
    "critical alerts": material(alerts=CRITICAL),
    "nothing run for three days": material(run_age=3),
    "no nowcast": material(moved=None),
}


@pytest.fixture(autouse=True, scope="module")
def no_picture() -> Iterator[None]:
    """Drawing one takes longer than all the rest, and it is not what these tests look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("forex.mail.letter.mail_figure", lambda fan, language: b"a picture")
        yield


@cache
def letter_of(situation: str, kind: Kind, code: Code) -> Letter:
    return written(kind, code, made=SITUATIONS[situation])


def numbers(said: Forecast, horizons: list[str], speaks: Language) -> list[str]:
    rates = [said.anchor]
    for name in horizons:
        entry = said.horizons[name]
        rates += [entry.median, *entry.intervals["0.8"], *entry.intervals["0.95"]]
    return [speaks.rate(rate) for rate in rates]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_text_and_html_say_the_numbers_of_the_forecast_and_the_state_first(
    situation: str, kind: Kind, code: Code
) -> None:
    made = SITUATIONS[situation]
    said, horizons = made.reports.forecast, told(kind, made, settings())
    letter = letter_of(situation, kind, code)
    shown = Reader(letter.html)
    state = language(code).name(made.state.state)
    for number in numbers(said, horizons, Language(code, plain=True)):
        assert number in letter.text
    for number in numbers(said, horizons, language(code)):
        assert number in shown.text
    assert state.upper() in letter.text.splitlines()[0]
    stands = language(code).say("State: {state}", state=made.state.state)
    assert state in stands and shown.text.index(stands) < len(shown.text) / 8
    for horizon in horizons:
        day = language(code).day(said.horizons[horizon].target_date)
        assert day in letter.text and day in shown.text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_subject_is_one_line_with_date_rate_median_and_state(situation: str, kind: Kind, code: Code) -> None:
    made = SITUATIONS[situation]
    said, plain = made.reports.forecast, Language(code, plain=True)
    subject = letter_of(situation, kind, code).subject
    main = next(name for name in told(kind, made, settings())[1:] + ["1d"])
    for part in (plain.day(said.origin_date), plain.rate(said.anchor), plain.rate(said.horizons[main].median)):
        assert part in subject
    assert subject.endswith(plain.name(made.state.state))
    assert subject.isprintable() and len(subject) < 140


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_text_fit_and_html_asks_for_nothing(kind: Kind, code: Code) -> None:
    for situation in SITUATIONS:
        letter = letter_of(situation, kind, code)
        assert max(map(len, letter.text.splitlines())) <= WIDTH
        assert not re.search(r"<script|https?:|//|url\(|@import|<link|\bon\w+=", letter.html)
        assert re.findall(r'src="([^"]*)"', letter.html) == ["cid:fan@forex"]
        assert "max-width:640px" in letter.html


@pytest.mark.parametrize(
    ("code", "degraded", "old"), [("en", "degraded", "due for 3 business days"), ("es", "degradad", "Hace 3 días")]
)
def test_what_is_wrong_stands_in_it(code: Code, degraded: str, old: str) -> None:
    assert re.search(
        rf"{degraded}\w* \w+ 7d", " ".join(written("daily", code, made=SITUATIONS["degraded"]).text.split())
    )
    assert old in written("daily", code, made=SITUATIONS["nothing run for three days"]).text
    outage = written("daily", code, made=SITUATIONS["outage"]).text
    for name in ("brl", "mxn"):
        assert language(code).name(name) in outage


def test_what_came_stands_beside_what_was_forecast() -> None:
    said = written("daily", "en").text
    assert "929.50, in force on 27 Nov 2024" in said
    table = said.partition("What was forecast, and what came")[2].partition("What moves")[0]
    verdicts = [re.split(r" {2,}", line)[-1] for line in table.splitlines() if re.match(r"(1|7|30) ", line)]
    assert verdicts == ["yes", "at 95 %", "no"]


def test_what_was_not_issued_says_so() -> None:
    issued = written("daily", "en").text
    afterwards = material()
    assert afterwards.outcome
    only = replace(afterwards, outcome=replace(afterwards.outcome, foretold=foretold(929.5, issued=False)))
    assert "Not issued before" not in issued
    assert "Not issued before" in written("daily", "en", made=only).text


def test_the_largest_movers_have_rows_and_the_others_one_together() -> None:
    rows = written("daily", "en", drivers=2).text.partition("the largest")[2].partition("Market")[0]
    assert re.findall(r"^(\S.*?)  ", rows, re.MULTILINE) == [
        "Series",
        "Mexican Peso",
        "Brazilian Real",
        "5 others",
        "All",
    ]


def test_alerts_come_first_in_an_alert_the_gravest_at_their_top() -> None:
    said = written("alert", "en", made=SITUATIONS["critical alerts"])
    assert said.text.index("Critical, 27 Nov 2024") < said.text.index("Warning, 27 Nov 2024")
    assert said.text.index("Warning, 27 Nov 2024") < said.text.index("With 80 % probability")
    assert "Volatility index (VIX)" in said.text and "31" in said.text
    assert said.priority == "URGENT" and said.subject.startswith("Urgent, alert: ")


@pytest.mark.parametrize("code", CODES)
def test_what_others_wrote_is_text_and_nothing_else(code: Code) -> None:
    said = without(forecast_of(DAY), HOSTILE)
    grave = alert("CRITICAL", why=verbatim(HOSTILE))
    made = material(said=said, alerts=alerts_of(DAY, grave, send=True), moved=moved(HOSTILE, "brl", "mxn"))
    for kind in KINDS:
        letter = written(kind, code, made=made)
        assert "<script" not in letter.html and "&lt;script&gt;" in letter.html
        assert all(line.isprintable() for line in letter.text.splitlines())
        assert not [found for found in letter.html if found != "\n" and unicodedata.category(found).startswith("C")]
        assert not any(line.startswith("Bcc:") for line in letter.text.splitlines())
        head = message(letter).partition(b"\r\n\r\n")[0]
        assert b"Bcc" not in head and b"eve@" not in head


def test_every_text_has_its_spanish() -> None:
    found = renewed("mail", "es")
    assert untranslated(found) == []
    assert written_catalogue(found) == catalogue("mail", "es").read_text(encoding="utf-8")
