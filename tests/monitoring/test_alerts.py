"""Alerts: repetition, the rule for a message, the faults of the forecast, and that a later run lists the same past."""

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forex.core.reports import plain
from forex.core.sentence import verbatim
from forex.core.status import ALERT_SEVERITIES, Status
from forex.monitoring.alert_report import AlertsReport, AlertType
from forex.monitoring.alert_rules import data_quality_issue, drift
from forex.monitoring.alert_rules.protocol import Evidence
from forex.monitoring.alert_rules.registry import Trigger, evaluated
from forex.monitoring.alerts import Raised, alerts, raised, sending
from forex.monitoring.drift_report import PastLook
from tests.monitoring.test_alert_rules import SETTINGS, panel_of, steady
from tests.support.monitored import CALM, UNJUDGED


def trigger(row: int, severity: int, kind: str = "VIX_SPIKE") -> Trigger:
    return Trigger(row, severity, 0.0, verbatim(f"{kind} {row}"), kind)


def rows_of(found: list[Raised]) -> list[tuple[int, str]]:
    return [(alert.row, alert.severity) for alert in found]


# --- repetition and messages -----------------------------------------------------------------------------------------


def test_a_repetition_is_not_raised_an_escalation_is() -> None:
    storm = [
        trigger(row, severity) for row, severity in [(0, 1), (3, 1), (5, 2), (9, 2), (12, 3), (15, 2), (22, 3), (23, 3)]
    ]
    assert rows_of(raised(storm, cool_down=10)) == [(0, "INFO"), (5, "WARNING"), (12, "CRITICAL"), (23, "CRITICAL")]


def test_triggers_of_a_day_are_one_alert_with_its_reasons() -> None:
    [alert] = raised([trigger(4, 1), trigger(4, 3)], cool_down=10)
    assert alert == Raised(4, "VIX_SPIKE", "CRITICAL", (verbatim("VIX_SPIKE 4"),) * 2)


TRIGGERS = st.lists(
    st.builds(trigger, st.integers(0, 40), st.integers(1, 3), st.sampled_from(["VIX_SPIKE", "COPPER_SHOCK"])),
    max_size=30,
)


@given(TRIGGERS, st.integers(1, 12))
def test_raised_equals_the_loop_and_its_past_stays(found: list[Trigger], cool_down: int) -> None:
    listed = raised(found, cool_down=cool_down)
    expected = []
    for row in range(41):
        for kind in ("COPPER_SHOCK", "VIX_SPIKE"):
            now = max((event.severity for event in found if event.row == row and event.kind == kind), default=0)
            near = [was for at, name, was in expected if name == kind and row - at <= cool_down]
            if now > max(near, default=0):
                expected.append((row, kind, now))
    told = [(alert.row, alert.kind, ALERT_SEVERITIES.index(alert.severity) + 1) for alert in listed]
    assert sorted(told) == sorted(expected)
    for until in (10, 25):
        then = raised([event for event in found if event.row <= until], cool_down=cool_down)
        assert then == [alert for alert in listed if alert.row <= until]
        sent = sending(listed, cool_down=cool_down)
        assert sending(then, cool_down=cool_down) == {row: why for row, why in sent.items() if row <= until}


@pytest.mark.parametrize(
    ("listed", "rows"),
    [
        ([(3, "A", "CRITICAL")], [3]),
        ([(3, "A", "WARNING")], []),
        ([(3, "A", "WARNING"), (3, "B", "WARNING")], [3]),
        ([(3, "A", "WARNING"), (13, "B", "WARNING")], [13]),
        ([(3, "A", "WARNING"), (14, "B", "WARNING")], []),
        ([(3, "A", "WARNING"), (3, "A", "WARNING")], []),
        ([(3, "A", "WARNING"), (4, "B", "INFO")], []),
        ([(3, "A", "WARNING"), (4, "B", "WARNING"), (5, "C", "INFO")], [4]),
    ],
)
def test_a_message_needs_a_critical_or_two_warnings_of_different_types(listed: list[Any], rows: list[int]) -> None:
    found = [Raised(*fields) for fields in listed]
    assert list(sending(found, cool_down=10)) == rows


# --- faults of the forecast -------------------------------------------------------------------------------------------


def test_a_worse_status_of_the_monitor_triggers_once() -> None:
    looks = [
        (5, {"1d": "GOOD", "7d": "INSUFFICIENT_DATA"}),
        (6, {"1d": "DEGRADED", "7d": "INSUFFICIENT_DATA"}),
        (7, {"1d": "CRITICAL", "7d": "GOOD"}),
        (8, {"1d": "CRITICAL", "7d": "EXCELLENT"}),
        (9, {"1d": "DEGRADED", "7d": "GOOD"}),
    ]
    found = evaluated(Evidence(panel_of(steady(30)), statuses=looks), SETTINGS)[0]
    assert sorted((event.row, event.kind, event.severity, event.reason.says) for event in found) == [
        (5, "BASELINE_MISSING", 2, "the forecast for 7d is INSUFFICIENT_DATA"),
        (6, "DEGRADATION_WARNING", 2, "the forecast for 1d is DEGRADED"),
        (7, "DEGRADATION_CRITICAL", 3, "the forecast for 1d is CRITICAL"),
    ]


