"""The dashboard on the backtest: coverage with its verdicts, evidence and its absence, coverage by regime."""

import datetime as dt
import re
from dataclasses import replace

import polars as pl
import pytest

from forex.report.backtest import (
    RegimeCoverage,
    challenger_rows,
    coverage_rows,
    evidence_counts,
    regime_rows,
    score_rows,
    tail_rows,
    verdict_counts,
)
from tests.support.pages.dashboards import DRAWN, page
from tests.support.pages.reader import Reader
from tests.support.pages.tables import regimes
from tests.support.reports_made_up import nothing_matured, performance, validation


def test_no_edge_is_claimed_without_evidence():
    text = Reader(page(validation=validation(evidence="NO_EVIDENCE", holm_p=0.2))).text
    assert (
        "of 1 comparisons the published forecast is better with evidence in 0 and worse in 0; in 1 there is no" in text
    )
    assert "(interval score): 0 better, 0 worse, 1 without evidence." in text
    assert "(squared error): 0 better, 0 worse, 1 without evidence." in text


def test_a_comparison_that_was_not_made_is_no_evidence():
    report = validation(against={})
    [row] = score_rows(report)
    assert row.crps.evidence == row.squared_error.evidence == "NO_EVIDENCE"
    assert row.crps.p is None
    assert "in 1 there is no evidence of a difference" in Reader(page(validation=report)).text


def test_evidence_against_the_published_forecast_is_said_as_well():
    rows = score_rows(validation(evidence="PUBLISHED_WORSE", difference_pct=4.2))
    assert evidence_counts(rows)["crps"] == {"PUBLISHED_BETTER": 0, "PUBLISHED_WORSE": 1, "NO_EVIDENCE": 0}
    worse = page(validation=validation(evidence="PUBLISHED_WORSE"))
    assert "better with evidence in 0 and worse in 1; in 0 there is no" in Reader(worse).text
    assert '<td class="PUBLISHED_WORSE">' in worse and '<td class="PUBLISHED_BETTER">' not in worse


def test_nothing_matured_says_so():
    empty = replace(DRAWN, reliability={}, rolling={}, skill=None, drift=None)
    text = Reader(page(validation=nothing_matured(), performance=performance(0), past=None, figures=empty)).text
    for said in (
        "What moves the forecast How far",
        "Do the intervals hold? Every forecast was made",
        "Better than the benchmarks? Insufficient data: no forecast made from 1 Jan 2010 on has matured yet.",
        "What was really issued Insufficient data: no forecast has been issued yet",
        "Recent performance: insufficient data",
    ):
        assert said in text, said
    assert text.count("Insufficient data: no forecast made from 1 Jan 2010 on has matured yet.") == 3
    for absent in ("coverages lie in the range", "is better with evidence", "Rolling coverage", "It held", "Behind it"):
        assert absent not in text, absent
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
    text = Reader(page()).text
    assert "1 business day below 95\u202f% 2.5\u202f% 2.2\u202f%" in text
    assert "above 95\u202f% 2.5\u202f% 2.4\u202f%" in text
    assert "Share of outcomes beyond" not in Reader(page(validation=nothing_matured())).text
    assert tail_rows(nothing_matured()) == []


def test_rules_that_do_not_hold_stand_where_the_coverage_does():
    text = Reader(page()).text
    assert "3 of 7 hold" in text
    expected = "below the 95 % interval not accepted 1.20 %, where at least 1.80 % and at most 3.20 % is accepted"
    assert re.search(f"1 business day [A-Z][a-z]+ {expected}", text)
    assert "7 days Coverage of the 95 % interval not evaluated 95.40 %" in text


def test_regime_rows_hold_every_regime_and_shares_that_sum_to_all():
    rows = regime_rows(regimes(), validation())
    assert sum(row.share for row in rows) == pytest.approx(1)
    normal = next(row for row in rows if row.regime == "NORMAL")
    assert normal.by_horizon["7d"] == RegimeCoverage(coverage=0.954, n=3000)
    assert normal.by_horizon["30d"] is None
    assert normal.last == dt.date(2024, 11, 27)


def test_a_regime_whose_signal_is_never_known_is_not_evaluated_and_has_no_share() -> None:
    without = regimes().with_columns(copper_move=pl.lit(None, dtype=pl.Float64))
    shares = {row.regime: row.share for row in regime_rows(without, validation())}
    assert shares["COPPER_SHOCK"] is None and {row.share for row in regime_rows(regimes(), validation())}.isdisjoint(
        {None}
    )
    assert "Copper shock not evaluated" in Reader(page(regimes=without)).text
    assert "Copper shock not evaluated" not in Reader(page()).text


def test_challengers_are_what_is_neither_a_benchmark_nor_published() -> None:
    made = validation()
    horizon = made.horizons["1d"]
    rival = horizon.models["random_walk"]
    same = rival.model_copy(update={"published_against": rival.published_against.model_copy(update={"by_loss": {}})})
    models = {**horizon.models, "theta": rival, "nowcast": same}
    horizons = {**made.horizons, "1d": horizon.model_copy(update={"models": models})}
    rows = challenger_rows(made.model_copy(update={"horizons": horizons}))
    assert [row.model for row in rows] == ["theta"]
    compared = rival.published_against.by_loss["crps"]
    shown = rows[0].by_horizon["1d"]
    assert shown is not None
    assert (shown.difference_pct, shown.p, shown.evidence) == (
        compared.difference_pct,
        compared.holm_p,
        compared.evidence,
    )
    assert challenger_rows(made) == []
