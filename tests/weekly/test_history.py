"""reports/weekly/history.csv: what was entered comes back, nothing is lost, and what is damaged is named."""

import os
from pathlib import Path
from typing import Any

import pytest

from forex.core.errors import DataError, GateFailed
from forex.core.lock import held
from forex.weekly.history import FIELDS, LOCK, enter, read, text
from forex.weekly.standing import Standing
from tests.support.weekly_made_up import figures, row

NOTHING = figures(
    **dict.fromkeys([name for name in FIELDS if name not in ("n", "rules")]), n=0, rules={"published": "FAIL"}
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weekly" / "history.csv"


def put(path: Path, *rows: Standing) -> list[str]:
    return [enter(standing, path=path, lock_timeout=1)[1] for standing in rows]


@pytest.mark.parametrize(
    "rows",
    [
        [row()],
        [row("2024-11-13"), row("2024-11-20", state="FAULT")],
        [row(horizons={"1d": NOTHING})],
        [row("2024-11-13", horizons={"1d": figures()}), row(horizons={"7d": figures()})],
    ],
    ids=["one", "two", "nothing matured", "other horizons"],
)
def test_there_and_back(path: Path, rows: list[Standing]) -> None:
    assert put(path, *rows) == ["added"] * len(rows)
    assert read(path) == tuple(rows)
    assert text(read(path)) == path.read_text(encoding="utf-8")


def test_rows_stand_in_the_order_of_their_days(path: Path) -> None:
    put(path, row("2024-11-20"), row("2024-11-06"), row("2024-11-13"))
    assert [str(standing.as_of) for standing in read(path)] == ["2024-11-06", "2024-11-13", "2024-11-20"]


def test_the_same_day_again_takes_the_place_of_its_row_and_says_so(path: Path) -> None:
    put(path, row("2024-11-13"), row("2024-11-20"))
    before = path.stat().st_mtime_ns
    assert put(path, row("2024-11-20")) == ["unchanged"]
    assert path.stat().st_mtime_ns == before
    assert put(path, row("2024-11-20", state="FAULT")) == ["replaced"]
    assert [standing.state for standing in read(path)] == ["OK", "FAULT"]


def test_a_new_horizon_gets_columns_of_its_own_and_leaves_the_rows_before_as_they_were(path: Path) -> None:
    put(path, row("2024-11-13", horizons={"30d": figures()}))
    [_, before] = path.read_text(encoding="utf-8").splitlines()
    put(path, row(horizons={"7d": figures(), "30d": figures()}))
    head, first, _ = path.read_text(encoding="utf-8").splitlines()
    assert head.split(",")[2] == "7d_n" and head.split(",")[2 + len(FIELDS)] == "30d_n"
    assert first.replace("," * len(FIELDS), "", 1) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("as_of,", "day,", "line 1: 'day', expected the column 'as_of'"),
        ("1d_crps,", "", "line 1: '1d_interval_score_95', expected the column '1d_crps'"),
        ("1d_n", "1x_n", "line 1: '1d_coverage_95', expected the column '1x_coverage_95'"),
        ("2024-11-20", "2024-11-31", "line 3: as_of '2024-11-31', expected a day"),
        ("2024-11-20", "2024-11-13", "line 3: as_of '2024-11-13' is not after '2024-11-13'"),
        ("2024-11-20,OK", "2024-11-20,FINE", "line 3: state 'FINE', expected one of OK, CAUTION, FAULT"),
        ("2024-11-20,OK,3510", "2024-11-20,OK,many", "line 3: 1d_n 'many': "),
        ("2024-11-20,OK,3510", "2024-11-20,OK,", "line 3: 1d_n '': "),
        ("2024-11-20,OK,3510", "2024-11-20,OK,3510.0", "line 3: 1d_n '3510.0', expected it written as '3510'"),
        ("2024-11-20,OK,3510,", "2024-11-20,OK,3510,nan,", "line 3: 27 values, expected 26"),
        ("2024-11-20,OK,3510,0.95512821", "2024-11-20,OK,3510,nan", "line 3: 1d_coverage_95 'nan': "),
        ("2024-11-20,OK,3510,0.95512821", '2024-11-20,OK,3510,"0.9"', "line 3: 1d_coverage_95 '\"0.9\"': "),
        ("rmse=PASS\n2024-11-20", "rmse=GOOD\n2024-11-20", "line 2: 30d_rules 'coverage_95=PASS;regime_coverage="),
        ("PUBLISHED_BETTER", "BEST", "line 2: 1d_crps_evidence 'BEST': "),
    ],
)  # fmt: skip
def test_what_is_damaged_is_named_and_left_as_it_is(path: Path, old: str, new: str, said: str) -> None:
    put(path, row("2024-11-13"), row("2024-11-20"))
    whole = path.read_text(encoding="utf-8")
    assert old in whole
    at = -1 if old.startswith("2024") else whole.index(old)
    broken = whole.replace(old, new, 1) if at >= 0 else new.join(whole.rsplit(old, 1))
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(DataError) as error:
        put(path, row("2024-11-27"))
    assert (
        str(path) in str(error.value) and said in str(error.value) and "Restore the file with git" in str(error.value)
    )
    assert path.read_text(encoding="utf-8") == broken


@pytest.mark.parametrize("horizons", [("30d", "1d"), ("1d", "1d"), ("1x", "30d")])
def test_columns_of_other_horizons_than_it_writes_are_named(path: Path, horizons: tuple[str, str]) -> None:
    put(path, row())
    content = path.read_text(encoding="utf-8")
    content = content.replace("30d_", "?_").replace("1d_", f"{horizons[0]}_").replace("?_", f"{horizons[1]}_")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"line 1: '{horizons[0]}, {horizons[1]}', expected horizons like '7d'"):
        read(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "line 1: "), (b"as_of,state\n2024-11-13,OK", "line 2: "), (b"\xff\xfe\n", r"not UTF-8 text \(byte 0\)")],
)
def test_what_is_cut_off_is_named(path: Path, content: bytes, says: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DataError, match=says):
        put(path, row())
    assert path.read_bytes() == content


def test_a_write_that_is_killed_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, row("2024-11-13"))
    before = path.read_bytes()

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, killed) if name == "fsync" else patch.setattr(Path, name, killed)
            with pytest.raises(KeyboardInterrupt):
                put(path, row("2024-11-20"))
        assert path.read_bytes() == before
        assert sorted(file.name for file in path.parent.iterdir()) == [LOCK, path.name]
    assert put(path, row("2024-11-20")) == ["added"]


def test_two_at_a_time_wait_for_each_other(path: Path) -> None:
    put(path, row("2024-11-13"))
    with held(path.parent / LOCK, timeout=1), pytest.raises(GateFailed, match="is held by process"):
        enter(row("2024-11-20"), path=path, lock_timeout=0.05)
    assert len(read(path)) == 1
