"""reports/weekly/history.csv: a row for each day of which a weekly report was made, kept as text in git.

Columns: as_of, state, then for each horizon, the shortest first, the fields of `Figures` with the horizon before them, as in
7d_coverage_95. Numbers have eight significant digits, as in reports/validation.json; `rules` is NAME=VERDICT of every acceptance
rule, with semicolons between. A cell is empty where there was nothing to say, and all of a horizon's are where the report had no
such horizon. A new report of the same day replaces its row.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from forex.core.disk import exists, make_folder, write_text
from forex.core.edges.limits import TEXT_BYTES
from forex.core.edges.reading import read_bytes, read_utf8
from forex.core.edges.validators import HORIZON, iso_day
from forex.core.errors import DataError
from forex.core.faults import in_words
from forex.core.files import SIGNIFICANT_DIGITS
from forex.core.lock import held
from forex.core.status import STATES
from forex.timeline.calendar import horizon_days
from forex.weekly.standing import Figures, Standing

FILE: Final = Path("reports/weekly/history.csv")
LOCK: Final = ".lock"  # beside the file; git ignores it
FIRST: Final = ("as_of", "state")
FIELDS: Final = tuple(Figures.model_fields)
RESTORE: Final = "Restore the file with git."

Entered = Literal["added", "unchanged", "replaced"]
History = tuple[Standing, ...]


def enter(new: Standing, *, path: Path = FILE, lock_timeout: float) -> tuple[History, Entered]:
    """Put `new` into the file, in the order of days; returns what the file then holds, and what became of `new`.

    Where the day had a row, it is replaced if it says something else. Reads, decides and writes under one lock; a process killed
    on the way leaves the file as it was or as it was to be.  lock_timeout: seconds to wait for another process.

    Raises DataError as `read` does, and then nothing is written; GateFailed where another process holds the lock for too long.
    """
    make_folder(path.parent)
    with held(path.parent / LOCK, timeout=lock_timeout):
        before = {standing.as_of: standing for standing in read(path)}
        rows = before | {new.as_of: new}
        history = tuple(rows[day] for day in sorted(rows))
        written = text(history)
        if exists(path) and written.encode() == read_bytes(path, TEXT_BYTES):
            return history, "unchanged"
        write_text(path, written)
    return history, "replaced" if new.as_of in before else "added"


def text(history: Sequence[Standing]) -> str:
    """The text of the file that holds these rows."""
    horizons = sorted({name for standing in history for name in standing.horizons}, key=horizon_days)
    head = [*FIRST, *(f"{name}_{field}" for name in horizons for field in FIELDS)]
    rows = [
        [
            str(standing.as_of),
            standing.state,
            *(cell for name in horizons for cell in _cells(standing.horizons.get(name))),
        ]
        for standing in history
    ]
    return "".join(",".join(row) + "\n" for row in [head, *rows])


def read(path: Path = FILE) -> History:
    """The rows, in the order of their days; none where there is no file.

    Raises DataError naming file, line, column and value where it is not as `enter` leaves it.
    """
    if not exists(path):
        return ()
    lines = read_utf8(path, TEXT_BYTES, mend=RESTORE).split("\n")
    if lines.pop():
        raise DataError(f"{path}, line {len(lines) + 1}: cut off, a row ends with a new line. {RESTORE}")
    if not lines:
        raise DataError(f"{path}, line 1: '', expected the columns {','.join(FIRST)}. {RESTORE}")
    head = lines[0].split(",")
    horizons = _horizons(head, path)
    found: list[Standing] = []
    for number, line in enumerate(lines[1:], start=2):
        where = f"{path}, line {number}"
        row = _row(line.split(","), head, horizons, where)
        if found and row.as_of <= found[-1].as_of:
            raise DataError(
                f"{where}: as_of '{row.as_of}' is not after '{found[-1].as_of}' on the line before. {RESTORE}"
            )
        found.append(row)
    return tuple(found)


def _horizons(head: Sequence[str], path: Path) -> list[str]:
    names = [columns[0].removesuffix(f"_{FIELDS[0]}") for columns in _blocks(head)]
    expected = [*FIRST, *(f"{name}_{field}" for name in names for field in FIELDS)]
    for column, name in zip([*head, ""], [*expected, ""], strict=False):
        if column != name:
            raise DataError(f"{path}, line 1: {column[:40]!r}, expected the column {name[:40]!r}. {RESTORE}")
    if not all(map(HORIZON.fullmatch, names)) or names != sorted(set(names), key=horizon_days):
        raise DataError(
            f"{path}, line 1: {', '.join(names)[:80]!r}, expected horizons like '7d', each once, the shortest first. {RESTORE}"
        )
    return names


def _blocks(cells: Sequence[str]) -> list[Sequence[str]]:
    """The cells of each horizon."""
    return [cells[start : start + len(FIELDS)] for start in range(len(FIRST), len(cells), len(FIELDS))]


def _row(cells: Sequence[str], head: Sequence[str], horizons: Sequence[str], where: str) -> Standing:
    if len(cells) != len(head):
        raise DataError(f"{where}: {len(cells)} values, expected {len(head)}. {RESTORE}")
    try:
        as_of = iso_day(cells[0])
    except ValueError as error:
        raise DataError(f"{where}: as_of {cells[0][:40]!r}, expected a day like '2025-01-02'. {RESTORE}") from error
    if cells[1] not in STATES:
        raise DataError(f"{where}: state {cells[1][:40]!r}, expected one of {', '.join(STATES)}. {RESTORE}")
    parts = zip(horizons, _blocks(cells), strict=True)
    figures = {name: _figures(part, name, where) for name, part in parts if any(part)}
    return Standing.model_validate({"as_of": as_of, "state": cells[1], "horizons": figures})


def _figures(cells: Sequence[str], horizon: str, where: str) -> Figures:
    values: dict[str, object] = {field: cell or None for field, cell in zip(FIELDS, cells, strict=True)}
    rules = [part.partition("=") for part in str(values["rules"] or "").split(";")]
    values["rules"] = {name: verdict for name, _, verdict in rules}
    try:
        found = Figures.model_validate(values)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        cell = cells[FIELDS.index(field)]
        raise DataError(
            f"{where}: {horizon}_{field} {cell[:80]!r}: {in_words(error.errors()[0])}. {RESTORE}"
        ) from error
    for field, cell, again in zip(FIELDS, cells, _cells(found), strict=True):
        if cell != again:
            raise DataError(
                f"{where}: {horizon}_{field} {cell[:80]!r}, expected it written as {again[:80]!r}. {RESTORE}"
            )
    return found


def _cells(figures: Figures | None) -> list[str]:
    if figures is None:
        return [""] * len(FIELDS)
    return [_cell(getattr(figures, field)) for field in FIELDS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ";".join(f"{name}={verdict}" for name, verdict in value.items())
    return f"{value:.{SIGNIFICANT_DIGITS}g}" if isinstance(value, float) else str(value)
