"""Files are whole or not there, the same bytes for the same content, and a damaged one is never read as a good one."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.core import files
from forex.core.errors import DataError
from forex.core.files import json_text, read_json, read_note, read_parquet, round_clp, round_significant, write_parquet

FRAME = pl.DataFrame(
    {
        "origin_date": pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 6, 1), eager=True),
        "horizon": "7d",
        "actual": None,
    },
    schema_overrides={"actual": pl.Float64},
).with_columns(
    anchor=900 + 0.37 * pl.int_range(pl.len()),
    known_at=pl.col("origin_date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
)


def test_content_that_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    files.write_json(path, {"coverage": 0.95})
    with pytest.raises(ValueError, match="JSON"):
        files.write_json(path, {"coverage": float("nan")})
    assert read_json(path) == {"coverage": 0.95}


def test_some_columns_are_those_of_the_whole(tmp_path: Path) -> None:
    path, wanted = tmp_path / "calibrated.parquet", ["anchor", "horizon"]
    write_parquet(path, FRAME)
    assert read_parquet(path, columns=wanted).select(wanted).equals(FRAME.select(wanted))
    assert set(read_parquet(path, columns=wanted).columns) == set(wanted)


# --- parquet ----------------------------------------------------------------------------------------------------------


def test_parquet_has_the_same_bytes_every_time_and_reads_back_as_it_was(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", FRAME)
    write_parquet(tmp_path / "b.parquet", FRAME.clone())
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    back = read_parquet(tmp_path / "a.parquet")
    assert back.schema == FRAME.schema
    assert back.equals(FRAME)


def test_notes_come_back_and_change_no_value(tmp_path: Path) -> None:
    path, notes = tmp_path / "raw.parquet", {"fit": "ab" * 32, "día": "señal"}
    write_parquet(path, FRAME, notes=notes)
    assert {name: read_note(path, name) for name in notes} == notes
    assert read_parquet(path).equals(FRAME) and read_parquet(path).schema == FRAME.schema
    noted = path.read_bytes()
    write_parquet(path, FRAME, notes=notes)
    assert path.read_bytes() == noted


def test_a_note_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "raw.parquet"
    for notes in (None, {"regimes": "ab" * 32}):
        write_parquet(path, FRAME, notes=notes)
        with pytest.raises(DataError, match=r"raw\.parquet: does not say its fit\. Delete it; `dvc repro`"):
            read_note(path, "fit")


@pytest.mark.parametrize("size", [0, 3, 100, -1])
def test_notes_of_an_empty_or_cut_off_file_are_not_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "raw.parquet"
    write_parquet(path, FRAME, notes={"fit": "ab" * 32})
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=r"raw\.parquet: damaged .*Delete it; `dvc repro`"):
        read_note(path, "fit")


def test_damaged_notes_end_as_data_error_or_as_texts(tmp_path: Path) -> None:
    """The footer that holds them has no checksum."""
    path = tmp_path / "raw.parquet"
    write_parquet(path, FRAME, notes={"fit": "señal" * 20})
    good = path.read_bytes()
    refused = 0
    for position in range(len(good) - 8 - int.from_bytes(good[-8:-4], "little"), len(good), 3):
        damaged = bytearray(good)
        damaged[position] ^= 0x80
        path.write_bytes(damaged)
        try:
            note = read_note(path, "fit")
        except DataError as error:
            assert "raw.parquet: damaged" in str(error) or "raw.parquet: does not say its fit" in str(error)
            refused += 1
        else:
            assert isinstance(note, str)
    assert refused > 100


def test_notes_of_a_missing_file_are_named_with_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"raw\.parquet: not found\. `dvc repro` makes it"):
        read_note(tmp_path / "raw.parquet", "fit")


def test_a_folder_name_with_an_equals_sign_adds_no_column(tmp_path: Path) -> None:
    path = tmp_path / "env=test" / "a.parquet"
    write_parquet(path, FRAME)
    assert read_parquet(path).columns == FRAME.columns


def test_every_bit_flip_in_a_page_is_detected_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "panel.parquet"
    write_parquet(path, FRAME)
    good = path.read_bytes()
    pages = len(good) - 8 - int.from_bytes(good[-8:-4], "little")
    assert pages > 1000
    detected = 0
    for position in range(4, pages, 5):
        damaged = bytearray(good)
        damaged[position] ^= 1 << (position % 8)
        path.write_bytes(damaged)
        try:
            assert read_parquet(path).equals(FRAME), f"bit {position % 8} of byte {position}"
        except DataError as error:
            assert str(path) in str(error)
            detected += 1
    assert detected > 0.8 * pages / 5


def test_a_flip_in_the_footer_ends_as_data_error_or_as_a_frame(tmp_path: Path) -> None:
    """The footer has no checksum; a name in it may come back changed, but no damage ends as a defect of ours."""
    path = tmp_path / "panel.parquet"
    write_parquet(path, FRAME)
    good = path.read_bytes()
    pages = len(good) - 8 - int.from_bytes(good[-8:-4], "little")
    for position in range(pages, len(good), 5):
        damaged = bytearray(good)
        damaged[position] ^= 1 << (position % 8)
        path.write_bytes(damaged)
        try:
            assert read_parquet(path).height == FRAME.height
        except DataError as error:
            assert "damaged" in str(error)


@pytest.mark.parametrize("size", [0, 3, 100, -1])
def test_an_empty_or_cut_off_parquet_file_is_named(tmp_path: Path, size: int) -> None:
    path = tmp_path / "panel.parquet"
    write_parquet(path, FRAME)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=r"panel\.parquet: damaged .*Delete it; `dvc repro`"):
        read_parquet(path)


def test_a_missing_file_is_named_with_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"panel\.parquet: not found\. `dvc repro` makes it"):
        read_parquet(tmp_path / "panel.parquet")
    with pytest.raises(DataError, match=r"manifest\.json: not found\. `dvc repro` makes it"):
        read_json(tmp_path / "manifest.json")


# --- JSON and CSV -----------------------------------------------------------------------------------------------------


def test_json_is_canonical(tmp_path: Path) -> None:
    content = {
        "b": np.float64(1 / 3),
        "a": {"y": (1, np.int32(2)), "x": "dólar"},
        "c": np.array([True, False]),
        "d": None,
    }
    assert json_text(content) == (
        '{\n  "a": {\n    "x": "dólar",\n    "y": [\n      1,\n      2\n    ]\n  },\n  "b": 0.33333333,\n'
        '  "c": [\n    true,\n    false\n  ],\n  "d": null\n}\n'
    )
    files.write_json(tmp_path / "a.json", content)
    assert (tmp_path / "a.json").read_bytes() == json_text(content).encode("utf-8")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_json_written_again_is_the_same_and_order_of_keys_does_not_matter(content: object) -> None:
    text = json_text(content)
    assert json_text(json.loads(text)) == text
    assert json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n" == text
    if isinstance(content, dict):
        assert json_text(dict(reversed(content.items()))) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("-inf")])
def test_json_refuses_what_is_no_number(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_text({"crps": value})


@pytest.mark.parametrize("text", ["", "{", '{"a": 1', "\ufffd"])
def test_damaged_json_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"manifest\.json: not readable as JSON"):
        read_json(tmp_path / "manifest.json")


def test_json_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b'{"title": "d\xf3lar"}')
    with pytest.raises(DataError, match=r"manifest\.json: not readable as JSON"):
        read_json(tmp_path / "manifest.json")


def test_csv_has_unix_lines_and_empty_for_absent(tmp_path: Path) -> None:
    files.write_csv(tmp_path / "a.csv", FRAME.head(1).select("origin_date", "anchor", "actual"))
    assert (tmp_path / "a.csv").read_bytes() == b"origin_date,anchor,actual\n2024-01-01,900.0,\n"


# --- rounding ---------------------------------------------------------------------------------------------------------


def test_clp_has_four_decimals() -> None:
    assert round_clp(np.array([934.543216, 900.00004, np.nan])).tolist()[:2] == [934.5432, 900.0]


def test_special_values_stay_as_they_are() -> None:
    assert round_significant(np.array([0.0, np.inf, -np.inf, 1000.0])).tolist() == [0.0, np.inf, -np.inf, 1000.0]
    assert round_significant(np.array([1e300])) == pytest.approx(1e300, rel=1e-15)
    assert np.isnan(round_significant(np.array([np.nan]))).all()
    assert round_significant(np.array([5e-324, -1e-305])).tolist() == [0.0, 0.0]  # never NaN


@given(st.floats(1e-12, 1e12) | st.floats(-1e12, -1e-12), st.integers(1, 12))
def test_rounding_keeps_the_digits_and_hides_the_last_bit(value: float, digits: int) -> None:
    rounded = round_significant(np.array([value]), digits)
    assert rounded[0] == pytest.approx(value, rel=0.5000001 * 10 ** (1 - digits))
    assert rounded[0] == pytest.approx(float(f"{rounded[0]:.{digits - 1}e}"), rel=1e-15)
    assert round_significant(rounded, digits)[0] == pytest.approx(rounded[0], rel=1e-15)


@given(st.integers(10_000_000, 99_999_999), st.integers(-10, 10))
def test_a_difference_in_the_last_bit_does_not_reach_the_file(digits: int, exponent: int) -> None:
    value = digits * 10.0**exponent
    nearby = np.array([value, np.nextafter(value, np.inf), np.nextafter(value, -np.inf)])
    assert len(set(round_significant(nearby).tolist())) == 1
