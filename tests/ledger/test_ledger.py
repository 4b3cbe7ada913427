"""The ledger: nothing lost, doubled, torn or rewritten, by eight processes and by killed ones; damage is named."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from forex.core.errors import DataError, GateFailed, UsageError
from forex.ledger.ledger import FIRST_LINE, LOCK, SCHEMA, append, read
from forex.ledger.rows import Issued
from tests.support.faults.killed import script
from tests.support.issued_rows import issued, moved
from tests.support.made_up import ROOT

pytestmark = pytest.mark.slow

HORIZONS = ("1d", "7d", "15d", "30d", "90d")


def forecast(origin: str = "2024-11-27") -> list[Issued]:
    return [issued(origin, horizon) for horizon in HORIZONS]


def enter(folder: Path, rows: list[Issued]) -> tuple[int, int]:
    """How many rows were added, and how many had been there."""
    done = append(folder, rows, lock_timeout=10)
    return len(done.added), len(done.already)


# --- appending ----------------------------------------------------------------------------------------------------------


def test_the_committed_ledger_is_read_and_the_years_begin_with_the_header() -> None:
    read(ROOT / "data/ledger")
    assert (ROOT / "data/ledger/2024.csv").read_text(encoding="utf-8").startswith(f"{FIRST_LINE}\n")


def test_rows_are_appended_behind_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "2024.csv"
    assert enter(tmp_path, forecast("2024-11-26")) == (5, 0)
    before = path.read_text()
    assert before == "".join(f"{line}\n" for line in [FIRST_LINE, *(row.line for row in forecast("2024-11-26"))])
    assert enter(tmp_path, forecast("2024-11-25")) == (5, 0)  # a day that is filled in later is appended, too
    assert path.read_text().startswith(before)
    frame = read(tmp_path)
    assert frame.schema == pl.Schema(SCHEMA)
    assert frame.height == 10
    assert [str(origin) for origin in frame["origin_date"].unique().sort()] == ["2024-11-25", "2024-11-26"]
    wanted = (pl.col("horizon") == "7d") & (pl.col("origin_date") == dt.date(2024, 11, 26))
    row = frame.row(by_predicate=wanted, named=True)
    expected = issued("2024-11-26", "7d")
    assert (row["anchor"], row["q0.5"], row["target_date"]) == (934.54, 934.5, expected.target_date)


def test_the_same_again_adds_nothing_though_as_of_and_hashes_moved_on(tmp_path: Path) -> None:
    enter(tmp_path, forecast())
    before = (tmp_path / "2024.csv").read_bytes()
    saturday = [issued("2024-11-27", name, as_of=dt.date(2024, 11, 30), params_sha256="1" * 64) for name in HORIZONS]
    done = append(tmp_path, saturday, lock_timeout=10)
    assert done.added == () and done.already == tuple(forecast())
    assert (tmp_path / "2024.csv").read_bytes() == before


def test_another_forecast_of_the_same_origin_is_refused_naming_both_and_enters_nothing(tmp_path: Path) -> None:
    enter(tmp_path, forecast()[:2])
    before = (tmp_path / "2024.csv").read_bytes()
    row = issued("2024-11-27", "7d")
    other = issued("2024-11-27", "7d", quantiles=moved(row, 0.0001), params_sha256="2" * 64)
    with pytest.raises(GateFailed) as refused:
        append(tmp_path, [*forecast()[2:], other], lock_timeout=10)
    message = str(refused.value)
    assert refused.value.exit_code == 1
    assert "2024.csv: 2024-11-27 7d was issued as" in message
    assert str(row) in message and str(other) in message
    assert (tmp_path / "2024.csv").read_bytes() == before


def test_a_new_horizon_of_an_issued_origin_is_entered(tmp_path: Path) -> None:
    enter(tmp_path, forecast()[:2])
    assert enter(tmp_path, forecast()) == (3, 2)


def test_each_year_of_origins_has_its_file(tmp_path: Path) -> None:
    assert enter(tmp_path, [*forecast("2024-12-30"), *forecast("2025-01-02")]) == (10, 0)
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["2024.csv", "2025.csv"]
    assert read(tmp_path).height == 10


def test_a_row_that_could_not_be_read_back_is_never_entered(tmp_path: Path) -> None:
    crossing = issued(quantiles=moved(issued(), 0.0)[::-1])
    with pytest.raises(DataError, match=r"the forecast of 2024-11-27, 7d: q0\.01 .* expected at least q0\.005"):
        append(tmp_path, [crossing], lock_timeout=10)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere").is_empty()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"file.*Check the path"):
        append(tmp_path / "file" / "ledger", forecast(), lock_timeout=1)


# --- damage -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("934.54", "934.55", "line 2: id '.*' does not fit the row, whose content has '.*': it was changed"),
        ("934.54", "abc", "line 2: anchor 'abc', expected a rate like 934.54"),
        ("id,origin_date", "origin_date,id", "line 1: 'origin_date,id,.*', expected the columns 'id,origin_date"),
        ("\n", "\r\n", r"line 1: .* expected the columns"),
        ("NORMAL", "NORM\xc1L", "line 2: regime 'NORM.*L', expected a regime like NORMAL"),
        (f"\n{issued('2024-11-27', '1d').id},", "\n<<<<<<< HEAD\n", "line 2: 1 fields, 37 expected: '<<<<<<< HEAD'"),
        (f"\n{issued('2024-11-27', '7d').id}", "\n", "line 3: id '' does not fit"),
        ("\n", "\n\n", "line 2: 1 fields, 37 expected: ''"),
    ],
)
def test_damage_is_named_by_file_row_and_value_and_nothing_is_appended_to_it(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "2024.csv"
    enter(tmp_path, forecast())
    damaged = path.read_bytes().decode().replace(old, new, 1).encode("latin-1")
    path.write_bytes(damaged)
    with pytest.raises(DataError, match=rf"2024\.csv, {message}"):
        read(tmp_path)
    with pytest.raises(DataError, match=rf"2024\.csv, {message}"):
        enter(tmp_path, forecast("2024-11-28"))
    assert path.read_bytes() == damaged


def test_a_file_cut_off_anywhere_is_refused_or_ends_with_a_whole_row(tmp_path: Path) -> None:
    path = tmp_path / "2024.csv"
    enter(tmp_path, forecast())
    whole = path.read_bytes()
    ends = [position + 1 for position, byte in enumerate(whole) if byte == ord("\n")]
    for size in set(range(0, len(whole), 7)) - set(ends):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"2024\.csv, line \d"):
            read(tmp_path)
    for rows, size in enumerate(ends):
        path.write_bytes(whole[:size])
        assert read(tmp_path).height == rows


def test_a_row_in_the_file_of_another_year_is_named(tmp_path: Path) -> None:
    enter(tmp_path, forecast())
    (tmp_path / "2024.csv").rename(tmp_path / "2023.csv")
    with pytest.raises(
        DataError, match=r"2023\.csv, line 2: origin_date '2024-11-27', expected one of the file's year"
    ):
        read(tmp_path)
    (tmp_path / "2023.csv").rename(tmp_path / "old.csv")
    with pytest.raises(DataError, match=r"old\.csv: expected files named by year"):
        read(tmp_path)


def test_two_forecasts_of_one_origin_in_a_file_are_both_named(tmp_path: Path) -> None:
    row = issued()
    other = issued(quantiles=moved(row, 1.0))
    (tmp_path / "2024.csv").write_text("\n".join([FIRST_LINE, row.line, other.line, ""]))
    with pytest.raises(
        DataError, match=rf"lines 2 and 3: 2024-11-27 7d stands there twice,\n  {row.id}.*\n  {other.id}"
    ):
        read(tmp_path)


# --- branches -----------------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True, capture_output=True
    )


@pytest.mark.parametrize("year", ["2024", "2025"], ids=["a year with rows", "a year that both branches begin"])
def test_branches_that_issued_different_forecasts_merge(tmp_path: Path, year: str) -> None:
    """One day is issued on both, on one of them with a later as_of."""
    folder = tmp_path / "data/ledger"
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    if year == "2024":
        enter(folder, forecast("2024-06-03"))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "before")
    both = f"{year}-11-26"
    for branch, days, as_of in (
        ("one", (both, f"{year}-11-24"), both),
        ("two", (both, f"{year}-11-27"), f"{year}-11-27"),
    ):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        for day in days:
            enter(folder, [issued(day, name, as_of=dt.date.fromisoformat(max(as_of, day))) for name in HORIZONS])
        git(tmp_path, "add", "data/ledger/*.csv")
        git(tmp_path, "commit", "-qm", branch)
    git(tmp_path, "merge", "-q", "one", "-m", "merged")
    frame = read(folder)
    days = [f"{year}-11-24", both, f"{year}-11-27"]
    assert [str(day) for day in frame["origin_date"].unique().sort()][-3:] == days
    assert frame.height == 5 * (3 + (year == "2024"))
    assert enter(folder, forecast(f"{year}-11-28")) == (5, 0)


# --- many processes -----------------------------------------------------------------------------------------------------

# Forks eight processes, each of which enters 250 rows, one origin's five horizons at a time, as `forex issue` does.
EIGHT = """
import os, sys
from pathlib import Path
from tests.support.issued_rows import issued
from forex.timeline import calendar
from forex.ledger.ledger import append

