"""The documentation as a site: built strictly from what git keeps and what the code says, with nothing fetched."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from forex.commands.cli import app
from forex.commands.keep.schema import REPORTS
from forex.commands.keep.site import commands, keys, packages, reports
from forex.commands.keep.site.__main__ import generated
from forex.core import errors
from forex.core.files import read_json
from forex.core.reports import json_schema
from tests.ci.making import environment, make
from tests.support.made_up import ROOT, copy_of_tree

REFERENCE = ROOT / "docs/reference"
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']?https?:", re.IGNORECASE)


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def leaves(content: Any, prefix: str = "") -> set[str]:
    """The dotted names of a YAML file's keys that hold no block."""
    if not isinstance(content, dict):
        return {prefix.removesuffix(".")}
    return {name for key, part in content.items() for name in leaves(part, f"{prefix}{key}.")}


@pytest.mark.parametrize(("name", "page"), [("params.yaml", "params.md"), ("operations.yaml", "operations.md")])
@pytest.mark.usefixtures("at_root")
def test_every_key_has_its_line(name: str, page: str) -> None:
    listed = set(re.findall(r"^\| `([\w.]+)` \|", generated()[page], re.MULTILINE))
    written = leaves(YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8")))
    without = {key for key in written if not any(key == entry or key.startswith(f"{entry}.") for entry in listed)}
    assert len(written) > 40 and without == set()


@pytest.mark.usefixtures("at_root")
def test_every_command_and_option_has_its_line() -> None:
    text = commands.page()
    for name, command in commands.every(typer.main.get_command(app), "forex"):
        section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert section, name
        assert {
            option for parameter in command.params for option in parameter.opts if f"{option}" not in section
        } == set()


def test_every_exit_code_has_its_line() -> None:
    codes = {error.exit_code for error in vars(errors).values() if isinstance(error, type)} | {errors.EXIT_OK}
    by_hand = re.findall(r"^\| (\d) \|", (REFERENCE / "commands.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(map(int, by_hand)) == sorted(codes)
    named = {line.split("`")[1] for line in commands.exit_codes()}
    kinds = {
        name for name, error in vars(errors).items() if isinstance(error, type) and error.__module__ == errors.__name__
    }
    assert named == kinds - {"ForexError"}


def test_every_field_of_a_report_has_its_line() -> None:
    text = reports.page()
    for path, model in REPORTS.items():
        section = text.partition(f"\n## {path}\n")[2].partition("\n## ")[0]
        schema = json_schema(model)
        for part in [schema, *schema.get("$defs", {}).values()]:
            for name in part.get("properties", {}):
                assert f"| `{name}` |" in section, f"{path}: {name}"


WORD = r"\w+"
PLACES = {"level": r"[\d.]+", "window": r"\d+", "horizon": r"\d+d", "REGIME": "[A-Z_]+"} | dict.fromkeys(
    ("id", "model", "rule"), WORD
)
SUFFIX = "(_se|_block_low|_block_high|_p|_holm_p)?"


def said_metrics() -> re.Pattern[str]:
    """Matches every metric that the tables name, placeholders and suffixes filled in."""
    rows = [
        line.split("|") for line in (REFERENCE / "metrics.md").read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    names = {name for row in rows for cell in row[1:-2] for name in re.findall(r"`([\w<>.]+)`", cell)}
    patterns = [re.sub("<(\\w+)>", lambda found: PLACES[found[1]], name.replace(".", r"\.")) for name in names]
    return re.compile("|".join(f"(?:{pattern}{SUFFIX})" for pattern in patterns))


def test_every_metric_of_the_committed_run_has_its_line() -> None:
    documented = said_metrics()
    unsaid = set()
    for path in (ROOT / "reports/metrics").glob("*.json"):
        for name in leaves(read_json(path)):
            of_horizon = re.fullmatch(r"\w+\.(?:\d+d|\w+)\.\w+\.(.+)", name)
            candidates = {name, name.partition(".")[2], of_horizon[1] if of_horizon else "", name.rpartition(".")[2]}
            if not any(documented.fullmatch(candidate) for candidate in candidates):
                unsaid.add(name)
    assert unsaid == set()
    assert not documented.fullmatch("no_such_metric")


def test_every_page_of_docs_and_every_study_is_in_the_sites_navigation() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "reports").glob("*.md")]
    names = [str(path.relative_to(ROOT)) for path in pages]
    assert [name for name in names if f"- {name}\n" not in text] == []


def test_the_drawing_is_that_of_the_contract() -> None:
    assert (ROOT / packages.PICTURE).read_text(encoding="utf-8") == packages.drawing(), (
        "run `python -m forex.commands.keep.site.packages`"
    )


def test_ranges_are_told_in_words() -> None:
    part = {"anyOf": [{"type": "array", "items": {"type": "integer", "minimum": 1}}, {"type": "null"}]}
    assert keys.allowed(part, {}) == "list of integer, ≥ 1 or null"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What git keeps, with this environment and one that has MkDocs; skipped where that cannot be installed."""
    installed = make(".venv-docs/installed", ROOT)
    if installed.returncode:
        pytest.skip(f"MkDocs is not to be had here: {installed.stderr[-300:]}")
    copy_of_tree(tmp_path)
    environment(tmp_path)
    (tmp_path / ".venv-docs").symlink_to(ROOT / ".venv-docs")
    return tmp_path


@pytest.mark.slow
def test_make_docs_builds_the_site_and_nothing_of_it_is_fetched(clone: Path) -> None:
    blocked = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = make("docs", clone, **blocked)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = sorted((clone / "site").rglob("*.html"))
    assert len(pages) > 45
    assert [str(page) for page in pages if FETCHED.search(page.read_text(encoding="utf-8"))] == []
    style = "".join(path.read_text(encoding="utf-8") for path in (clone / "site/assets").rglob("*.css"))
    assert not re.search(r"url\([\"']?https?:|@import", style)
