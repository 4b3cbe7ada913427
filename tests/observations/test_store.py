"""A store is read exactly, and every damage to it is named with its file, its line and what stands there."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forex.core.errors import DataError, UsageError
from forex.observations.store import SCHEMA, Series, read_series, read_series_list, unlisted_files
from tests.support.made_up import EVENING, ROOT, MadeUpStore, utc

GOOD = "date,value\n2024-11-25,942.01\n2024-11-26,941.5\n2024-11-27,934.54\n"
OBSERVADO = Series.model_validate({"title": "t", "unit": "CLP per USD", "tier": "critical", "publication": EVENING})


def read(store: MadeUpStore, content: str | bytes) -> pl.DataFrame:
    store.add("usdclp", content)
    return read_series(store.path, "usdclp", OBSERVADO)


def complaint(store: MadeUpStore, content: str | bytes) -> str:
    with pytest.raises(DataError) as error:
        read(store, content)
    return str(error.value)


# --- what is read -----------------------------------------------------------------------------------------------------


def test_rows_come_in_the_order_of_the_file_with_lines_and_publication_instants(store: MadeUpStore) -> None:
    rows = read(store, "date,value\n2024-11-27,934.54\n2024-11-25,942.01\n2024-12-02,\n2024-09-23,930\n")
    assert rows.schema == SCHEMA
    assert rows.rows() == [
        (2, dt.date(2024, 11, 27), 934.54, utc("2024-11-26T21:00"), None),
        (3, dt.date(2024, 11, 25), 942.01, utc("2024-11-22T21:00"), None),  # published on the Friday before
        (5, dt.date(2024, 9, 23), 930.0, utc("2024-09-17T21:00"), None),  # before the holidays
    ]


def test_known_at_in_the_file_goes_before_the_rule(store: MadeUpStore) -> None:
    rows = read(store, "date,value,known_at,source\n2024-11-27,934.54,2024-11-26T22:05:00Z,bcch\n2024-11-28,940,,\n")
    assert rows["known_at"].to_list() == [utc("2024-11-26T22:05"), utc("2024-11-27T21:00")]
    assert rows["source"].to_list() == ["bcch", None]


@pytest.mark.parametrize(
    "written",
    [
        "2024-11-26T21:00:00Z",
        "2024-11-26T21:00Z",
        "2024-11-26T21:00:00",  # without an offset it is UTC, whatever zone the machine is in
        "2024-11-26 21:00:00",
        "2024-11-26T18:00:00-03:00",
        "2024-11-27T06:00:00+09:00",
        "2024-11-26T21:00:00.000000+00:00",
        " 2024-11-26T21:00:00Z ",
    ],
)
def test_known_at_is_read_in_each_iso_form(store: MadeUpStore, written: str) -> None:
    assert read(store, f"date,value,known_at\n2024-11-27,934.54,{written}\n")["known_at"].item() == utc(
        "2024-11-26T21:00"
    )


def test_revisions_of_a_date_are_all_returned(store: MadeUpStore) -> None:
    text = "date,value,known_at\n2024-11-27,934.54,2024-11-26T21:00:00Z\n2024-11-27,934.60,2024-11-28T13:00:00Z\n"
    assert read(store, text)["value"].to_list() == [934.54, 934.6]


def test_a_repeated_row_is_no_conflict(store: MadeUpStore) -> None:
    assert read(store, GOOD + "2024-11-27,934.54\n")["line"].to_list() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\ufeff" + GOOD,
        GOOD.rstrip("\n"),
        GOOD.replace(",", " , "),
        '"date","value"\n"2024-11-25","942.01"\n"2024-11-26","941.5"\n"2024-11-27","934.54"\n',
        "value,date,note\n942.01,2024-11-25,\n941.50,2024-11-26,a\n+934.54,2024-11-27,b\n",
        "date,value\n2024-11-25,9.4201e2\n2024-11-26,941.5\n2024-11-27,934.54\n",
        "date,value\n2024-11-25 00:00:00,942.01\n2024-11-26,941.5\n2024-11-27,934.54\n",
    ],
    ids=["crlf", "cr", "bom", "no newline at the end", "spaces", "quoted", "other columns", "exponent", "midnight"],
)
def test_the_same_table_in_other_dress(store: MadeUpStore, text: str) -> None:
    assert read(store, text).equals(read(store, GOOD))


def test_blank_lines_are_skipped_and_counted(store: MadeUpStore) -> None:
    rows = read(store, "date,value\n\n2024-11-25,942.01\n\n\n2024-11-26,941.5\n\n")
    assert rows["line"].to_list() == [3, 6]


def test_a_quoted_source_may_hold_commas_quotes_and_line_breaks(store: MadeUpStore) -> None:
    text = 'date,value,source\n2024-11-25,942.01,"a, ""b""\nc\u2028d"\n2024-11-26,941.5,e\n'
    assert read(store, text)["source"].to_list() == ['a, "b"\nc\u2028d', "e"]


@pytest.mark.parametrize("absent", ["", " ", "NaN", "nan", '""'])
def test_an_empty_value_is_absent(store: MadeUpStore, absent: str) -> None:
    assert read(store, f"{GOOD}2024-11-28,{absent}\n")["line"].to_list() == [2, 3, 4]


@pytest.mark.parametrize("text", ["date,value\n", "date,value", "date,value\n2024-11-25,\n2024-11-26,NaN\n"])
def test_header_only_and_all_absent_have_no_rows(store: MadeUpStore, text: str) -> None:
    assert read(store, text).height == 0
    assert read(store, text).schema == SCHEMA


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12).map(str.strip)
row = st.tuples(
    st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 28)),
    st.none() | st.floats(-1e6, 1e6) | st.floats(300, 1500).map(lambda value: round(value, 2)),
    st.none() | st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2060, 1, 1)),
    names,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(row, max_size=15, unique_by=lambda item: item[0]))
def test_what_is_written_is_what_is_read(store: MadeUpStore, rows: list[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["date", "value", "known_at", "source"])
    for date, value, known_at, source in rows:
        writer.writerow([date, "" if value is None else value, f"{known_at.isoformat()}Z" if known_at else "", source])
    back = read(store, text.getvalue())
    expected = [
        (line, date, value, known_at and known_at.replace(tzinfo=dt.UTC), source or None)
        for line, (date, value, known_at, source) in enumerate(rows, start=2)
        if value is not None
    ]
    assert back.height == len(expected)
    for (line, date, value, known_at, source), found in zip(expected, back.rows(), strict=True):
        assert (line, date, value, source) == (found[0], found[1], found[2], found[4])
        assert known_at is None or known_at == found[3]


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "line 1", "the file is empty"),
        ("\n", "line 1", "the file is empty"),
        ("fecha,valor\n2024-11-25,942.01\n", "line 1", "no column date and value; found fecha, valor"),
        ("date;value\n2024-11-25;942.01\n", "line 1", "found date;value"),
        ("date,close\n2024-11-25,942.01\n", "line 1", "no column value; found date, close"),
        ("Date,value\n2024-11-25,942.01\n", "line 1", "no column date"),
        ("2024-11-25,942.01\n2024-11-26,941.5\n", "line 1", "found 2024-11-25, 942.01"),
        ("date,value,value\n2024-11-25,942.01,1\n", "line 1", "'value' stands there twice"),
        (GOOD + "2024-11-28", "line 5", "1 fields, 2 expected: '2024-11-28'"),
        (GOOD + "2024-11-2", "line 5", "'2024-11-2'"),
        (GOOD + "2024-11-2,930", "line 5", "date '2024-11-2'"),
        (GOOD + "2024-11-28,934,54\n", "line 5", "3 fields, 2 expected: '2024-11-28,934,54'"),  # a decimal comma
        (GOOD + '2024-11-28,"934,54"\n', "line 5", "value '934,54'"),
        (GOOD + "2024-11-28,n.d.\n", "line 5", "value 'n.d.'"),
        (GOOD + "2024-11-28,$934\n", "line 5", "value '$934'"),
        (GOOD + "2024-11-28,inf\n", "line 5", "value 'inf'"),
        (GOOD + "2024-11-28,1_000\n", "line 5", "value '1_000'"),
        (GOOD + "28-11-2024,934\n", "line 5", "date '28-11-2024'"),
        (GOOD + "2024-11-31,934\n", "line 5", "date '2024-11-31'"),
        (GOOD + "20241128,934\n", "line 5", "date '20241128'"),
        (GOOD + "2024-W48-4,934\n", "line 5", "date '2024-W48-4'"),
        (GOOD + "0024-11-28,934\n", "line 5", "date '0024-11-28'"),
        (GOOD + "2024-11-28 15:00:00,934\n", "line 5", "date '2024-11-28 15:00:00'"),
        (GOOD + ",934\n", "line 5", "date ''"),
        (GOOD + '2024-11-28,"934\n', "line 5", "not readable as CSV"),
        ("date,value\n\n\n2024-11-28,x\n", "line 4", "value 'x'"),
        ("date,value,known_at\n2024-11-28,934,2024-11-27\n", "line 2", "known_at '2024-11-27'"),
        ("date,value,known_at\n2024-11-28,934,yesterday\n", "line 2", "known_at 'yesterday'"),
        ("date,value,known_at\n2024-11-28,934,2024-11-27T25:00Z\n", "line 2", "known_at '2024-11-27T25:00Z'"),
        ("date,value,known_at\n2024-11-28,934,1732741200\n", "line 2", "known_at '1732741200'"),
        (
            GOOD + "2024-11-26,999\n",
            "lines 3 and 5",
            "2024-11-26 has the values 941.5 and 999.0, both known at 2024-11-25T21:00:00Z",
        ),
        (
            GOOD + "2024-11-26,941.5\n2024-11-26,999\n",
            "lines 3 and 6",
            "2024-11-26 has the values 941.5 and 999.0, both known at 2024-11-25T21:00:00Z",
        ),
    ],
)
def test_a_damaged_file_is_named_with_line_and_value(store: MadeUpStore, text: str, where: str, what: str) -> None:
    message = complaint(store, text)
    assert message.startswith(f"{store.path / 'usdclp.csv'}, {where}: ")
    assert what in message
    assert message.endswith(".")


def test_two_values_for_one_date_and_instant_conflict_however_the_instant_is_written(store: MadeUpStore) -> None:
    rows = "2024-11-27,934.54,\n2024-11-27,934.55,2024-11-26T18:00:00-03:00\n"  # the first by the rule
    assert "lines 2 and 3: 2024-11-27 has the values 934.54 and 934.55" in complaint(
        store, f"date,value,known_at\n{rows}"
    )


@pytest.mark.parametrize(
    "content", [GOOD.encode("utf-16"), b"date,value,source\n2024-11-25,942.01,d\xf3lar\n", b"\xff\x00"]
)
def test_bytes_that_are_no_utf8_are_named(store: MadeUpStore, content: bytes) -> None:
    message = complaint(store, content)
    assert f"{store.path / 'usdclp.csv'}: not UTF-8 text (byte " in message


def test_a_file_cut_off_anywhere_is_refused_or_shorter(store: MadeUpStore) -> None:
    """No cut makes a row that was not there; a last value that lost digits is left to the bounds of `validate`."""
    whole = read(store, GOOD)
    for size in range(len(GOOD)):
        try:
            rows = read(store, GOOD[:size])
        except DataError as error:
            assert "usdclp.csv, line " in str(error)
        else:
            complete = rows[:-1] if size and GOOD[size - 1] != "\n" else rows
            assert complete.equals(whole[: complete.height])
            assert rows["date"].to_list() == whole["date"].to_list()[: rows.height]


def test_a_listed_series_without_file(store: MadeUpStore) -> None:
    store.add("usdclp", None)
    with pytest.raises(DataError, match=r"usdclp\.csv: not found, though series\.yaml lists it"):
        read_series(store.path, "usdclp", OBSERVADO)


# --- parquet ----------------------------------------------------------------------------------------------------------

INSTANT = pl.Datetime("ns", "America/Santiago")


def write(store: MadeUpStore, frame: pl.DataFrame, name: str = "usdclp") -> Path:
    store.add(name, None)
    path = store.path / f"{name}.parquet"
    frame.write_parquet(path)
    return path


def test_a_parquet_file_reads_like_the_csv(store: MadeUpStore) -> None:
    text = "date,value,known_at,source\n2024-11-25,942.01,,a\n2024-11-26,,,\n2024-11-27,934.54,2024-11-26T22:05:00Z,\n"
    from_csv = read(store, text)
    (store.path / "usdclp.csv").unlink()
    write(
        store,
        pl.DataFrame(
            {
                "value": [942.01, float("nan"), 934.54],
                "date": [dt.datetime(2024, 11, 25), dt.datetime(2024, 11, 26), dt.datetime(2024, 11, 27)],
                "known_at": pl.Series([None, None, utc("2024-11-26T22:05")])
                .dt.convert_time_zone("America/Santiago")
                .cast(INSTANT),
                "source": ["a", None, None],
                "note": [1, 2, 3],
            }
        ),
    )
    rows = read_series(store.path, "usdclp", OBSERVADO)
    assert rows.drop("line").equals(from_csv.drop("line"))
    assert rows["line"].to_list() == [1, 3]


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"day": ["2024-11-25"], "value": [1.0]}, "line 1: no column date; found day, value"),
        ({"date": ["25/11/2024"], "value": [942.0]}, "line 1: date '25/11/2024'"),
        ({"date": ["2024-11-25", "2024-11-26"], "value": ["942.0", "x"]}, "line 2: value 'x'"),
        ({"date": ["2024-11-25"], "value": [float("inf")]}, "line 1: value 'inf'"),
        ({"date": ["2024-11-25"], "value": [True]}, "line 1: value 'True'"),
        ({"date": [None], "value": [942.0]}, "line 1: date ''"),
        (
            {"date": ["2024-11-25"], "value": [1.0], "known_at": [dt.date(2024, 11, 25)]},
            "line 1: known_at '2024-11-25'",
        ),
        ({"date": ["2024-11-25"] * 2, "value": [1.0, 2.0]}, "lines 1 and 2: 2024-11-25 has the values 1.0 and 2.0"),
    ],
)
def test_a_damaged_parquet_row_is_named(store: MadeUpStore, columns: dict[str, list[Any]], what: str) -> None:
    path = write(store, pl.DataFrame(columns))
    with pytest.raises(DataError) as error:
        read_series(store.path, "usdclp", OBSERVADO)
    assert str(error.value).startswith(f"{path}, {what}")


def test_a_parquet_file_that_is_none_is_named(store: MadeUpStore) -> None:
    path = write(store, pl.DataFrame({"date": ["2024-11-25"], "value": [942.0]}))
    path.write_bytes(GOOD.encode())
    with pytest.raises(DataError, match=r"usdclp\.parquet: damaged"):
        read_series(store.path, "usdclp", OBSERVADO)


def test_a_series_in_two_files_is_refused(store: MadeUpStore) -> None:
    write(store, pl.DataFrame({"date": ["2024-11-25"], "value": [942.0]}))
    store.add("usdclp", GOOD)
    with pytest.raises(DataError, match=r"usdclp\.csv and .*usdclp\.parquet: a series has one file\. Remove one"):
        read_series(store.path, "usdclp", OBSERVADO)


# --- series.yaml ------------------------------------------------------------------------------------------------------


def test_the_sample_lists_the_observado_first_and_its_files_all(store: MadeUpStore) -> None:
    sample = ROOT / "data/sample"
    listed = read_series_list(sample)
    assert next(iter(listed)) == "usdclp"
    assert listed["usdclp"].publication.business_days == -1
    assert unlisted_files(sample, listed) == []
    assert {path.stem for path in sample.glob("*.csv")} == set(listed)


def test_unlisted_files_are_told_and_other_files_are_not(store: MadeUpStore) -> None:
    store.add("usdclp", GOOD)
    for name in ("vix.csv", "aud.parquet", "README.md", ".hidden.csv.tmp"):
        (store.path / name).write_text("x")
    assert unlisted_files(store.path, read_series_list(store.path)) == ["aud.parquet", "vix.csv"]


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere: no such folder\. Set ingest\.store in params\.yaml"):
        read_series_list(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"series\.yaml: not found"):
        read_series_list(tmp_path)


ENTRY = {"title": "t", "unit": "u", "tier": "critical", "publication": EVENING}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in ENTRY.items() if name != key}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the file: "),
        ("- usdclp\n", "the file: "),
        ("usdclp: {title: [", "not readable as YAML"),
        (json.dumps({"aud": ENTRY}), "usdclp is not listed"),
        (json.dumps({"USDCLP": ENTRY}), "usdclp is not listed"),
        (json.dumps({"usdclp": ENTRY, "AUD": ENTRY}), "'AUD' cannot be an id: expected at most 64 lower-case letters"),
        (json.dumps({"usdclp": ENTRY, "../x": ENTRY}), "'../x' cannot be an id"),
        (json.dumps({"usdclp": ENTRY, "a b": ENTRY}), "'a b' cannot be an id"),
        (json.dumps({"usdclp": ENTRY, "dólar": ENTRY}), "'dólar' cannot be an id"),
        (json.dumps({"usdclp": ENTRY, "": ENTRY}), "'' cannot be an id"),
        (json.dumps({"usdclp": without("tier")}), "usdclp.tier: missing"),
        (json.dumps({"usdclp": without("publication")}), "usdclp.publication: missing"),
        (
            json.dumps({"usdclp": ENTRY | {"tier": "vital"}}),
            "usdclp.tier: expected 'critical', 'important' or 'optional'",
        ),
        (json.dumps({"usdclp": ENTRY | {"colour": "red"}}), "usdclp.colour: not a key that anything reads"),
        (
            json.dumps({"usdclp": ENTRY | {"publication": EVENING | {"zone": "Chile"}}}),
            "usdclp.publication.zone: expected a time zone like",
        ),
        (
            json.dumps({"usdclp": ENTRY | {"publication": EVENING | {"zone": "../x"}}}),
            "usdclp.publication.zone: expected a time zone",
        ),
        (
            json.dumps({"usdclp": ENTRY | {"publication": EVENING | {"time": "25:00"}}}),
            "usdclp.publication.time: expected a time of day",
        ),
        (
            json.dumps({"usdclp": ENTRY | {"publication": EVENING | {"business_days": "1"}}}),
            "usdclp.publication.business_days: ",
        ),
        (
            json.dumps({"usdclp": ENTRY | {"publication": EVENING | {"business_days": 999}}}),
            "usdclp.publication.business_days: ",
        ),
        (
            json.dumps({"usdclp": ENTRY, "usdclp_spot": ENTRY | {"quotes": "eur"}}),
            "usdclp_spot.quotes: expected usdclp, the series that is forecast, got 'eur'",
        ),
        (json.dumps({"usdclp": ENTRY, "usdclp_spot": ENTRY | {"quotes": True}}), "usdclp_spot.quotes: "),
        (
            json.dumps({"usdclp": ENTRY, "usdclp_spot": ENTRY | {"unit": "USD per CLP", "quotes": "usdclp"}}),
            "usdclp_spot.unit: a quote of usdclp is in its unit, 'u', got 'USD per CLP'",
        ),
        (json.dumps({"usdclp": ENTRY | {"quotes": "usdclp"}}), "usdclp.quotes: 'usdclp' is the series itself"),
    ],
)
def test_a_bad_series_yaml_is_named_with_its_key(store: MadeUpStore, content: str, what: str) -> None:
    store.path.mkdir()
    (store.path / "series.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        read_series_list(store.path)
    assert str(error.value).startswith(f"{store.path / 'series.yaml'}: ")
    assert what in str(error.value)
    assert error.value.exit_code == 2


def test_a_series_quotes_the_target_where_it_says_so(store: MadeUpStore) -> None:
    store.path.mkdir()
    entries = {"usdclp_spot": ENTRY | {"quotes": "usdclp"}, "usdclp_close": ENTRY, "usdclp": ENTRY}
    (store.path / "series.yaml").write_text(json.dumps(entries), encoding="utf-8")
    listed = read_series_list(store.path)
    assert {name: entry.quotes for name, entry in listed.items()} == {
        "usdclp_spot": "usdclp",
        "usdclp_close": None,
        "usdclp": None,
    }


def test_the_template_of_a_live_store_declares_its_quote(tmp_path: Path) -> None:
    (tmp_path / "series.yaml").write_bytes((ROOT / "data/live_series.yaml").read_bytes())
    assert [name for name, entry in read_series_list(tmp_path).items() if entry.quotes] == ["usdclp_spot"]


def test_a_series_yaml_that_is_no_utf8(store: MadeUpStore) -> None:
    store.path.mkdir()
    (store.path / "series.yaml").write_bytes(b"usdclp: {title: d\xf3lar}")
    with pytest.raises(UsageError, match=r"not UTF-8 text \(byte 17\)"):
        read_series_list(store.path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "date;value\n2024-11-25;942,01\n",
            "no column date and value; found date;value. Expected date,value. It has semicolons ",
        ),
        (
            "Fecha\tValor\n25-11-2024\t942,01\n",
            "It has tabs between its columns and decimal commas and days that do not begin",
        ),
        ("date,value\n2024-11-25,942,01\n", "3 fields, 2 expected"),
        (
            "date,value\n2024-11-25,942,01\n",
            "It has decimal commas. Move it out of the store: `forex import FILE` reads it.",
        ),
        (
            'date,value\n2024-11-25,"942,01"\n',
            "is not a number like 934.54. Correct it, or leave it empty. It has decimal commas.",
        ),
        (
            "date,value\n25-11-2024,942.01\n",
            "is not a date like 2024-11-27. Correct or remove the row. It has days that do not",
        ),
    ],
)
def test_a_file_in_another_form_is_named_with_what_reads_it(store: MadeUpStore, content: str, said: str) -> None:
    store.add("usdclp", content)
    with pytest.raises(DataError) as refused:
        read_series(store.path, "usdclp", read_series_list(store.path)["usdclp"])
    assert said in str(refused.value)


def test_a_file_that_is_cut_off_is_not_called_foreign(store: MadeUpStore) -> None:
    store.add("usdclp", GOOD + "2024-11-28")
    with pytest.raises(DataError) as refused:
        read_series(store.path, "usdclp", read_series_list(store.path)["usdclp"])
    assert "forex import" not in str(refused.value)
