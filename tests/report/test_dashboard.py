"""The dashboard's page: what holds for all of it, its headline, forecast and data quality."""

import datetime as dt
import re

import polars as pl
import pytest

from forex.core.sentence import verbatim
from forex.report.dashboard import episodes, quality
from tests.report.test_charts import fan_table, regimes, reliability, rolling
from tests.support.forecasts_made_up import check, checked, entry, expectations, forecast
from tests.support.reports_made_up import Reader, alerts, page, performance, said, storm
from tests.support.templates import STYLE, TEMPLATES


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html.j2")), ids=lambda path: path.name)
def test_the_pages_own_text_holds_no_number(template):
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"\d", text) == []
    spelled = r"\b(two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|per cent|percent)\b"
    assert re.findall(spelled, text) == []


def test_every_section_is_shown_in_the_order_of_its_number():
    names = [path.name for path in (TEMPLATES / "sections").iterdir()]
    assert all(re.fullmatch(r"\d{3}_[a-z]+\.html\.j2", name) for name in names)
    by_number = [name.split("_")[1].removesuffix(".html.j2") for name in sorted(names)]
    shown = [
        (attributes.get("aria-labelledby") or attributes["aria-label"]).lower()
        for tag, attributes in Reader(page()).tags
        if tag == "section"
    ]
    assert shown == by_number


def test_the_page_requests_nothing_and_runs_nothing():
    whole = page()
    for tag, attributes in Reader(whole).tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
        assert not {"src", "href", "srcset", "style", "action"} & attributes.keys() or tag == "i"
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"@import|url\(", STYLE)


def test_the_page_is_well_formed_and_its_tables_are_readable_by_ear():
    reader = Reader(page())
    tags = [tag for tag, _ in reader.tags]
    assert ("html", {"lang": "en"}) in reader.tags
    assert tags.count("h1") == 1
    assert tags.count("table") == tags.count("caption") >= 7
    assert all(attributes.get("scope") in {"col", "row", "rowgroup"} for tag, attributes in reader.tags if tag == "th")
    assert all(attributes.get("aria-label") for tag, attributes in reader.tags if tag == "svg")
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {attributes["aria-labelledby"] for _, attributes in reader.tags if "aria-labelledby" in attributes}
    assert named <= set(ids)


def test_rows_have_the_cells_of_their_head_and_cards_name_theirs():
    tables = cells_of(Reader(page(alerts=alerts(storm(0.05)), performance=performance(issued_rows=said()))))
    assert len(tables) >= 12
    for head, *rows in tables:
        assert rows and {len(row) for row in rows} == {len(head)}
    for table in tables:
        if "columnheader" in (cell.get("role") for cell in table[0]):
            assert all(cell.get("data-label") for row in table[1:] for cell in row[1:])


def cells_of(reader: Reader) -> list[list[list[dict]]]:
    """By table the attributes of each row's cells; a cell that spans rows is in each of them."""
    tables: list[list[list[dict]]] = []
    spanning = (0, {})
    for tag, attributes in reader.tags:
        if tag == "table":
            tables.append([])
        elif tag == "tr":
            left, cell = spanning
            tables[-1].append([cell] if left else [])
            spanning = (left - 1, cell) if left else spanning
        elif tag in ("th", "td"):
            tables[-1][-1].append(attributes)
            if "rowspan" in attributes:
                spanning = (int(attributes["rowspan"]) - 1, attributes)
    return tables


def test_what_it_says_comes_from_the_reports():
    text = Reader(page()).text
    low, high = forecast().horizons["30d"].intervals["0.95"]
    for expected in (
        "USD/CLP forecast of 27 Nov 2024",
        "27 Nov 2024, 18:00 UTC",
        "900.00",
        "HIGH VOL",
        "confidence 87\u202f%",
        f"{low:.2f} – {high:.2f}",
        "27 Dec 2024",
        "Data in use 1 of 2 series",
        "brl: 11 business days old",
        "not a business day 37 5\u202f192",
        "Recent performance INSUFFICIENT DATA",
        "s0 20.5 0 +2.70",
        "Alerts none raised",
        "2 of 6 coverages lie in the range that is accepted, 1 outside of it, 3 not judged",
        "a" * 64,
    ):
        assert expected in text, expected


def test_a_changed_report_changes_the_page():
    changed = forecast(anchor=987.65)
    assert "987.65" in page(forecast=changed)
    assert "987.65" not in page()


