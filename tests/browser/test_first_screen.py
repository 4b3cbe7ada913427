"""The first screen of a phone: the state, the answer and the medians of two horizons; and, where something is wrong, what."""

import datetime as dt
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from forex.presentation.catalogue import Code
from forex.presentation.language import language
from tests.browser.conftest import Shown, made_up, of_run
from tests.support.pages.browser import PHONE, Opened, opened

CODES: tuple[Code, ...] = ("es", "en")
# By project: the state, and what is said of it in each language.
TROUBLE = {
    "dead drivers": ("FAULT", "4 de 4 series explicativas faltan", "4 of 4 drivers are missing"),
    "degraded": ("FAULT", "Los pronósticos recientes son peores", "Recent forecasts are worse"),
    "an acceptance failing": ("CAUTION", "No se cumple una regla de aceptación a 1 día", "An acceptance rule fails at 1 business"),
    "an observado late": ("CAUTION", "con 1 día hábil de atraso", "1 business day later than it should be"),
    "an old observado": ("FAULT", "con 4 días hábiles de atraso", "4 business days later than it should be"),
    "alerts raised": ("CAUTION", "Alerta, nivel crítico: salto de la volatilidad (", "Alert, critical: spike of volatility ("),
    "no drivers": ("CAUTION", "El pronóstico se hace sin series explicativas", "The forecast is made without drivers"),
}  # fmt: skip
WEEK = dt.timedelta(days=7)


def first_screen(page: Opened) -> str:
    """The text of all that ends within the window."""
    found = page.run(
        """() => [...document.querySelectorAll("header p, #headline, .rate, .now tr")]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().bottom <= innerHeight)
        .map(one => one.innerText).join("\\n")"""
    )
    return str(found)


def bottoms(page: Opened, selector: str) -> list[float]:
    return [
        box["y"] + box["height"]
        for element in page.page.locator(f"{selector}:visible").all()
        if (box := element.bounding_box())
    ]


def requires(page: Opened) -> None:
    """The state, the answer and two medians within the window."""
    [sentence] = bottoms(page, "#headline")
    states, medians = bottoms(page, ".state"), bottoms(page, ".now td.strong")
    assert states and len(medians) >= 2
    assert max([*states, sentence, *sorted(medians)[:2]]) <= PHONE[1]


def test_the_real_page_says_state_answer_and_medians(browser: Browser, run: Path) -> None:
    shown = of_run(run, "dashboard")
    spanish = language("es")
    made = json.loads((run / "forecast.json").read_text(encoding="utf-8"))
    with opened(browser, shown.path, now=shown.now, size=PHONE) as page:
        requires(page)
        text = first_screen(page)
        for horizon in ("1d", "7d"):
            assert spanish.rate(made["horizons"][horizon]["median"]) in text
        assert spanish.day_in_words(made["origin_date"]) in text
        for end in made["horizons"]["7d"]["intervals"]["0.8"]:
            assert spanish.pesos(end) in text


@pytest.mark.parametrize("code", CODES)
def test_a_quiet_page_says_that_all_is_in_order(browser: Browser, folder: Path, tmp_path: Path, code: Code) -> None:
    shown = made_up(folder, "sound", code)
    with opened(browser, shown.path, now=shown.now, size=PHONE) as page:
        requires(page)
        page.page.screenshot(path=tmp_path / "sound.png")
        assert {"es": "En orden.", "en": "In order."}[code] in first_screen(page)
        assert page.page.locator(".state.OK:visible").count() == 1


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("project", TROUBLE)
def test_what_is_wrong_is_said_on_it(browser: Browser, folder: Path, tmp_path: Path, project: str, code: Code) -> None:
    state, spanish, english = TROUBLE[project]
    shown = made_up(folder, project, code)
    with opened(browser, shown.path, now=shown.now, size=PHONE) as page:
        page.page.screenshot(path=tmp_path / f"{project}.png")
        requires(page)
        text = first_screen(page)
        assert (spanish if code == "es" else english) in text
        assert language(code).name(state) in text.lower()
        assert page.page.locator(f".state.{state}:visible").count() == 1


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("project", ["sound", "degraded"])
def test_a_stale_page_says_so_by_the_clock_of_its_reader(
    browser: Browser, folder: Path, tmp_path: Path, project: str, code: Code
) -> None:
    shown = made_up(folder, project, code)
    with opened(browser, shown.path, now=shown.now + WEEK, size=PHONE) as page:
        page.page.screenshot(path=tmp_path / "stale.png")
        requires(page)
        text = first_screen(page)
        expected = "ya debería haber uno más nuevo" if code == "es" else "a newer one is due"
        assert text.count(expected) == 1 and language(code).day_in_words("2024-11-27") in text
        assert page.page.locator(".state.FAULT[data-from]:visible").count() == 1
        assert page.page.locator(".state.OK:visible").count() == 0  # nothing is in order beside it


def test_of_its_age_only_the_graver_note_is_shown_and_from_its_instant_on(browser: Browser, folder: Path) -> None:
    """Made on Wednesday at 15:00 in Santiago: old an hour after the next day's cut-off, a fault two business days later."""
    shown = made_up(folder, "sound")
    second = dt.timedelta(seconds=1)
    caution, fault = (dt.datetime(2024, month, day, 19, tzinfo=dt.UTC) for month, day in ((11, 28), (12, 2)))
    for now, state in [
        (shown.now, None),
        (caution - second, None),
        (caution, "CAUTION"),
        (fault - second, "CAUTION"),
        (fault, "FAULT"),
        (fault + 100 * WEEK, "FAULT"),
    ]:
        assert noted(browser, Shown(shown.path, now)) == ([state] if state else []), now


def noted(browser: Browser, shown: Shown) -> list[str]:
    """The states of the notes on a page's age that are shown."""
    with opened(browser, shown.path, now=shown.now) as page:
        classes = [note.get_attribute("class") or "" for note in page.page.locator("[data-from]:visible").all()]
        return [name.removeprefix("state ") for name in classes]
