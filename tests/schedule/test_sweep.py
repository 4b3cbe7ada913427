"""What is old is removed on its day, and nothing else ever is."""

import datetime as dt
from pathlib import Path

import pytest

from forex.schedule.due import Kept
from forex.schedule.sweep import sweep

TODAY = dt.date(2024, 11, 27)
KEPT = Kept(runs=30, logs=20, mails=90)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(path: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    return file


def test_what_is_old_goes_and_what_is_not_stays(project: Path) -> None:
    old = [made(".forex/schedule/2024-10-27/daily.json").parent, made(".forex/logs/daily/2024-11-06.log")]
    old += [made(f".forex/outbox/{name}") for name in ("sent/daily-2024-08-28.eml", "sent/daily-2024-08-28.json")]
    old.append(made(".forex/outbox/kept/alert-2024-08-28.eml"))
    stay = [
        made(".forex/schedule/2024-10-28/daily.json"),
        made(".forex/logs/daily/2024-11-07.log"),
        made(".forex/outbox/sent/daily-2024-08-29.eml"),
    ]
    assert sorted(sweep(TODAY, KEPT)) == sorted(old)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in stay)
    assert sweep(TODAY, KEPT) == []


def test_nothing_else_is_ever_removed(project: Path) -> None:
    stay = [
        made(path)
        for path in (
            ".forex/outbox/new/daily-2020-01-02.eml",
            ".forex/outbox/sending/daily-2020-01-02.json",
            ".forex/outbox/sent/notes.eml",
            ".forex/environment",
            ".forex/schedule/plan.json",
            ".forex/schedule/lock",
            ".forex/schedule/2020-13-01/daily.json",
            ".forex/schedule/notes/2020-01-01.txt",
            ".forex/logs/daily/notes.log",
            ".forex/logs/2020-01-01.log",
            ".forex/schedule/2020-01-01",
            "data/ledger/2020.csv",
            "data/store/2020-01-01.parquet",
            "reports/forecast.json",
        )
    ]
    assert sweep(TODAY, KEPT) == []
    assert all(path.exists() for path in stay)


def test_no_link_is_followed(project: Path) -> None:
    ledger = made("data/ledger/2020.csv")
    for folder, name in ((".forex/schedule", "2020-01-01"), (".forex/logs/daily", "2020-01-01.log")):
        Path(folder).mkdir(parents=True)
        (Path(folder) / name).symlink_to(ledger.parent.resolve())
    assert sweep(TODAY, KEPT) == []
    assert ledger.exists()


def test_an_empty_project_has_nothing_to_remove(project: Path) -> None:
    assert sweep(TODAY, KEPT) == []
