import datetime as dt
import math
import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.validation import suspension
from forex.validation.suspension import USABLE, settle

MAX_MOVE = 0.08
MONDAY = dt.date(2024, 1, 1)
NOON = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
SCHEMA: dict[str, Any] = {"date": pl.Date, "value": pl.Float64, "known_at": pl.Datetime("us", "UTC")}


def table(rows: list[tuple[int, float, int]]) -> pl.DataFrame:
    """Rows of (day, value, known): day numbers from MONDAY, instants in days from NOON of it."""
    cells = [(MONDAY + dt.timedelta(day), value, NOON + dt.timedelta(known)) for day, value, known in rows]
    return pl.DataFrame(cells, schema=SCHEMA, orient="row")


def daily(*values: float) -> pl.DataFrame:
    return table([(day, value, day) for day, value in enumerate(values)])


def fates(rows: pl.DataFrame) -> list[str]:
    return settle(rows, MAX_MOVE)["fate"].to_list()


def usable_from(rows: pl.DataFrame) -> list[int | None]:
    instants = settle(rows, MAX_MOVE)["usable_at"].to_list()
    return [None if instant is None else (instant - NOON).days for instant in instants]


def test_ten_per_cent_print_is_reverted() -> None:
    rows = daily(900, 990, 903)
    assert fates(rows) == ["good", "reverted", "good"]
    assert usable_from(rows) == [0, None, 2]


def test_lasting_jump_is_suspended_one_day_and_released_by_the_next_row() -> None:
    rows = daily(900, 1035, 1040, 1038)
    assert fates(rows) == ["good", "released", "good", "good"]
    assert usable_from(rows) == [0, 2, 2, 3]


def test_bad_newest_row_stays_suspended() -> None:
    rows = daily(900, 905, 600)
    assert fates(rows) == ["good", "good", "suspended"]
    assert usable_from(rows) == [0, 1, None]


def test_row_that_agrees_with_neither_is_suspended_in_turn() -> None:
    assert fates(daily(900, 1035, 700, 905)) == ["good", "unconfirmed", "reverted", "good"]
    assert fates(daily(900, 1035, 700, 702)) == ["good", "unconfirmed", "released", "good"]


@pytest.mark.parametrize(("following", "fate"), [(960, "released"), (930, "reverted")])
def test_nearer_in_log_distance_decides_where_both_hold(following: float, fate: str) -> None:
    assert fates(daily(900, 980, following)) == ["good", fate, "good"]


def test_move_is_measured_from_the_last_good_row() -> None:
    moves = settle(daily(900, 990, 903, 1100, 1105), MAX_MOVE)["move"].to_list()
    assert moves == [None, 990 / 900 - 1, abs(903 / 900 - 1), abs(1100 / 903 - 1), 1105 / 1100 - 1]


def test_move_equal_to_the_bound_is_good() -> None:
    assert settle(daily(100, 125), 0.25)["fate"].to_list() == ["good", "good"]


def test_wrong_first_row_does_not_hold_the_series_up() -> None:
    rows = daily(1260, 900, 905, 903)
    assert fates(rows) == ["good", "released", "good", "good"]
    assert usable_from(rows) == [0, 2, 2, 3]


REVISIONS: dict[str, tuple[list[tuple[int, float, int]], list[str]]] = {
    "a revision within the bound of the last good row takes the suspended row's place": (
        [(0, 900, 0), (1, 1035, 1), (1, 910, 2), (2, 912, 3)],
        ["good", "reverted", "good", "good"],
    ),
    "a second print of the suspended value does not confirm it": (
        [(0, 900, 0), (1, 1035, 1), (1, 1035, 2), (2, 905, 3)],
        ["good", "unconfirmed", "reverted", "good"],
    ),
    "but takes its place, and the next date confirms it": (
        [(0, 900, 0), (1, 1035, 1), (1, 1036, 2), (2, 1040, 3)],
        ["good", "unconfirmed", "released", "good"],
    ),
    "a small revision of the last good row does not settle the suspended one": (
        [(0, 900, 0), (1, 1035, 1), (0, 901, 2), (2, 1040, 3)],
        ["good", "released", "good", "good"],
    ),
    "a revision has its own earlier vintage as reference": (
        [(0, 900, 0), (1, 1035, 1), (2, 1040, 2), (1, 1036, 3)],
        ["good", "released", "good", "good"],
    ),
    "a large revision of an old date that its neighbour does not support": (
        [(0, 900, 0), (1, 905, 1), (2, 903, 2), (1, 1100, 3)],
        ["good", "good", "good", "reverted"],
    ),
    "a large revision of the newest date waits for the next row": (
        [(0, 900, 0), (1, 905, 1), (1, 1040, 2), (2, 1045, 3)],
        ["good", "good", "released", "good"],
    ),
    "a late row at the level that is good on both sides": (
        [(0, 900, 0), (2, 905, 2), (1, 902, 3)],
        ["good", "good", "good"],
    ),
    "a late row inside a jump is settled at once by the row after it": (
        [(0, 900, 0), (2, 1035, 2), (3, 1040, 3), (1, 1030, 4)],
        ["good", "released", "good", "released"],
    ),
    "a late row beyond both neighbours": (
        [(0, 900, 0), (2, 1035, 2), (3, 1040, 3), (1, 700, 4)],
        ["good", "released", "good", "unconfirmed"],
    ),
    "a late row before a suspended one confirms it": (
        [(0, 900, 0), (2, 1035, 2), (1, 1030, 3)],
        ["good", "released", "released"],
    ),
    "a late row before the first one": (
        [(1, 900, 1), (2, 905, 2), (0, 1200, 3), (0, 899, 4)],
        ["good", "good", "reverted", "good"],
    ),
    "a print that its own revision withdrew is released by no later row": (
        [(0, 900, 0), (1, 1035, 1), (1, 910, 2), (2, 1030, 3)],
        ["good", "reverted", "good", "suspended"],
    ),
    "nor by two of them, and is no reference": (
        [(0, 900, 0), (1, 1035, 1), (1, 910, 2), (2, 1030, 3), (3, 1110, 4)],
        ["good", "reverted", "good", "released", "good"],
    ),
    "a print that was withdrawn for another one that nothing supports": (
        [(0, 900, 0), (1, 1035, 1), (1, 760, 2), (2, 1030, 3), (3, 1040, 4)],
        ["good", "unconfirmed", "unconfirmed", "released", "good"],
    ),
    "a late row that was released is the reference of what comes late after it": (
        [(0, 900, 0), (2, 1300, 2), (3, 1305, 3), (1, 1250, 4), (1, 1160, 5)],
        ["good", "released", "good", "released", "good"],
    ),
    "and of another date that comes later still": (
        [(0, 900, 0), (3, 1300, 3), (4, 1305, 4), (1, 1250, 5), (2, 1160, 6)],
        ["good", "released", "good", "released", "good"],
    ),
    "a late row that is set aside is the reference of none": (
        [(0, 900, 0), (2, 1300, 2), (3, 1305, 3), (1, 1100, 4), (1, 1160, 5)],
        ["good", "released", "good", "unconfirmed", "unconfirmed"],
    ),
}


