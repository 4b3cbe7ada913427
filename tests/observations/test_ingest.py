"""What was known at an instant, and the stage that selects it: what it keeps, leaves out, and refuses."""

import datetime as dt
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from forex.core.files import read_json, read_parquet
from forex.core.reports import read_report
from forex.observations.ingest import age_business_days, content_hash, known_rows, store_hashes
from forex.observations.manifest import Manifest
from stages import ingest
from tests.support.made_up import NOON, Project, observations, utc

GOOD = "date,value\n2024-11-25,942.01\n2024-11-26,941.5\n2024-11-27,934.54\n2024-11-28,978.1\n"
MXN = "date,value\n2024-11-25,20.3\n2024-11-26,20.5\n2024-11-27,20.6\n"
RAW = Path("data/raw")
CUT_OFF = utc("2024-11-27T18:00")  # 15:00 in Santiago


# --- hashes of the store ---------------------------------------------------------------------------------------------

OBSERVED = [
    ("2024-09-24", 1.0, utc("2024-09-24T12:00")),
    ("2024-10-01", 2.0, utc("2024-10-01T00:00")),
    ("2024-10-02", 3.0, utc("2024-11-05T12:00")),
]
TIMES = ["2024-10-01T00:00:00Z", "2024-11-01T00:00:00Z", "2024-11-27T18:00:00Z"]


def hashed(changes: dict[int, Any] | None = None, until: dt.datetime = CUT_OFF, **more: Any) -> dict[str, str]:
    """Hashes of a store: OBSERVED with `changes` to its rows by position, a series of a single row, and `more` series."""
    rows = [(changes or {}).get(k, row) for k, row in enumerate(OBSERVED)]
    other = [("2024-09-30", 5.0, utc("2024-09-30T12:00"))]
    series = {"usdclp": observations(rows), "mxn": observations(other)} | {
        name: observations(entries) for name, entries in more.items()
    }
    return store_hashes({name: known_rows(frame, until) for name, frame in series.items()}, until)


def test_a_store_is_hashed_at_the_start_of_every_month_and_at_the_cut_off() -> None:
    assert list(hashed()) == TIMES
    october, november, cut_off = hashed().values()
    assert october == november != cut_off  # nothing came to be known in October
    assert hashed() == hashed({0: OBSERVED[1], 1: OBSERVED[0]})  # the order of the file says nothing
    assert list(hashed(until=utc("2024-11-01T00:00"))) == TIMES[:2]


@pytest.mark.parametrize(
    ("changes", "more", "first"),
    [
        ({0: ("2024-09-24", 1.1, OBSERVED[0][2])}, {}, 0),
        ({0: ("2024-09-25", 1.0, OBSERVED[0][2])}, {}, 0),
        ({0: ("2024-09-24", 1.0, utc("2024-09-25T12:00"))}, {}, 0),
        ({1: ("2024-10-01", 2.0, utc("2024-10-01T00:01"))}, {}, 0),
        ({2: ("2024-10-02", 3.1, OBSERVED[2][2])}, {}, 2),
        ({}, {"aud": [("2024-09-24", 1.0, utc("2024-09-24T12:00"))]}, 0),
        ({}, {"aud": [("2024-09-24", 1.0, utc("2024-11-24T12:00"))]}, 2),
    ],
)
def test_hashes_differ_from_when_another_value_date_instant_or_series_was_known(
    changes: dict[int, Any], more: dict[str, Any], first: int
) -> None:
    ours, other = hashed(), hashed(changes, **more)
    assert [at for at in TIMES if ours[at] != other[at]] == TIMES[first:]


def test_rows_that_come_to_be_known_later_change_no_hash() -> None:
    grown = [*OBSERVED, ("2024-10-01", 2.5, utc("2024-11-28T12:00")), ("2024-12-02", 4.0, utc("2024-11-29T21:00"))]
    later = hashed(until=utc("2024-12-02T18:00"), usdclp=grown)
    assert {at: later[at] for at in TIMES[:2]} == {at: hashed()[at] for at in TIMES[:2]}
    assert list(later) == [*TIMES[:2], "2024-12-01T00:00:00Z", "2024-12-02T18:00:00Z"]


