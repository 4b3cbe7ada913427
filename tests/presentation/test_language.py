"""Sentences, numbers, days and names as readers of Spanish and of English write them."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.core.reports import plain
from forex.core.sentence import Sentence, sentence, together, verbatim
from forex.presentation.language import LOCALES, Language, language
from forex.presentation.names import NAMES
from tests.report.test_monitors import alerts, storm

ES, EN, TERMINAL = Language("es"), Language("en"), Language("es", plain=True)
NARROW = "\u202f"  # before the sign of per cent


@pytest.mark.parametrize(
    ("value", "places", "es", "en", "terminal"),
    [
        (996.46, 2, "996,46", "996.46", "996,46"),
        (1005.286, 2, "1.005,29", "1,005.29", "1005,29"),
        (-1234567.0, 0, "−1.234.567", "−1,234,567", "-1234567"),
        (-0.004, 2, "0,00", "0.00", "0,00"),
        (None, 2, "–", "–", "–"),
    ],
)
def test_numbers(value: float | None, places: int, es: str, en: str, terminal: str) -> None:
    assert [reader.number(value, places) for reader in (ES, EN, TERMINAL)] == [es, en, terminal]


@pytest.mark.parametrize(
    ("value", "shown"), [(0.5, "+0,50"), (-0.5, "−0,50"), (0.001, "0,00"), (-0.001, "0,00"), (0, "0,00")]
)
def test_a_sign_stands_where_something_is_left_of_the_number(value: float, shown: str) -> None:
    assert ES.clp(value) == shown


def test_shares_levels_and_p_values() -> None:
    assert (ES.share(0.1234), EN.share(0.1234)) == (f"12,3{NARROW}%", f"12.3{NARROW}%")
    assert (ES.whole(0.5), ES.level(0.995), TERMINAL.level(0.8)) == (f"50{NARROW}%", f"99,5{NARROW}%", "80 %")
    assert (ES.p(0.0421), ES.p(1e-9), EN.p(1e-9), ES.p(None)) == ("0,042", "< 0,001", "< 0.001", "–")


@given(st.floats(1e-12, 1e12), st.integers(1, 9))
def test_a_value_has_the_digits_that_it_needs(value: float, digits: int) -> None:
    shown = EN.value(value, digits).replace(",", "")
    assert float(shown) == pytest.approx(float(f"{value:.{digits}g}"), rel=1e-12)
    assert "." not in shown or not shown.endswith("0")


@pytest.mark.parametrize(
    ("day", "es", "en"),
    [
        ("2024-11-28", "jueves 28 de noviembre de 2024", "Thursday 28 November 2024"),
        (dt.date(2025, 1, 2), "jueves 2 de enero de 2025", "Thursday 2 January 2025"),
    ],
)
def test_days(day: Any, es: str, en: str) -> None:
    assert (ES.day_in_words(day), EN.day_in_words(day)) == (es, en)


def test_short_days_have_no_full_stop_in_the_middle_of_a_sentence() -> None:
    assert ES.months() == ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
    assert ES.day("2024-09-03") == "3 sep 2024" and ES.day(None) == "–"
    assert ES.instant(dt.datetime(2024, 11, 27, 18, 5, tzinfo=dt.UTC)) == "27 nov 2024, 18:05 UTC"


def test_every_name_has_words_in_spanish() -> None:
    assert [name for name in NAMES if ES.name(name) in ("", name)] == ["nowcast"]


def test_names_of_currencies_are_cldr_s_and_a_name_that_nobody_gave_is_shown_as_its_words() -> None:
    assert [ES.name(name) for name in ("brl", "nok", "usdclp")] == [
        "real brasileño",
        "corona noruega",
        "dólar observado",
    ]
    assert ES.name("my_own_series") == EN.name("my_own_series") == "my own series"


SAID = sentence(
    "{series} fell {fall:.1%} in {days:business_days}, {span}",
    series="copper_lme",
    fall=0.1021,
    days=5,
    span=sentence(
        "from {before:g} ({since}) to {value:g} ({date})",
        before=9500.0,
        since="2024-11-20",
        value=8530.0,
        date=dt.date(2024, 11, 27),
    ),
)


def test_a_sentence_in_another_language() -> None:
    assert ES.say(SAID) == (
        f"cobre (Londres): baja de 10,2{NARROW}% en 5 días hábiles, de 9.500 (20 nov 2024) a 8.530 (27 nov 2024)"
    )
    assert EN.say(SAID) == (
        f"copper (London) fell 10.2{NARROW}% in 5 business days, from 9,500 (20 Nov 2024) to 8,530 (27 Nov 2024)"
    )
    assert TERMINAL.say(SAID).startswith("cobre (Londres): baja de 10,2 % en 5 días hábiles, de 9500 (20 nov")


def test_a_sentence_read_back_from_a_report_is_said_the_same() -> None:
    assert ES.say(Sentence.model_validate(plain(SAID))) == ES.say(SAID)


@pytest.mark.parametrize(("days", "said"), [(1, "1 día hábil"), (0, "0 días hábiles"), (2000, "2.000 días hábiles")])
def test_what_is_counted(days: int, said: str) -> None:
    assert ES.say("{rows:business_days}, {days} are needed", rows=days, days=60) == f"{said}; se necesitan 60"


def test_lists() -> None:
    assert ES.say(sentence("the store has no {series:or}", series=["vix", "dxy"])) == (
        "los datos no incluyen índice de volatilidad (VIX) o índice dólar (DXY)"
    )
    assert ES.say(sentence("{part:slash:+.1f}", part=[-18.64, 0.21])) == "−18,6/+0,2"
    assert ES.listed(["7d", "15d", "30d"]) == "7d, 15d y 30d" and ES.listed([]) == "–"


def test_parts_are_said_each_in_the_language() -> None:
    both = together(sentence("no value"), sentence("hardly moves"), by="; ")
    assert ES.say(both) == "sin valores; casi no se mueve"


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize(
    "value",
    ["", "<b>", "{x}", "%(x)s", "2024-99-99", "2024-11-27T99:00:00Z", "a\x1b[31m\n", "__class__", "usd", "ñandú"],
)
def test_hostile_values_are_text_like_any_other(value: str, code: Any) -> None:
    found = sentence("{series}: {message:s}", series=value, message=value)
    assert language(code).say(found).endswith(f": {value}")
    assert language(code).say(verbatim(value)) == value


def test_a_form_of_a_number_that_no_language_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'e' is no form of a number"):
        ES.say("{value:e}", value=0.5)


def test_a_text_without_a_translation_is_said_in_english() -> None:
    assert ES.say("It rains {n} mm.", n=1.5) == "It rains 1,5 mm."


def test_reasons_of_alerts_are_spanish() -> None:
    report = alerts(storm(0.05))
    said = [ES.say(why) for alert in report.alerts for why in alert.reasons] + [ES.say(report.send.why)]
    assert len(said) > 2 and not any(
        word in text for text in said for word in (" rose ", " fell ", " of the ", "CRITICAL")
    )
    assert [ES.say(why) for why in report.not_evaluated.values()][-1].startswith("los datos no incluyen ")


def test_nothing_is_read_from_the_machine_s_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LANG", "LANGUAGE"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    assert Language("es").say(SAID) == ES.say(SAID) and Language("en").rate(np.float64(1005.5)) == "1,005.50"
