"""What a Parquet file says of itself beside its rows: names and notes are text, and no object is made of them."""

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forex.core.errors import DataError
from forex.core.files import read_note, read_parquet

TABLE = pa.table({"date": [1, 2], "value": [975.06, 976.89]})


class Touch:
    """Unpickled, it makes the file `planted`."""

    def __reduce__(self) -> Any:
        return os.open, ("planted", os.O_CREAT | os.O_WRONLY)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(table: pa.Table, folder: Path) -> list[dict[str, Any]] | None:
    """The rows; None where the file is refused with an error of ours."""
    pq.write_table(table, folder / "a.parquet", write_page_checksum=True)
    try:
        return read_parquet(folder / "a.parquet").to_dicts()
    except DataError as error:
        assert "a.parquet" in str(error) and "\x1b" not in str(error)
        return None


@pytest.mark.parametrize("name", ["arrow.py_extension_type", "pickle", "forex.core.files"])
def test_no_type_of_a_column_is_unpickled(name: str, folder: Path) -> None:
    """As Arrow once did (CVE-2023-47248)."""
    notes = {b"ARROW:extension:name": name.encode(), b"ARROW:extension:metadata": pickle.dumps(Touch())}
    field = pa.field("value", pa.float64(), metadata=notes)
    rows = read(pa.table([TABLE["date"], TABLE["value"]], schema=pa.schema([("date", pa.int64()), field])), folder)
    assert rows in (TABLE.to_pylist(), None)
    assert not (folder / "planted").exists()
    pickle.loads(pickle.dumps(Touch()))
    assert (folder / "planted").exists()  # what would have been seen


@pytest.mark.parametrize(
    "notes",
    [
        {"pandas": json.dumps({"index_columns": ["value"], "columns": [{"name": "__import__('os')"}]})},
        {"pandas": "{" * 10_000},
        {"ARROW:schema": "no schema"},
        {"x" * 1000: "y" * 100_000},
        {"\x1b[31m": "\x00\n"},
    ],
    ids=["an index of pandas'", "nested deep", "another schema", "long", "control characters"],
)
def test_notes_change_no_value(notes: dict[str, str], folder: Path) -> None:
    assert read(TABLE.replace_schema_metadata(notes), folder) in (TABLE.to_pylist(), None)


@pytest.mark.parametrize("note", [b"\xff\xfe", b"", b"=1+1", b"../../etc/passwd", b"\x1b[31m"])
def test_a_note_comes_back_as_text_or_is_damaged(note: bytes, folder: Path) -> None:
    pq.write_table(TABLE.replace_schema_metadata({"store": note}), folder / "a.parquet")
    try:
        assert read_note(folder / "a.parquet", "store") == note.decode()
    except (DataError, UnicodeDecodeError) as error:
        assert isinstance(error, DataError) and note == b"\xff\xfe"


@pytest.mark.parametrize(
    "column", ["../value", "value\x1b[31m", "__class__", "value; touch planted", "=1+1", "v" * 5000]
)
def test_a_column_s_name_is_a_name(column: str, folder: Path) -> None:
    rows = read(TABLE.rename_columns(["date", column]), folder)
    assert rows is None or [*rows[0]] == ["date", column]
    assert [path.name for path in folder.iterdir()] == ["a.parquet"]
