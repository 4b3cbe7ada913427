import datetime as dt
import re
from html.parser import HTMLParser

import polars as pl
import pytest
from test_charts import fan_table, regimes, reliability, rolling
from test_fan import forecast as fan_forecast
from test_usdclp_conditions import UNKNOWN_CONDITIONS

from forex.dashboard import (
    coverage_rows,
    dashboard,
    day,
    episodes,
    evidence_counts,
    p_value,
    quality,
    regime_rows,
    score_rows,
    verdict_counts,
    window_rows,
)
from forex.dashboard_page import PAGE
from forex.dashboard_style import STYLE
from forex.names import PUBLISHED

LEVELS = (0.5, 0.95)
VOID = {"meta", "br", "hr", "img", "link", "input"}
DRAWN = {
    "fan": ["<svg role='img' aria-label='fan'></svg>"] * 2,
    "regimes": ["<svg role='img' aria-label='regimes'></svg>"] * 2,
    "reliability": {"1d": "<svg role='img' aria-label='reliability'></svg>"},
    "rolling": {"1d": "<svg role='img' aria-label='rolling'></svg>"},
}


def forecast(**more) -> dict:
    return (
        fan_forecast()
        | {
            "title": "Dólar observado, CLP per USD",
            "as_of": "2024-11-27",
            "origin_date": "2024-11-27",
            "made_at": "2024-11-27T18:00:00Z",
            "anchor_age": 0,
            "regime": "HIGH_VOL",
            "regime_confidence": 0.87,
            "inputs": {"data_sha256": "a" * 64, "params_sha256": "b" * 64, "series": {}},
            "missing": [],
            "stale": [],
            "warnings": [],
            "conditions": UNKNOWN_CONDITIONS,
        }
        | more
    )


def overall(crps: float) -> dict:
    found = {"crps": crps, "n": 3000}
    for level in ("50", "95"):
        found |= {
            f"coverage_{level}": float(level) / 100 + 0.004,
            f"coverage_{level}_block_low": float(level) / 100 - 0.01,
            f"coverage_{level}_block_high": float(level) / 100 + 0.01,
        }
    return found


def validation(**evidence) -> dict:
    """Two horizons; `evidence` is what Diebold–Mariano gives for random_walk at 1d."""
    against = {
        "crps_difference_pct": -20.1,
        "dm_crps_holm_p": 1e-9,
        "dm_crps_evidence": "PUBLISHED_BETTER",
        "squared_error_difference_pct": 0.3,
        "dm_squared_error_holm_p": 0.43,
        "dm_squared_error_evidence": "NO_EVIDENCE",
    } | evidence
    verdict = {"value": 0.504, "at_least": 0.49, "at_most": 0.51, "verdict": "PASS"}
    failed = {"value": 0.954, "at_least": 0.96, "at_most": 0.97, "verdict": "FAIL"}
    own = {"overall": overall(7.77), "published_against": {}, "by_regime": {"NORMAL": overall(7.0)}}
    horizon = {"n": 3000, "n_independent": 600, "models": {PUBLISHED: own}}
    walk = {"overall": overall(9.71), "published_against": against, "by_regime": {}}
    return {
        "origins_from": "2010-01-01",
        "levels": list(LEVELS),
        "band": 0.9,
        "horizons": {
            "7d": horizon,
            "1d": horizon | {"models": {PUBLISHED: own, "random_walk": walk}},
            "30d": {"n": 0, "status": "INSUFFICIENT_DATA", "models": {}},
        },
        "verdicts": {
            "1d": {"coverage_50": verdict, "coverage_95": failed},
            "7d": {"coverage_50": verdict, "coverage_95": {"value": 0.954, "verdict": "NOT_EVALUATED"}},
            "30d": {"published": {"verdict": "INSUFFICIENT_DATA", "value": 0, "at_least": 250}},
        },
    }


def nothing_matured() -> dict:
    empty = {"n": 0, "status": "INSUFFICIENT_DATA", "models": {}}
    verdict = {"published": {"verdict": "INSUFFICIENT_DATA", "value": 0, "at_least": 250}}
    names = ("1d", "7d", "30d")
    return {
        "origins_from": "2010-01-01",
        "levels": [],
        "band": 0.9,
        "horizons": dict.fromkeys(names, empty),
        "verdicts": dict.fromkeys(names, verdict),
    }


