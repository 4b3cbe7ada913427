"""`make screenshot`: the first screen of reports/dashboard.html in a Chromium of the machine's, for docs/explanation/page.md.

The clock stands an hour after the forecast was made, so that the page is not old. The bytes depend on Chromium and on the machine's
fonts; no test compares them.
"""

import datetime as dt
from pathlib import Path

from playwright.sync_api import Browser

from forex.core.reports import read_report
from forex.forecast.report import Forecast
from tests.support.made_up import ROOT
from tests.support.pages.browser import chromium, opened

PICTURE = Path("docs/images/dashboard.png")
SIZE = (1280, 800)
LARGEST = 200_000  # bytes


def screenshot(browser: Browser, reports: Path, picture: Path) -> None:
    """Raises AssertionError where the page logs something, or where the picture is too large."""
    made = read_report(reports / "forecast.json", Forecast).made_at
    picture.parent.mkdir(parents=True, exist_ok=True)
    page = (reports / "dashboard.html").resolve()
    with opened(browser, page, now=made + dt.timedelta(hours=1), size=SIZE) as shown:
        shown.page.screenshot(path=picture)
        assert shown.said == [], shown.said
    assert picture.stat().st_size < LARGEST, f"{picture}: {picture.stat().st_size} bytes, expected fewer than {LARGEST}"


if __name__ == "__main__":
    with chromium() as started:
        screenshot(started, ROOT / "reports", ROOT / PICTURE)
