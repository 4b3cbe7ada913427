"""Every page in a real browser: silent, alone, whole on a phone and on paper, and usable by ear and by keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import Shown, made_up, of_run
from tests.support.pages.browser import PAPER, PHONE, WIDE, Opened, Scheme, opened
from tests.support.pages.dashboards import PROJECTS

RUN = ("dashboard", "expectations")
MADE_UP = ("everything wrong",)
AXE = Axe()
# The visible elements that reach beyond the window or their section, and that no scrolling region holds.
CUT = """() => {
  const inside = one => {
    const region = one.closest(".scroll");
    if (region) return region === one || ["auto", "scroll"].includes(getComputedStyle(region).overflowX);
    return false;
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || inside(one) || one.closest("svg, .skip")) continue;
    const section = one.closest("section");
    const edge = section ? section.getBoundingClientRect().right : document.documentElement.clientWidth;
    if (box.right > edge + 1) found.push(`${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""
STOPS = "document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')"
SHOWN = f"[...{STOPS}].filter(one => one.checkVisibility())"


@pytest.fixture(params=[*RUN, *MADE_UP])
def shown(request: pytest.FixtureRequest, run: Path, folder: Path) -> Shown:
    return of_run(run, request.param) if request.param in RUN else made_up(folder, request.param)


def outlined(page: Opened) -> bool:
    """Whether what has the focus has an outline to see it by."""
    return bool(page.run("getComputedStyle(document.activeElement).outlineStyle != 'none'"))


def test_it_logs_nothing_and_requests_nothing(browser: Browser, shown: Shown) -> None:
    with opened(browser, shown.path, now=shown.now) as page:
        page.open_all()
        page.page.wait_for_load_state("networkidle")
        assert page.said == [] and page.requested == [shown.path.as_uri()]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_is_cut_and_the_page_does_not_scroll_sideways(
    browser: Browser, shown: Shown, size: tuple[int, int]
) -> None:
    with opened(browser, shown.path, now=shown.now, size=size) as page:
        page.open_all()
        assert page.run("document.documentElement.scrollWidth") <= size[0]
        assert page.run(CUT) == []
        if size == WIDE:
            assert (
                page.run("[...document.querySelectorAll('.scroll')].filter(r => r.scrollWidth > r.clientWidth).length")
                == 0
            )


def test_on_paper_nothing_is_beyond_its_width(browser: Browser, shown: Shown) -> None:
    """Regions do not scroll there."""
    with opened(browser, shown.path, now=shown.now, size=(PAPER, 900)) as page:
        page.page.emulate_media(media="print")
        page.open_all()
        assert (
            page.run("[...document.querySelectorAll('.scroll')].map(r => getComputedStyle(r).overflowX)").count("auto")
            == 0
        )
        assert page.run("document.documentElement.scrollWidth") <= PAPER
        assert page.run(CUT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(browser: Browser, shown: Shown, scheme: Scheme) -> None:
    with opened(browser, shown.path, now=shown.now, scheme=scheme) as page:
        page.open_all()
        for width in (WIDE[0], PHONE[0]):
            page.page.set_viewport_size({"width": width, "height": 900})
            found = AXE.run(page.page).response["violations"]
            assert [(violation["id"], [node["html"][:100] for node in violation["nodes"]]) for violation in found] == []


def test_every_chart_is_there_with_a_text_for_those_who_do_not_see_it(browser: Browser, shown: Shown) -> None:
    charts = "[...document.querySelectorAll('svg')]"
    for size in (WIDE, PHONE):
        with opened(browser, shown.path, now=shown.now, size=size) as page:
            visible = page.run(
                f"{charts}.filter(c => c.checkVisibility()).map(c => [c.getAttribute('aria-label'), c.getAttribute('role'), "
                "c.getBoundingClientRect().width, c.getBoundingClientRect().height])"
            )
            assert all(len(text) > 40 and role == "img" for text, role, _, _ in visible)
            assert all(60 <= width <= size[0] and height >= 60 for _, _, width, height in visible)
            figures = page.run(
                "[...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('svg')]"
                ".filter(c => c.checkVisibility()).length)"
            )
            assert set(figures) <= {1} and len(figures) == len(visible)


def test_tab_reaches_whatever_can_be_used_and_shows_where_it_is(browser: Browser, shown: Shown) -> None:
    with opened(browser, shown.path, now=shown.now, size=PHONE) as page:
        count = page.run(f"{SHOWN}.length")
        page.run(f"{STOPS}.forEach((one, number) => {{ one.dataset.stop = number }})")
        expected = page.run(f"{SHOWN}.map(one => one.dataset.stop)")
        reached = []
        for _ in range(count):
            page.page.keyboard.press("Tab")
            reached.append(page.run("document.activeElement.dataset.stop"))
            assert outlined(page)
        assert reached == expected
        assert page.run("document.querySelector('[data-stop=\"0\"]').className") == "skip"


def test_the_skip_link_leads_past_the_head(browser: Browser, shown: Shown) -> None:
    with opened(browser, shown.path, now=shown.now) as page:
        page.page.keyboard.press("Tab")
        assert page.run("document.activeElement.getBoundingClientRect().left") >= 0
        page.page.keyboard.press("Enter")
        page.page.keyboard.press("Tab")
        assert page.run("document.querySelector('main').contains(document.activeElement)")


def test_a_part_that_is_folded_away_opens_by_the_keyboard(browser: Browser, shown: Shown) -> None:
    with opened(browser, shown.path, now=shown.now) as page:
        page.run("document.querySelector('summary').focus()")
        page.page.keyboard.press("Enter")
        assert page.run("document.querySelector('details').open")


def test_without_scripts_it_says_the_same(browser: Browser, shown: Shown) -> None:
    texts = []
    for scripts in (True, False):
        with opened(browser, shown.path, now=shown.now, scripts=scripts) as page:
            texts.append(page.page.locator("body").inner_text())
            assert page.page.locator("[data-from]:visible").count() == 0
    assert texts[0] == texts[1] and len(texts[0]) > 2000


@pytest.mark.parametrize("project", PROJECTS)
def test_every_project_fits_its_window(browser: Browser, folder: Path, project: str) -> None:
    shown = made_up(folder, project)
    with opened(browser, shown.path, now=shown.now, size=PHONE) as page:
        page.open_all()
        for width in (PHONE[0], WIDE[0]):
            page.page.set_viewport_size({"width": width, "height": 900})
            assert page.run("document.documentElement.scrollWidth") <= width and page.run(CUT) == []
        assert page.said == [] and page.requested == [shown.path.as_uri()]


def printed(page: Opened) -> int:
    """How many A4 pages it prints on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.page.pdf(format="A4", print_background=True)))


def test_the_dashboard_is_printed_on_six_pages_at_most(browser: Browser, run: Path) -> None:
    shown = of_run(run, "dashboard")
    with opened(browser, shown.path, now=shown.now) as page:
        assert 3 <= printed(page) <= 6


def test_in_the_dark_paper_is_white(browser: Browser, run: Path) -> None:
    shown = of_run(run, "dashboard")
    read: Callable[[Opened], list[str]] = lambda page: [  # noqa: E731
        page.run(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')")
        for name in ("card", "high_vol")
    ]
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, shown.path, now=shown.now, scheme=scheme) as page:
            colours.append(read(page))
            page.page.emulate_media(media="print")
            assert read(page)[0] == "#ffffff"
            assert read(page) == colours[0]
    assert colours[0][0] != colours[1][0] and colours[0][1] != colours[1][1]
