"""A sentence: what it says in English, what it is made from, and that it comes back from a file as it was."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forex.core.reports import plain, read_report, write_report
from forex.core.sentence import Sentence, sentence, together, verbatim


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("{series} fell {fall:.1%}", {"series": "vix", "fall": 0.1021}, "vix fell 10.2%"),
        ("{change:+.2f} points", {"change": -0.5}, "-0.50 points"),
        ("{days:business_days}", {"days": 1}, "1 business day"),
        ("{days:business_days}", {"days": 0}, "0 business days"),
        ("{rows:rows} of {series:series}", {"rows": 20, "series": 1}, "20 rows of 1 series"),
        ("no {series:or}", {"series": ["vix", "dxy", "tpm"]}, "no vix or dxy or tpm"),
        ("at {horizons:and}", {"horizons": ["15d", "30d", "90d"]}, "at 15d, 30d and 90d"),
        ("at {horizons:and}", {"horizons": ["15d"]}, "at 15d"),
        ("by {changes:slash:+.1f} %", {"changes": [-18.64, 0.21]}, "by -18.6/+0.2 %"),
        ("keys {keys:comma:s}", {"keys": ["max_age.critical", "max_gap"]}, "keys max_age.critical, max_gap"),
        ("{parts}", {"parts": [sentence("one"), sentence("{n} more", n=2)]}, "one; 2 more"),
        ("{value} of {day}", {"value": None, "day": None}, "– of –"),
        ("on {day}", {"day": dt.date(2024, 11, 27)}, "on 2024-11-27"),
        ("at {at}", {"at": dt.datetime(2024, 11, 27, 18, 5, tzinfo=dt.UTC)}, "at 2024-11-27T18:05:00Z"),
    ],
)
def test_what_it_says(text: str, values: dict[str, Any], says: str) -> None:
    assert sentence(text, **values).says == str(sentence(text, **values)) == says


def test_numbers_and_days_of_numpy_are_those_of_json() -> None:
    found = sentence("{value:g} {rows} {day}", value=np.float64(9.5), rows=np.int64(3), day=np.datetime64("2024-11-27"))
    assert plain(found)["values"] == {"value": 9.5, "rows": 3, "day": "2024-11-27"}
    assert [type(value) for value in found.values.values()] == [float, int, str]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {"a": 1}])
def test_what_no_report_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        sentence("{value}", value=value)


def test_a_field_without_a_value_is_refused() -> None:
    with pytest.raises(KeyError, match="fall"):
        sentence("{series} fell {fall:.1%}", series="vix")


@given(st.text(), st.text())
def test_whatever_a_value_holds_it_is_said_as_it_is(name: str, message: str) -> None:
    found = sentence("{name}: {message:s}", name=name, message=message)
    assert found.says == f"{name}: {message}"
    assert verbatim(message).says == message


def test_sentences_one_after_the_other() -> None:
    first, second = sentence("It rose {by:.1%}.", by=0.021), sentence("It fell.")
    assert together(first, None, second).says == "It rose 2.1%. It fell."
    assert together(first, second, by="; ").text == "{part_1}; {part_2}"
    assert together(first).values == {"part_1": first}


def test_there_and_back(tmp_path: Any) -> None:
    found = together(
        sentence("{a} {b:.2f} {c} {d:or}", a="vix", b=0.5, c=True, d=["x", "y"]),
        sentence("{n:rows}", n=3),
        verbatim("{x}"),
    )
    write_report(tmp_path / "said.json", found)
    assert read_report(tmp_path / "said.json", Sentence) == found
