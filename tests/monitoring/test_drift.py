"""Drift: what was said stays said, false alarms and power (a part of the study), trend, and what cannot be evaluated."""

import json
import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from forex.core.reports import plain
from forex.core.status import HIGH
from forex.monitoring.drift import consecutive_highs, drift, metrics, trend
from forex.monitoring.drift_report import DriftReport, Unjudged
from forex.monitoring.shifts import TESTS
from forex.params import Drift
from forex.timeline import calendar
from studies.worlds.drift import (
    CHANGES,
    SETTINGS,
    WORLDS,
    change,
    families,
    no_change,
    panel_of,
    yardstick,
)

pytestmark = pytest.mark.slow

DAYS = 1300


def settings(**changes: Any) -> Drift:
    return SETTINGS.model_copy(update=changes)


QUICK = settings(baseline=40, recent=20, every=5, history=60, significance=0.2)


def world(days: int, *, seed: int = 1, factor: float = 1.0, last: int = 0) -> np.ndarray:
    returns = 0.006 * np.random.default_rng(seed).standard_normal(days)
    returns[days - last :] *= factor
    return returns


# --- false alarms and power -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(WORLDS))
def test_without_a_change_drift_is_rare_and_the_score_near_zero(name: str) -> None:
    ours, theirs, _ = no_change(name, days=DAYS, runs=40, seed=10)
    assert ours.drift <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / ours.looks)
    assert ours.score < 10
    assert theirs.drift > ours.drift
    assert theirs.score > 20


@pytest.mark.parametrize("name", ["iid", "GARCH-t"])
def test_a_threefold_volatility_is_found(name: str) -> None:
    ours, _ = change(name, "volatility x 3", days=DAYS, runs=15, seed=11)
    assert ours.within >= (1.0 if name == "iid" else 0.6)


def test_a_shifted_mean_is_found() -> None:
    ours, _ = change("AR(1)", "mean + 1 sd", days=DAYS, runs=15, seed=12)
    assert ours.within >= 0.8
    assert set(CHANGES) >= {"volatility x 2", "volatility x 3", "mean + 1 sd"}


def test_of_many_drivers_none_is_called_too_often() -> None:
    called, _ = families(drivers=4, days=2000, runs=15, seed=13)
    assert called <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 15)
    found, _ = families(drivers=4, days=2000, runs=8, seed=13, changed=4)
    assert found >= 0.5  # else the line above says nothing


def test_the_copy_of_the_predecessor_says_what_it_said() -> None:
    old = yardstick(runs=250, seed=14)
    walk, fat = old["random walk in levels"], old["iid t(5) returns"]
    assert walk.drift == pytest.approx(0.959, abs=0.04)
    assert walk.severities[3] == pytest.approx(0.895, abs=0.06)
    assert walk.score == pytest.approx(66.7, abs=2)
    assert fat.drift == pytest.approx(0.162, abs=0.07)
    assert fat.score == pytest.approx(29.5, abs=2)


# --- the report -------------------------------------------------------------------------------------------------------


def test_a_drift_is_described() -> None:
    report = drift(
        panel_of(world(DAYS, factor=3.0, last=30), mxn=world(DAYS, seed=2, factor=3.0, last=30)), (), SETTINGS
    )
    target, driver = report.target, report.drivers.series["mxn"]
    assert target.severity == HIGH
    assert target.p <= SETTINGS.significance
    assert sum(p <= SETTINGS.significance for p in target.tests.values()) >= 3
    assert target.score == pytest.approx(100 * (1 - target.p / SETTINGS.significance))
    assert set(target.tests) == set(TESTS)
    assert target.volatility_ratio == pytest.approx(3, rel=0.3)
    assert target.baseline.sd_bp == pytest.approx(60, rel=0.2)
    assert target.consecutive_high >= 1 and target.last_none < report.at
    assert driver.severity != "NONE" and report.drivers.drifting == ("mxn",)
    found = metrics(report)
    assert found["target"]["severity"] == 3 and found["drivers"] == {"drifting": 1, "evaluated": 1}
    assert DriftReport.model_validate_json(json.dumps(plain(report)), strict=True) == report


def test_a_drift_that_stays_asks_for_action() -> None:
    target = drift(panel_of(world(DAYS, factor=3.0, last=42)), (), SETTINGS).target
    assert target.trend == "WORSENING"
    assert "the score is rising" in [reason.says for reason in target.requires_action]


