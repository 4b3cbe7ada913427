"""Ticks do what is due once a day, again what failed, and once also where they are killed, collide or find damaged records."""

import datetime as dt
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from forex.core.places import ENVIRONMENT, PLAN
from forex.schedule.tick import main, tick
from tests.support.made_up import utc
from tests.support.schedule.project import REAL, TICK, Scheduled, at_clock, scheduled

pytestmark = pytest.mark.slow

WEDNESDAY = "2024-11-27"
DUE = f"{WEDNESDAY}T18:05"  # 15:05 in Santiago
EVERYTHING = ["mail daily", "send", "check", "advance --after-cut-off", "alert"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scheduled:
    made = scheduled(tmp_path / "project")
    monkeypatch.chdir(made.root)
    monkeypatch.setattr(sys, "executable", str(made.python))
    return made


def tick_at(instant: str) -> list[str]:
    return tick(lambda: utc(instant))


def test_a_day_does_each_job_once_and_none_early(project: Scheduled) -> None:
    ran = {}
    for minute in range(0, 24 * 60, 5):
        at = utc(f"{WEDNESDAY}T03:00") + dt.timedelta(minutes=minute)
        if jobs := tick(lambda at=at: at):  # type: ignore[misc]
            ran[f"{at:%H:%M}"] = jobs
    assert ran == {"11:00": ["mail"], "13:00": ["check"], "18:05": ["daily"]}
    assert project.calls() == EVERYTHING


def test_a_monday_has_the_weekly_report_too(project: Scheduled) -> None:
    assert tick_at("2024-12-02T12:00") == ["mail", "weekly"]


def test_a_sleeping_machine_makes_up_for_its_own_day_alone(project: Scheduled) -> None:
    tick_at(f"{WEDNESDAY}T13:00")
    assert tick_at("2024-11-28T12:30") == ["mail"]  # not the forecast of the day before
    assert tick_at("2024-11-29T02:55") == ["check", "daily"]  # 23:55 in Santiago
    assert project.record("daily", WEDNESDAY) is None


def test_what_failed_is_tried_again_from_the_command_that_failed(project: Scheduled) -> None:
    project.answer("alert", 3)
    assert tick_at(DUE) == ["mail", "check", "daily"]
    assert tick_at(f"{WEDNESDAY}T18:10") == []
    assert tick_at(f"{WEDNESDAY}T18:20") == ["daily"]
    project.answer("alert", 0)
    assert tick_at(f"{WEDNESDAY}T18:35") == ["daily"]
    assert tick_at(f"{WEDNESDAY}T18:50") == []
    assert project.calls()[3:] == ["advance --after-cut-off", "alert", "alert", "alert"]
    record = project.record("daily", WEDNESDAY)
    assert record is not None
    assert (record.tries, record.exit_code, record.succeeded) == (3, 0, True)


def test_what_fails_is_tried_until_its_day_ends(project: Scheduled) -> None:
    project.answer("advance", 4)
    times = [utc(DUE) + dt.timedelta(minutes=5 * n) for n in range(12 * 12)]
    ran = [at for at in times if "daily" in tick(lambda at=at: at)]  # type: ignore[misc]
    assert ran == [utc(DUE) + dt.timedelta(minutes=15 * n) for n in range(36)]  # the last at 23:50 in Santiago
    assert "alert" not in project.calls()


def test_a_failing_check_is_a_result(project: Scheduled) -> None:
    project.answer("check", 1)
    tick_at(f"{WEDNESDAY}T13:00")
    assert tick_at(f"{WEDNESDAY}T13:30") == []
    record = project.record("check", WEDNESDAY)
    assert record is not None
    assert (record.exit_code, record.succeeded) == (1, False)


def test_a_command_that_takes_too_long_is_ended(project: Scheduled) -> None:
    project.set(longest_minutes=1)
    project.delay("mail", 30)
    plan = PLAN.read_text() if PLAN.exists() else ""
    tick_at(f"{WEDNESDAY}T10:00")  # makes the plan, and runs nothing
    PLAN.write_text(PLAN.read_text().replace('"longest_minutes": 1', '"longest_minutes": 0.02'))
    assert PLAN.read_text() != plan
    began = time.monotonic()
    assert tick_at(f"{WEDNESDAY}T11:00") == ["mail"]
    assert time.monotonic() - began < 20
    record = project.record("mail", WEDNESDAY)
    assert record is not None
    assert record.exit_code == 124


def test_the_log_has_what_was_said_without_secrets(project: Scheduled) -> None:
    ENVIRONMENT.parent.mkdir()
    ENVIRONMENT.write_text("SAID_SECRET='pa$$ word'\n")
    ENVIRONMENT.chmod(0o600)
    tick_at(f"{WEDNESDAY}T13:00")
    assert project.log("check", WEDNESDAY) == (
        "2024-11-27T13:00:00Z forex check\ncheck says ***\n2024-11-27T13:00:00Z ended with 0\n"
    )
    left = [path for path in Path(".forex").rglob("*") if path.is_file() and path != ENVIRONMENT]
    assert left and not any(b"pa$$ word" in path.read_bytes() for path in left)


def test_credentials_that_others_may_read_stop_the_tick(project: Scheduled) -> None:
    ENVIRONMENT.parent.mkdir()
    ENVIRONMENT.write_text("TOKEN='secret'\n")
    ENVIRONMENT.chmod(0o644)
    assert main(lambda: utc(DUE)) == 2
    assert project.calls() == []
    assert "2024-11-27T18:05:00Z .forex/environment may be read by others: chmod 600" in project.log(
        "schedule", WEDNESDAY
    )


def test_a_wrong_operations_file_is_logged_and_mended_at_the_next_tick(project: Scheduled) -> None:
    tick_at(f"{WEDNESDAY}T10:00")
    project.set(again_minutes="soon")
    assert main(lambda: utc(DUE)) == 2
    assert "schedule.again_minutes = 'soon'" in project.log("schedule", WEDNESDAY)
    project.set(again_minutes=5)
    assert main(lambda: utc(DUE)) == 0
    assert project.calls() == EVERYTHING


def test_a_job_before_the_cut_off_of_params_is_refused(project: Scheduled) -> None:
    tick_at(f"{WEDNESDAY}T10:00")
    text = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(text.replace('cut_off: "15:00"', 'cut_off: "18:30"'), encoding="utf-8")
    assert main(lambda: utc(DUE)) == 2
    assert 'jobs.daily.at = "15:05": its forecast is not due before the cut-off, "18:30"' in project.log(
        "schedule", WEDNESDAY
    )


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"made_from": "x"}', "\xff"])
def test_a_damaged_plan_is_made_anew(project: Scheduled, damage: str) -> None:
    tick_at(f"{WEDNESDAY}T10:00")
    PLAN.write_text(damage, encoding="latin-1")
    assert tick_at(DUE) == ["mail", "check", "daily"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"tries": 1}', b"\xff\xfe", b'{"done": 3}'])