# --- selection --------------------------------------------------------------------------------------------------------


def test_the_instant_itself_counts_and_one_microsecond_later_does_not() -> None:
    tick = dt.timedelta(microseconds=1)
    rows = observations(
        [("2024-11-25", 1, CUT_OFF - tick), ("2024-11-26", 2, CUT_OFF), ("2024-11-27", 3, CUT_OFF + tick)]
    )
    assert known_rows(rows, CUT_OFF)["value"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("written", "rows"),
    [("2024-11-27T18:00:00Z", 3), ("2024-11-27T18:00:00.000001Z", 2), ("2024-11-27T17:59:59.999999Z", 3)],
)
def test_the_boundary_holds_through_the_stage(project: Project, written: str, rows: int) -> None:
    text = "date,value,known_at\n2024-11-25,942.01,\n2024-11-26,941.5,\n2024-11-27,934.54,"
    project.store.add("usdclp", f"{text}{written}\n")
    assert project.run(ingest.main) == 0
    assert read_parquet(RAW / "usdclp.parquet").height == rows
    assert read_json(ingest.MANIFEST)["known_until"] == "2024-11-27T18:00:00Z"


def test_the_cut_off_decides_whether_the_evenings_value_is_in(project: Project) -> None:
    project.store.add("usdclp", GOOD)
    last = {}
    for cut_off in ("15:00", "17:59", "18:00", "18:30"):
        project.set(cut_off=cut_off)
        assert project.run(ingest.main) == 0
        last[cut_off] = read_json(ingest.MANIFEST)["series"]["usdclp"]["last"]
    assert last == {"15:00": "2024-11-27", "17:59": "2024-11-27", "18:00": "2024-11-28", "18:30": "2024-11-28"}


def test_every_vintage_stays(project: Project) -> None:
    revised = "2024-11-25,942.01,\n2024-11-25,942.11,2024-11-26T12:00:00Z\n2024-11-25,999,2024-11-28T12:00:00Z\n"
    project.store.add("usdclp", f"date,value,known_at\n{revised}")
    assert project.run(ingest.main) == 0
    rows = read_parquet(RAW / "usdclp.parquet")
    assert rows["value"].to_list() == [942.01, 942.11]
    assert rows["known_at"].to_list() == [utc("2024-11-22T21:00"), utc("2024-11-26T12:00")]
    assert rows["line"].to_list() == [2, 3]


# --- the manifest -----------------------------------------------------------------------------------------------------


def test_the_manifest_says_rows_range_and_age(project: Project) -> None:
    project.store.add("usdclp", GOOD)
    project.store.add(
        "mxn", MXN.replace("2024-11-26,20.5\n2024-11-27,20.6\n", ""), tier="important", unit="MXN per USD"
    )
    assert project.run(ingest.main) == 0
    manifest = read_json(ingest.MANIFEST)
    assert manifest["as_of"] == "2024-11-27"
    assert manifest["unlisted_files"] == []
    mxn = manifest["series"]["mxn"]
    digest = mxn.pop("sha256")
    assert mxn == {
        "title": "mxn",
        "unit": "MXN per USD",
        "tier": "important",
        "publication": NOON,
        "quotes": None,
        "left_out": None,
        "rows": 1,
        "first": "2024-11-25",
        "last": "2024-11-25",
        "age": 2,
    }
    assert len(digest) == 64
    assert manifest["series"]["usdclp"]["age"] == 0


def test_the_manifest_says_which_series_quote_the_target(project: Project) -> None:
    project.store.add("usdclp", GOOD)
    project.store.add("usdclp_spot", GOOD, unit="CLP per USD", quotes="usdclp")
    project.store.add("usdclp_close", GOOD, unit="CLP per USD")  # an older store: a driver, whatever its id
    assert project.run(ingest.main) == 0
    assert read_report(ingest.MANIFEST, Manifest).quotes == {"usdclp_spot"}


