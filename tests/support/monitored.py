"""Performance reports in which little happens: a target without drift, one that has no verdict, horizons that are GOOD."""

from collections.abc import Sequence

from forex.core.sentence import sentence, verbatim
from forex.ledger.scores import LedgerScores
from forex.monitoring.alert_report import AlertsReport, AlertType, Send
from forex.monitoring.drift_report import DriftReport, Drivers, Moves, TargetLook, UnjudgedTarget
from forex.monitoring.report import Monitored, MonitoredHorizon, PerformanceReport

MOVES = Moves(n=30, mean_bp=0.0, sd_bp=60.0)
CALM = DriftReport(
    at="2024-11-27",
    significance=0.05,
    target=TargetLook(
        status="EVALUATED",
        severity="NONE",
        score=0.0,
        p=0.5,
        tests={"ks": 0.5},
        independent_looks=40.0,
        baseline=MOVES,
        recent=MOVES,
        volatility_ratio=1.0,
        history=(),
        trend="STABLE",
        consecutive_high=0,
        last_none="2024-11-27",
        mean_score=0.0,
        requires_action=(),
    ),
    drivers=Drivers(drifting=(), evaluated=0, series={}),
)
UNJUDGED = UnjudgedTarget(
    status="NOT_EVALUATED",
    why=verbatim("too short"),
    history=(),
    trend="UNKNOWN",
    consecutive_high=0,
    last_none=None,
    mean_score=None,
    requires_action=(),
)
NOTHING_ISSUED = LedgerScores(status="INSUFFICIENT_DATA", issued=0, last_origin=None, horizons={})


def whole(monitored: Monitored) -> PerformanceReport:
    """The report of a run without episodes, ledger and drift."""
    return PerformanceReport(**dict(monitored), episodes={}, ledger=NOTHING_ISSUED, drift=CALM, false_alarms={})


def all_good(horizons: Sequence[str]) -> PerformanceReport:
    """No model in detail; every horizon is GOOD."""
    good = {
        name: MonitoredHorizon(n=1000, models={}, status="GOOD", grounds=sentence("it is well")) for name in horizons
    }
    return whole(Monitored(levels=(0.95,), status="GOOD", horizons=good, findings=()))


QUIET = AlertsReport(
    at="2024-11-27",
    first="2010-01-04",
    types={"VIX_SPIKE": AlertType(status="NOT_EVALUATED", missing=verbatim("the store has no vix"))},
    alerts=(),
    send=Send(send=False, why=verbatim("nothing new that calls for a message")),
    sent=(),
    by_year={"2024": {"INFO": 0, "WARNING": 0, "CRITICAL": 0, "sent": 0}},
)