def performance() -> dict:
    loss = {"change_pct": 31.4, "holm_p": 0.012, "p": 0.001, "independent_windows": 30.0}
    window = {
        "n": 60,
        "needed": 60,
        "n_baseline": 2500,
        "first_target": "2024-08-26",
        "last_target": "2024-11-27",
        "recent": {"coverage_95": 0.8833},
        "losses": {"crps": loss, "interval_score_95": loss | {"change_pct": -5.5}},
        "status": "CRITICAL",
    }
    short = {"n": 3, "needed": 14, "n_baseline": 0, "losses": {}, "status": "INSUFFICIENT_DATA"}
    models = {PUBLISHED: {"status": "CRITICAL", "windows": {"14": short, "60": window}}}
    empty = {"n": 0, "models": {}, "status": "INSUFFICIENT_DATA"}
    return {
        "levels": list(LEVELS),
        "status": "CRITICAL",
        "horizons": {"7d": {"n": 63, "models": models, "status": "CRITICAL"}, "30d": empty},
    }


def expectations() -> dict:
    check = {"check": "business_day", "severity": "warning", "success": False, "observed": [False], "failing_rows": 37}
    stale = {"check": "staleness", "severity": "critical", "success": False, "observed": 11, "failing_rows": None}
    fine = check | {"success": True}
    used = {"fate": "used", "why": None, "rows": 5192, "set_aside": {"not_a_business_day": 37}, "checks": [check, fine]}
    out = {"fate": "left_out", "why": "brl: 11 business days old", "rows": 90, "set_aside": {}, "checks": [stale]}
    return {"as_of": "2024-11-27", "success": True, "series": {"usdclp": used, "brl": out}}


def page(**more) -> str:
    inputs = {
        "forecast": forecast(),
        "expectations": expectations(),
        "validation": validation(),
        "performance": performance(),
        "regimes": regimes(),
        "figures": DRAWN,
    }
    return dashboard(**(inputs | more))


