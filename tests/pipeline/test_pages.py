"""README and docs: one page, no link that leads nowhere, no page that nothing leads to."""

import re
from pathlib import Path

from tests.support.made_up import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def linked(page: Path) -> set[Path]:
    return {(page.parent / target).resolve() for target in LINK.findall(page.read_text(encoding="utf-8"))}


def test_the_readme_is_one_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_link_leads_to_a_file() -> None:
    dead = [(str(page.relative_to(ROOT)), str(path)) for page in PAGES for path in linked(page) if not path.exists()]
    assert dead == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.suffix == ".md" and page not in reached and page.exists():
            reached.add(page)
            waiting += linked(page)
    assert set(PAGES) <= reached
