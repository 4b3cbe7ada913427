"""What is between two stages: a file that is not what its stage wrote is never read, wherever in it the bit has flipped."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from forex.core.disk import write_text
from forex.core.edges import handover
from forex.core.errors import DataError
from forex.core.files import read_csv_text, read_json, read_note, read_parquet, write_csv, write_json, write_parquet

PANEL, REPORT, TABLE = Path("data/panel.parquet"), Path("reports/alerts.json"), Path("reports/plots/fan.csv")
FRAME = pl.DataFrame(
    {"origin_date": pl.date_range(pl.date(2024, 11, 20), pl.date(2024, 11, 27), eager=True), "anchor": 934.54}
).with_columns(regime=pl.lit("NORMAL"))
CONTENT = {"at": "2024-11-27", "send": {"send": False}, "alerts": [1.5, 2.5]}

KINDS: dict[Path, tuple[Callable[[Path], None], Callable[[Path], Any]]] = {
    PANEL: (lambda path: write_parquet(path, FRAME, notes={"fit": "ab" * 32}), read_parquet),
    REPORT: (lambda path: write_json(path, CONTENT), read_json),
    TABLE: (lambda path: write_csv(path, FRAME), read_csv_text),
}
kinds = pytest.mark.parametrize("path", KINDS, ids=str)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def flipped(content: bytes, position: int) -> bytes:
    damaged = bytearray(content)
    damaged[position] ^= 1 << (position % 8)
    return bytes(damaged)


def footer(content: bytes) -> int:
    """Where it begins."""
    return len(content) - 8 - int.from_bytes(content[-8:-4], "little")


@kinds
def test_no_flip_of_any_byte_is_read_silently(path: Path) -> None:
    write, read = KINDS[path]
    write(path)
    good = path.read_bytes()
    read(path)
    every = range(footer(good), len(good)) if path == PANEL else range(len(good))
    for position in [*range(0, len(good), 31), *every]:
        path.write_bytes(flipped(good, position))
        with pytest.raises(DataError, match=path.name):
            read(path)
    path.write_bytes(good)
    read(path)


def test_no_flip_of_a_footer_changes_a_note_silently() -> None:
    write_parquet(PANEL, FRAME, notes={"fit": "ab" * 32})
    good = PANEL.read_bytes()
    for position in range(footer(good), len(good), 3):
        PANEL.write_bytes(flipped(good, position))
        with pytest.raises(DataError, match=PANEL.name):
            read_note(PANEL, "fit")


@kinds
@pytest.mark.parametrize("size", [0, 1, 0.5, -1])
def test_no_cut_is_read_silently(path: Path, size: float) -> None:
    write, read = KINDS[path]
    write(path)
    good = path.read_bytes()
    path.write_bytes(good[: int(size * len(good))] if 0 < size < 1 else good[: int(size)])
    with pytest.raises(DataError, match=path.name):
        read(path)


def test_what_reads_well_but_is_another_table_says_what_to_do() -> None:
    write_parquet(PANEL, FRAME)
    other = PANEL.with_name("other.parquet")
    write_parquet(other, FRAME.head(3))
    PANEL.write_bytes(other.read_bytes())
    with pytest.raises(
        DataError, match=r"data/panel\.parquet: is not what its stage wrote.* `dvc repro` makes it anew"
    ):
        read_parquet(PANEL)


def test_rows_that_were_written_and_are_not_read_are_missed() -> None:
    write_parquet(PANEL, FRAME)
    notes = handover.notes_of(PANEL)
    assert notes is not None
    write_text(notes, json.dumps(dict.fromkeys(handover.noted(PANEL), FRAME.height + 4)))
    with pytest.raises(DataError, match="8 rows are read of the 12 that were written"):
        read_parquet(PANEL)


@kinds
def test_a_stage_that_was_killed_before_or_after_the_rename_leaves_a_file_that_is_read(path: Path) -> None:
    write, read = KINDS[path]
    write(path)
    handover.note(path, b"what was to be written", 3)  # and then killed
    read(path)
    write(path)
    read(path)
    assert len(handover.noted(path)) == 2


def test_contents_of_before_stay_known_but_not_for_ever() -> None:
    for number in range(handover.KEPT + 5):
        write_json(REPORT, {"number": number})
    assert len(handover.noted(REPORT)) == handover.KEPT
    REPORT.write_text('{\n  "number": 10\n}\n')
    assert read_json(REPORT) == {"number": 10}
    REPORT.write_text('{\n  "number": 1\n}\n')
    with pytest.raises(DataError, match="is not what its stage wrote"):
        read_json(REPORT)


def lock(**outputs: str) -> None:
    outs = [{"path": name, "hash": "md5", "md5": md5} for name, md5 in outputs.items()]
    Path("dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": {"align": {"cmd": "x", "outs": outs}}}))


def unknown(path: Path) -> bytes:
    """The file as DVC brings it to a clone that never ran: nobody has noted it."""
    KINDS[path][0](path)
    notes = handover.notes_of(path)
    assert notes is not None
    notes.unlink()
    return path.read_bytes()


@kinds
def test_what_dvc_brought_is_what_dvc_lock_lists(path: Path) -> None:
    good = unknown(path)
    lock(**{str(path): hashlib.md5(good).hexdigest()})
    KINDS[path][1](path)
    path.write_bytes(flipped(good, len(good) - 10))
    with pytest.raises(DataError, match=path.name):
        KINDS[path][1](path)


def test_a_file_of_a_folder_is_what_dvc_lock_lists_for_the_whole() -> None:
    for name in ("aud", "usdclp"):
        write_parquet(Path(f"data/raw/{name}.parquet"), FRAME)
    for notes in handover.NOTES.rglob("*.json"):
        notes.unlink()
    lock(**{"data/raw": handover.folder_md5(handover.members_of(Path("data/raw")))})
    path = Path("data/raw/aud.parquet")
    read_parquet(path)
    good = path.read_bytes()
    for position in range(footer(good), len(good) - 8, 7):
        path.write_bytes(flipped(good, position))
        with pytest.raises(DataError, match="aud"):
            read_parquet(path)


@pytest.mark.parametrize("broken", ["", "{", "[]", "5", "[" * 100_000, "\0"])
def test_notes_that_cannot_be_read_say_nothing_and_dvc_lock_decides(broken: str) -> None:
    good = unknown(PANEL)
    notes = handover.notes_of(PANEL)
    assert notes is not None
    notes.write_text(broken)
    lock(**{str(PANEL): hashlib.md5(good).hexdigest()})
    assert read_parquet(PANEL).equals(FRAME)
    lock(**{str(PANEL): "0" * 32})
    with pytest.raises(DataError, match="is not what its stage wrote"):
        read_parquet(PANEL)


@pytest.mark.parametrize("broken", ["", "<<<<<<< HEAD\n", "[]", "stages: 5", "stages: {a: {outs: 5}}", "\0"])
def test_a_dvc_lock_that_cannot_be_read_lists_nothing(broken: str) -> None:
    write_parquet(PANEL, FRAME)
    Path("dvc.lock").write_text(broken)
    assert handover.listed_in_dvc_lock(PANEL) is None
    assert read_parquet(PANEL).equals(FRAME)


def test_only_what_a_run_makes_is_noted(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "data/a.json"
    for path in (elsewhere, Path(".forex/schedule/plan.json"), project / "a.json", project / "reports/b.json"):
        write_json(path, {})
    assert [str(note.relative_to(handover.NOTES)) for note in handover.NOTES.rglob("*.json")] == ["reports/b.json.json"]
    assert not (elsewhere.parent / ".forex").exists() and os.listdir(elsewhere.parent) == ["a.json"]
