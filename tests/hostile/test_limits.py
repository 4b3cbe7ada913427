"""Files that are too large, or no files: refused by the limit's name before they are parsed, in time and in memory."""

import ast
import os
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from forex.core.edges import json, limits
from forex.core.edges.reading import read_bytes, read_utf8
from forex.core.errors import DataError, FileRefused, ForexError, ParamsError
from forex.core.files import read_json, read_parquet, read_text, write_parquet
from forex.importing.opening import opened
from forex.ledger import ledger
from forex.observations.store import USUAL, read_series
from forex.operations import load_operations
from forex.params import StoreLimits, load_params
from tests.support.changed_params import COMMITTED
from tests.support.faults.edge_inputs import rule
from tests.support.made_up import ROOT, Project


@contextmanager
def in_time() -> Iterator[None]:
    """At most two seconds of processor time, and 256 MB above the most that the process had used before."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 * 1024


def series(content: bytes) -> None:
    Path("usdclp.csv").write_bytes(content)
    read_series(Path(), "usdclp", rule())


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


HEAD = b"date,value\n"
ROW = b"2024-11-26,930\n"
TOO_LARGE = {
    "100,000 columns": (b"date,value," + b",".join(b"c%d" % i for i in range(99_998)) + b"\n", "line_length"),
    "100,000 columns of one name": (b"date,value" + b",x" * 99_998 + b"\n", "line_length"),
    "51 columns": (b"date,value" + b"".join(b",c%d" % i for i in range(49)) + b"\n", "columns"),
    "a million rows of one value": (HEAD + ROW * 1_000_000, "rows"),
    "a million revised rows": (b"date,value,known_at\n" + b"2024-11-26,930,2024-11-26T21:00:00Z\n" * 400_000, "rows"),
    "a million rows, each another day": (
        HEAD + b"1990-01-0%d,930\n" * 1_000_000 % tuple([1, 2, 3, 4] * 250_000),
        "rows",
    ),
    "a line without end": (HEAD + b"2024-11-26," + b"9" * 2_000_000 + b"\n", "line_length"),
    "a quote that is never closed": (HEAD + b'2024-11-26,"' + b"9" * 5_000, "line_length"),
    "a file of seventeen megabytes": (HEAD + b"\n" * 17_000_000, "file_mb"),
    "a hundred and one values of a day": (
        b"date,value,known_at\n" + b"".join(b"2024-11-26,930,2024-11-26T21:%02d:00Z\n" % (i % 60) for i in range(101)),
        "revisions",
    ),
}


@pytest.mark.parametrize(("content", "limit"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_series_beyond_a_limit_ends_at_once_with_its_name(content: bytes, limit: str) -> None:
    with in_time(), pytest.raises(DataError, match=rf"^usdclp\.csv: .*\(ingest\.limits\.{limit} in params\.yaml\)"):
        series(content)


def test_a_series_at_every_limit_is_read() -> None:
    columns = b"date,value,known_at" + b"".join(b",c%d" % i for i in range(47))
    rows = [b"2024-11-26,930,2024-11-26T21:%02d:%02dZ" % (i // 60, i % 60) + b"," * 47 for i in range(100)]
    series(b"\n".join([columns, *rows, b""]))
    series(HEAD + b"2024-11-26,930." + b"0" * 1_985 + b"\n")


@pytest.mark.parametrize("name", StoreLimits.model_fields)
def test_each_limit_of_params_yaml_does_something(name: str, project: Project) -> None:
    """One less than what the store has."""
    project.store.add("usdclp", HEAD + b"2024-11-25,930\n" + b"2024-11-26,930\n" * 2)
    project.store.add("aud", b"date,value\n2024-11-25,1.5\n")
    if name == "file_mb":
        (project.store.path / "usdclp.csv").write_bytes(HEAD + b"\n" * 1_000_000)
    tight = {"series": 1, "file_mb": 1, "rows": 2, "columns": 1, "line_length": 13, "revisions": 1}[name]
    project.set(ingest={"limits": {**COMMITTED["ingest"]["limits"], name: tight}})
    from stages import ingest

    with pytest.raises(ForexError, match=rf"ingest\.limits\.{name} in params\.yaml"):
        ingest.main()


def test_whoever_reads_a_store_without_params_has_the_limits_that_they_have() -> None:
    assert USUAL.model_dump() == COMMITTED["ingest"]["limits"]


WITHOUT_PARAMS = {"forex/library/steps.py"}


def test_whoever_has_a_params_yaml_reads_a_store_by_its_limits() -> None:
    called = {"read_series_list": 2, "read_series": 4}
    calls = [
        (str(path.relative_to(ROOT)), node.func.id, len(node.args))
        for path in sorted((ROOT / "forex").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in called
    ]
    assert len(calls) > 10
    assert {path for path, name, given in calls if given != called[name]} == WITHOUT_PARAMS


# --- parquet ----------------------------------------------------------------------------------------------------------


def rows_of(count: int, days: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {"date": pl.Series(days * count, dtype=pl.Int32).cast(pl.Date), "value": [930.5] * count * len(days)}
    )


def test_a_small_parquet_file_of_many_rows_is_refused_by_its_footer() -> None:
    write_parquet(Path("usdclp.parquet"), rows_of(3_000_000, [20_000]))
    assert Path("usdclp.parquet").stat().st_size < 500_000
    with in_time(), pytest.raises(DataError, match=r"3000000 rows, more than the 100000 .*ingest\.limits\.rows"):
        read_series(Path(), "usdclp", rule())


def test_a_small_parquet_file_that_unpacks_to_much_is_refused_by_its_footer() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.table({"date": ["2024-11-26"] * 40, "value": ["x" * 500_000 + str(i) for i in range(40)]})
    pq.write_table(text, "usdclp.parquet", compression="zstd", use_dictionary=False)
    assert Path("usdclp.parquet").stat().st_size < 500_000
    with in_time(), pytest.raises(DataError, match=r"bytes once unpacked, .*ingest\.limits\.file_mb"):
        read_series(Path(), "usdclp", rule())


@pytest.mark.parametrize("name", ["source", "value", "date"])
def test_a_text_that_stands_in_every_row_is_refused_before_it_is_written_out(name: str) -> None:
    """A megabyte once in the file, a hundred thousand times in the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"date": ["2024-11-26"] * 50_000, "value": ["930"] * 50_000, "source": ["a"] * 50_000}
    columns[name] = ["x" * 1_000_000] * 50_000
    texts = {
        key: pa.array(column[:1]).dictionary_encode().take(pa.array([0] * 50_000)) for key, column in columns.items()
    }
    pq.write_table(pa.table(texts), "usdclp.parquet", compression="zstd")
    assert Path("usdclp.parquet").stat().st_size < 500_000
    with in_time(), pytest.raises(DataError, match=r"characters of texts, .*ingest\.limits\.file_mb"):
        read_series(Path(), "usdclp", rule())


