"""`make calendar`: the committed holidays are the package's, and a renewal changes only what differs."""

import subprocess
import sys
from pathlib import Path

import pytest

from forex.commands.keep.calendar_source import differences, packaged
from forex.timeline.holidays import Holiday, parse_holidays
from tests.support.made_up import HOLIDAYS, ROOT, with_holidays

pytestmark = pytest.mark.slow

COMMITTED = parse_holidays((ROOT / HOLIDAYS).read_text(encoding="utf-8"), HOLIDAYS)
NAVY = "1980-05-21,Día de las Glorias Navales,1980-01-01\n"


def compared(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "forex.commands.keep.calendar_source", *options]
    return subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)


def listed(root: Path) -> tuple[Holiday, ...]:
    return parse_holidays((root / HOLIDAYS).read_text(encoding="utf-8"), HOLIDAYS)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A folder whose list lacks a holiday, has one too many and names one differently; known_from of others is its own."""
    with_holidays(tmp_path)
    text = (tmp_path / HOLIDAYS).read_text(encoding="utf-8")
    text = text.replace("2030-12-31,Feriado bancario,2025-12-17\n", "").replace(
        NAVY, f"1980-05-20,Extra,1980-01-01\n{NAVY}"
    )
    text = text.replace("2020-05-01,Día Nacional del Trabajo,1980-01-01", "2020-05-01,Trabajo,1999-01-01")
    (tmp_path / HOLIDAYS).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_committed_list_is_the_packages() -> None:
    assert differences(COMMITTED, packaged()) == []
    assert len(COMMITTED) == 1008


def test_comparing_prints_the_differences_and_writes_nothing(older: Path) -> None:
    before = (older / HOLIDAYS).read_bytes()
    done = compared(older)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "1980-05-20 removed: Extra",
        "2020-05-01 renamed: Trabajo to Día Nacional del Trabajo",
        "2030-12-31 added: Feriado bancario",
    ]
    assert f"{HOLIDAYS}: 3 differences" in done.stderr and "KNOWN_FROM" in done.stderr
    assert (older / HOLIDAYS).read_bytes() == before


def test_renewing_keeps_the_known_from_of_rows_that_exist(older: Path) -> None:
    done = compared(older, "--known-from", "2026-05-14")
    assert done.returncode == 0, done.stderr
    renewed = {str(holiday.date): holiday for holiday in listed(older)}
    assert differences(listed(older), packaged()) == []
    assert str(renewed["2030-12-31"].known_from) == "2026-05-14"
    assert str(renewed["2020-05-01"].known_from) == "1999-01-01"
    others = {"2030-12-31", "2020-05-01"}
    assert [holiday for holiday in COMMITTED if str(holiday.date) not in others] == [
        holiday for date, holiday in renewed.items() if date not in others
    ]
    assert compared(older).returncode == 0


def test_a_day_known_only_after_it_is_refused_and_nothing_written(older: Path) -> None:
    before = (older / HOLIDAYS).read_bytes()
    done = compared(older, "--known-from", "2031-01-01")
    assert done.returncode == 2 and "KNOWN_FROM 2031-01-01 is after 2030-12-31" in done.stderr
    assert (older / HOLIDAYS).read_bytes() == before


def test_a_damaged_list_is_named(older: Path) -> None:
    (older / HOLIDAYS).write_text("date,name\n", encoding="utf-8")
    done = compared(older)
    assert done.returncode == 3 and f"{HOLIDAYS}, line 1" in done.stderr
