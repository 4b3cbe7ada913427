"""The units for systemd: systemd accepts them, their times are those of the jobs, and install and remove touch nothing else."""

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from forex.core.errors import UsageError
from forex.operations import load_operations
from forex.schedule import timers
from forex.schedule.due import Job
from forex.schedule.plan import plan_of
from tests.support.made_up import ROOT

PLAN = plan_of(load_operations(ROOT / "operations.yaml"))
SANTIAGO = ZoneInfo("America/Santiago")
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing: apt install systemd"
)


def written(folder: Path, into: Path) -> list[Path]:
    python = folder / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    paths = []
    for name, text in timers.units(PLAN, folder, python).items():
        (into / name).write_text(text, encoding="utf-8")
        paths.append(into / name)
    return paths


def verified(paths: list[Path], folder: Path) -> tuple[int, str]:
    """Exit code and words of systemd's own check of these units, as those of a user."""
    words = ["systemd-analyze", "verify", "--user", *map(str, paths)]
    env = os.environ | {"XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=env)
    return done.returncode, done.stderr


@needs_systemd
@pytest.mark.parametrize("name", ["plain", "two words", "dólar 100%h", 'it\'s "so"', "a\\b", "$HOME"])
def test_systemd_verifies_the_units(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    assert verified(written(folder, tmp_path), tmp_path) == (0, "")


@needs_systemd
def test_systemd_finds_a_fault_where_there_is_one(tmp_path: Path) -> None:
    service, timer = written(tmp_path, tmp_path)
    timer.write_text(timer.read_text().replace("America/Santiago", "America/Santiagoo"))
    service.write_text(service.read_text().replace("/bin/sh", "/bin/nothing"))
    _, said = verified([service, timer], tmp_path)
    assert "/nothing is not executable" in said
    assert "Failed to parse calendar specification" in said


def elapses(expression: str, after: str, times: int) -> list[dt.datetime]:
    """The next times of a calendar expression by systemd itself, UTC."""
    words = ["systemd-analyze", "calendar", f"--base-time={after}", f"--iterations={times}", expression]
    said = subprocess.run(
        words, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}
    ).stdout
    found = re.findall(r"(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w{3} (\S+ \S+) UTC", said)
    return [dt.datetime.fromisoformat(time).replace(tzinfo=dt.UTC) for time in found]


@needs_systemd
@pytest.mark.parametrize("around", ["2024-04-04", "2024-09-05", "2024-12-30"])
@pytest.mark.parametrize("job", PLAN.jobs, ids=lambda job: job.name)
def test_the_first_time_of_each_day_is_the_jobs(job: Job, around: str) -> None:
    first, _ = timers.on_calendar(job, PLAN)
    found = elapses(first, f"{around} 00:00:00 UTC", 40)
    days = {at.astimezone(SANTIAGO).date(): at.astimezone(SANTIAGO) for at in reversed(found)}
    assert days and {f"{at:%H:%M}" for at in days.values()} == {f"{job.at:%H:%M}"}
    weekdays = {day.weekday() for day in days}
    assert weekdays <= {0} if job.days == "monday" else weekdays == {0, 1, 2, 3, 4}


@needs_systemd
def test_a_job_that_failed_is_asked_for_until_its_day_ends() -> None:
    [daily] = [job for job in PLAN.jobs if job.name == "daily"]
    both = [at for line in timers.on_calendar(daily, PLAN) for at in elapses(line, "2024-11-27 00:00:00 UTC", 48)]
    today = sorted(at.astimezone(SANTIAGO) for at in both if at.astimezone(SANTIAGO).date() == dt.date(2024, 11, 27))
    assert [f"{at:%H:%M}" for at in today] == [
        f"{hour:02}:{minute:02}" for hour in range(15, 24) for minute in (5, 20, 35, 50)
    ]


@pytest.mark.parametrize(
    ("at", "every", "lines"),
    [
        ("15:50", 15, ["Mon..Fri *-*-* 15:50:00", "Mon..Fri *-*-* 16..23:05/15:00"]),
        ("15:05", 180, ["Mon..Fri *-*-* 15:05:00", "Mon..Fri *-*-* 16..23:05:00"]),
        ("23:30", 15, ["Mon..Fri *-*-* 23:30/15:00"]),
    ],
)
def test_the_times_of_other_jobs(at: str, every: int, lines: list[str]) -> None:
    job = Job("night", dt.time.fromisoformat(at), "business", ("check",), dt.timedelta(hours=2))
    plan = PLAN._replace(again_every=dt.timedelta(minutes=every))
    assert list(timers.on_calendar(job, plan)) == [f"{line} America/Santiago" for line in lines]


def test_the_timer_starts_what_was_missed_and_knows_the_zone(tmp_path: Path) -> None:
    timer = timers.units(PLAN, tmp_path, Path(sys.executable))[f"{timers.name(tmp_path)}.timer"]
    assert "Persistent=true" in timer.splitlines()
    calendars = re.findall("^OnCalendar=(.*)$", timer, re.MULTILINE)
    assert len(calendars) == 10 and all(line.endswith(" America/Santiago") for line in calendars)


def test_a_path_with_a_line_break_is_refused() -> None:
    with pytest.raises(UsageError, match="no unit of systemd can hold this path"):
        timers.units(PLAN, Path("/srv/for\nex"), Path(sys.executable))


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for systemctl, which notes what it was asked."""
    program = tmp_path / "bin/systemctl"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho \"$*\" >> '{tmp_path}/asked'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return program


def test_install_and_remove(systemctl: Path, tmp_path: Path) -> None:
    folder, name = tmp_path / "project", timers.name(tmp_path / "project")
    other = tmp_path / "config/systemd/user/other.timer"
    other.parent.mkdir(parents=True)
    other.write_text("[Timer]\n")
    timers.write(PLAN, folder, Path(sys.executable))
    assert timers.installed(folder) == timers.units(PLAN, folder, Path(sys.executable))
    assert timers.remove(folder) is None and timers.installed(folder) == {}
    assert timers.remove(folder) is None  # and asks nothing
    assert [path.name for path in other.parent.iterdir()] == ["other.timer"]
    assert (tmp_path / "asked").read_text().splitlines() == [
        "--user daemon-reload",
        f"--user enable --now {name}.timer",
        f"--user disable --now {name}.timer",
        "--user daemon-reload",
    ]


def test_what_systemd_refuses_is_passed_on(systemctl: Path, tmp_path: Path) -> None:
    systemctl.write_text("#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n")
    with pytest.raises(UsageError, match="daemon-reload failed: Failed to connect to bus.*loginctl enable-linger"):
        timers.write(PLAN, tmp_path, Path(sys.executable))
    assert not (tmp_path / "config").exists()


FAILS = {
    "missing": None,
    "in daemon-reload": "#!/bin/sh\nexit 1\n",
    "in enable": '#!/bin/sh\n[ "$2" != enable ] || { echo "Unit is masked" >&2; exit 1; }\n',
    "not to be run": "",
}


@pytest.mark.parametrize("script", FAILS.values(), ids=FAILS)
@pytest.mark.parametrize("other_before", [False, True])
def test_units_that_systemd_refuses_are_what_they_were_before(
    script: str | None, other_before: bool, systemctl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if other_before:
        timers.write(PLAN._replace(jobs=PLAN.jobs[:1]), tmp_path, Path("/usr/bin/old-python"))
    before = timers.installed(tmp_path)
    if script is None:
        systemctl.unlink()
        monkeypatch.setenv("PATH", str(systemctl.parent))
    else:
        systemctl.write_text(script)
        systemctl.chmod(0o755 if script else 0o000)
        monkeypatch.setenv("PATH", str(systemctl.parent))
    with pytest.raises(UsageError, match="Nothing was changed"):
        timers.write(PLAN, tmp_path, Path(sys.executable))
    assert timers.installed(tmp_path) == before and (tmp_path / "config").exists() == other_before


@pytest.mark.parametrize("enabled", [False, True])
def test_a_timer_that_systemd_does_not_stop_is_removed_and_said_where_it_can_still_run(
    enabled: bool, systemctl: Path, tmp_path: Path
) -> None:
    timers.write(PLAN, tmp_path, Path(sys.executable))
    wanted = tmp_path / f"config/systemd/user/timers.target.wants/{timers.name(tmp_path)}.timer"
    if enabled:
        wanted.parent.mkdir()
        wanted.symlink_to(f"../{wanted.name}")
    systemctl.write_text("#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n")
    said = timers.remove(tmp_path)
    assert (said is not None and "Failed to connect to bus" in said) == enabled
    assert timers.installed(tmp_path) == {} and not wanted.is_symlink()
    assert timers.remove(tmp_path) is None