def test_a_parquet_file_of_many_columns_is_refused() -> None:
    write_parquet(Path("panel.parquet"), pl.DataFrame({f"c{i}": [1] for i in range(limits.PARQUET_COLUMNS.most + 1)}))
    with pytest.raises(DataError, match="5001 columns, more than the 5000 .*PARQUET_COLUMNS"):
        read_parquet(Path("panel.parquet"))


@pytest.mark.parametrize("day", [2_932_897, -719_163, 2**31 - 1, -(2**31)])
def test_a_date_out_of_range_is_no_panic(day: int) -> None:
    write_parquet(Path("usdclp.parquet"), rows_of(1, [20_000, day]))
    with pytest.raises(DataError, match=r"^usdclp\.parquet: damaged \(date has days outside of the years 1 to 9999\)"):
        read_series(Path(), "usdclp", rule())


@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("instant", [2**62, -(2**62)])
def test_an_instant_out_of_range_is_no_panic(unit: str, instant: int) -> None:
    frame = rows_of(1, [20_000]).with_columns(known_at=pl.Series([instant]).cast(pl.Datetime(unit, "UTC")))
    write_parquet(Path("usdclp.parquet"), frame)
    with pytest.raises(DataError, match=r"known_at has days outside"):
        read_series(Path(), "usdclp", rule())


# --- JSON, text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [b"[", b'{"a":', b'[{"a":['])
def test_json_nested_deep_is_refused_before_it_is_parsed(start: bytes) -> None:
    with in_time(), pytest.raises(DataError, match=r"levels of nesting, more than the 60 .*JSON_DEPTH"):
        json.parsed(start * 10_000, "report.json")


def test_brackets_in_a_text_do_not_nest() -> None:
    assert (
        json.parsed(b'{"a": "' + b"[" * 1_000 + b'\\"' + b"{" * 1_000 + b'"}', "report.json")["a"].count("[") == 1_000
    )


