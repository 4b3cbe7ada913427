"""README and docs: one page, no link that leads nowhere, no page that nothing leads to, no command that does not exist."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML
from typer.core import TyperGroup

from forex.commands.cli import app
from tests.support.made_up import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
REFERENCE = ROOT / "docs/reference"
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
SHELL = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def linked(page: Path) -> set[Path]:
    return {target for target, _ in links(page)}


def links(page: Path) -> set[tuple[Path, str]]:
    """The files that a page leads to, each with the heading in it, or "" for its beginning."""
    found = LINK.findall(page.read_text(encoding="utf-8"))
    return {((page.parent / target).resolve() if target else page, heading) for target, heading in found}


def anchors(page: Path) -> set[str]:
    """The names of a page's headings in links, as GitHub makes them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def commands() -> dict[str, set[str]]:
    """The options of each command of `forex`, by its name: "forecast", "params check"."""
    found: dict[str, set[str]] = {}
    waiting = [("", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        if isinstance(command, TyperGroup):
            waiting += [(f"{name} {inner}".strip(), subcommand) for inner, subcommand in command.commands.items()]
        else:
            found[name] = {
                option for parameter in command.params for option in parameter.opts if option.startswith("--")
            }
    return found


def test_the_readme_is_one_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_link_leads_to_a_file() -> None:
    dead = [(str(page.relative_to(ROOT)), str(path)) for page in PAGES for path in linked(page) if not path.exists()]
    assert dead == []


def test_every_link_to_a_heading_finds_it() -> None:
    wanted = [(page, path, heading) for page in PAGES for path, heading in links(page) if heading]
    dead = [(str(page), str(path), heading) for page, path, heading in wanted if heading not in anchors(path)]
    assert dead == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.suffix == ".md" and page not in reached and page.exists():
            reached.add(page)
            waiting += linked(page)
    assert set(PAGES) <= reached


def test_every_command_in_a_shell_block_exists_with_its_options() -> None:
    known = commands()
    used = 0
    for page in PAGES:
        for line in "\n".join(SHELL.findall(page.read_text(encoding="utf-8"))).splitlines():
            for part in re.split(r"&&|\|", line):
                words = shlex.split(part, comments=True)
                if words[:1] != ["forex"] or words[1:2] == ["--help"]:
                    continue
                name = next((name for name in known if words[1 : 1 + len(name.split())] == name.split()), None)
                assert name is not None, f"{page}: {line}"
                unknown = {word for word in words if word.startswith("--")} - known[name]
                assert not unknown, f"{page}: {line}"
                used += 1
    assert used > 20


def test_the_reference_has_every_command_with_its_options() -> None:
    rows = [line for line in (REFERENCE / "commands.md").read_text(encoding="utf-8").splitlines() if "|" in line]
    for name, options in commands().items():
        [row] = [row for row in rows if re.match(rf"\| `forex {name}[ `]", row)]
        assert {option for option in options - {"--json"} if f"`{option}" not in row} == set(), name


def test_the_reference_has_every_key_with_the_stages_that_read_it() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| (.*) \|$", (REFERENCE / "params.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    params, operations, pipeline = (
        YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))
        for name in ("params.yaml", "operations.yaml", "dvc.yaml")
    )
    assert sorted(key for key, _ in rows) == sorted([*params, *operations])
    for key, readers in rows:
        said = re.match(r"stages? ([\w, ]+)", readers)
        stages = [
            name
            for name, stage in pipeline["stages"].items()
            if key in {path.partition(".")[0] for path in stage["params"]}
        ]
        assert (said[1].split(", ") if said else []) == stages, key


def test_the_snippets_of_the_library_page_give_what_they_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(REFERENCE / "library.md"), module_relative=False, encoding="utf-8")
    assert result.attempted > 20
    assert result.failed == 0
