"""Debian's own cron, its clock moved through the weeks in which Chile's changes: each job once a due day, and none early.

Commands are made up; cron, the crontab, the shell and the tick are real. `make nightly` looks at every hour, the other test
five minutes before a job is due and when it is due.
"""

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from forex.schedule.crontab import block, with_block
from forex.timeline import calendar
from tests.support.made_up import ROOT, utc
from tests.support.schedule.cron import missing, missing_clock, moved_cron, namespace
from tests.support.schedule.project import JOBS, REAL, Scheduled, scheduled

pytestmark = pytest.mark.slow

HOSTS = ("UTC", "America/Santiago", "Asia/Tokyo", "Asia/Kolkata")
FIVE = dt.timedelta(minutes=5)
# First day, and hours by which Santiago is behind UTC before and after the change, which is on the first Sunday's midnight.
SPRING, AUTUMN = ("2024-09-05", 4, 3), ("2024-04-04", 3, 4)
CHANGE = {"2024-09-05": dt.date(2024, 9, 8), "2024-04-04": dt.date(2024, 4, 7)}
DAYS = 7


def due_minutes(week: tuple[str, int, int]) -> dict[dt.datetime, list[str]]:
    """The instants at which jobs are due in a week, with the commands, by the law and the calendar alone."""
    first, before, after = dt.date.fromisoformat(week[0]), week[1], week[2]
    found: dict[dt.datetime, list[str]] = {}
    for day in (first + dt.timedelta(days=n) for n in range(DAYS)):
        for job in JOBS.values():
            if calendar.is_business_day(str(day)) if job["days"] == "business" else day.weekday() == 0:
                behind = before if day < CHANGE[week[0]] else after
                at = utc(f"{day}T{job['at']}") + dt.timedelta(hours=behind)
                found[at] = job["commands"]
    return dict(sorted(found.items()))


def looked_at(project: Scheduled) -> int:
    """How many ticks have ended."""
    path = project.root / "ticks"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def week_of_cron(folder: Path, host: str, instants: list[dt.datetime]) -> list[str]:
    """What cron on this host ran when its clock stood at these instants, each with its minute."""
    project = scheduled(folder / 'dólar "100 %" it\'s \\%')
    with moved_cron(folder, block(project.root, project.python), zone=host, begin=instants[0] - FIVE) as cron:
        for instant in instants:
            before = looked_at(project)
            cron.at(instant, lambda before=before: looked_at(project) > before)
    assert set((project.root / "ticks").read_text(encoding="utf-8").split()) == {"0"}
    return [f"{line[:16]} {line.partition(' ')[2]}" for line in project.stamped()]


def expected(week: tuple[str, int, int]) -> list[str]:
    return [f"{at:%Y-%m-%dT%H:%M} {command}" for at, commands in due_minutes(week).items() for command in commands]


@pytest.mark.skipif(missing_clock() is not None, reason=str(missing_clock()))
@pytest.mark.parametrize("host", HOSTS[:3])
def test_a_week_with_a_change_of_the_clock_from_due_minute_to_due_minute(host: str, tmp_path: Path) -> None:
    instants = [at + step for at in due_minutes(SPRING) for step in (-FIVE, dt.timedelta())]
    assert week_of_cron(tmp_path, host, instants) == expected(SPRING)


@pytest.mark.nightly
@pytest.mark.skipif(missing_clock() is not None, reason=str(missing_clock()))
@pytest.mark.parametrize("week", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("host", HOSTS)
def test_every_hour_of_both_weeks(host: str, week: tuple[str, int, int], tmp_path: Path) -> None:
    begin = utc(f"{week[0]}T04:00")
    # Not sixty minutes: a clock that goes back by an hour would show the same minute twice, and cron skips the second.
    hours = {begin + dt.timedelta(minutes=55 * n) for n in range(24 * 60 * DAYS // 55)}
    due = due_minutes(week)
    instants = sorted(hours | set(due) | {at - FIVE for at in due} | {at + FIVE for at in due})
    assert week_of_cron(tmp_path, host, instants) == expected(week)


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize(
    "others", [None, b"\n# caf\xe9 \\r\n5 4 * * 1 /bin/true 100 \\%\r\n\n"], ids=["none", "odd bytes"]
)
def test_install_change_and_remove_leave_the_rest_of_a_real_crontab(others: bytes | None, tmp_path: Path) -> None:
    project = scheduled(tmp_path / "two words 100%")
    (project.root / "operations.yaml").write_bytes((ROOT / "operations.yaml").read_bytes())
    (tmp_path / "others").write_bytes(others or b"")
    old = with_block(others or b"", project.root, Path("/usr/bin/an-older-python"))
    (tmp_path / "old").write_bytes(old)
    forex = f"'{REAL}' -m forex schedule"
    raw = "tail -n +4 /var/spool/cron/crontabs/root"  # after three lines of cron's own
    steps = [
        f"cd '{project.root}'",
        "true" if others is None else f"crontab '{tmp_path}/others'",
        f"{forex} install && {raw} > '{tmp_path}/installed'",
        f"{forex} install && {raw} > '{tmp_path}/again'",
        f"crontab '{tmp_path}/old' && {forex} show > '{tmp_path}/shown' && {forex} install",
        f"{raw} > '{tmp_path}/changed'",
        f"{forex} remove && {{ {raw} > '{tmp_path}/removed' 2> '{tmp_path}/said' || true; }}",
    ]
    done = subprocess.run(namespace(tmp_path, " && ".join(steps)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wanted = block(project.root, Path(REAL)) + (others or b"")
    for name in ("installed", "again", "changed"):
        assert (tmp_path / name).read_bytes() == wanted
    assert (tmp_path / "removed").read_bytes() == (others or b"")
    assert ("cannot open" in (tmp_path / "said").read_text()) == (others is None)
    assert "that of another version or interpreter" in (tmp_path / "shown").read_text()
