"""A row of the ledger as text: there and back, and every wrong field named with its value."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.core.errors import DataError
from forex.ledger.rows import HEADER, Issued, id_of, key_of, parse
from tests.support.issued_rows import issued, moved

rates = st.floats(1e-3, 1e6, allow_nan=False)


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2070, 1, 1)),
    st.integers(1, 365),
    st.integers(0, 30),
    rates,
    st.lists(rates, min_size=25, max_size=25),
)
def test_a_row_reads_back_as_it_was(
    origin: dt.date, days: int, later: int, anchor: float, quantiles: list[float]
) -> None:
    row = Issued(
        origin_date=origin,
        horizon=f"{days}d",
        target_date=origin + dt.timedelta(days=days),
        as_of=origin + dt.timedelta(days=later),
        steps=days,
        anchor=anchor,
        quantiles=tuple(sorted(quantiles)),
        regime="HIGH_VOL",
        data_sha256="0f" * 32,
        params_sha256="a1" * 32,
    )
    assert parse(row.line, "here") == row
    assert row.line.count(",") + 1 == len(HEADER)
    assert row.id == id_of(row.line.partition(",")[2])
    assert key_of(row.line.partition(",")[2]) == row.key == (str(origin), f"{days}d")


def test_what_was_said_is_target_anchor_and_quantiles() -> None:
    row = issued()
    saturday = issued(as_of=dt.date(2024, 11, 30), data_sha256="11" * 32, params_sha256="22" * 32, regime="HIGH_VOL")
    assert saturday.said == row.said and saturday.id != row.id
    last = (*row.quantiles[:-1], row.quantiles[-1] + 0.0001)
    for other in (
        issued(quantiles=last),
        issued(anchor=934.55),
        issued(steps=6),
        issued(target_date=dt.date(2024, 12, 5)),
    ):
        assert other.said != row.said


def changed(name: str, value: str) -> str:
    """A row with one field changed, and an id that fits it: what only the checks of the fields can find."""
    fields = issued().line.split(",")
    fields[HEADER.index(name)] = value
    content = ",".join(fields[1:])
    return f"{id_of(content)},{content}"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("origin_date", "27-11-2024", "a date like 2024-11-27"),
        ("target_date", "2024-11-31", "a date like 2024-11-27"),
        ("target_date", "2024-11-27", "a day after origin_date 2024-11-27"),
        ("as_of", "2024-11-26", "no day before origin_date 2024-11-27"),
        ("horizon", "week", "a horizon like 7d"),
        ("steps", "5.0", "business days like 5"),
        ("steps", "0", "at least 1"),
        ("anchor", "", "a rate like 934.54"),
        ("anchor", "nan", "a rate like 934.54"),
        ("anchor", "0", "a rate like 934.54"),
        ("anchor", "-0.5", "a rate like 934.54"),
        ("anchor", "-inf", "a rate like 934.54"),
        ("q0.005", "0.0", "a rate like 934.54"),
        ("q0.005", "-0.5", "a rate like 934.54"),
        ("q0.5", "inf", "a rate like 934.54"),
        ("q0.5", "-934.5", "a rate like 934.54"),
        ("q0.5", "934,5", None),
        ("q0.5", "920.0", "at least q0.45, 930.5"),
        ("model", "nowcast", "'published'"),
        ("regime", "normal", "a regime like NORMAL"),
        ("data_sha256", "xyz", "64 hexadecimal digits"),
        ("params_sha256", "9A" * 32, "64 hexadecimal digits"),
        ("format", "2", "1, the format that this version reads"),
    ],
)
def test_a_wrong_field_is_named_with_its_value(name: str, value: str, expected: str | None) -> None:
    wanted = f"2024.csv, line 7: {name} {value!r}, expected {expected}. Rows are never edited"
    if expected is None:
        wanted = "2024.csv, line 7: 38 fields, 37 expected"
    with pytest.raises(DataError, match=re.escape(wanted)):
        parse(changed(name, value), "2024.csv, line 7")


@given(st.data())
def test_no_edited_character_goes_unseen(data: st.DataObject) -> None:
    line = issued().line
    position = data.draw(st.integers(0, len(line) - 1))
    character = data.draw(st.characters(codec="utf-8", exclude_characters=line[position]))
    with pytest.raises(DataError, match=r"^2024\.csv, line 7: "):
        parse(line[:position] + character + line[position + 1 :], "2024.csv, line 7")


def test_an_edited_row_shows_both_ids() -> None:
    row = issued()
    edited = row.line.replace("NORMAL", "HIGH_VOL")
    shown = f"id '{row.id}' does not fit the row, whose content has '{issued(regime='HIGH_VOL').id}'"
    with pytest.raises(DataError, match=shown):
        parse(edited, "2024.csv, line 7")


def test_a_row_is_shown_in_words() -> None:
    row = issued(quantiles=moved(issued(), 10.0))
    assert str(row) == (
        f"{row.id} as of 2024-11-27: target 2024-12-04, anchor 934.54, median 944.5, 95 % interval 906.5 to 982.5, "
        "data dadadada, params 9a9a9a9a"
    )
