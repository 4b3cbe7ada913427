"""What a fetch adds to a store: nothing that it holds already, nothing rewritten, each row with the instant it was known from."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.core.errors import DataError, UsageError
from forex.observations.store import Publication, read_series, read_series_list
from forex.providers.append import (
    ATTEMPTS,
    ROWS,
    Arrived,
    additions,
    append,
    record_attempts,
    recorded_attempts,
    stored_rows,
    without_future,
)
from forex.providers.protocol import Observation
from tests.support.made_up import utc

RULE = Publication(business_days=-1, time="18:00", zone="America/Santiago")
TUESDAY, WEDNESDAY, THURSDAY = dt.date(2024, 11, 26), dt.date(2024, 11, 27), dt.date(2024, 11, 28)
BY_RULE = {TUESDAY: utc("2024-11-25T21:00"), WEDNESDAY: utc("2024-11-26T21:00"), THURSDAY: utc("2024-11-27T21:00")}
NONE = pl.DataFrame(schema=ROWS)
NEVER = pl.DataFrame(schema=ATTEMPTS)


def arrived(
    date: dt.date, value: float, at: str, known_at: dt.datetime | None = None, *, source: str = "test:dolar"
) -> Arrived:
    return Arrived(Observation(date, value, known_at), source, utc(at))


def attempt(at: str, first: dt.date = TUESDAY, last: dt.date = THURSDAY) -> pl.DataFrame:
    return pl.DataFrame([("usdclp", utc(at), first, last)], schema=ATTEMPTS, orient="row")


def test_a_date_seen_for_the_first_time_was_known_by_the_rule() -> None:
    years_later = "2026-11-22T15:00"
    added = additions(
        NONE, [arrived(WEDNESDAY, 975.06, years_later), arrived(TUESDAY, 976.89, years_later)], RULE, NEVER
    )
    assert added["date"].to_list() == [TUESDAY, WEDNESDAY]
    assert added["known_at"].to_list() == [BY_RULE[TUESDAY], BY_RULE[WEDNESDAY]]
    assert added["retrieved_at"].to_list() == [utc(years_later)] * 2


def test_no_rule_makes_a_value_known_before_its_market_had_closed() -> None:
    closed = utc("2024-11-28T00:00")
    late = Arrived(Observation(WEDNESDAY, 975.06, not_before=closed), "yahoo:BRL=X", utc("2026-11-22T15:00"))
    assert additions(NONE, [late], RULE, NEVER)["known_at"].item() == closed
    early = Arrived(
        Observation(WEDNESDAY, 975.06, not_before=utc("2024-11-25T00:00")), "yahoo:X", utc("2026-11-22T15:00")
    )
    assert additions(NONE, [early], RULE, NEVER)["known_at"].item() == BY_RULE[WEDNESDAY]


def test_a_date_that_an_earlier_fetch_asked_for_in_vain_is_known_from_its_retrieval() -> None:
    stored = additions(NONE, [arrived(WEDNESDAY, 975.06, "2024-11-27T15:00")], RULE, NEVER)
    new = [arrived(THURSDAY, 975.41, "2024-11-28T13:00")]
    in_vain = attempt("2024-11-27T21:30")
    assert additions(stored, new, RULE, in_vain)["known_at"].item() == utc("2024-11-28T13:00")
    before_publication = attempt("2024-11-27T20:30")
    assert additions(stored, new, RULE, before_publication)["known_at"].item() == BY_RULE[THURSDAY]
    for_other_dates = attempt("2024-11-27T21:30", last=WEDNESDAY)
    assert additions(stored, new, RULE, for_other_dates)["known_at"].item() == BY_RULE[THURSDAY]


def test_a_first_fetch_that_fails_does_not_cost_the_history() -> None:
    """Published before the first attempt: history. Published after it, and asked for again in vain: known from the retrieval."""
    both = [arrived(WEDNESDAY, 975.06, "2024-11-28T13:00"), arrived(THURSDAY, 975.41, "2024-11-28T13:00")]
    failed = attempt("2024-11-27T14:00")
    assert additions(NONE, both, RULE, failed)["known_at"].to_list() == [BY_RULE[WEDNESDAY], BY_RULE[THURSDAY]]
    twice = pl.concat([failed, attempt("2024-11-27T21:30")])
    assert additions(NONE, both, RULE, twice)["known_at"].to_list() == [BY_RULE[WEDNESDAY], utc("2024-11-28T13:00")]


# --- asked in vain ----------------------------------------------------------------------------------------------------

LATEST_ONLY = "jsdelivr:usd"  # a provider that serves the latest days and no history
FOURTH, EIGHTH = dt.date(2024, 11, 4), dt.date(2024, 11, 8)
LATER = "2024-11-20T13:00"


def november(day: int) -> dt.date:
    return dt.date(2024, 11, day)


def brought_later(days: list[int], source: str, *, missing: list[tuple[dt.date, dt.date]] | None = None) -> list[str]:
    """Whether each of `days`, which arrives on the 20th, is known by the rule or from its retrieval.

    The store has the rows of 4 and 8 November by `source`, and has asked for 1 to 9 November on the 9th.
    """
    stored = additions(
        NONE, [arrived(day, 950.0, "2024-11-09T12:00", source=source) for day in (FOURTH, EIGHTH)], RULE, NEVER
    )
    asked = attempt("2024-11-09T12:00", november(1), november(9))
    late = [arrived(november(day), 951.0 + day, LATER) for day in days]
    added = additions(stored, late, RULE, asked, missing=missing or [])
    assert added["date"].to_list() == [november(day) for day in sorted(days)]
    by_rule = additions(NONE, late, RULE, NEVER)["known_at"]
    said = zip(added["known_at"], by_rule, strict=True)
    return ["rule" if at == rule else "retrieval" if at == utc(LATER) else str(at) for at, rule in said]


def test_a_day_between_stored_ones_that_was_asked_for_in_vain_is_no_history() -> None:
    """By the rule the 6th was public on the 5th, and nobody had it before the 20th; what lies before all rows is history."""
    assert brought_later([6], LATEST_ONLY) == ["retrieval"]
    assert brought_later([1, 6], LATEST_ONLY) == ["rule", "retrieval"]


@pytest.mark.parametrize("day", [5, 6, 7])
def test_a_day_after_the_oldest_row_is_none_however_near(day: int) -> None:
    assert brought_later([day], LATEST_ONLY) == ["retrieval"]


def test_where_a_provider_serves_a_history_what_it_did_not_bring_was_not_there() -> None:
    assert brought_later([1, 6], "test:dolar") == ["retrieval", "retrieval"]


def test_a_part_that_a_fetch_said_it_missed_is_history_and_no_other_day() -> None:
    for source in ("test:dolar", LATEST_ONLY):
        assert brought_later([6, 7], source, missing=[(november(6), november(6))]) == ["rule", "retrieval"]


def test_a_day_that_nobody_asked_for_keeps_the_rule() -> None:
    assert brought_later([12, 18], LATEST_ONLY) == brought_later([12, 18], "test:dolar") == ["rule", "rule"]


@pytest.mark.parametrize(
    ("retrieved", "known", "kept"),
    [
        ("2024-11-27T15:00", "2024-11-26T21:00", True),
        ("2025-06-01T15:00", "2024-11-27T15:00", True),  # known by the rule at this very instant, whoever brought it
        ("2025-06-01T15:00", "2024-11-27T15:00:00.000001", False),
        ("2025-06-01T15:00", "2025-06-01T15:00", False),
    ],
)
def test_what_a_clock_ahead_wrote_down_is_known_when_the_rule_says_and_not_before(
    retrieved: str, known: str, kept: bool
) -> None:
    stored = pl.DataFrame([(WEDNESDAY, 975.06, utc(known), "test:dolar", utc(retrieved))], schema=ROWS, orient="row")
    assert without_future(stored, utc("2024-11-27T15:00")).height == kept


# --- one arrival ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([903.0, 903.0, 904.0], [903.0, 904.0]),
        ([903.0, 903.0, 903.0], [903.0]),
        ([903.0, 904.0, 904.0], [903.0, 904.0]),
        ([903.0, 904.0, 903.0], [903.0, 904.0, 903.0]),
    ],
)
def test_a_date_that_arrives_several_times_at_once_is_a_value_and_its_changes(
    values: list[float], kept: list[float]
) -> None:
    added = additions(NONE, [arrived(WEDNESDAY, value, LATER) for value in values], RULE, NEVER)
    assert added["value"].to_list() == kept
    assert added["known_at"].to_list() == [BY_RULE[WEDNESDAY], *[utc(LATER)] * (len(kept) - 1)]
    stored = additions(NONE, [arrived(WEDNESDAY, values[0], "2024-11-19T13:00")], RULE, NEVER)
    again = additions(stored, [arrived(WEDNESDAY, value, LATER) for value in values], RULE, NEVER)
    assert again.select("value", "known_at").rows() == [(value, utc(LATER)) for value in kept[1:]]


def test_an_unchanged_value_adds_nothing_and_a_changed_one_a_row() -> None:
    stored = additions(NONE, [arrived(WEDNESDAY, 975.06, "2024-11-27T15:00")], RULE, NEVER)
    assert additions(
        stored, [arrived(WEDNESDAY, 975.06, "2024-11-28T15:00")], RULE, attempt("2024-11-27T15:00")
    ).is_empty()
    revised = additions(stored, [arrived(WEDNESDAY, 975.60, "2024-11-28T15:00")], RULE, NEVER)
    assert revised.select("value", "known_at").rows() == [(975.60, utc("2024-11-28T15:00"))]
    both = pl.concat([stored, revised])
    back = additions(both, [arrived(WEDNESDAY, 975.06, "2024-11-29T15:00")], RULE, NEVER)
    assert back["known_at"].to_list() == [utc("2024-11-29T15:00")]


def test_vintages_that_the_provider_dates_are_kept_as_dated_and_only_once() -> None:
    vintages = [
        arrived(TUESDAY, 4.25, "2024-12-02T15:00", utc("2024-11-27T06:00")),
        arrived(TUESDAY, 4.26, "2024-12-02T15:00", utc("2024-11-28T06:00")),
    ]
    stored = additions(NONE, vintages, RULE, NEVER)
    assert stored.select("value", "known_at").rows() == [
        (4.25, utc("2024-11-27T06:00")),
        (4.26, utc("2024-11-28T06:00")),
    ]
    assert additions(stored, vintages, RULE, NEVER).is_empty()


def test_another_provider_s_value_is_no_revision_of_the_first_one_s() -> None:
    """The other way round it is: the provider that is asked first has the last word."""
    order = ["test:dolar", "other:dolar"]
    other = Arrived(Observation(WEDNESDAY, 970.0), "other:dolar", utc("2024-11-28T15:00"))
    first = arrived(WEDNESDAY, 975.06, "2024-11-29T15:00")
    stored = additions(NONE, [first], RULE, NEVER, order=order)
    assert additions(stored, [other], RULE, NEVER, order=order).is_empty()
    stored = additions(NONE, [other], RULE, NEVER, order=order)
    taken_over = additions(stored, [first], RULE, NEVER, order=order)
    assert taken_over.select("value", "known_at").rows() == [(975.06, utc("2024-11-29T15:00"))]


def test_what_is_appended_is_a_store_that_ingest_reads(tmp_path: Path) -> None:
    entry = "{title: t, unit: CLP per USD, tier: critical, publication: {business_days: -1, time: '18:00', zone: America/Santiago}}"
    (tmp_path / "series.yaml").write_text(f"usdclp: {entry}\n", encoding="utf-8")
    append(tmp_path, "usdclp", additions(NONE, [arrived(TUESDAY, 976.89, "2024-11-27T15:00")], RULE, NEVER))
    append(tmp_path, "usdclp", additions(NONE, [arrived(WEDNESDAY, 975.06, "2024-11-27T15:00")], RULE, NEVER))
    read = read_series(tmp_path, "usdclp", read_series_list(tmp_path)["usdclp"])
    assert read.select("date", "value", "known_at").rows() == [
        (TUESDAY, 976.89, BY_RULE[TUESDAY]),
        (WEDNESDAY, 975.06, BY_RULE[WEDNESDAY]),
    ]


@pytest.mark.slow
@given(
    fetches=st.lists(
        st.dictionaries(st.sampled_from([TUESDAY, WEDNESDAY, THURSDAY]), st.sampled_from([975.0, 976.0, 977.0])),
        max_size=6,
    )
)
def test_rows_are_only_ever_added_and_the_newest_is_what_came_last(fetches: list[dict[dt.date, float]]) -> None:
    stored, latest = NONE, {}
    for i, values in enumerate(fetches):
        at = f"2024-12-{i + 2:02d}T15:00"
        added = additions(stored, [arrived(date, value, at) for date, value in values.items()], RULE, NEVER)
        assert pl.concat([stored, added])[: stored.height].equals(stored)
        stored = pl.concat([stored, added])
        latest |= values
        by_knowledge = stored.sort("known_at", maintain_order=True)
        assert dict(by_knowledge.select("date", "value").iter_rows()) == latest


def test_attempts_are_remembered(tmp_path: Path) -> None:
    assert recorded_attempts(tmp_path).is_empty()
    wednesday = utc("2024-11-27T15:00")
    record_attempts(tmp_path, [("usdclp", wednesday, TUESDAY, THURSDAY), ("aud", wednesday, TUESDAY, WEDNESDAY)])
    record_attempts(tmp_path, [("usdclp", utc("2024-11-28T15:00"), WEDNESDAY, THURSDAY)])
    assert recorded_attempts(tmp_path).rows() == [
        ("aud", utc("2024-11-27T15:00"), TUESDAY, WEDNESDAY),
        ("usdclp", utc("2024-11-27T15:00"), TUESDAY, THURSDAY),
        ("usdclp", utc("2024-11-28T15:00"), WEDNESDAY, THURSDAY),
    ]


def test_a_file_of_another_kind_is_not_appended_to(tmp_path: Path) -> None:
    pl.DataFrame({"date": [TUESDAY], "value": [976.89]}).write_parquet(tmp_path / "usdclp.parquet")
    with pytest.raises(DataError, match=r"usdclp.parquet: has the columns date, value; expected date, value, known_at"):
        stored_rows(tmp_path, "usdclp")


def test_a_damaged_file_is_never_called_one_to_delete(tmp_path: Path) -> None:
    """When its values were known stands nowhere else."""
    append(tmp_path, "usdclp", additions(NONE, [arrived(TUESDAY, 976.89, "2024-11-27T15:00")], RULE, NEVER))
    record_attempts(tmp_path, [("usdclp", utc("2024-11-27T15:00"), TUESDAY, THURSDAY)])
    for path, read in (
        (tmp_path / "usdclp.parquet", lambda: stored_rows(tmp_path, "usdclp")),
        (tmp_path / "fetches/attempts.parquet", lambda: recorded_attempts(tmp_path)),
    ):
        whole = path.read_bytes()
        for damaged in (b"", whole[: len(whole) // 2], b"PAR1" + whole[:60]):
            path.write_bytes(damaged)
            with pytest.raises(DataError, match=rf"{path.name}: damaged .*Restore it from a backup") as error:
                read()
            assert "Delete" not in str(error.value)


def test_attempts_of_another_kind_are_not_added_to(tmp_path: Path) -> None:
    (tmp_path / "fetches").mkdir()
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "fetches/attempts.parquet")
    with pytest.raises(DataError, match=r"attempts.parquet: has the columns a; expected series, attempted_at"):
        recorded_attempts(tmp_path)


def test_a_series_in_a_csv_file_does_not_get_a_second_one(tmp_path: Path) -> None:
    (tmp_path / "usdclp.csv").write_text("date,value\n2024-11-26,976.89\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"usdclp.csv: a series has one file.*remove usdclp from fetch.series"):
        stored_rows(tmp_path, "usdclp")
