"""The outbox: a message is made once, is whole or not there, and is nobody else's to read."""

import datetime as dt
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forex.core.errors import DataError, GateFailed
from forex.core.lock import held
from forex.mail.outbox import Journal, Outbox, age, key_of
from tests.support.faults.killed import script
from tests.support.made_up import ROOT, utc

NAME = "daily-2024-11-27"


def box(folder: Path) -> Outbox:
    return Outbox(folder / ".forex/outbox", lock_timeout=0.2)


def files(folder: Path) -> list[str]:
    """The files of the outbox, without its locks."""
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"
    )


def test_a_message_is_made_once_wherever_it_is(tmp_path: Path) -> None:
    mine = box(tmp_path)
    assert mine.place(NAME) is None and mine.put(NAME, b"first")
    assert not mine.put(NAME, b"second") and mine.content(NAME) == b"first"
    for place in ("sent", "kept"):
        mine.put(f"{NAME}{place}", b"x")
        mine.move(f"{NAME}{place}", place)  # type: ignore[arg-type]
        assert mine.place(f"{NAME}{place}") == place and not mine.put(f"{NAME}{place}", b"y")
    assert mine.waiting() == [NAME]


def test_two_that_make_it_at_once_make_one(tmp_path: Path) -> None:
    boxes = [Outbox(tmp_path, lock_timeout=10) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda box: box.put(NAME, b"x"), boxes))
    assert sorted(made) == [False] * 7 + [True]


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    mine = box(tmp_path)
    mine.put(NAME, b"x")
    mine.note(
        NAME,
        Journal(message_id="<a@b>", date=utc("2024-11-28T11:00"), recipients={key_of("ann@example.org"): "accepted"}),
    )
    for path in mine.folder.rglob("*"):
        if path.suffix in (".eml", ".json"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for place in ("new", "sending", "sent", "kept"):
        assert stat.S_IMODE((mine.folder / place).stat().st_mode) == 0o700
    assert "ann" not in "".join(path.read_text() for path in mine.folder.rglob("*.json"))


def test_the_oldest_day_waits_first(tmp_path: Path) -> None:
    mine = box(tmp_path)
    for name in ("weekly-2024-11-25", "daily-2024-11-27", "alert-2024-11-26", "daily-2024-11-25"):
        mine.put(name, b"x")
    (mine.folder / "new/.daily-2024-11-28.eml.abcd").write_bytes(b"half")
    (mine.folder / "new/notes.txt").write_text("x")
    assert mine.waiting() == ["daily-2024-11-25", "weekly-2024-11-25", "alert-2024-11-26", "daily-2024-11-27"]


def test_one_sends_at_a_time_and_the_other_says_who(tmp_path: Path) -> None:
    mine = box(tmp_path)
    with (
        mine.sending(),
        pytest.raises(GateFailed, match=r"\.sending\.lock is held by process \d+"),
        box(tmp_path).sending(),
    ):
        pass
    mine.put(NAME, b"x")
    with held(mine.folder / ".making.lock", timeout=1), pytest.raises(GateFailed, match="making.lock"):
        mine.put("daily-2024-11-28", b"x")


@pytest.mark.parametrize(
    "name", ["daily-2024-13-01", "monthly-2024-11-27", "daily", "daily-2024-11-27-x", "../daily-2024-11-27"]
)
def test_a_name_that_is_none_is_named(name: str) -> None:
    with pytest.raises(DataError, match="expected a name like daily-2024-11-27.eml"):
        age(name, dt.date(2024, 11, 28))


def test_age_is_in_business_days() -> None:
    assert age("daily-2024-09-17", dt.date(2024, 9, 23)) == ("daily", 1)  # the national holidays between
    assert age("alert-2024-11-27", dt.date(2024, 11, 27)) == ("alert", 0)


def test_a_damaged_journal_is_no_reason_to_send_again(tmp_path: Path) -> None:
    mine = box(tmp_path)
    mine.put(NAME, b"x")
    (mine.folder / f"sending/{NAME}.json").write_text("{")
    with pytest.raises(DataError, match="damaged, so who has the message is unknown"):
        mine.journal(NAME)


# For every moment of a step a child that is killed there, and then a whole run.
KILLED = """
import shutil, sys
from pathlib import Path
from tests.support.faults.killed import killed, moments
from forex.mail.outbox import Journal, Outbox
import datetime as dt

folder = Path(sys.argv[1])
NAME, CONTENT = "daily-2024-11-27", b"Subject: x\\r\\n\\r\\n" + b"y" * 5000
JOURNAL = Journal(message_id="<a@b>", date=dt.datetime(2024, 11, 28, tzinfo=dt.UTC), recipients={"a": "accepted"})

def put(box):
    box.put(NAME, CONTENT)

def sent(box):
    with box.sending():
        if box.place(NAME) == "new":
            box.note(NAME, JOURNAL)
            box.move(NAME, "sent")

def fresh(work):
    shutil.rmtree(folder, ignore_errors=True)
    if work is sent:
        put(Outbox(folder, lock_timeout=5))

def state():
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))

for work, whole in ((put, ["new/daily-2024-11-27.eml"]), (sent, ["sent/daily-2024-11-27.eml", "sent/daily-2024-11-27.json"])):
    for _ in range(2):  # the first one imports what it needs
        fresh(work)
        count = moments(lambda: work(Outbox(folder, lock_timeout=5)))
    assert state() == whole, state()
    left = set()
    for at in range(1, count + 1):
        fresh(work)
        assert killed(lambda: work(Outbox(folder, lock_timeout=5)), at), at
        places = [name for name in state() if name.endswith(".eml")]
        assert all((folder / name).read_bytes() == CONTENT for name in places)
        assert len(places) == (1 if work is sent else len(places)), places
        left.add(tuple(state()))
        work(Outbox(folder, lock_timeout=5))
        assert state() == whole, (at, state())
        hidden = [path.name for path in folder.rglob(".*") if path.is_file() and path.suffix != ".lock"]
        assert hidden == [], hidden
    print(work.__name__, count > 20, len(left))
"""


@pytest.mark.slow
def test_killed_at_any_moment_a_message_is_in_one_place_and_the_next_process_goes_on(tmp_path: Path) -> None:
    assert script(KILLED, str(tmp_path / "outbox")).splitlines() == ["put True 2", "sent True 4"]


def test_git_and_dvc_do_not_see_the_outbox() -> None:
    name = ".forex/outbox/new/daily-2024-11-27.eml"
    done = subprocess.run(["git", "check-ignore", name], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [name]
