"""The dashboard's page: what holds for all of it, its headline, forecast and data quality."""

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

from forex.core.sentence import verbatim
from forex.core.status import Status
from forex.monitoring.report import EarlyReport
from forex.presentation.catalogue import CATALOGUES, Code
from forex.presentation.language import language
from forex.report.dashboard import TITLES, episodes, quality
from tests.support.changed_params import STAGES
from tests.support.forecasts_made_up import check, checked, entry, expectations, forecast
from tests.support.pages.dashboards import PROJECTS, late, page, page_of
from tests.support.pages.noted import FIELD, catalogue
from tests.support.pages.reader import Reader, cells_of
from tests.support.pages.tables import drawn, regimes
from tests.support.pages.templates import STYLE, TEMPLATES
from tests.support.reports_made_up import alerts, performance, said, storm

SPELLED = (
    r"\b(two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|per cent|percent|"
    r"dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|cien|mil)\b"
)
PER_CENT = ("in per cent",)  # a unit, not a figure
SECTIONS = sorted((TEMPLATES / "sections").iterdir())
CODES: tuple[Code, ...] = ("es", "en")


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html.j2")), ids=lambda path: path.name)
def test_the_pages_own_text_holds_no_number(template: Path) -> None:
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"\d", text) == []


def test_the_texts_of_the_page_hold_no_number_in_either_language() -> None:
    """The texts of all packages that the stage reaches: any of them may stand on the page."""
    reached = [path.removeprefix("forex/") for path in STAGES["report"]["deps"] if path.startswith("forex/")]
    texts = [text for pair in catalogue("es", reached).items() for text in pair]
    assert len(texts) > 400
    for text in texts:
        own = re.sub(r"<[^>]*>", "", FIELD.sub("", text))
        for unit in PER_CENT:
            own = own.replace(unit, "")
        assert re.findall(SPELLED, own) == [], text


def test_every_text_of_a_template_is_one_that_can_be_translated() -> None:
    """What stands outside of `trans` and `_`, in text and in attributes, is no word of any one language."""
    international = {"CRPS", "p", "CSV", "XLSX", "R²", "Mann–Whitney", "content", "DOCTYPE"}
    for template in sorted(TEMPLATES.rglob("*.html.j2")):
        text = template.read_text(encoding="utf-8")
        for translated in (r"\{% trans.*?%\}.*?\{%-? endtrans %\}", r"\{\{.*?\}\}", r"\{%.*?%\}"):
            text = re.sub(translated, " ", text, flags=re.DOTALL)
        shown = re.findall(r'(?:aria-label|title|alt)="([^"]*)"', text) + re.sub(r"<[^>]*>", " ", text).split()
        words = {word.strip(" ():,./×±<>") for word in shown}
        assert {word for word in words if re.search(r"[^\W\d_]", word)} <= international, template


def test_the_language_of_the_catalogues_is_known() -> None:
    assert sorted(path.name for path in CATALOGUES.iterdir()) == ["es"]


@pytest.mark.parametrize("code", CODES)
def test_every_section_is_shown_in_the_order_of_its_number(code: Code) -> None:
    assert all(re.fullmatch(r"\d{3}_[a-z]+\.html\.j2", path.name) for path in SECTIONS)
    by_number = [path.name.split("_")[1].removesuffix(".html.j2") for path in SECTIONS]
    reader = Reader(page(code))
    assert [attributes["aria-labelledby"] for tag, attributes in reader.tags if tag == "section"] == by_number
    assert list(TITLES) == by_number[1:]  # the headline's is its answer
    for title in TITLES.values():
        assert language(code).say(title) in reader.text