def test_rates_in_per_cent_move_in_differences() -> None:
    moves = world(DAYS, seed=3)
    panel = panel_of(world(DAYS), rate=moves).with_columns(rate=pl.Series(5 + np.cumsum(np.append(0.0, moves))))
    found = drift(panel, {"rate"}, SETTINGS).drivers.series["rate"]
    assert found.recent.sd_bp == pytest.approx(100 * moves[-30:].std(ddof=1), rel=1e-6)


def test_what_was_said_at_an_earlier_origin_is_what_its_own_run_said() -> None:
    """Rows after it are noise; the score of the history and of a run that ends there are the same to the last bit."""
    days = 420
    returns = world(days, factor=3.0, last=50)
    whole = drift(panel_of(returns, mxn=world(days, seed=5)), (), QUICK)
    noisy = returns.copy()
    noisy[395:] = 0.03 * np.random.default_rng(9).standard_normal(25)
    other = drift(panel_of(noisy, mxn=world(days, seed=6)), (), QUICK)
    assert any(record.score > 0 for record in whole.target.history)
    checked = 0
    for record in whole.target.history:
        row = int(np.flatnonzero(panel_of(returns)["origin_date"].cast(pl.String) == record.origin_date)[0])
        then = drift(panel_of(returns[:row]), (), QUICK)
        assert then.at == record.origin_date
        assert (then.target.score, then.target.severity) == (record.score, record.severity)
        assert then.target.history[-1] == record
        if row <= 395:
            assert record in other.target.history
            checked += 1
    assert checked >= 3
    assert whole.target.history[-1] != other.target.history[-1]


def test_the_history_stays_when_a_day_is_added() -> None:
    returns = world(420, factor=2.0, last=100)
    earlier, later = (drift(panel_of(returns[:days]), (), QUICK).target.history for days in (412, 413))
    assert [record for record in earlier if record.origin_date >= later[0].origin_date] == list(later[: len(earlier)])


@pytest.mark.parametrize(
    ("days", "why"), [(30, "0 earlier looks, 80 are needed"), (150, "31 earlier looks, 80 are needed")]
)
def test_too_short_a_history_is_not_evaluated(days: int, why: str) -> None:
    report = drift(panel_of(world(days), mxn=world(days)), (), QUICK)
    assert report.target.status == report.drivers.series["mxn"].status == "NOT_EVALUATED"
    assert report.target.why.says == why
    assert report.target.trend == "UNKNOWN" and report.target.history == ()
    assert report.drivers.drifting == () and metrics(report) == {}
    assert DriftReport.model_validate_json(json.dumps(plain(report)), strict=True) == report


def test_a_series_without_news_or_without_moves_is_not_evaluated() -> None:
    days = 420
    still = world(days)
    still[300:] = 0
    panel = panel_of(world(days), mxn=world(days), policy=still)
    dates = panel["mxn_date"].to_numpy().copy()
    dates[-16:] = dates[-17]
    panel = panel.with_columns(mxn_date=pl.Series(dates), none=pl.lit(None, pl.Float64), none_date=panel["mxn_date"])
    panel = panel.with_columns(none_move_0=pl.lit(None, pl.Float64))
    found = drift(panel, (), QUICK).drivers.series
    assert isinstance(found["mxn"], Unjudged) and found["mxn"].why.says == "no new value for 16 business days"
    assert found["policy"].why.says == "hardly moves"
    assert found["none"].why.says == "no value"


# --- trend ------------------------------------------------------------------------------------------------------------

LOOKS = calendar.as_dates("2024-09-02") + 7 * np.arange(13)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (np.zeros(13), "STABLE"),
        (np.full(13, 80.0), "UNKNOWN"),
        (np.linspace(0, 90, 13), "WORSENING"),
        (np.linspace(90, 0, 13), "IMPROVING"),
        (np.linspace(20, 50, 13), "STABLE"),
        (np.tile([0.0, 90.0], 7)[:13], "UNKNOWN"),
        (np.zeros(2), "UNKNOWN"),
    ],
)
def test_trend(scores: np.ndarray, expected: str) -> None:
    assert trend(LOOKS[: scores.size], scores, SETTINGS) == expected


def test_highs_count_from_the_newest_look_back() -> None:
    assert consecutive_highs([]) == consecutive_highs(["HIGH", "LOW"]) == 0
    assert consecutive_highs(["LOW", "HIGH", "HIGH"]) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lags": 29}, "expected lags ≤ recent − 2, got 29 and 30"),
        ({"medium_p": 0.5}, "expected medium_p ≤ significance"),
    ],
)
def test_settings_must_fit_together(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Drift.model_validate(SETTINGS.model_dump() | changes)
