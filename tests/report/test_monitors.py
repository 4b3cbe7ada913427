"""The dashboard on the monitors: windows, the sequential alarm, episodes, the ledger, drift, alerts; what is not evaluated."""

from typing import Any

import polars as pl
import pytest

from forex.monitoring.drift_report import Drivers
from forex.presentation.language import language
from forex.presentation.pages import evidence
from forex.report.monitors import (
    NEWEST_ALERTS,
    alarm_rows,
    alerts_now,
    drift_now,
    episode_rows,
    ledger_rows,
    window_rows,
)
from tests.support.pages.dashboards import page
from tests.support.pages.reader import Reader
from tests.support.reports_made_up import alerts, performance, said, storm

ENGLISH = language("en")
day = ENGLISH.day


def text_of(**reports: Any) -> str:
    return Reader(page(**reports)).text


# --- windows and the sequential alarm -----------------------------------------------------------------------------------


def test_window_rows_put_the_longer_window_first_and_leave_out_what_was_not_judged() -> None:
    long, short, *_ = window_rows(performance(30))
    assert (long.size, short.size) == (60, 14)
    assert (long.n, long.status) == (30, "INSUFFICIENT_DATA")
    assert long.changes == short.changes == {"crps": None, "error": None}
    assert "1 business day 30 / 60 " in text_of(performance=performance(30))


def test_a_window_shows_the_figures_of_its_report() -> None:
    report = performance(factor=2.5)
    window = report.horizons["1d"].models["published"].windows["60"]
    long, _, *without = window_rows(report)
    assert [(row.horizon, row.n, row.status) for row in without] == [
        ("7d", 0, "INSUFFICIENT_DATA"),
        ("30d", 0, "INSUFFICIENT_DATA"),
    ]
    assert long.changes == {name: window.changes[name] for name in ("crps", "error")}
    assert long.coverage == window.recent.by_level[0.95].coverage < 0.8
    assert long.rank_p == window.mann_whitney_p < 0.01 and without[0].rank_p is None
    text = text_of(performance=report)
    assert f"+{window.changes['crps'].change_pct:.1f}\u202f%" in text
    assert f"Recent performance: {ENGLISH.name(report.status)}" in text and report.status in ("DEGRADED", "CRITICAL")