@pytest.mark.parametrize("project", PROJECTS)
def test_every_link_within_the_page_finds_its_place(project: str) -> None:
    tags = Reader(page_of(project)).tags
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = [attributes["href"] or "" for tag, attributes in tags if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= ids
    assert {link for link in links if not link.startswith("#")} == {
        "expectations.html",
        "forecast.xlsx",
        "forecast.csv",
    }


def test_the_page_requests_nothing_and_its_script_says_its_age_only() -> None:
    whole = page()
    for tag, attributes in Reader(whole).tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert not {"src", "srcset", "action"} & attributes.keys()
        assert "style" not in attributes or tag == "i"
        assert "href" not in attributes or tag == "a"
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"@import|url\(", STYLE)
    [script] = re.findall(r"<script>(.*?)</script>", whole, flags=re.DOTALL)
    assert script.strip() == (TEMPLATES / "age.js.j2").read_text(encoding="utf-8").strip()
    assert not re.search(r"fetch|XMLHttp|import|http|eval|cookie|storage|innerHTML", script, flags=re.IGNORECASE)


@pytest.mark.parametrize("project", PROJECTS)
def test_the_page_is_well_formed_and_its_tables_are_readable_by_ear(project: str) -> None:
    reader = Reader(page_of(project))
    tags = [tag for tag, _ in reader.tags]
    assert ("html", {"lang": "es"}) in reader.tags
    assert tags.count("h1") == tags.count("main") == tags.count("header") == tags.count("footer") == 1
    assert tags.count("table") == tags.count("caption") >= 4
    assert all(attributes.get("scope") in {"col", "row", "rowgroup"} for tag, attributes in reader.tags if tag == "th")
    assert all(attributes.get("aria-label") for tag, attributes in reader.tags if tag in ("svg", "nav"))
    for _, attributes in reader.tags:
        if attributes.get("role") == "region":
            assert attributes.get("aria-label") and attributes.get("tabindex") == "0"
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {attributes["aria-labelledby"] for _, attributes in reader.tags if "aria-labelledby" in attributes}
    assert named <= set(ids)


@pytest.mark.parametrize("project", PROJECTS)
def test_rows_have_the_cells_of_their_head(project: str) -> None:
    for head, *rows in cells_of(Reader(page_of(project))):
        assert rows and {len(row) for row in rows} == {len(head)}


def test_there_are_as_many_tables_as_there_is_to_say() -> None:
    issued = performance(issued_rows=said())
    assert len(cells_of(Reader(page(alerts=alerts(storm(0.05)), performance=issued)))) == 15


def test_what_it_says_comes_from_the_reports() -> None:
    text = Reader(page()).text
    low, high = forecast().horizons["30d"].intervals["0.95"]
    for expected in (
        "Forecast of Wednesday 27 November 2024",
        "27 Nov 2024, 18:00 UTC",
        "Last observado known: 900.00 , in force on 27 November",
        "Market High volatility",
        "confidence 87\u202f%",
        f"{low:.2f} – {high:.2f}",
        "27 Dec 2024",
        "Data 1 of 2 series in use",
        "brl: 11 business days old",
        "37 of 5,192 rows set aside, on a day that is no business day",
        "Recent forecasts Insufficient data",
        "S0 +2.70 +1.35 20.5 0 business days",
        "Alerts today None",
        "2 of 6 coverages lie in the range that is accepted. 1 lies outside of it. 3 are not judged.",
        "It held 17 of the 18 observados shown that had such a forecast.",
        "a" * 64,
        "b" * 64,
    ):
        assert expected in text, expected


def test_numbers_and_days_are_those_of_its_language() -> None:
    text = Reader(page("es", forecast=forecast(anchor=1234.5))).text
    for expected in (
        "Pronóstico del miércoles 27 de noviembre de 2024",
        "1.234,50",
        "vigente el 27 de noviembre",
        "27 dic 2024",
        "confianza 87\u202f%",
        "37 de 5.192",
    ):
        assert expected in text, expected


def test_a_changed_report_changes_the_page() -> None:
    changed = forecast(anchor=987.65)
    assert "987.65" in page(forecast=changed)
    assert "987.65" not in page()