def test_everything_from_a_report_is_escaped():
    evil = "<script>alert('&')</script>"
    failed = check("staleness", success=False)
    report = expectations(series={evil: checked(fate="left_out", why=verbatim(evil), rows=90, checks=[failed])})
    missing = [{"series": evil, "tier": "important", "why": verbatim(evil)}]
    horizons = {"1d": entry("2024-11-28").model_copy(update={"model": evil})}
    raised = alerts(storm(0.05))
    last = raised.alerts[-1].model_copy(update={"reasons": (verbatim(evil),)})
    raised = raised.model_copy(update={"alerts": (*raised.alerts[:-1], last)})
    whole = page(expectations=report, forecast=forecast(missing=missing, horizons=horizons), alerts=raised)
    assert "<script" not in whole
    assert whole.count("&lt;script&gt;") == 8


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (0, "in force 27 Nov 2024, the origin’s own day"),
        (1, "in force 27 Nov 2024, 1 business day before the origin"),
        (3, "in force 27 Nov 2024, 3 business days before the origin"),
        (-1, "in force 27 Nov 2024, the business day after the origin"),
    ],
)
def test_the_anchors_age_is_said(age, said):
    assert said in Reader(page(forecast=forecast(anchor_age=age))).text


def test_missing_and_stale_series_are_listed_with_their_reason():
    missing = [{"series": "copper_lme", "tier": "important", "why": verbatim("line 7: 'n/a' is not a number")}]
    stale = [{"series": "mxn", "tier": "important", "business_days": 2}]
    text = Reader(page(forecast=forecast(missing=missing, stale=stale))).text
    assert "1 missing" in text
    assert "copper_lme (important): line 7: 'n/a' is not a number" in text
    assert "mxn (important): last value 2 business days old" in text
    assert "none missing, none stale" in Reader(page()).text


def test_warnings_and_conditions_are_said():
    said = verbatim("usdclp: 2024-11-26 moved +3.21% per business day")
    warnings = [{"kind": "extreme_move", **dict(said)}]
    text = Reader(page(forecast=forecast(warnings=warnings))).text
    assert "Warnings usdclp: 2024-11-26 moved +3.21% per business day" in text
    assert "Of the last 5 moves 0 are large; 0.2 are usual." in text
    assert "Warnings" not in Reader(page()).text


def test_episodes_are_the_runs_of_a_loop():
    frame = regimes()
    expected: list[list] = []
    for date, name in frame.select("origin_date", "regime").iter_rows():
        if not expected or expected[-1][0] != name:
            expected.append([name, date, 0])
        expected[-1][2] += 1
    found = episodes(frame.sample(fraction=1, shuffle=True, seed=1))
    assert found.select("regime", "start", "origins").rows() == [tuple(run) for run in expected]
    assert found["end"].to_list() == [*found["start"].to_list()[1:], dt.date(2024, 11, 27)]


def test_quality_counts_each_fate_reason_and_failed_check():
    found = quality(expectations())
    assert (found.used, found.series) == (1, 2)
    assert found.left_out == [("brl", "brl: 11 business days old")]
    assert found.set_aside == [("usdclp", "not_a_business_day", 37, 5192)]
    assert [(series, check.check) for series, check in found.failed] == [
        ("brl", "staleness"),
        ("usdclp", "business_day"),
    ]


def test_text_has_the_contrast_that_accessibility_asks_for():
    """WCAG 2.1 AA: 4.5 to 1, in both schemes, on the card and on the page."""
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", part)) for part in STYLE.split("@media")[:2])
    for scheme in (light, light | dark):
        for name in ("ink", "muted", "accent", "good", "warn", "bad"):
            for ground in ("card", "paper"):
                assert contrast(scheme[name], scheme[ground]) >= 4.5, (name, ground)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_whole_page_with_its_figures_is_the_same_each_time_and_small():
    from forex.report.figures import figures

    drawn = figures(
        fan=fan_table(), reliability=reliability(), rolling=rolling(), regimes=regimes(), episodes=episodes(regimes())
    )
    whole = page(figures=drawn)
    assert whole == page(figures=drawn)
    assert len(whole.encode()) < 2_000_000
    assert whole.count("<svg ") == 4 + 3 + 2
    assert pl.Series(re.findall(r'\bid="([^"]+)"', whole)).is_unique().all()