class Reader(HTMLParser):
    """Tags in order with their attributes, whether they close as they opened, and the text."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.words))


def test_the_pages_own_text_holds_no_number():
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", PAGE, flags=re.DOTALL)
    assert re.findall(r"\d", text) == []
    spelled = r"\b(two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|per cent|percent)\b"
    assert re.findall(spelled, text) == []


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


def test_what_it_says_comes_from_the_reports():
    text = Reader(page()).text
    said = forecast()["horizons"]["30d"]
    low, high = said["intervals"]["0.95"]
    for expected in (
        "USD/CLP forecast of 27 Nov 2024",
        "27 Nov 2024, 18:00 UTC",
        "900.00",
        "HIGH VOL",
        "confidence 87\u202f%",
        f"{low:.2f} – {high:.2f}",
        "27 Dec 2024",
        "1 of 2 series in use",
        "brl: 11 business days old",
        "not a business day 37 5\u202f192",
        "+31.4\u202f%",
        "0.012",
        "88.3\u202f%",
        "CRITICAL",
        "3 of 14",
        "2 of 6 coverages lie in the range that is accepted, 1 outside of it, 3 not judged",
        "a" * 64,
    ):
        assert expected in text, expected


def test_a_changed_report_changes_the_page():
    changed = forecast(anchor=987.65)
    assert "987.65" in page(forecast=changed)
    assert "987.65" not in page()


def test_no_edge_is_claimed_without_evidence():
    text = Reader(page(validation=validation(dm_crps_evidence="NO_EVIDENCE", dm_crps_holm_p=0.2))).text
    assert "published better" not in text
    assert text.count("no evidence of a difference") == 4
    assert "better with evidence in 0 of 1 comparisons, worse in 0, and in 1 there is no evidence" in text


def test_a_comparison_that_was_not_made_is_no_evidence():
    report = validation()
    report["horizons"]["1d"]["models"]["random_walk"]["published_against"] = {}
    [row] = score_rows(report)
    assert row["crps_evidence"] == row["squared_error_evidence"] == "NO_EVIDENCE"
    assert row["crps_p"] is None
    assert "no evidence of a difference" in Reader(page(validation=report)).text


def test_evidence_against_the_published_forecast_is_said_as_well():
    rows = score_rows(validation(dm_crps_evidence="PUBLISHED_WORSE", crps_difference_pct=4.2))
    assert evidence_counts(rows)["crps"] == {"PUBLISHED_BETTER": 0, "PUBLISHED_WORSE": 1, "NO_EVIDENCE": 0}
    assert "published worse" in Reader(page(validation=validation(dm_crps_evidence="PUBLISHED_WORSE"))).text


def test_nothing_matured_says_so():
    empty = DRAWN | {"reliability": {}, "rolling": {}}
    text = Reader(page(validation=nothing_matured(), figures=empty)).text
    assert text.count("INSUFFICIENT DATA: ") == 3
    assert "coverages lie in the range" not in text
    assert "published better" not in text
    assert score_rows(nothing_matured()) == coverage_rows(nothing_matured()) == []


def test_everything_from_a_report_is_escaped():
    evil = "<script>alert('&')</script>"
    report = expectations()
    report["series"][evil] = report["series"].pop("brl") | {"why": evil}
    missing = [{"series": evil, "tier": "important", "why": evil}]
    whole = page(expectations=report, forecast=forecast(missing=missing, regime=evil))
    assert "<script" not in whole
    assert whole.count("&lt;script&gt;") == 6


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
    missing = [{"series": "copper_lme", "tier": "important", "why": "line 7: 'n/a' is not a number"}]
    stale = [{"series": "mxn", "tier": "important", "business_days": 2}]
    text = Reader(page(forecast=forecast(missing=missing, stale=stale))).text
    assert "1 missing" in text
    assert "copper_lme (important): line 7: 'n/a' is not a number" in text
    assert "mxn (important): last value 2 business days old" in text
    assert "none missing, none stale" in Reader(page()).text


def test_warnings_and_conditions_are_said():
    warnings = [{"kind": "extreme_move", "says": "usdclp: 2024-11-26 moved +3.21% per business day"}]
    text = Reader(page(forecast=forecast(warnings=warnings))).text
    assert "Warnings usdclp: 2024-11-26 moved +3.21% per business day" in text
    assert "Of the last 5 moves 0 are large; 0.2 are usual." in text
    assert "Warnings" not in Reader(page()).text


def test_coverage_rows_carry_band_bounds_and_verdict():
    rows = coverage_rows(validation())
    assert [(row["horizon"], row["level"], row["verdict"]) for row in rows] == [
        ("1d", 0.5, "PASS"),
        ("1d", 0.95, "FAIL"),
        ("7d", 0.5, "PASS"),
        ("7d", 0.95, "NOT_EVALUATED"),
        ("30d", 0.5, "INSUFFICIENT_DATA"),
        ("30d", 0.95, "INSUFFICIENT_DATA"),
    ]
    assert rows[0] | {"coverage": 0.504, "low": 0.49, "high": 0.51, "at_least": 0.49, "at_most": 0.51} == rows[0]
    assert verdict_counts(rows) == {"PASS": 2, "FAIL": 1, "open": 3}


def test_window_rows_put_the_longer_window_first_and_leave_out_what_was_not_judged():
    long, short = window_rows(performance())
    assert (long["size"], short["size"]) == (60, 14)
    assert long["losses"]["interval"]["change_pct"] == -5.5
    assert short["losses"] == {"crps": None, "interval": None}


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


def test_regime_rows_hold_every_regime_and_shares_that_sum_to_all():
    rows = regime_rows(regimes(), validation())
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    normal = next(row for row in rows if row["regime"] == "NORMAL")
    assert normal["by_horizon"]["7d"] == {"coverage": 0.954, "n": 3000}
    assert normal["by_horizon"]["30d"] is None
    assert normal["last"] == dt.date(2024, 11, 27)


def test_quality_counts_each_fate_reason_and_failed_check():
    found = quality(expectations())
    assert (found["used"], found["series"]) == (1, 2)
    assert found["left_out"] == [{"series": "brl", "why": "brl: 11 business days old"}]
    assert found["set_aside"] == [{"series": "usdclp", "reason": "not_a_business_day", "count": 37, "rows": 5192}]
    assert [(check["series"], check["check"]) for check in found["failed"]] == [
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


def test_dates_and_p_values_as_people_read_them():
    assert [day("2024-01-05"), day(dt.date(2024, 12, 31)), day(None)] == ["5 Jan 2024", "31 Dec 2024", "–"]
    assert [p_value(1.0), p_value(0.0499), p_value(0.0009)] == ["1.000", "0.050", "< 0.001"]


def test_the_whole_page_with_its_figures_is_the_same_each_time_and_small():
    from forex.dashboard_figures import figures

    drawn = figures(
        fan=fan_table(), reliability=reliability(), rolling=rolling(), regimes=regimes(), episodes=episodes(regimes())
    )
    whole = page(figures=drawn)
    assert whole == page(figures=drawn)
    assert len(whole.encode()) < 2_000_000
    assert whole.count("<svg ") == 4 + 3 + 2
    assert pl.Series(re.findall(r'\bid="([^"]+)"', whole)).is_unique().all()
