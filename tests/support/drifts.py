"""Drift reports that say nothing: a target without drift, and one that has no verdict."""

from forex.monitoring.drift_report import DriftReport, Drivers, Moves, TargetLook, UnjudgedTarget

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
    why="too short",
    history=(),
    trend="UNKNOWN",
    consecutive_high=0,
    last_none=None,
    mean_score=None,
    requires_action=(),
)