def test_a_quiet_alarm_a_raised_one_and_none_without_forecasts() -> None:
    quiet, *without = alarm_rows(performance())
    assert (quiet.state, quiet.alarm.alarms, quiet.last) == ("QUIET", (), None)
    assert [(row.horizon, row.state, row.beside) for row in without] == [
        ("7d", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA"),
        ("30d", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA"),
    ]
    report = performance(factor=2.5)
    alarm = report.horizons["1d"].models["published"].alarm
    raised = alarm_rows(report)[0]
    assert (raised.state, raised.beside) == ("RAISED", "RAISED")
    assert raised.alarm == alarm and alarm.wealth >= alarm.threshold
    assert raised.last == alarm.alarms[-1].raised
    wealth = evidence(quiet.alarm.wealth, ENGLISH)
    assert f"1 business day good quiet {wealth} {quiet.alarm.threshold:.0f} – quiet" in text_of()
    assert "7 days insufficient data insufficient data – – – insufficient data" in text_of()
    assert "7 days 0 – – – – – – – insufficient data" in text_of()
    assert f"raised {evidence(alarm.wealth, ENGLISH)} 20 {day(raised.last)} raised" in text_of(performance=report)


# --- episodes -----------------------------------------------------------------------------------------------------------


def test_episodes_say_what_came_out_and_when_it_was_first_called_worse() -> None:
    report = performance(factor=2.5)
    early, late = episode_rows(report)
    assert [early.name, late.name] == ["early_storm", "late_storm"]
    assert {row.verdict for row in early.rows} == {"INSUFFICIENT_DATA"}
    figures = report.episodes["late_storm"].horizons["1d"]
    shown = late.rows[0]
    assert shown.verdict == figures["published"].verdict == "DEGRADED"
    assert shown.held == [figures["published"].during.by_level[level].coverage for level in (0.5, 0.95)]
    assert shown.beside_change_pct == figures["random_walk"].crps_change_pct
    assert [row.verdict for row in late.rows[1:]] == ["INSUFFICIENT_DATA"] * 2
    text = text_of(performance=report)
    assert "Late storm " in text and "1 business day degraded 60 +" in text
    assert "1 business day unaffected 60" in text_of()


def test_without_an_episode_in_params_it_says_so() -> None:
    without = performance().model_copy(update={"episodes": {}})
    assert "Not evaluated: params.yaml names no episode of the past to look back on." in text_of(performance=without)
    assert "names no episode" not in text_of()


def test_nothing_matured_is_insufficient_data_in_every_monitor() -> None:
    report = performance(0)
    assert {row.state for row in alarm_rows(report)} == {"INSUFFICIENT_DATA"}
    assert {row.verdict for episode in episode_rows(report) for row in episode.rows} == {"INSUFFICIENT_DATA"}
    assert "Recent performance: insufficient data" in text_of(performance=report)


# --- the ledger ---------------------------------------------------------------------------------------------------------

NOTHING_ISSUED = "Insufficient data: no forecast has been issued yet (forex issue enters one)."


def test_an_empty_ledger_is_one_line() -> None:
    assert ledger_rows(performance()) == []
    assert NOTHING_ISSUED in text_of()
    assert "Largest difference" not in text_of()


def test_issued_forecasts_stand_beside_the_backtest() -> None:
    report = performance(issued_rows=said(2.5))
    day, week, month = ledger_rows(report)
    assert (day.scores.issued, day.scores.equal, day.scores.different, day.scores.not_in_backtest) == (8, 0, 8, 0)
    assert day.scores.largest_difference == pytest.approx(2.5)
    figures = report.ledger.horizons["1d"]
    assert day.crps == (figures.ledger.crps, figures.backtest.crps)
    assert day.scores.ledger.n == 7 and day.scores.status == "EVALUATED"
    assert (month.scores.issued, month.scores.status, month.crps) == (0, "INSUFFICIENT_DATA", (None, None))
    text = text_of(performance=report)
    assert NOTHING_ISSUED not in text
    issued, again = (f"{crps:.2f}" for crps in day.crps)
    assert issued != again
    assert f"1 business day evaluated 8 0 8 0 2.50 7 {issued} {again} 100.0\u202f% 100.0\u202f%" in text
    assert "Last issued: 27 Nov 2024." in text


def test_issued_and_not_matured_is_a_table_without_scores() -> None:
    newest = said().filter(pl.col("origin_date") == pl.col("origin_date").max())
    text = text_of(performance=performance(issued_rows=newest))
    assert "7 days insufficient data 1 1 0 0 0.00 0 – – – –" in text


# --- drift --------------------------------------------------------------------------------------------------------------


def test_drift_is_described_by_its_score_trend_and_tests() -> None:
    report = performance(drift_factor=3.0)
    found = drift_now(report)
    target = report.drift.target
    assert target.severity == "HIGH" and found.drifting == ("mxn",)
    assert len(found.rejecting) >= 3 and set(found.rejecting) <= set(target.tests)
    text = text_of(performance=report)
    assert "Drift of the returns: high" in text
    assert f"Score {target.score:.0f} p {'< 0.001' if target.p < 0.001 else format(target.p, '.3f')}" in text
    assert f"Tests that reject {len(found.rejecting)} / {len(target.tests)}" in text
    assert "Of 1 drivers, 1 drift. Mexican Peso." in text
    assert "Not evaluated: volatility index (VIX) (no value)." in text
    assert target.requires_action
    assert f"Calls for action: {'; '.join(map(str, target.requires_action))}." in text


def test_without_drift_nothing_is_called_for() -> None:
    text = text_of()
    report = performance()
    nothing = report.drift.model_copy(update={"drivers": Drivers(drifting=(), evaluated=0, series={})})
    only = report.model_copy(update={"drift": nothing})
    assert "Not evaluated: drift of drivers; the store has none." in text_of(performance=only)
    assert "Drift of the returns: none" in text and "Of 1 drivers, 0 drift." in text
    assert "Calls for action" not in text


def test_drift_that_cannot_be_judged_says_why() -> None:
    text = text_of(performance=performance(drift_days=30))
    assert "Drift of the returns: not evaluated 0 earlier looks, 720 are needed." in text
    assert "Score" not in text.split("Drift of the returns: ")[1].split("No message")[0]
    assert "Not evaluated: Mexican Peso (0 earlier looks, 720 are needed)." in text
    assert "Not evaluated: volatility index (VIX) (no value)." in text


# --- alerts -------------------------------------------------------------------------------------------------------------


def test_a_critical_alert_of_today_is_at_the_top() -> None:
    report = alerts(storm(0.05))
    found = alerts_now(report)
    assert found.counts == {"CRITICAL": 1}
    text = text_of(alerts=report)
    headline = text.split("Forecast and history")[0]
    assert "Alerts today 1 1 critical Data" in headline
    why = ENGLISH.say(report.alerts[-1].reasons[0])
    assert "With reservations. The forecast is made without drivers" in headline
    assert f"With reservations: Alert, critical: spike of volatility ({why}" in text
    assert f"Worth a message on {day(report.at)}: {ENGLISH.say(report.send.why)}." in text
    assert f"{day(report.at)}, spike of volatility (critical) : {why}" in text


def test_two_faults_of_the_forecast_are_counted_by_severity_the_worst_first() -> None:
    report = alerts(**{"1d": "CRITICAL", "7d": "DEGRADED"})
    assert list(alerts_now(report).counts.items()) == [("CRITICAL", 1), ("WARNING", 1)]
    assert "Alerts today 2 1 critical, 1 warning Data" in text_of(alerts=report)


def test_a_quiet_day_names_the_newest_alert_and_no_list() -> None:
    values = [*storm(0.05), storm(0.05)[-1] * 1.001]
    report = alerts(values)
    assert alerts_now(report).raised == [] and alerts_now(report).newest
    text = text_of(alerts=report)
    assert f"Alerts today None the last one on {day(alerts_now(report).newest[0].origin_date)}" in text
    assert f"No message on {day(report.at)}: nothing new that calls for a message." in text
    calm = text_of()
    assert "No alert was ever raised." in calm and "the last one on" not in calm


def test_only_the_newest_are_listed_and_what_is_not_evaluated_with_its_reason() -> None:
    wild = [900.0, 945.0] * 60
    report = alerts(wild)
    found = alerts_now(report)
    dates = [alert.origin_date for alert in found.newest]
    assert len(report.alerts) > len(dates) == NEWEST_ALERTS
    assert dates == sorted((alert.origin_date for alert in report.alerts), reverse=True)[:NEWEST_ALERTS]
    worst = alerts_now(alerts(storm(0.05), **{"1d": "INSUFFICIENT_DATA", "7d": "CRITICAL"})).newest
    assert [alert.severity for alert in worst] == ["CRITICAL", "CRITICAL", "WARNING"]
    text = text_of(alerts=report)
    for kind, entry in report.types.items():
        line = f"{ENGLISH.name(kind)}: {entry.missing and ENGLISH.say(entry.missing)}"
        assert (line in text) == (entry.status == "NOT_EVALUATED")
    assert "spike of the VIX: the store has no volatility index (VIX)" in text