def test_everything_from_a_report_is_escaped() -> None:
    evil = "<script>alert('&')</script>"
    failed = check("staleness", success=False)
    report = expectations(
        series={evil: checked(fate="left_out", why=verbatim(evil), rows=90, set_aside={evil: 3}, checks=[failed])},
        warnings=[{"kind": "extreme_move", **dict(verbatim(evil))}],
    )
    missing = [{"series": evil, "tier": "important", "why": verbatim(evil)}]
    horizons = {"1d": entry("2024-11-28").model_copy(update={"model": evil})}
    raised = alerts(storm(0.05))
    last = raised.alerts[-1].model_copy(update={"reasons": (verbatim(evil),)})
    send = raised.send.model_copy(update={"why": verbatim(evil)})
    raised = raised.model_copy(update={"alerts": (*raised.alerts[:-1], last), "send": send})
    hostile = forecast(missing=missing, horizons=horizons, warnings=report.warnings, stale=late(**{evil: 2}))
    for code in CODES:
        whole = page(code, expectations=report, forecast=hostile, alerts=raised)
        assert len(re.findall("<script", whole)) == 1 and "alert('" not in whole
        assert whole.count("&lt;script&gt;") >= 11


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (0, "in force on 27 November. "),
        (1, "in force on 27 November (1 business day before the forecast)."),
        (3, "in force on 27 November (3 business days before the forecast)."),
        (-1, "in force on 27 November. "),
    ],
)
def test_the_anchors_age_is_said(age: int, said: str) -> None:
    assert said in Reader(page(forecast=forecast(anchor_age=age))).text


def test_missing_and_late_series_are_listed_with_their_reason() -> None:
    missing = [{"series": "copper_lme", "tier": "important", "why": verbatim("line 7: 'n/a' is not a number")}]
    text = Reader(page(forecast=forecast(missing=missing, stale=late(mxn=2)))).text
    assert "1 missing, 1 late" in text
    assert "copper (London) (important): line 7: 'n/a' is not a number" in text
    assert "Mexican Peso (important): 2 business days late" in text
    quiet = Reader(page()).text
    assert "none late" in quiet and "Missing series" not in quiet and "Late series" not in quiet


def test_warnings_and_conditions_are_said() -> None:
    said = verbatim("usdclp: 2024-11-26 moved +3.21% per business day")
    warnings = [{"kind": "extreme_move", **dict(said)}]
    text = Reader(page(forecast=forecast(warnings=warnings))).text
    assert "Warnings about the newest data usdclp: 2024-11-26 moved +3.21% per business day" in text
    assert "Of the last 5 moves 0 are large; 0.2 are usual." in text
    assert "Warnings about" not in Reader(page()).text


@pytest.mark.parametrize("regime", ["UNKNOWN", "HIGH_VOL", "COPPER_SHOCK", "BCCH_INTERVENTION"])
def test_a_regime_is_explained_with_what_to_do(regime: str) -> None:
    parts = {
        "forecast": forecast(regime=regime),
        "regimes": regimes(regime).with_columns(
            copper_move=None, copper_correlation_broken=None, copper_correlation=None
        ),
    }
    text = Reader(page(**parts)).text
    name = language("en").name(regime)
    assert f"Market regime: {name}" in text and "since 8 Nov 2024" in text
    assert {
        "UNKNOWN": "it is no sign of calm. The data does not allow a call. This is no sign of calm: check with forex status",
        "HIGH_VOL": "than in the years before. Set limits",
        "COPPER_SHOCK": "far more than it usually does. Copper has moved far more than it usually does; which way",
        "BCCH_INTERVENTION": "moves more than in the years before. The central bank is acting in a nervous market",
    }[regime] in text


def test_episodes_are_the_runs_of_a_loop() -> None:
    frame = regimes()
    expected: list[list] = []
    for date, name in frame.select("origin_date", "regime").iter_rows():
        if not expected or expected[-1][0] != name:
            expected.append([name, date, 0])
        expected[-1][2] += 1
    found = episodes(frame.sample(fraction=1, shuffle=True, seed=1))
    assert found.select("regime", "start", "origins").rows() == [tuple(run) for run in expected]
    assert found["end"].to_list() == [*found["start"].to_list()[1:], dt.date(2024, 11, 27)]


