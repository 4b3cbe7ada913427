"""The dashboard on the backtest: coverage with its verdicts, evidence and its absence, coverage by regime."""

import datetime as dt
from dataclasses import replace

import pytest

from forex.report.backtest import (
    RegimeCoverage,
    coverage_rows,
    evidence_counts,
    regime_rows,
    score_rows,
    tail_rows,
    verdict_counts,
)
from tests.report.test_charts import regimes
from tests.support.reports_made_up import DRAWN, Reader, nothing_matured, page, validation


def test_no_edge_is_claimed_without_evidence():
    text = Reader(page(validation=validation(evidence="NO_EVIDENCE", holm_p=0.2))).text
    assert "published better" not in text
    assert text.count("no evidence of a difference") == 6
    assert "better with evidence in 0 of 1 comparisons, worse in 0, and in 1 there is no evidence" in text


def test_a_comparison_that_was_not_made_is_no_evidence():
    report = validation(against={})
    [row] = score_rows(report)
    assert row.crps.evidence == row.squared_error.evidence == "NO_EVIDENCE"
    assert row.crps.p is None
    assert "no evidence of a difference" in Reader(page(validation=report)).text


def test_evidence_against_the_published_forecast_is_said_as_well():
    rows = score_rows(validation(evidence="PUBLISHED_WORSE", difference_pct=4.2))
    assert evidence_counts(rows)["crps"] == {"PUBLISHED_BETTER": 0, "PUBLISHED_WORSE": 1, "NO_EVIDENCE": 0}
    assert "published worse" in Reader(page(validation=validation(evidence="PUBLISHED_WORSE"))).text


def test_nothing_matured_says_so():
    empty = replace(DRAWN, reliability={}, rolling={})
    text = Reader(page(validation=nothing_matured(), figures=empty)).text
    assert text.count("INSUFFICIENT DATA: ") == 5
    assert "coverages lie in the range" not in text
    assert "published better" not in text
    assert score_rows(nothing_matured()) == coverage_rows(nothing_matured()) == []


def test_coverage_rows_carry_band_bounds_and_verdict():
    rows = coverage_rows(validation())
    assert [(row.horizon, row.level, row.verdict) for row in rows] == [
        ("1d", 0.5, "PASS"),
        ("1d", 0.95, "FAIL"),
        ("7d", 0.5, "PASS"),
        ("7d", 0.95, "NOT_EVALUATED"),
        ("30d", 0.5, "INSUFFICIENT_DATA"),
        ("30d", 0.95, "INSUFFICIENT_DATA"),
    ]
    first = rows[0]
    assert (first.coverage, first.low, first.high) == (0.504, 0.49, 0.51)
    assert (first.at_least, first.at_most) == (0.49, 0.51)
    assert verdict_counts(rows) == {"PASS": 2, "FAIL": 1, "open": 3}


def test_tail_rows_are_those_that_there_is_a_rule_for():
    rows = tail_rows(validation())
    assert [(row.horizon, row.level, row.side, row.verdict) for row in rows] == [
        ("1d", 0.95, "below", "FAIL"),
        ("1d", 0.95, "above", "PASS"),
    ]
    above = rows[1]
    assert above.nominal == pytest.approx(0.025) and (above.at_least, above.at_most) == (0.018, 0.032)
    assert above.share == pytest.approx(0.52 * 0.046) and above.low < above.share < above.high
    assert "Share of outcomes below and above the interval" in Reader(page()).text
    assert tail_rows(nothing_matured()) == []


def test_rules_that_do_not_hold_stand_where_the_coverage_does():
    text = Reader(page()).text
    assert "3 of 7 acceptance rules hold" in text
    assert "1d below_95 FAIL 1.20 %, where at least 1.80 % and at most 3.20 % is accepted" in text
    assert "7d coverage_95 NOT EVALUATED 95.40 %" in text


def test_regime_rows_hold_every_regime_and_shares_that_sum_to_all():
    rows = regime_rows(regimes(), validation())
    assert sum(row.share for row in rows) == pytest.approx(1)
    normal = next(row for row in rows if row.regime == "NORMAL")
    assert normal.by_horizon["7d"] == RegimeCoverage(coverage=0.954, n=3000)
    assert normal.by_horizon["30d"] is None
    assert normal.last == dt.date(2024, 11, 27)
