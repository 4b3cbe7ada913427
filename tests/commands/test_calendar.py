"""`forex calendar check`: which lists reach far enough from `as_of`, and what is expected until then."""

import json

import pytest

from forex.commands.keep import calendar
from tests.support.forex_command import forex
from tests.support.made_up import HOLIDAYS, ROOT, Project

MEETINGS = "date,kind\n2024-10-17,scheduled\n2024-12-17,scheduled\n{}"
INTERVENTIONS = "announced,start,end,kind\n2022-07-14,2022-07-18,2022-09-30,sales\n,{},,none\n"


@pytest.fixture
def listed(project: Project) -> Project:
    """As of 2024-11-27, whose 90 days end on 2025-02-25."""
    write(project, "2025-01-28,scheduled\n2025-03-21,scheduled\n", "2024-11-27")
    return project


def write(project: Project, later: str, until: str) -> None:
    (project.root / calendar.MEETINGS).write_text(MEETINGS.format(later), encoding="utf-8")
    (project.root / calendar.INTERVENTIONS).write_text(INTERVENTIONS.format(until), encoding="utf-8")


def test_what_is_expected_within_the_longest_horizon(listed: Project) -> None:
    content = calendar.view()
    assert (content["until"], content["covered"]) == ("2025-02-25", True)
    assert content["meetings"]["expected"] == ["2024-12-17", "2025-01-28"]
    assert [holiday["date"] for holiday in content["holidays"]] == ["2024-12-25", "2024-12-31", "2025-01-01"]
    assert "what will be announced later nobody knows yet" in calendar.text(content)


def test_the_gap_is_named_before_it_opens(listed: Project) -> None:
    """2024-12-21 and 90 days end on 2025-03-21, the last meeting that is listed; a day later the check fails."""
    assert calendar.view()["meetings"]["suffices_until"] == "2024-12-21"
    assert "and suffices up to as_of 2024-12-21" in calendar.text(calendar.view())
    for as_of, covered in (("2024-12-21", True), ("2024-12-22", False)):
        listed.set(as_of=as_of)
        assert calendar.view()["meetings"]["covered"] is covered
    assert "sufficed up to as_of 2024-12-21. Add the meetings" in " ".join(calendar.text(calendar.view()).split())


@pytest.mark.parametrize(
    ("later", "until", "missing", "says"),
    [
        (
            "2025-01-28,scheduled\n",
            "2024-11-27",
            "meetings",
            "ends on 2025-01-28, before 2025-02-25, and sufficed up to as_of 2024-10-30. Add the meetings",
        ),
        ("2025-02-25,scheduled\n", "2024-11-26", "interventions", "the row ,2024-11-27,,none where nothing was"),
        ("2025-01-28,scheduled\n2025-03-03,special\n", "2024-11-27", "meetings", "ends on 2025-01-28"),
    ],
)
def test_a_list_that_ends_too_early(later: str, until: str, missing: str, says: str, listed: Project) -> None:
    write(listed, later, until)
    content = calendar.view()
    assert not content["covered"]
    assert [name for name in ("meetings", "interventions") if not content[name]["covered"]] == [missing]
    assert says in " ".join(calendar.text(content).split())


def test_exit_codes_of_the_command(listed: Project) -> None:
    (listed.root / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    covered = forex("calendar", "check", "--json", cwd=listed.root)
    assert (covered.returncode, json.loads(covered.stdout)["covered"]) == (0, True)
    write(listed, "", "2024-11-27")
    short = forex("calendar", "check", cwd=listed.root)
    assert short.returncode == 1 and "ends on 2024-12-17" in short.stdout and not short.stderr


def test_without_the_holidays_and_beyond_them(listed: Project) -> None:
    (listed.root / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    listed.set(as_of="2040-11-27")
    write(listed, "2041-03-21,scheduled\n", "2040-11-27")
    beyond = forex("calendar", "check", cwd=listed.root)
    assert (beyond.returncode, beyond.stdout) == (3, "")
    assert (
        "2041-02-25 is outside its range, 1980-01-01 to 2040-12-31" in beyond.stderr
        and "make calendar" in beyond.stderr
    )
    (listed.root / HOLIDAYS).unlink()
    missing = forex("calendar", "check", cwd=listed.root)
    assert (missing.returncode, missing.stdout) == (3, "")
    assert missing.stderr.startswith(f"forex: {HOLIDAYS}: ") and missing.stderr.count("\n") == 1


def test_the_committed_lists_cover_the_committed_as_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert calendar.view()["covered"]