def test_quality_counts_each_fate_reason_and_failed_check() -> None:
    found = quality(expectations())
    assert (found.used, found.series) == (1, 2)
    assert (found.held, found.checks) == (1, 3)
    assert [(name, why.says) for name, why in found.told] == [("brl", "brl: 11 business days old")]
    assert found.set_aside == [("usdclp", "not_a_business_day", 37, 5192)]
    assert [(series, check.check) for series, check in found.failed] == [
        ("brl", "staleness")
    ]  # holidays are as they should be


def test_a_flagged_series_is_in_use() -> None:
    flagged = expectations(
        series={
            "usdclp": checked(fate="used"),
            "brl": checked(fate="flagged", why=verbatim("x")),
            "inr": checked(fate="left_out", why=verbatim("y")),
        }
    )
    assert (quality(flagged).used, quality(flagged).series) == (2, 3)
    assert "2 of 3 series in use" in Reader(page(expectations=flagged)).text


def test_a_rate_of_the_early_signal_that_was_not_measured_is_told_by_its_side() -> None:
    report = performance()
    for rate, told in ((0.978, "over 90 %"), (0.43, "43.0 %")):
        early = EarlyReport(open=18, outside=0, distance=0.23, rate=rate, raised=False)
        horizons = {**report.horizons, "1d": report.horizons["1d"].model_copy(update={"early": early})}
        text = Reader(page(performance=report.model_copy(update={"horizons": horizons}))).text
        assert f"0 / 18 0.23 {told}" in text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("EXCELLENT", "better than those before them"),
        ("GOOD", "no evidence that they got worse"),
        ("INSUFFICIENT_DATA", "it cannot be told whether they got worse"),
        ("CRITICAL", "at 1 business day"),
    ],
)
def test_the_headline_claims_of_recent_forecasts_what_was_found(status: Status, told: str) -> None:
    report = performance()
    states: dict[str, Status] = {"1d": status, "7d": "DEGRADED" if status == "CRITICAL" else "GOOD", "30d": "GOOD"}
    horizons = {name: entry.model_copy(update={"status": states[name]}) for name, entry in report.horizons.items()}
    text = Reader(page(performance=report.model_copy(update={"status": status, "horizons": horizons}))).text
    head = text.partition("Recent forecasts ")[2].partition(" Alerts today")[0]
    assert head.endswith(told)


def test_a_calm_day_says_what_was_not_evaluated() -> None:
    calm = forecast(regime="NORMAL")
    whole = Reader(page(forecast=calm)).text
    assert "Normal means" in whole and "evaluated: no price of copper" not in whole and "not all evaluated" not in whole
    rows = regimes().with_columns(copper_move=pl.lit(None, dtype=pl.Float64), calendar_covered=False)
    text = Reader(page(forecast=calm, regimes=rows)).text
    assert (
        "A shock of copper is not evaluated: no price of copper, or too few. Meetings and interventions are not all"
        in text
    )


def test_without_measured_rates_none_is_promised() -> None:
    measured = performance()
    of_drift = {name: rate for name, rate in measured.false_alarms.items() if name.startswith("drift_")}
    other = measured.model_copy(update={"false_alarms": of_drift})
    assert "stands with what each status rests on" in Reader(page(performance=measured)).text
    assert "was not simulated with these settings" in Reader(page(performance=other)).text


def test_the_whole_page_with_its_figures_is_the_same_each_time_and_small() -> None:
    figures = drawn()
    whole = page(figures=figures)
    assert whole == page(figures=figures)
    assert len(whole.encode()) < 1_500_000
    assert whole.count("<svg ") == 4 * 2 + 3 + 2
    assert pl.Series(re.findall(r'\bid="([^"]+)"', whole)).is_unique().all()