@pytest.mark.parametrize("case", REVISIONS)
def test_revisions_and_late_rows(case: str) -> None:
    rows, expected = REVISIONS[case]
    assert fates(table(rows)) == expected


VALUES = st.sampled_from([900.0, 905.0, 930.0, 960.0, 980.0, 1035.0, 1040.0, 1200.0, 700.0, 703.0])
SERIES = st.lists(VALUES, min_size=1, max_size=25)
VINTAGES = st.lists(st.tuples(st.integers(0, 8), VALUES), min_size=1, max_size=16).flatmap(
    lambda rows: st.lists(st.integers(0, 12), min_size=len(rows), max_size=len(rows)).map(
        lambda known: [(day, value, at) for (day, value), at in zip(rows, known, strict=True)]
    )
)


def oracle(values: list[float]) -> list[str]:
    """The rule as the contract words it, for one value a day, each known that day."""
    fate = ["good"] * len(values)
    last, pending = 0, None
    for row in range(1, len(values)):
        near_last = abs(values[row] / values[last] - 1) <= MAX_MOVE
        if pending is None:
            if near_last:
                last = row
            else:
                pending = row
            continue
        near_pending = abs(values[row] / values[pending] - 1) <= MAX_MOVE
        if near_last and near_pending:
            to_pending = abs(math.log(values[row] / values[pending]))
            near_pending = to_pending < abs(math.log(values[row] / values[last]))
            near_last = not near_pending
        fate[pending] = "released" if near_pending else "reverted" if near_last else "unconfirmed"
        if near_pending or near_last:
            last, pending = row, None
        else:
            pending = row
    if pending is not None:
        fate[pending] = "suspended"
    return fate


@given(SERIES)
def test_readable_loop_agrees(values: list[float]) -> None:
    assert fates(daily(*values)) == oracle(values)


@pytest.mark.slow
@given(VINTAGES)
def test_fate_depends_only_on_rows_known_at_it(rows: list[tuple[int, float, int]]) -> None:
    whole = settle(table(rows), MAX_MOVE).with_row_index()
    for instant in whole["known_at"].unique():
        then = settle(table(rows).filter(pl.col("known_at") <= instant), MAX_MOVE)
        now = whole.filter(pl.col("known_at") <= instant)
        usable = now.filter(pl.col("usable_at") <= instant)
        assert usable.drop("index").equals(then.filter(pl.col("usable_at").is_not_null()))
        decided = then["fate"] != "suspended"
        assert now.filter(decided)["fate"].to_list() == then.filter(decided)["fate"].to_list()


@given(VINTAGES)
def test_exactly_the_rows_beyond_the_bound_are_not_simply_good(rows: list[tuple[int, float, int]]) -> None:
    settled = settle(table(rows), MAX_MOVE)
    beyond = (settled["move"] > MAX_MOVE).fill_null(False)
    assert beyond.to_list() == (settled["fate"] != "good").to_list()
    assert settled["usable_at"].is_not_null().to_list() == settled["fate"].is_in(USABLE).to_list()
    assert (settled["usable_at"] >= settled["known_at"]).drop_nulls().all()


@given(SERIES, st.randoms(use_true_random=False))
def test_order_of_the_file_does_not_matter(values: list[float], source: random.Random) -> None:
    rows = daily(*values).with_row_index()
    shuffled = rows[source.sample(range(rows.height), rows.height)]
    assert settle(shuffled, MAX_MOVE).sort("index").equals(settle(rows, MAX_MOVE))


@given(SERIES, st.sampled_from([0.001, 0.5, 7.0]))
def test_scale_of_the_series_does_not_matter(values: list[float], scale: float) -> None:
    assert fates(daily(*values)) == fates(daily(*(value * scale for value in values)))


def test_work_is_linear_in_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0

    def counting(walk: suspension._Walk, row: int, reference: int) -> float:
        nonlocal counted
        counted += 1
        return abs(walk.values[row] / walk.values[reference] - 1)

    monkeypatch.setattr(suspension._Walk, "_move", counting)
    days = 3000
    settle(daily(*(900.0 * 1.2 ** (day % 7) for day in range(days))), MAX_MOVE)
    assert counted <= 5 * days