def test_a_drift_that_gets_worse_triggers() -> None:
    said = ["HIGH", "NONE", "LOW", "MEDIUM", "MEDIUM", "HIGH", "NONE", "HIGH"]
    looks = [(row, PastLook(origin_date="2024-11-27", severity=how, score=80.0)) for row, how in enumerate(said)]
    evidence = Evidence(panel_of(steady(30)), drift_looks=looks)
    found = drift.evaluate(evidence, SETTINGS.own("drift", drift.Settings)).findings
    assert [(finding.row, finding.severity) for finding in found] == [(3, 2), (5, 3), (7, 3)]


def test_missing_values_of_the_observado() -> None:
    ages = np.zeros(200, dtype=int)
    ages[100:110] = 1
    ages[120:127] = 1
    panel = panel_of(steady(200)).with_columns(anchor_age=pl.Series(ages))
    found = data_quality_issue.evaluate(
        Evidence(panel), SETTINGS.own("data_quality_issue", data_quality_issue.Settings)
    ).findings
    assert [(finding.row, finding.severity) for finding in found] == [(108, 2), (124, 3)]
    assert found[0].reason.says == "15% of the last 60 business days have no usdclp of their own"


# --- the report -------------------------------------------------------------------------------------------------------


def storm(rows: int = 120) -> np.ndarray:
    values = steady(rows)
    values[80:] *= 1.05
    return values


def report(panel: pl.DataFrame, **statuses: Status) -> AlertsReport:
    at = str(panel["origin_date"][-1])
    return alerts(panel, statuses={at: statuses}, drift=CALM, settings=SETTINGS)


def test_a_new_critical_is_worth_a_message_on_its_day_only() -> None:
    panel = panel_of(storm())
    on, after = report(panel[:81]), report(panel[:82])
    assert (on.send.send, on.send.why.says) == (True, "CRITICAL: VOLATILITY_SPIKE")
    assert after.send.send is False
    assert on.alerts == after.alerts
    assert on.by_year["2012"] == {"INFO": 0, "WARNING": 0, "CRITICAL": 1, "sent": 1}
    assert AlertsReport.model_validate_json(json.dumps(plain(on)), strict=True) == on


def test_a_degraded_forecast_is_worth_a_message() -> None:
    found = report(panel_of(steady(120)), **{"1d": "CRITICAL", "7d": "GOOD"})
    assert (found.send.send, found.send.why.says) == (True, "CRITICAL: DEGRADATION_CRITICAL")
    two = report(panel_of(steady(120)), **{"1d": "DEGRADED", "7d": "INSUFFICIENT_DATA"})
    assert two.send.why.says == "2 WARNING within 10 business days: BASELINE_MISSING, DEGRADATION_WARNING"
    assert report(panel_of(steady(120)), **{"1d": "GOOD"}).send.send is False


def test_replaying_day_by_day_gives_the_list() -> None:
    rng = np.random.default_rng(8)
    panel = panel_of(
        900 * np.exp(np.cumsum(0.009 * rng.standard_t(4, 150))),
        vix=20 * np.exp(np.cumsum(0.07 * rng.standard_t(4, 150))),
    )
    whole = alerts(panel, statuses={}, drift=CALM, settings=SETTINGS)
    daily, sent = [], []
    for rows in range(1, 151):
        then = alerts(panel[:rows], statuses={}, drift=CALM, settings=SETTINGS)
        daily += [alert for alert in then.alerts if alert.origin_date == then.at]
        sent += [then.at] * then.send.send
    assert tuple(daily) == whole.alerts and len(daily) > 10
    assert sent == [message.origin_date for message in whole.sent] and len(sent) > 2


def test_drift_that_cannot_be_evaluated_is_said() -> None:
    drift = CALM.model_copy(update={"target": UNJUDGED})
    found = alerts(panel_of(steady(30)), statuses={}, drift=drift, settings=SETTINGS).types
    assert found["DRIFT"] == AlertType(status="NOT_EVALUATED", missing=verbatim("too short"))
    assert found["DATA_QUALITY_ISSUE"].missing.says == "30 business days, 60 are needed"
    assert found["TPM_SURPRISE"].status == "NOT_EVALUATED"


@pytest.mark.parametrize(
    ("block", "changes", "said"),
    [
        ("vix_spike", {"above": {"info": 30, "warning": 20}}, "expected info < warning < critical, got 30, 20"),
        ("dxy_extreme", {"below": {"info": 93, "critical": 95}}, "expected info > warning > critical, got 93, 95"),
    ],
)
def test_sizes_must_rise(block: str, changes: dict[str, Any], said: str) -> None:
    content = SETTINGS.model_dump()
    content[block] |= changes
    with pytest.raises(ValueError, match=said):
        type(SETTINGS).model_validate(content)
