"""reports/alerts.json, typed: what was raised at which origin, what is worth a message, what is not evaluated."""

from collections.abc import Mapping
from typing import Literal

from forex.core.reports import ABSENT, Report
from forex.core.sentence import Sentence
from forex.core.status import AlertSeverity


class AlertType(Report):
    """missing: why a type is NOT_EVALUATED.  per_year: alerts a year of each severity; absent for drift, which looks back a
    year at most."""

    status: Literal["EVALUATED", "NOT_EVALUATED"]
    missing: Sentence | None = ABSENT
    per_year: Mapping[AlertSeverity, float] | None = ABSENT


class Alert(Report):
    origin_date: str
    type: str
    severity: AlertSeverity
    reasons: tuple[Sentence, ...]


class Send(Report):
    """Whether the newest origin is worth a message."""

    send: bool
    why: Sentence


class Sent(Report):
    """An origin that was worth a message."""

    origin_date: str
    why: Sentence


class AlertsReport(Report):
    """Of the origins from `first` to `at`.  by_year: how many of each severity, and `sent`."""

    at: str
    first: str
    types: Mapping[str, AlertType]
    alerts: tuple[Alert, ...]
    send: Send
    sent: tuple[Sent, ...]
    by_year: Mapping[str, Mapping[str, int]]

    @property
    def not_evaluated(self) -> dict[str, Sentence]:
        """By type, what is missing."""
        return {kind: one.missing for kind, one in self.types.items() if one.missing is not None}
