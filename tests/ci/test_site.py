"""The documentation as a site: built strictly from what git keeps and what the code says, with nothing fetched."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

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
    codes = {error.exit_code for error in vars(errors).values() if isinstance(error, type)}
    codes |= {errors.EXIT_OK, errors.EXIT_INTERRUPTED}
    by_hand = re.findall(r"^\| (\d+) \|", (REFERENCE / "commands.md").read_text(encoding="utf-8"), re.MULTILINE)
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


class Page(HTMLParser):
    """What a page leads to, and the places in it that others may lead to."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value or "")
            elif name == "id":
                self.places.add(value or "")


def dead_links(site: Path) -> list[str]:
    """Page and link of each link within the site whose file, or place in a page, is not there."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    dead = []
    for path, page in pages.items():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            base = site if address.path.startswith("/") else path.parent
            leads_to = (base / unquote(address.path).lstrip("/")).resolve() if address.path else path
            leads_to = leads_to / "index.html" if leads_to.is_dir() else leads_to
            place = unquote(address.fragment)
            known = leads_to in pages and (not place or place in pages[leads_to].places)
            if not known and (leads_to in pages or not leads_to.is_file()):
                dead.append(f"{path.relative_to(site)}: {link}")
    return dead


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="here"><a href="#here"><a href="b.html#there"><img src="c.png">')
    (tmp_path / "b.html").write_text('<a href="/a.html#here"><a href="https://x.org/y"><a href="d.csv">')
    assert dead_links(tmp_path.resolve()) == ["a.html: b.html#there", "a.html: c.png", "b.html: d.csv"]


@pytest.mark.slow
def test_a_dead_link_ends_make_docs(clone: Path) -> None:
    page = clone / "docs/es/index.md"
    page.write_text(f"{page.read_text(encoding='utf-8')}\n[x](nowhere.md)\n", encoding="utf-8")
    done = make("docs", clone)
    assert done.returncode != 0 and "nowhere.md" in done.stderr


@pytest.mark.slow
def test_make_docs_builds_the_site_and_nothing_of_it_is_fetched(clone: Path) -> None:
    blocked = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = make("docs", clone, **blocked)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = sorted((clone / "site").rglob("*.html"))
    assert len(pages) > 45
    assert dead_links((clone / "site").resolve()) == []
    assert ">&gt;&gt;&gt; </span>" in (clone / "site/docs/reference/generated/api.html").read_text(encoding="utf-8")
    assert [str(page) for page in pages if FETCHED.search(page.read_text(encoding="utf-8"))] == []
    style = "".join(path.read_text(encoding="utf-8") for path in (clone / "site/assets").rglob("*.css"))
    assert not re.search(r"url\([\"']?https?:|@import", style)
