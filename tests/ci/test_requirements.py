"""docs/reference/requirements.md: each requirement has a command and a test that exist, or a reason why not."""

import importlib.util
import re
import shlex
import subprocess

import pytest
from ruamel.yaml import YAML

from tests.pipeline.test_pages import commands
from tests.support.made_up import ROOT

PAGE = ROOT / "docs/reference/requirements.md"
CODE = re.compile(r"`([^`]+)`")
WHY_NOT = re.compile(r"Not (included|built): \S+( \S+){8,}")


def rows() -> list[tuple[str, str, str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]
    assert all(len(row) == 3 for row in cells)
    return cells  # type: ignore[return-value]


def exists(command: str) -> bool:
    """Whether forex has this command with these options, make this target, DVC this subcommand, the pipeline this stage."""
    program, *words = shlex.split(command)
    options, names = (
        {word for word in words if word.startswith("--")},
        [word for word in words if not word.startswith("--")],
    )
    if program == "forex":
        return " ".join(names) in commands() and options <= commands()[" ".join(names)]
    if program == "make":
        return re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE) is not None
    if program == "dvc" and words[0] == "repro":
        return set(words[1:]) <= set(YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"])
    return program == "dvc" and importlib.util.find_spec(f"dvc.commands.{words[0]}") is not None


def test_every_requirement_has_a_command_and_a_test_or_a_reason() -> None:
    assert len(rows()) >= 40
    unmet = [
        must
        for must, command, held in rows()
        if not (CODE.search(command) and CODE.search(held)) and not (not command and WHY_NOT.match(held))
    ]
    assert unmet == []


def test_every_command_exists() -> None:
    named = {code for _, command, held in rows() for code in CODE.findall(command)}
    named |= {
        code for _, _, held in rows() for code in CODE.findall(held) if code.startswith(("forex ", "make ", "dvc "))
    }
    assert len(named) > 25
    assert [name for name in named if not exists(name)] == []


@pytest.mark.parametrize(
    "command", ["forex nothing", "forex check --nothing", "make nothing", "dvc repro nothing", "dvc nothing"]
)
def test_a_command_that_does_not_exist_is_noticed(command: str) -> None:
    assert not exists(command)


def test_every_test_exists_and_holds_one() -> None:
    named = sorted({path for _, command, held in rows() if command for path in CODE.findall(held)})
    assert len(named) > 40 and all(path.startswith("tests/") for path in named)
    assert [path for path in named if not (ROOT / path).is_file() or "def test_" not in (ROOT / path).read_text()] == []


def test_every_target_that_people_run_is_in_makes_help() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = {line.split()[0] for line in said.splitlines()}
    targets = {
        code.split()[1] for _, command, _ in rows() for code in CODE.findall(command) if code.startswith("make ")
    }
    assert targets <= listed
