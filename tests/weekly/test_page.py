"""weekly.html: both languages whole, readable by ear, nothing requested, nothing that a report says runs; and its PDF."""

import datetime as dt
import re
from typing import Any
from urllib.request import OpenerDirector

import polars as pl
import pytest

from forex.core.sentence import verbatim
from forex.core.status import FAULT
from forex.presentation.language import Language, language
from forex.report.drawing import ON_WHITE
from forex.report.state import Found, OverallState
from forex.weekly.folds import newest_folds
from forex.weekly.page import figure, page
from forex.weekly.pdf import NoPdf, pdf
from forex.weekly.report import WeeklyReport, weekly
from forex.weekly.standing import SHOWN, Figures, Standing, standing
from tests.support.challengers import FRAME
from tests.support.made_up import ROOT
from tests.support.pages.noted import NotedLanguage, english_fragments
from tests.support.pages.reader import Reader, cells_of
from tests.support.simulated import committed
from tests.support.weekly_made_up import DAY, judged

TEMPLATE = ROOT / "forex/weekly/templates/weekly.html.j2"
EVIL = "<script>alert('&')</script>"
FINE = OverallState(state="OK", found=())
TROUBLED = OverallState(state=FAULT, found=(Found(rule="alerts", state=FAULT, says=verbatim(EVIL)),))


def report(*, weeks: int = 3, state: OverallState = FINE, matured: bool = True) -> WeeklyReport:
    """The report of the last of so many weeks, in each of which everything moved."""
    now = standing(judged(), as_of=DAY, state=state.state)
    before = [
        Standing(
            as_of=DAY - dt.timedelta(days=7 * week),
            state="FAULT",
            horizons={name: moved(figures, 1 + week / 10) for name, figures in now.horizons.items()},
        )
        for week in range(weeks - 1, 0, -1)
    ]
    frame = FRAME if matured else FRAME.with_columns(actual=pl.lit(None, pl.Float64))
    params = committed()
    return weekly(
        now,
        [*before, now],
        state=state,
        validation=judged(),
        folds=newest_folds(frame, horizons=["1d", "7d"], levels=params.levels, settings=params.evaluate),
        origin_date=DAY,
        data_sha256="da" * 32,
        params_sha256="ab" * 32,
    )


def moved(figures: Figures, factor: float) -> Figures:
    """The same with every figure and every verdict changed."""
    values: dict[str, Any] = {
        name: None if (value := getattr(figures, name)) is None else value * factor for name in SHOWN if name != "n"
    }
    rules = {name: "FAIL" if verdict == "PASS" else "PASS" for name, verdict in figures.rules.items()}
    return figures.model_copy(update=values | {"n": figures.n - 5, "rules": rules, "crps_evidence": None})


REPORTS = {
    "usual": report(),
    "first": report(weeks=1),
    "troubled": report(state=TROUBLED),
    "nothing matured": report(matured=False),
}
FRAGMENTS = english_fragments()


@pytest.mark.parametrize("name", REPORTS)
def test_in_spanish_nothing_is_english(name: str) -> None:
    spanish = NotedLanguage("es")
    whole = page(REPORTS[name], spanish)
    assert sorted(spanish.noted.untranslated) == []
    assert spanish.nameless == set()
    assert [text for piece, text in FRAGMENTS.items() if piece in whole] == []


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("said", [language("es"), language("en")], ids=lambda said: said.code)
def test_it_is_readable_by_ear_and_requests_nothing(name: str, said: Language) -> None:
    found = Reader(page(REPORTS[name], said))
    names = [tag for tag, _ in found.tags]
    assert ("html", {"lang": said.code}) in found.tags
    assert names.count("main") == names.count("h1") == 1
    assert names.count("table") == names.count("caption") >= 4
    assert all(attributes.get("scope") for tag, attributes in found.tags if tag == "th")
    assert all(attributes.get("aria-label") for tag, attributes in found.tags if tag == "svg")
    assert all({len(row) for row in rows} == {len(head)} for head, *rows in cells_of(found))
    assert not set(names) & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    ids = [str(attributes["id"]) for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {str(attributes["href"]) for tag, attributes in found.tags if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} <= {*ids}
    assert {link for link in links if not link.startswith("#")} == {"../dashboard.html"}
    regions = [attributes["aria-label"] for _, attributes in found.tags if attributes.get("role") == "region"]
    headings = [attributes["aria-labelledby"] for _, attributes in found.tags if "aria-labelledby" in attributes]
    assert len(regions) == len(set(regions)) and len(headings) == len(set(headings)) == 5


def test_hostile_text_is_escaped() -> None:
    whole = page(REPORTS["troubled"], language("es"))
    assert "<script" not in whole and "&lt;script&gt;" in whole


def test_what_changed_is_shown_with_before_and_now() -> None:
    made = REPORTS["usual"]
    text = Reader(page(made, language("en"))).text
    assert f"{len(made.changes)} changes since the report of 20 Nov 2024." in text
    for change in (found for found in made.changes if found.subject == "figure"):
        old, new = (figure(value, change.name, language("en")) for value in (change.before, change.after))  # type: ignore[arg-type]
        assert old != new and f"{old} {new}" in text
    assert "Evidence of a skill against the random walk nothing published better" in text


@pytest.mark.slow
def test_every_figure_changes_the_page() -> None:
    made = REPORTS["usual"]
    for name in SHOWN:
        if name == "interval_score_95":  # it stands among the changes and the rules alone
            continue
        value = getattr(made.horizons["1d"], name)
        other = made.horizons["1d"].model_copy(update={name: 2 * value + 1})
        changed = made.model_copy(update={"horizons": {**made.horizons, "1d": other}})
        assert page(changed, language("en")) != page(made, language("en")), name


def test_charts_have_the_colours_that_are_asked_for() -> None:
    assert "var(--accent)" in page(REPORTS["usual"], language("en"))
    white = page(REPORTS["usual"], language("en"), colours=ON_WHITE)
    assert ON_WHITE.accent in white and not re.findall(r"<svg.*?var\(--.*?</svg>", white)


def test_the_template_holds_no_figure_of_its_own() -> None:
    text = re.sub(r"<style>.*?</style>", "", TEMPLATE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"\d", re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", text, flags=re.DOTALL)) == []


@pytest.mark.slow
def test_the_pdf_is_one_and_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where WeasyPrint and Pango are installed."""
    try:
        made = pdf(page(REPORTS["usual"], language("es"), colours=ON_WHITE))
    except NoPdf as missing:
        pytest.skip(str(missing))
    assert made.startswith(b"%PDF-") and made.rstrip().endswith(b"%%EOF")
    asked: list[Any] = []
    monkeypatch.setattr(OpenerDirector, "open", lambda *given, **_: asked.append(given))
    pictures = '<p>a</p><img src="https://example.com/a.png"><img src="file:///etc/hostname"><img src="../a.png">'
    assert len(pdf(pictures)) == len(pdf("<p>a</p>")) < len(made)
    assert asked == []
