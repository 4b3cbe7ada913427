import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.validation.suites import days_back, table_facts

MONDAY = dt.date(2024, 11, 4)
INSTANT = dt.datetime(2024, 11, 4, tzinfo=dt.UTC)
SCHEMA: dict[str, Any] = {"date": pl.Date, "known_at": pl.Datetime("us", "UTC")}


def table(rows: list[tuple[int, int]]) -> pl.DataFrame:
    cells = [(MONDAY + dt.timedelta(day), INSTANT + dt.timedelta(known)) for day, known in rows]
    return pl.DataFrame(cells, schema=SCHEMA, orient="row")


def oracle(rows: list[tuple[int, int]]) -> list[int]:
    back = []
    for row, (day, known) in enumerate(rows):
        above = [other for other, at in rows[:row] if at == known]
        back.append(max([*above, day]) - day)
    return back


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_days_back_agrees_with_the_readable_loop(rows: list[tuple[int, int]]) -> None:
    assert days_back(table(rows)).to_list() == oracle(rows)


@pytest.mark.parametrize(
    ("rows", "back"),
    [
        ([(0, 0), (1, 1), (2, 2)], [0, 0, 0]),
        ([(0, 0), (2, 2), (1, 1), (3, 3)], [0, 0, 0, 0]),
        ([(0, 0), (5, 5), (9, 9), (2, 6)], [0, 0, 0, 0]),
        ([(0, 9), (2, 9), (1, 9), (3, 9)], [0, 0, 1, 0]),
    ],
    ids=["sorted", "known at different instants", "late row appended", "one vintage"],
)
def test_only_rows_in_the_wrong_place_of_their_vintage_go_back(rows: list[tuple[int, int]], back: list[int]) -> None:
    assert days_back(table(rows)).to_list() == back


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12), st.integers(0, 9))
def test_no_row_is_judged_by_one_that_is_known_later(rows: list[tuple[int, int]], cut: int) -> None:
    known = [i for i, row in enumerate(rows) if row[1] <= cut]
    if known:
        whole = days_back(table(rows)).to_list()
        assert days_back(table([rows[i] for i in known])).to_list() == [whole[i] for i in known]


def facts(days: list[int], **counts: int) -> dict[str, Any]:
    usable = table([(day, day) for day in days])
    return table_facts(usable, as_of="2024-11-20", **{"rows": 100, "set_aside": 0, "on_holidays": 0} | counts)


def test_table_facts() -> None:
    assert facts([0, 1, 2, 7, 8, 8]) == {
        "rows": 5,
        "staleness": 6,
        "longest_gap": 2,
        "calendar_agreement": 5 / 7,
        "set_aside": 0.0,
    }


def test_rows_on_holidays_are_not_counted_as_set_aside() -> None:
    assert facts([0], rows=110, set_aside=12, on_holidays=10)["set_aside"] == 0.02


def test_without_a_usable_row_only_counts_are_facts() -> None:
    found = facts([], rows=3, set_aside=3)
    assert found == {"rows": 0, "staleness": None, "longest_gap": None, "calendar_agreement": None, "set_aside": 1.0}