def test_a_damaged_record_is_set_aside_and_costs_its_own_job_alone(project: Scheduled, damage: bytes) -> None:
    tick_at(DUE)
    path = project.root / f".forex/schedule/{WEDNESDAY}/check.json"
    path.write_bytes(damage)
    assert tick_at(f"{WEDNESDAY}T18:10") == ["check"]
    assert tick_at(f"{WEDNESDAY}T18:15") == []
    assert path.with_suffix(".damaged").read_bytes() == damage
    assert "It is set aside" in project.log("check", WEDNESDAY)
    assert project.calls() == [*EVERYTHING, "check"]


def wait_for(true: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_ticks_at_the_same_time_do_each_job_once(project: Scheduled) -> None:
    project.delay("check", 0.5)
    processes = [project.start(at_clock(DUE)) for _ in range(4)]
    assert [process.wait(timeout=30) for process in processes] == [0, 0, 0, 0]
    assert project.calls() == EVERYTHING


def test_a_tick_killed_while_a_command_runs_does_not_run_it_twice(project: Scheduled) -> None:
    project.delay("mail", 1.5)
    killed = project.start(at_clock(f"{WEDNESDAY}T11:00"))
    wait_for(project.calls)
    killed.kill()
    killed.wait()
    assert tick_at(f"{WEDNESDAY}T11:20") == []  # the command still runs, and holds the lock
    wait_for(lambda: (project.root / f".forex/schedule/{WEDNESDAY}/mail.ended").exists())
    wait_for(lambda: tick_at(f"{WEDNESDAY}T11:35"))
    assert project.calls() == ["mail daily", "send"]
    assert "whoever waited for it had been killed" in project.log("mail", WEDNESDAY)


# Kills itself where it would write a record for the nth time: the 1st is before the first command, the 2nd after it.
KILLED_AT_WRITE = """
import os, signal
from forex.schedule import record as records
written, write = 0, records.write
def killed(path, record):
    global written
    written += 1
    if written == {nth}:
        os.kill(os.getpid(), signal.SIGKILL)
    write(path, record)
records.write = killed
"""


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5])
def test_a_tick_killed_before_it_writes_a_record_does_nothing_twice(project: Scheduled, nth: int) -> None:
    at = f"{WEDNESDAY}T11:00"
    killed = project.start(KILLED_AT_WRITE.format(nth=nth) + at_clock(at))
    assert killed.wait(timeout=30) == -signal.SIGKILL
    assert len(project.calls()) == nth // 2
    for minute in (15, 30, 45):
        tick_at(f"{WEDNESDAY}T11:{minute}")
    assert project.calls() == ["mail daily", "send"]
    record = project.record("mail", WEDNESDAY)
    assert record is not None and record.succeeded


