"""`forex alerts`: what a person reads, from a made-up report."""

from typing import Any

import pytest

from forex.commands.show import alerts
from forex.core.errors import DataError, UsageError
from forex.core.files import write_json
from tests.support.made_up import Project

ALERT = {
    "origin_date": "2024-05-23",
    "severity": "WARNING",
    "type": "TREND_REVERSAL",
    "reasons": ["it turned", "twice"],
}
REPORT: dict[str, Any] = {
    "at": "2024-11-27",
    "alerts": [ALERT | {"origin_date": "2022-07-19", "severity": "CRITICAL"}, ALERT],
    "send": {"send": False, "why": "nothing new that calls for a message"},
    "types": {
        "TREND_REVERSAL": {"status": "EVALUATED"},
        "VIX_SPIKE": {"status": "NOT_EVALUATED", "missing": "the store has no vix"},
    },
}


def test_the_table(project: Project) -> None:
    write_json(alerts.ALERTS, REPORT)
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
    write_json(alerts.ALERTS, REPORT)
    content = alerts.view(since=None)
    assert content["since"] == "2023-11-28" and [alert["origin_date"] for alert in content["alerts"]] == ["2024-05-23"]
    assert alerts.text(alerts.view(since="2024-11-01")).startswith("Alerts from 2024-11-01 to 2024-11-27: none.")


def test_what_is_wrong_is_said(project: Project) -> None:
    with pytest.raises(DataError, match=r"alerts\.json: not found"):
        alerts.view(since=None)
    write_json(alerts.ALERTS, REPORT)
    with pytest.raises(UsageError, match="--since yesterday: expected a date"):
        alerts.view(since="yesterday")
