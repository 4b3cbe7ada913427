"""`forex schedule` and `forex health` as people run them: cron or systemd, never both, and the exit codes."""

import json
import re
import sys
from pathlib import Path

import pytest

from forex.commands.live import schedule
from forex.core.errors import UsageError
from forex.core.places import ENVIRONMENT
from forex.schedule import crontab, timers
from tests.support.forex_command import forex
from tests.support.made_up import utc
from tests.support.schedule.watched import NOW, done, in_order

OTHERS = b"5 4 * * * /bin/true\n"

# Keeps the crontab in a file.
CRONTAB = """\
#!/bin/sh
case "$1" in
  -l) /bin/cat '{kept}' 2> /dev/null || {{ echo 'no crontab for ann' >&2; exit 1; }} ;;
  -r) /bin/rm '{kept}' ;;
  -) /bin/cat > '{kept}' ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, on a machine with a cron and a systemd that are made up."""
    (tmp_path / "bin").mkdir()
    for name, text in {
        "crontab": CRONTAB.format(kept=tmp_path / "kept"),
        "systemctl": f"#!/bin/sh\necho \"$3\" >> '{tmp_path}/asked'\n",
    }.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    in_order()
    return tmp_path


def test_one_of_cron_and_systemd_at_a_time(project: Path) -> None:
    (project / "kept").write_bytes(OTHERS)
    assert schedule.install(systemd=False)["installed"] == {"cron": True}
    assert schedule.install(systemd=False)["installed"] == {"cron": True}
    assert (project / "kept").read_bytes() == crontab.block(Path.cwd(), Path(sys.executable)) + OTHERS
    assert schedule.install(systemd=True)["installed"] == {"systemd": True}
    assert (project / "kept").read_bytes() == OTHERS
    assert schedule.install(systemd=False)["installed"] == {"cron": True}
    assert timers.installed(Path.cwd()) == {}
    assert schedule.remove()["installed"] == {}
    assert schedule.remove()["installed"] == {}
    assert (project / "kept").read_bytes() == OTHERS


REFUSED = {"missing": None, "failing": "#!/bin/sh\nexit 1\n"}


@pytest.mark.parametrize("script", REFUSED.values(), ids=REFUSED)
def test_where_systemd_refuses_cron_goes_on_and_nothing_else_is_there(script: str | None, project: Path) -> None:
    before = schedule.install(systemd=False)
    (project / "bin/systemctl").unlink()
    if script:
        (project / "bin/systemctl").write_text(script)
        (project / "bin/systemctl").chmod(0o755)
    refused = forex("schedule", "install", "--systemd", cwd=Path.cwd())
    assert refused.returncode == 2 and "Nothing was changed" in refused.stderr
    assert crontab.installed(crontab.read(), Path.cwd()) is not None
    assert schedule.show()["installed"] == before["installed"] == {"cron": True}
    assert not (project / "config").exists()


@pytest.mark.parametrize("script", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("enabled", [False, True])
def test_a_remove_that_removed_everything_ends_with_0(script: str | None, enabled: bool, project: Path) -> None:
    schedule.install(systemd=True)
    crontab.write(
        crontab.with_block(b"", Path.cwd(), Path(sys.executable))
    )  # both, as an older version could leave them
    wanted = project / f"config/systemd/user/timers.target.wants/{timers.name(Path.cwd())}.timer"
    if enabled:
        wanted.parent.mkdir()
        wanted.symlink_to(f"../{wanted.name}")
    (project / "bin/systemctl").unlink()
    if script:
        (project / "bin/systemctl").write_text(script)
        (project / "bin/systemctl").chmod(0o755)
    removed = forex("schedule", "remove", cwd=Path.cwd())
    assert (removed.returncode, removed.stderr) == (0, "")
    assert removed.stdout.startswith("Nothing starts the jobs")
    assert ("systemctl --user stop forex-" in removed.stdout) == (enabled and script is not None)
    assert not wanted.is_symlink() and not (project / "kept").exists()


@pytest.mark.parametrize("systemd", [False, True])
def test_where_cron_refuses_the_new_crontab_all_stays_as_it_was(systemd: bool, project: Path) -> None:
    schedule.install(systemd=not systemd)
    before = schedule.show()
    program = project / "bin/crontab"
    program.write_text(
        program.read_text()
        .replace("  -)", "  -) echo 'not allowed' >&2; exit 1 ;;\n  -)")
        .replace("  -r)", "  -r) exit 1 ;;\n  -r)")
    )
    with pytest.raises(UsageError, match="crontab refused"):
        schedule.install(systemd=systemd)
    assert schedule.show()["installed"] == before["installed"] and schedule.show()["units"] == before["units"]


def test_where_the_units_cannot_be_removed_the_crontab_stays_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "kept").write_bytes(OTHERS)
    schedule.install(systemd=True)
    before = timers.installed(Path.cwd())

    def refuses(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(timers, "remove", refuses)
    with pytest.raises(PermissionError):
        schedule.install(systemd=False)
    assert (project / "kept").read_bytes() == OTHERS and timers.installed(Path.cwd()) == before


def test_an_install_on_the_sample_says_what_has_to_be_done_first(project: Path) -> None:
    path = Path("params.yaml")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("store: .*", "store: ./data/sample", text, count=1), encoding="utf-8")
    done = forex("schedule", "install", cwd=Path.cwd())
    assert done.returncode == 0
    assert "these jobs fail: fetch, daily. Set it in params.yaml to data/store" in done.stdout
    path.write_text(re.sub("store: .*", "store: data/store", text, count=1), encoding="utf-8")
    assert "ingest.store" not in forex("schedule", "install", cwd=Path.cwd()).stdout