@pytest.mark.parametrize(
    ("date", "as_of", "age"),
    [
        ("2024-11-27", "2024-11-27", 0),
        ("2024-11-28", "2024-11-27", 0),  # the evening's value, dated ahead
        ("2024-11-26", "2024-11-27", 1),
        ("2024-11-29", "2024-12-01", 0),  # a Sunday: no business day has passed
        ("2024-09-17", "2024-09-22", 0),  # the holidays and a weekend
        ("2024-09-17", "2024-09-23", 1),
    ],
)
def test_age_counts_business_days(date: str, as_of: str, age: int) -> None:
    assert age_business_days(date, as_of) == age


def outputs() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in [ingest.MANIFEST, *sorted(RAW.iterdir())]}


def test_rows_known_later_change_nothing(project: Project) -> None:
    project.store.add("usdclp", GOOD)
    project.store.add("mxn", MXN)
    assert project.run(ingest.main) == 0
    before = outputs()
    later = "2024-11-29,1,\n2024-12-02,5000,\n2024-11-26,700,2024-11-27T18:00:01Z\n"
    known = (
        GOOD.replace("value", "value,known_at").replace("01\n", "01,\n").replace("5\n", "5,\n").replace("54\n", "54,\n")
    )
    project.store.add("usdclp", known.replace("978.1\n", "1234,\n") + later)
    project.store.add("mxn", MXN + "2024-11-28,99\n")
    assert project.run(ingest.main) == 0
    assert outputs() == before


def test_the_content_hash_knows_values_and_instants_but_no_lines() -> None:
    rows = observations(
        [("2024-11-25", 942.01, utc("2024-11-22T21:00")), ("2024-11-26", 941.5, utc("2024-11-25T21:00"))]
    )
    moved = rows.with_columns(pl.col("line") + 7)
    assert content_hash(moved) == content_hash(rows)
    for column, other in (("value", 941.50001), ("known_at", utc("2024-11-25T21:01")), ("date", dt.date(2024, 11, 27))):
        changed = rows.with_columns(
            pl.when(pl.col("line") == 3).then(pl.lit(other)).otherwise(pl.col(column)).alias(column)
        )
        assert content_hash(changed) != content_hash(rows)


# --- what is told, left out, refused ----------------------------------------------------------------------------------


