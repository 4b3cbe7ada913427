"""What moves the nowcast: parts that sum to the move, columns of different estimates only, the largest and the rest."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.presentation.language import language
from forex.report.dashboard import SHOWN_SERIES
from forex.statistics.contributions import largest, ranked, runs
from tests.support.forecasts_made_up import forecast
from tests.support.pages.dashboards import page
from tests.support.pages.reader import Reader
from tests.support.reports_made_up import moved, nothing_matured

signed = language("en").clp
PARTS = st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=12)


@given(PARTS, st.integers(1, 8))
def test_what_is_shown_and_the_rest_sum_to_the_move(parts: list[float], count: int) -> None:
    found = moved(*parts)
    shown = largest(found, count)
    assert len(shown["rows"]) + shown["others"] == len(parts)
    assert shown["others"] != 1
    for horizon, move in found["moves"].items():
        total = sum(row["moves"][horizon] for row in shown["rows"]) + shown["rest"][horizon]
        assert total == pytest.approx(move, abs=1e-3)
    sizes = [abs(row["moves"]["1d"]) for row in ranked(found)]
    assert sizes == sorted(sizes, reverse=True)
    assert [row["series"] for row in shown["rows"]] == [row["series"] for row in ranked(found)][: len(shown["rows"])]


def test_horizons_of_one_estimate_share_a_column_in_any_place() -> None:
    found = moved(0.003, -0.001)
    assert [(run[0], run[-1]) for run in runs(found)] == [("1d", "1d"), ("7d", "30d")]
    for entry in found["series"].values():
        entry["moves"] = {"1d": 1.0, "7d": 1.0, "30d": 2.0}
    assert [(run[0], run[-1]) for run in runs(found)] == [("1d", "7d"), ("30d", "30d")]


def test_the_page_lists_the_largest_and_sums_the_others() -> None:
    parts = [0.003, -0.0029, 0.0021, 0.001, -0.0008, 0.0005, 0.0004, -0.0001]
    found = moved(*parts)
    text = Reader(page(moved=found)).text
    for i in range(SHOWN_SERIES):
        moves = found["series"][f"s{i}"]["moves"]
        assert f"S{i} {signed(moves['1d'])} {signed(moves['7d'])} {20.5 + i:g} 0 business days" in text
    rest = sum(found["series"][f"s{i}"]["moves"]["1d"] for i in range(SHOWN_SERIES, 8))
    assert f"3 others {signed(rest)}" in text and "S5" not in text
    assert f"All {signed(found['moves']['1d'])} {signed(found['moves']['7d'])}" in text
    assert not re.search(r"\d others", Reader(page(moved=moved(*parts[:6]))).text)


def test_a_quotes_part_is_called_a_quotes_and_counts_like_the_others() -> None:
    parts = [0.003, -0.001, 0.002]
    found = moved(*parts, quote="s2")
    assert {name: entry["quote"] for name, entry in found["series"].items()} == {"s0": False, "s1": False, "s2": True}
    assert [row["label"] for row in ranked(found)] == ["s0", "s2 (quote)", "s1"]
    for horizon, move in found["moves"].items():
        assert sum(entry["moves"][horizon] for entry in found["series"].values()) == pytest.approx(move, abs=1e-3)
    assert found["moves"] == moved(*parts)["moves"]
    text = Reader(page(moved=found)).text
    assert f"S2 quote {signed(found['series']['s2']['moves']['1d'])} " in text
    assert " quote " not in Reader(page(moved=moved(*parts))).text


def test_the_record_is_said_where_there_is_one() -> None:
    text = Reader(page()).text
    assert "(R²): 1 business day 36.1\u202f% ± 2.0\u202f% , 7 days 8.9\u202f%." in text.replace("\u202f%,", "\u202f% ,")
    nothing = Reader(page(validation=nothing_matured())).text
    assert "has matured yet. Market regime" in nothing and "R²" not in nothing


def test_it_says_where_the_nowcast_is_what_is_published() -> None:
    assert "It is the published forecast at every horizon." in Reader(page()).text
    nowcasts = forecast().horizons
    mixed = forecast(horizons=nowcasts | {"7d": nowcasts["7d"].model_copy(update={"model": "ensemble"})})
    said = "It is the published forecast at 1 business day and 30 days; elsewhere that is another model."
    assert said in Reader(page(forecast=mixed)).text
    other = {name: entry.model_copy(update={"model": "garch_t"}) for name, entry in nowcasts.items()}
    assert (
        "The published forecast is another model at every horizon."
        in Reader(page(forecast=forecast(horizons=other))).text
    )


def test_without_a_nowcast_the_page_says_so() -> None:
    text = Reader(page(moved=None)).text
    assert "What moves the forecast Not evaluated: params.yaml lists no nowcast among the models." in text
    assert "R²" not in text