def test_without_cron_systemd_can_be_installed_and_removed(project: Path) -> None:
    (project / "bin/crontab").unlink()
    with pytest.raises(UsageError, match="there is no crontab here"):
        schedule.install(systemd=False)
    assert schedule.install(systemd=True)["installed"] == {"systemd": True}
    assert schedule.remove()["installed"] == {}


def test_timers_of_other_times_are_said_to_be_old(project: Path) -> None:
    schedule.install(systemd=True)
    path = Path("operations.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace('at: "08:00"', 'at: "08:10"'), encoding="utf-8")
    content = schedule.show()
    assert content["installed"] == {"systemd": False}
    assert "A timer of systemd starts the ticks, but the units are those of other times" in schedule.text(content)


def test_credentials_that_others_may_read_install_nothing(project: Path) -> None:
    ENVIRONMENT.parent.mkdir(exist_ok=True)
    ENVIRONMENT.write_text("A='b'\n")
    ENVIRONMENT.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        schedule.install(systemd=False)
    assert not (project / "kept").exists()


def test_show_says_when_each_job_was_and_will_be_done(project: Path) -> None:
    done("daily", utc("2024-11-27T18:05"))
    said = schedule.text(schedule.show(clock=lambda: NOW)).splitlines()
    assert said[0] == "Nothing starts the jobs: forex schedule install does."
    assert said[1] == ".forex/environment does not exist: the jobs run without credentials."
    assert said[3] == "Times in America/Santiago."
    rows = {line.split()[0]: line.split(maxsplit=4)[3:] for line in said[5:]}
    assert said[-1].startswith("daily   business  15:05  2024-11-27 15:05  2024-11-28 15:05  advance --after-cut-off, ")
    assert rows["weekly"][0] == "–" and rows["weekly"][1].startswith("2024-12-02 09:00")


def test_the_commands_and_their_exit_codes(project: Path) -> None:
    shown = forex("schedule", "show", "--json", cwd=Path.cwd())
    assert (shown.returncode, json.loads(shown.stdout)["zone"]) == (0, "America/Santiago")
    assert forex("schedule", "install", cwd=Path.cwd()).returncode == 0
    assert forex("schedule", "remove", cwd=Path.cwd()).returncode == 0
    late = forex("health", cwd=Path.cwd())  # by the real clock
    assert (late.returncode, late.stdout.splitlines()[0]) == (4, "State: FAULT")
    assert json.loads(forex("health", "--json", cwd=Path.cwd()).stdout)["exit_code"] == 4
    assert forex("health", "--prometheus", cwd=Path.cwd()).stdout.startswith("# HELP forex_health_exit_code ")
    assert forex("health", "--lang", "es", cwd=Path.cwd()).stdout.startswith("Estado: ")
    assert forex("health", "--prometheus", "--json", cwd=Path.cwd()).returncode == 2


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("advnce", 'jobs.daily.commands: "advnce" is no command of forex'),
        ("mail", 'jobs.daily.commands: "mail" is no command of forex'),
        ("mail hourly", 'jobs.daily.commands: "mail hourly" is no command of forex'),
        ("advance --after-cutoff", "forex advance has no option --after-cutoff"),
    ],
)
def test_what_is_no_command_is_neither_valid_nor_installed(command: str, says: str, project: Path) -> None:
    path = Path("operations.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("advance --after-cut-off", command), encoding="utf-8")
    for words in (["params", "check"], ["schedule", "install"]):
        refused = forex(*words, cwd=Path.cwd())
        assert (refused.returncode, says in refused.stderr) == (2, True)
    assert not (project / "kept").exists()
