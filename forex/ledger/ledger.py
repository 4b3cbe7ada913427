"""The ledger: the record of forecasts that were really issued, `data/ledger/<year of the origin>.csv`, text in git.

Appending only: a file's new content is its old content and the new rows, so that git shows additions and nothing else, and two
branches that issued different forecasts merge (`merge=union` in .gitattributes). One forecast per origin and horizon.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from forex.core.disk import exists, files_in, make_folder, write_text
from forex.core.edges.limits import LEDGER_ROWS, TEXT_BYTES
from forex.core.edges.reading import read_bytes
from forex.core.errors import DataError, GateFailed
from forex.core.lock import held
from forex.core.quantiles import COLUMNS
from forex.ledger.rows import HEADER, RESTORE, Issued, Key, id_of, key_of, parse

LEDGER = Path("data/ledger")
LOCK = ".lock"  # beside the files; hidden names are ignored by git and DVC
FIRST_LINE = ",".join(HEADER)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "origin_date": pl.Date,
    "horizon": pl.String,
    "target_date": pl.Date,
    "as_of": pl.Date,
    "steps": pl.Int32,
    "anchor": pl.Float64,
    "regime": pl.String,
    "data_sha256": pl.String,
    "params_sha256": pl.String,
    **dict.fromkeys(COLUMNS, pl.Float64),
}

Entry = tuple[int, str]  # number and text of a line


@dataclass(frozen=True)
class Appended:
    """What `append` did with each row: entered it, or found the same forecast there (the rows as they stand in the file)."""

    added: tuple[Issued, ...]
    already: tuple[Issued, ...]


def append(folder: Path, rows: Sequence[Issued], *, lock_timeout: float) -> Appended:
    """Enter the rows that are not there yet, all of them or none of a year's; the same forecast again adds nothing.

    Reads, decides and writes under one lock. When it returns, the rows are on disk; a process killed on the way leaves a file
    as it was or as it was to be.

    Raises GateFailed naming both where another forecast of the same origin and horizon was issued (nothing is entered), and
    where the lock is held for longer than `lock_timeout` seconds; DataError where a row or a file is not as it must be;
    UsageError where a file or the folder cannot be read or written.
    """
    for row in rows:
        parse(
            row.line,
            f"the forecast of {row.origin_date}, {row.horizon}",
            "`dvc repro --force calibrate` makes it anew.",
        )
    make_folder(folder)
    with held(folder / LOCK, timeout=lock_timeout):
        return _append(folder, rows)


def _append(folder: Path, rows: Sequence[Issued]) -> Appended:
    added: list[Issued] = []
    already: list[Issued] = []
    refused: list[str] = []
    contents: dict[Path, str] = {}
    entries: dict[Path, dict[Key, Entry]] = {}
    for row in rows:
        path = folder / f"{row.origin_date.year}.csv"
        if path not in contents:
            contents[path] = _text(path) if exists(path) else f"{FIRST_LINE}\n"
            entries[path] = _entries(contents[path], path)
        entry = entries[path].get(row.key)
        if entry is None:
            entries[path][row.key] = (0, row.line)
            added.append(row)
            continue
        before = _parsed(entry, path)
        if before.said == row.said:
            already.append(before)
        else:
            refused.append(f"{path}: {' '.join(row.key)} was issued as\n  {before}\nand would now be\n  {row}")
    if refused:
        raise GateFailed("\n".join([*refused, "What was issued stands; nothing was entered."]))
    for path, content in contents.items():
        new = [f"{row.line}\n" for row in added if path.stem == str(row.origin_date.year)]
        if new:
            for leftover in folder.glob(f".{path.name}.*"):  # of a killed process: nobody else writes now
                leftover.unlink()
            write_text(path, content + "".join(new))
    return Appended(tuple(added), tuple(already))


def read(folder: Path) -> pl.DataFrame:
    """Every issued forecast, one row per origin and horizon, sorted by both; none where the folder has no file.

    Raises DataError naming file, row and value where a file is not as `append` leaves it.
    """
    found: list[Issued] = []
    for path in files_in(folder, ".csv"):
        if not re.fullmatch("[0-9]{4}", path.stem):
            raise DataError(f"{path}: expected files named by year, like 2024.csv. Move it elsewhere.")
        found += [_parsed(entry, path) for entry in _entries(_text(path), path).values()]
    rows = [tuple(getattr(row, name) for name in SCHEMA if name not in COLUMNS) + row.quantiles for row in found]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("origin_date", "horizon")


def _text(path: Path) -> str:
    """The text of a file; bytes that are not UTF-8 become marks that fit no id, so that the error names their row."""
    return read_bytes(path, TEXT_BYTES).decode("utf-8", "replace")


def _entries(text: str, path: Path) -> dict[Key, Entry]:
    """The rows by key, in the file's order, each id compared with its content.

    The same forecast twice, which a merge of two branches can leave, counts once, as it stands first.  Raises DataError for
    anything else that `append` does not write.
    """
    first, *lines = text.split("\n")
    if len(lines) > LEDGER_ROWS.most:
        raise DataError(LEDGER_ROWS.passed(path, len(lines)))
    if first != FIRST_LINE:
        raise DataError(f"{path}, line 1: {first[:40]!r}, expected the columns {FIRST_LINE[:40]!r}... {RESTORE}")
    if not lines or lines.pop():
        raise DataError(f"{path}, line {text.count(chr(10)) + 1}: cut off, a row ends with a new line. {RESTORE}")
    entries: dict[Key, Entry] = {}
    year = f"{path.stem}-"
    for number, line in enumerate(lines, start=2):
        identity, _, content = line.partition(",")
        if id_of(content) != identity or content.count(",") < 2:
            parse(line, f"{path}, line {number}")  # names the value; a row that it accepts fits its id
        key = key_of(content)
        if not content.startswith(year):
            raise DataError(
                f"{path}, line {number}: origin_date {key[0]!r}, expected one of the file's year. {RESTORE}"
            )
        before = entries.setdefault(key, (number, line))
        if before[0] != number and _parsed(before, path).said != _parsed((number, line), path).said:
            raise DataError(
                f"{path}, lines {before[0]} and {number}: {' '.join(key)} stands there twice,\n  {_parsed(before, path)}\n  "
                f"{_parsed((number, line), path)}\nOne of them was issued first: keep it and remove the other."
            )
    return entries


def _parsed(entry: Entry, path: Path) -> Issued:
    number, line = entry
    return parse(line, f"{path}, line {number}")
