"""A headless Chromium of the machine's, and pages opened in it with what they log and request.

Its only font has the widths of the first ones that the pages ask for, Helvetica, Arial and Liberation Sans, which most people have:
what fits does not depend on which other fonts the machine has.
"""

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright

from tests.support.made_up import ROOT

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
WIDE, PHONE = (1280, 900), (360, 740)  # pixels
PAPER = 703  # pixels between the margins of an A4 page, of 12 mm
Scheme = Literal["light", "dark"]
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """One process, closed at the end.  Raises AssertionError where the machine has no Chromium."""
    assert CHROMIUM, "no chromium on the path"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(FONTS.format(fonts=ROOT / "forex/report/fonts", cache=folder), encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], env=os.environ | {"FONTCONFIG_FILE": str(fonts)}
        )
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page with the messages of its console, its errors, and the addresses that it asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def log(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def fail(self, error: Error) -> None:
        self.said.append(str(error))

    def request(self, request: Request) -> None:
        self.requested.append(request.url)

    def run(self, script: str) -> Any:
        return self.page.evaluate(script)

    def open_all(self) -> None:
        """Every part that is folded away."""
        self.run("document.querySelectorAll('details').forEach(one => { one.open = true })")


@cache
def tab(browser: Browser, *, scripts: bool) -> Page:
    """The one in which pages are opened one after the other: a new one takes longer than most tests."""
    return browser.new_context(java_script_enabled=scripts).new_page()


@contextmanager
def opened(
    browser: Browser,
    path: Path,
    *,
    now: dt.datetime,
    size: tuple[int, int] = WIDE,
    scheme: Scheme = "light",
    scripts: bool = True,
) -> Iterator[Opened]:
    """The file in a window of `size`, whose clock stands at `now`; nothing of an earlier page is left."""
    page = tab(browser, scripts=scripts)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(media="null", color_scheme=scheme)
    page.clock.set_fixed_time(now)
    shown = Opened(page)
    page.on("console", shown.log)
    page.on("pageerror", shown.fail)
    page.on("request", shown.request)
    try:
        page.goto(path.as_uri())
        yield shown
    finally:
        page.remove_listener("console", shown.log)
        page.remove_listener("pageerror", shown.fail)
        page.remove_listener("request", shown.request)
        page.goto("about:blank")
