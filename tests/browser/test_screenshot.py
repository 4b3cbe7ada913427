"""The picture in docs/explanation/page.md: of the last run's page, as wide as a window and small."""

import struct
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.made_up import ROOT
from tests.support.pages.screenshot import LARGEST, PICTURE, SIZE, screenshot


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height in pixels, from the header of a PNG file."""
    content = picture.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_the_committed_picture_is_a_small_one_of_that_size() -> None:
    picture = ROOT / PICTURE
    assert size_of(picture) == SIZE and picture.stat().st_size < LARGEST
    assert f"(../{PICTURE.relative_to('docs')})" in (ROOT / "docs/explanation/page.md").read_text(encoding="utf-8")


def test_it_is_made_from_the_last_run(browser: Browser, run: Path, tmp_path: Path) -> None:
    screenshot(browser, run, tmp_path / "images" / "page.png")
    assert size_of(tmp_path / "images" / "page.png") == SIZE
