"""The faults of the forecast as triggers of alerts: degradation, too short a baseline, drift, missing data.

DEGRADATION_CRITICAL  the monitor's status of a horizon is CRITICAL
DEGRADATION_WARNING   … DEGRADED
BASELINE_MISSING      … INSUFFICIENT_DATA: nothing says whether the forecast still holds
DRIFT                 severity MEDIUM or HIGH of the target's returns, at the looks of the drift's history
DATA_QUALITY_ISSUE    the share of the last `days` origins that had no observado of their own day or later

A trigger is where a state gets worse than at the look before. The monitor's first look counts against a state without
fault; drift's first, where its history happens to begin, and the first share of missing data do not count.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from forex.core.status import (
    ALERT_SEVERITIES,
    CRITICAL,
    DEGRADED,
    HIGH,
    INSUFFICIENT_DATA,
    MEDIUM,
    WARNING,
    AlertSeverity,
    Status,
)
from forex.monitoring.alert_rules import Trigger, rising, severities
from forex.monitoring.drift_report import PastLook
from forex.params import Alerts

DRIFT, DATA_QUALITY_ISSUE = "DRIFT", "DATA_QUALITY_ISSUE"
MODEL = ("DEGRADATION_CRITICAL", "DEGRADATION_WARNING", "BASELINE_MISSING", DRIFT, DATA_QUALITY_ISSUE)
DEGRADATIONS: Mapping[Status, tuple[str, AlertSeverity]] = {  # by status: the type and its severity
    CRITICAL: ("DEGRADATION_CRITICAL", CRITICAL),
    DEGRADED: ("DEGRADATION_WARNING", WARNING),
    INSUFFICIENT_DATA: ("BASELINE_MISSING", WARNING),
}


def code(severity: AlertSeverity) -> int:
    return ALERT_SEVERITIES.index(severity) + 1


def degradation(looks: Sequence[tuple[int, Mapping[str, Status]]]) -> Iterator[Trigger]:
    """looks: rows of the panel in order, and the monitor's status at each by horizon.

    A horizon triggers where its status is one of DEGRADATIONS and was another one at the look before; DEGRADED after
    CRITICAL is no news.
    """
    before: Mapping[str, Status] = {}
    for row, statuses in looks:
        for horizon, status in statuses.items():
            if status in DEGRADATIONS and before.get(horizon) not in (status, CRITICAL):
                kind, severity = DEGRADATIONS[status]
                yield Trigger(row, kind, code(severity), float("nan"), f"the forecast for {horizon} is {status}")
        before = statuses


def drifting(looks: Sequence[tuple[int, PastLook]], settings: Alerts) -> Iterator[Trigger]:
    """looks: rows of the panel in order, and what `drift` said there: severity and score."""
    before: int | None = None
    for row, look in looks:
        severity = {MEDIUM: settings.drift.MEDIUM, HIGH: settings.drift.HIGH}.get(look.severity)
        now = code(severity) if severity else 0
        if before is not None and now > before:
            reason = f"drift of the returns is {look.severity}, score {look.score:.0f}"
            yield Trigger(row, DRIFT, now, look.score, reason)
        before = now


def missing_data(rows: pl.DataFrame, settings: Alerts) -> Iterator[Trigger]:
    """rows: the origins of a panel."""
    block = settings.data_quality
    absent = (rows["anchor_age"].fill_null(1) > 0).to_numpy().astype(np.float64)
    total = np.concatenate([[0.0], np.cumsum(absent)])
    share = np.full(absent.size, np.nan)
    share[block.days - 1 :] = (total[block.days :] - total[: -block.days]) / block.days
    risen = rising(severities(share, block.missing), ~np.isnan(share))
    for row in np.flatnonzero(risen).tolist():
        reason = f"{share[row]:.0%} of the last {block.days} business days have no usdclp of their own"
        yield Trigger(row, DATA_QUALITY_ISSUE, int(risen[row]), float(share[row]), reason)