@pytest.mark.parametrize("content", [b'"' + b'\\"' * 2_000_000, b'"' * 2_000_001, b"[1," * 50 + b"1" * 1_000_000])
def test_no_text_makes_the_look_at_the_depth_slow(content: bytes) -> None:
    with in_time(), pytest.raises(DataError, match="not readable as JSON"):
        json.parsed(content, "report.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1, "a": 2}', "'a' stands there twice"),
        (b"NaN", "no number"),
        (b"-Infinity", "no number"),
        (b"1e999", "no finite number"),
        (b"1" * 4_301, "not readable as JSON"),
        (b"\xff", "not readable as JSON"),
    ],
)
def test_what_a_lenient_parser_takes_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        json.parsed(content, "report.json")


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


LARGE: dict[str, Callable[[Path], object]] = {
    "JSON_BYTES": read_json,
    "TEXT_BYTES": read_text,
    "PARQUET_BYTES": read_parquet,
    "YAML_BYTES": lambda path: load_params(path=path),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_file_of_three_gigabytes_is_not_read(name: str, tmp_path: Path) -> None:
    path = sparse(tmp_path / "large", 3_000_000_000)
    with in_time(), pytest.raises(ForexError, match=rf"3000000000 bytes, more than the .*\({name}\)"):
        LARGE[name](path)


def test_a_year_of_the_ledger_with_too_many_lines() -> None:
    Path("ledger").mkdir()
    Path("ledger/2024.csv").write_text(
        f"{ledger.FIRST_LINE}\n" + "x\n" * (limits.LEDGER_ROWS.most + 1), encoding="utf-8"
    )
    with in_time(), pytest.raises(DataError, match="LEDGER_ROWS"):
        ledger.read(Path("ledger"))


# --- no files ---------------------------------------------------------------------------------------------------------

READ: dict[str, tuple[str, Callable[[], object], type[ForexError]]] = {
    "a series": ("usdclp.csv", lambda: read_series(Path(), "usdclp", rule()), DataError),
    "a series as parquet": ("usdclp.parquet", lambda: read_series(Path(), "usdclp", rule()), DataError),
    "params.yaml": ("params.yaml", load_params, ParamsError),
    "operations.yaml": ("operations.yaml", load_operations, ParamsError),
    "the ledger": ("ledger/2024.csv", lambda: ledger.read(Path("ledger")), DataError),
    "a report": ("report.json", lambda: read_json(Path("report.json")), DataError),
    "a calendar": ("list.csv", lambda: read_text(Path("list.csv")), DataError),
    "a file to import": ("dolar.csv", lambda: opened(Path("dolar.csv"), None), DataError),
}


def fifo(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name) if path.parent == Path() else listening.bind(str(path))


@pytest.mark.parametrize("make", [fifo, endless])
@pytest.mark.parametrize("name", READ)
def test_a_pipe_or_a_device_is_refused_without_waiting_for_it(name: str, make: Callable[[Path], None]) -> None:
    path, read, fault = READ[name]
    Path(path).parent.mkdir(exist_ok=True)
    make(Path(path))
    with in_time(), pytest.raises(fault, match=rf"{path}: a (named pipe|device), where a file is expected"):
        read()


@pytest.mark.parametrize("name", READ)
def test_a_folder_or_a_socket_is_what_the_system_says(name: str) -> None:
    path, read, _ = READ[name]
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).mkdir()
    with pytest.raises(FileRefused, match="Is a directory"):
        read()
    Path(path).rmdir()
    bound(Path(path))
    with pytest.raises(FileRefused, match="No such device or address"):
        read()


def test_a_file_that_grows_while_it_is_read_ends_at_its_limit(tmp_path: Path) -> None:
    """/proc says that its files have no bytes."""
    small = limits.Limit("SMALL", 3, "bytes")
    with pytest.raises(DataError, match=r"4 bytes, more than the 3 that are read \(SMALL\)"):
        read_bytes(Path("/proc/self/status"), small)
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbf930")
    assert read_utf8(tmp_path / "a", limits.TEXT_BYTES, mend="") == "930"


# --- calendars --------------------------------------------------------------------------------------------------------

LIST = "date,name,known_from\n1980-01-01,Año Nuevo,1980-01-01\n"


@pytest.mark.parametrize(
    "text",
    [LIST.replace("Año Nuevo", "x" * 200_000), LIST.replace("name", "n" * 200_000), LIST + '"' + "x\n" * 100_000],
    ids=["a field", "a name of a column", "a quote that is never closed"],
)
def test_a_field_of_a_calendar_of_200_kB_is_named_with_its_line(text: str) -> None:
    from forex.timeline.holidays import parse_holidays

    with in_time(), pytest.raises(DataError, match=r"^holidays_cl\.csv, line \d+: ") as error:
        parse_holidays(text, "holidays_cl.csv")
    assert len(str(error.value)) < 400
