"""reports/alerts.json, typed: what was raised at which origin, what is worth a message, what is not evaluated."""

from collections.abc import Mapping
from typing import Literal

from forex.core.reports import ABSENT, Report
from forex.core.sentence import Sentence
from forex.core.status import AlertSeverity


class AlertType(Report):
    """One type of alert: whether it was evaluated, and how often it is raised.

    missing: why it is NOT_EVALUATED.  per_year: alerts a year of each severity; absent where it is NOT_EVALUATED, and for drift,
    which looks back a year at most.
    """

    status: Literal["EVALUATED", "NOT_EVALUATED"]
    missing: Sentence | None = ABSENT
    per_year: Mapping[AlertSeverity, float] | None = ABSENT


class Alert(Report):
    """An alert raised at an origin.  reasons: what its triggers say, the gravest first."""

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
    """What was raised at the origins from `first` to `at`, and which of them were worth a message.

    by_year: by calendar year, how many alerts of each severity and, under `sent`, how many origins worth a message.
    """

    at: str
    first: str
    types: Mapping[str, AlertType]
    alerts: tuple[Alert, ...]
    send: Send
    sent: tuple[Sent, ...]
    by_year: Mapping[str, Mapping[str, int]]

    @property
    def not_evaluated(self) -> dict[str, Sentence]:
        """What is missing, by type that is not evaluated."""
        return {kind: found.missing for kind, found in self.types.items() if found.missing is not None}
