"""`forex alerts`: what a person reads, from a made-up report."""

import pytest

from forex.commands.show import alerts
from forex.core.errors import DataError, UsageError
from forex.core.reports import write_report
from forex.core.sentence import verbatim
from forex.monitoring.alert_report import Alert, AlertsReport, AlertType, Send
from tests.support.made_up import Project

ALERT = Alert(
    origin_date="2024-05-23",
    severity="WARNING",
    type="TREND_REVERSAL",
    reasons=(verbatim("it turned"), verbatim("twice")),
)
REPORT = AlertsReport(
    at="2024-11-27",
    first="2010-01-04",
    alerts=(ALERT.model_copy(update={"origin_date": "2022-07-19", "severity": "CRITICAL"}), ALERT),
    send=Send(send=False, why=verbatim("nothing new that calls for a message")),
    sent=(),
    types={
        "TREND_REVERSAL": AlertType(status="EVALUATED"),
        "VIX_SPIKE": AlertType(status="NOT_EVALUATED", missing=verbatim("the store has no vix")),
    },
    by_year={},
)


def test_the_table(project: Project) -> None:
    write_report(alerts.ALERTS, REPORT)
    content = alerts.view(since="2022-01-01")
    assert len(content["alerts"]) == 2
    assert alerts.text(content).splitlines() == [
        "Alerts from 2022-01-01 to 2024-11-27: 2.",
        "Message at the newest origin: no, nothing new that calls for a message.",
        "",
        "2024-05-23  WARNING   TREND_REVERSAL  it turned",
        "                                      twice",
        "2022-07-19  CRITICAL  TREND_REVERSAL  it turned",
        "                                      twice",
        "",
        "Not evaluated:",
        "  VIX_SPIKE  the store has no vix",
    ]


def test_the_last_year_without_since(project: Project) -> None:
    write_report(alerts.ALERTS, REPORT)
    content = alerts.view(since=None)
    assert content["since"] == "2023-11-28" and [alert["origin_date"] for alert in content["alerts"]] == ["2024-05-23"]
    assert alerts.text(alerts.view(since="2024-11-01")).startswith("Alerts from 2024-11-01 to 2024-11-27: none.")


def test_what_is_wrong_is_said(project: Project) -> None:
    with pytest.raises(DataError, match=r"alerts\.json: not found"):
        alerts.view(since=None)
    write_report(alerts.ALERTS, REPORT)
    with pytest.raises(UsageError, match="--since yesterday: expected a date"):
        alerts.view(since="yesterday")
