"""The workflows as GitHub and GitLab read them: who may write, what is pinned, and that a step is a command which the tests run."""

import ast
import re
from pathlib import Path

import pytest

from tests.ci.steps import GITLAB, WORKFLOWS, commands, jobs, parsed, steps
from tests.support.made_up import ROOT

PINNED = re.compile(r"- uses: (?P<action>[\w.-]+/[\w./-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
MAKE = re.compile(r"make (?P<target>[a-z-]+)")


def test_there_is_one_workflow_for_each_purpose() -> None:
    assert [path.name for path in WORKFLOWS] == ["change.yml", "day.yml", "rebuild.yml", "site.yml"]
    assert [list(parsed(path)["on"]) for path in WORKFLOWS] == [
        ["pull_request"],
        ["schedule", "workflow_dispatch"],
        ["push", "schedule", "workflow_dispatch"],
        ["push", "workflow_dispatch"],
    ]


def test_a_step_is_one_target_of_the_makefile_and_nothing_else() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    found = {command: MAKE.fullmatch(command) for command in commands()}
    assert len(found) >= 6
    assert [command for command, match in found.items() if match is None or match["target"] not in targets] == []


def test_the_tests_run_every_step() -> None:
    """Each has a test of its name, `test_make_…`, in this folder, which calls `make` on it."""
    tested = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_make_"):
                calls = [
                    call for call in ast.walk(node) if isinstance(call, ast.Call) and ast.unparse(call.func) == "make"
                ]
                tested |= {f"make {ast.literal_eval(call.args[0])}" for call in calls}
    assert commands() <= tested


def test_both_services_run_the_same() -> None:
    on_github = {step.run for path in WORKFLOWS for step in steps(path) if step.run}
    assert on_github == {step.run for step in steps(GITLAB)}
    assert {path.stem for path in WORKFLOWS} == set(jobs(GITLAB))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_nothing_is_allowed_but_what_a_job_asks_for(path: Path) -> None:
    content = parsed(path)
    assert content["permissions"] == {} and content["concurrency"]["group"]
    for job in content["jobs"].values():
        assert job["permissions"] and 0 < job["timeout-minutes"] <= 45
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_one_job_commits_and_those_that_comment_or_publish_run_nothing() -> None:
    allowed = {
        (path.stem, name, right)
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        for right, access in job["permissions"].items()
        if access != "read"
    }
    assert allowed == {
        ("day", "advance", "contents"),
        ("change", "comment", "pull-requests"),
        ("site", "publish", "pages"),
        ("site", "publish", "id-token"),
    }
    publish = jobs(ROOT / ".github/workflows/site.yml")["publish"]["steps"]
    assert [step["uses"].split("@")[0] for step in publish] == ["actions/deploy-pages"]
    comment = jobs(ROOT / ".github/workflows/change.yml")["comment"]["steps"]
    assert [step["uses"].split("@")[0] for step in comment] == [
        "actions/download-artifact",
        "marocchino/sticky-pull-request-comment",
    ]
    assert not [step for step in comment if "run" in step]


def test_no_secret_is_in_reach_of_a_pull_request() -> None:
    text = (ROOT / ".github/workflows/change.yml").read_text(encoding="utf-8")
    assert "secrets." not in text and "github.token" not in text and "pull_request_target" not in text
    change = jobs(GITLAB)["change"]
    assert not [name for name in change["variables"] if "TOKEN" in name]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_a_commit_with_its_tag_beside_it(path: Path) -> None:
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert lines and [line for line in lines if not PINNED.fullmatch(line)] == []


def test_an_action_has_one_version_everywhere() -> None:
    used = {step.uses for path in WORKFLOWS for step in steps(path) if step.uses}
    assert len({action.split("@")[0] for action in used}) == len(used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    """What somebody else may have named, such as a branch, is read from the environment and never put into a command."""
    assert [step.run for step in steps(path) if step.run and "${{" in step.run] == []


def test_gitlab_pins_its_image_and_ends_what_hangs() -> None:
    default = parsed(GITLAB)["default"]
    assert re.fullmatch(r"python:3\.11\.\d+-\w+", default["image"]) and default["timeout"]
    assert all(job["rules"] for job in jobs(GITLAB).values())


def test_the_schedule_meets_the_cut_off_on_both_of_santiagos_clocks() -> None:
    """15:00 is 18:00 or 19:00 in UTC; the first run after it is at most an hour late, the last comes before the day is over."""
    [entry] = parsed(ROOT / ".github/workflows/day.yml")["on"]["schedule"]
    minute, hours, *rest = entry["cron"].split()
    first, last = map(int, hours.split("-"))
    assert rest == ["*", "*", "1-5"] and 0 < int(minute) < 60
    assert first <= 18 and last >= 20