folder = Path(sys.argv[1])
days = [str(day) for day in calendar.business_days("2023-01-02", "2024-12-31")][:400]
made = [[[issued(day, name) for name in ("1d", "7d", "15d", "30d", "90d")] for day in days[k::8]] for k in range(8)]
children = []
for forecasts in made:
    child = os.fork()
    if child == 0:
        for rows in forecasts:
            assert append(folder, rows, lock_timeout=60).added == tuple(rows)
        os._exit(0)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children])
"""


def test_eight_processes_lose_double_and_tear_nothing(tmp_path: Path) -> None:
    assert script(EIGHT, str(tmp_path)) == f"{[0] * 8}\n"
    lines = [line for path in sorted(tmp_path.glob("*.csv")) for line in path.read_text().splitlines()]
    rows = [line for line in lines if line != FIRST_LINE]
    assert len(rows) == len(set(rows)) == 2000
    frame = read(tmp_path)
    assert frame.height == 2000
    assert frame.group_by("horizon").len()["len"].to_list() == [400] * 5
    assert frame["origin_date"].n_unique() == 400
    assert not list(tmp_path.glob(".2*"))


# --- killed processes ---------------------------------------------------------------------------------------------------

# A child for every moment of an append, and one that is killed in the middle of its bytes.
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.support.issued_rows import issued
from tests.support.faults.killed import killed, moments
from forex.core import disk
from forex.ledger.ledger import append, read

folder = Path(sys.argv[1])
path = folder / "2024.csv"
first, second = ([issued(day, name) for name in ("1d", "7d")] for day in ("2024-11-26", "2024-11-27"))

def add():
    append(folder, second, lock_timeout=5)

def half(descriptor, content):
    os.write(descriptor, content[: len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)

def halves():
    disk._write_all = half
    add()

def fresh():
    path.unlink(missing_ok=True)
    append(folder, first, lock_timeout=5)
    return path.read_bytes()

old = fresh()
count = moments(add)
new = path.read_bytes()
assert new.startswith(old) and len(new) > len(old)
found = []
for work, at in [(halves, 0), *((add, at) for at in range(1, count + 1))]:
    assert fresh() == old
    died = killed(work, at)
    content = path.read_bytes()
    left = "old" if content == old else "new" if content == new else "torn"
    add()
    again = "whole" if path.read_bytes() == new else "broken"
    found.append((died, left, again))
    names = sorted(entry.name for entry in folder.iterdir())
    assert left == "new" or names == [".lock", "2024.csv"], names
for outcome in sorted(set(found)):
    print(*outcome, found.count(outcome) > 5)
print(read(folder).height)
"""


def test_a_process_killed_at_any_moment_leaves_old_or_new_and_the_next_run_succeeds(tmp_path: Path) -> None:
    assert script(KILLED, str(tmp_path)).splitlines() == ["True new whole True", "True old whole True", "4"]


def test_what_a_killed_process_left_is_removed_and_never_read(tmp_path: Path) -> None:
    left = tmp_path / ".2024.csv.abcdefgh"
    left.write_text("half a row")
    assert read(tmp_path).is_empty()
    enter(tmp_path, forecast())
    assert sorted(path.name for path in tmp_path.iterdir()) == [LOCK, "2024.csv"]


def test_git_and_dvc_do_not_see_the_lock_nor_what_a_killed_process_left() -> None:
    names = ["data/ledger/.lock", "data/ledger/.2024.csv.abcdefgh"]
    ignored = subprocess.run(["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ignored.stdout.split() == names
    dvc = os.environ | {"DVC_NO_ANALYTICS": "1"}
    command = [str(Path(sys.executable).parent / "dvc"), "check-ignore", *names, "data/ledger/2024.csv"]
    ignored = subprocess.run(command, cwd=ROOT, env=dvc, capture_output=True, text=True, check=False)
    assert ignored.stdout.split() == names