def test_an_unlisted_file_gets_one_line(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.store.add("usdclp", GOOD)
    (project.store.path / "lme.csv").write_text("not a series at all")
    assert project.run(ingest.main) == 0
    printed = capsys.readouterr()
    assert printed.err == "ingest: store/lme.csv is not listed in series.yaml and is not read.\n"
    assert printed.out == ""
    assert read_json(ingest.MANIFEST)["unlisted_files"] == ["lme.csv"]
    assert not (RAW / "lme.parquet").exists()


BAD = [
    ("", "usdclp.csv, line 1: no column date and value"),
    ("date,value\n", "usdclp.csv: 0 rows have a value, none of them is known at 2024-11-27 15:00."),
    ("date,value\n2024-11-26,\n2024-11-27,NaN\n", "usdclp.csv: 0 rows have a value"),
    (GOOD + "2024-11-29", "usdclp.csv, line 6: 1 fields, 2 expected: '2024-11-29'"),
    (GOOD.replace("value", "close"), "usdclp.csv, line 1: no column value; found date, close"),
    (GOOD.replace("941.5", "n.d."), "usdclp.csv, line 3: value 'n.d.'"),
    (GOOD.replace("2024-11-26", "26/11/2024"), "usdclp.csv, line 3: date '26/11/2024'"),
    (GOOD + "2024-11-26,941.6\n", "usdclp.csv, lines 3 and 6: 2024-11-26 has the values 941.5 and 941.6"),
    (b"\xff\xfe\x00", "usdclp.csv: not UTF-8 text"),
    (None, "usdclp.csv: not found"),
]


@pytest.mark.parametrize(("content", "what"), BAD)
def test_a_bad_observado_ends_with_3_and_leaves_the_last_good_outputs(
    project: Project, capsys: pytest.CaptureFixture[str], content: Any, what: str
) -> None:
    project.store.add("usdclp", GOOD)
    assert project.run(ingest.main) == 0
    before = outputs()
    (project.store.path / "usdclp.csv").unlink()
    project.store.add("usdclp", content)
    assert project.run(ingest.main) == 3
    message = capsys.readouterr().err
    assert f"store/{what}" in message
    assert "Traceback" not in message
    assert outputs() == before


@pytest.mark.parametrize(("content", "what"), BAD)
@pytest.mark.parametrize("tier", ["important", "optional"])
def test_a_bad_driver_is_left_out_and_flagged(
    project: Project, capsys: pytest.CaptureFixture[str], content: Any, what: str, tier: str
) -> None:
    project.store.add("usdclp", GOOD)
    project.store.add("mxn", content, tier=tier)
    project.store.add("brl", MXN)
    assert project.run(ingest.main) == 0
    what = f"store/{what.replace('usdclp', 'mxn')}"
    mxn = read_json(ingest.MANIFEST)["series"]["mxn"]
    assert what in mxn["left_out"]
    assert (mxn["rows"], mxn["first"], mxn["last"], mxn["age"], mxn["sha256"]) == (0, None, None, None, None)
    assert sorted(path.name for path in RAW.iterdir()) == ["brl.parquet", "usdclp.parquet"]
    err = capsys.readouterr().err
    assert err.startswith("ingest: mxn is left out: ")
    assert err.count("\n") == 1


def test_a_bad_driver_that_is_critical_ends_with_3(project: Project) -> None:
    project.store.add("usdclp", GOOD)
    project.store.add("mxn", "", tier="critical")
    assert project.run(ingest.main) == 3


def test_the_observado_is_needed_whatever_its_tier(project: Project) -> None:
    project.store.add("usdclp", "", tier="optional")
    assert project.run(ingest.main) == 3


def test_a_series_taken_out_of_the_store_leaves_no_rows_behind(project: Project) -> None:
    project.store.add("usdclp", GOOD)
    project.store.add("mxn", MXN)
    assert project.run(ingest.main) == 0
    project.store.add("mxn", "")
    assert project.run(ingest.main) == 0
    assert [path.name for path in RAW.iterdir()] == ["usdclp.parquet"]


def test_an_as_of_before_the_data_ends_with_3(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.store.add("usdclp", GOOD)
    project.set(as_of="2024-11-22")  # the first value is published that evening
    assert project.run(ingest.main) == 3
    assert "store/usdclp.csv: 4 rows have a value, none of them is known at 2024-11-22 15:00" in capsys.readouterr().err
    project.set(cut_off="18:00")
    assert project.run(ingest.main) == 0


def test_a_missing_store_ends_with_2(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.run(ingest.main) == 2
    assert "store: no such folder. Set ingest.store in params.yaml" in capsys.readouterr().err


def test_a_store_with_nothing_but_the_observado_works(project: Project) -> None:
    project.store.add("usdclp", GOOD)
    assert project.run(ingest.main) == 0
    assert [path.name for path in RAW.iterdir()] == ["usdclp.parquet"]


def test_a_rerun_writes_the_same_bytes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.store.add("usdclp", GOOD)
    project.store.add("mxn", MXN)
    assert project.run(ingest.main) == 0
    before = outputs()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/New_York")
        time.tzset()
        assert project.run(ingest.main) == 0
    time.tzset()
    assert outputs() == before


def test_a_defect_ends_with_5_and_one_line(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise KeyError("anchor")

    assert project.run(broken) == 5
    [line] = capsys.readouterr().err.splitlines()
    assert "KeyError: 'anchor'" in line and "FOREX_TRACEBACK" in line