def kill_all_at_once(first: psutil.Process) -> None:
    """The process and all below it, none of which sees another end or starts one more."""
    stopped: list[psutil.Process] = []
    while found := [process for process in [first, *first.children(recursive=True)] if process not in stopped]:
        for process in found:
            with suppress(psutil.NoSuchProcess):  # one that was about to end
                process.suspend()
        stopped += found
    for process in stopped:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def test_a_machine_that_goes_off_in_a_command_runs_it_again(project: Scheduled) -> None:
    project.delay("check", 30)
    off = project.start(at_clock(f"{WEDNESDAY}T13:00"))
    wait_for(lambda: "check" in project.calls())
    kill_all_at_once(psutil.Process(off.pid))
    off.wait()
    project.delay("check", 0)
    assert tick_at(f"{WEDNESDAY}T13:05") == []
    assert tick_at(f"{WEDNESDAY}T13:16") == ["check"]
    assert project.calls() == ["mail daily", "send", "check", "check"]


@pytest.mark.parametrize("zone", ["UTC", "America/Santiago", "Asia/Tokyo", "Asia/Kolkata"])
def test_the_hosts_zone_changes_nothing(project: Scheduled, zone: str) -> None:
    for instant in (f"{WEDNESDAY}T18:04", DUE):
        assert project.start(at_clock(instant), {"TZ": zone}).wait(timeout=30) == 0
    assert [line.partition("T")[0] for line in project.log("daily", WEDNESDAY).splitlines()[::3]] == [WEDNESDAY] * 2
    assert project.calls() == EVERYTHING


def test_a_tick_with_nothing_to_do_is_light(project: Scheduled) -> None:
    early = at_clock(f"{WEDNESDAY}T10:59")
    assert project.start(early).wait() == 0
    assert min(_seconds(project, early) for _ in range(5)) < 0.15
    listing = early.replace("sys.exit(tick.main(clock))", "tick.main(clock); print([*sys.modules])")
    said = subprocess.run([REAL, "-c", listing, "x"], capture_output=True, text=True, check=True).stdout
    assert "'forex.schedule.due'" in said
    assert not [name for name in ("numpy", "polars", "pydantic", "ruamel", "filelock") if f"'{name}'" in said]


def _seconds(project: Scheduled, code: str) -> float:
    """Of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([REAL, "-c", code, str(project.python)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_outside_a_project_the_tick_says_so(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TICK, "x"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    [log] = (tmp_path / ".forex/logs/schedule").glob("*.log")
    assert "operations.yaml: not found. Run from the project's folder" in log.read_text()
