"""params.yaml: one typed block per top-level key, read and validated as a whole."""

from forex.params.alerts import Alerts, Rung
from forex.params.calibrate import Calibrate, Multipliers
from forex.params.data import Bounds, Ingest, Validate
from forex.params.drift import Drift
from forex.params.file import PARAMS_FILE, Params, load_params, plain
from forex.params.fit import Chronos, Fit, GarchT, Nowcast, Theta
from forex.params.regimes import Regimes
from forex.params.reports import Evaluate, Performance, Report
from forex.params.types import Block, Severity, Tier, clock_time

__all__ = [
    "PARAMS_FILE",
    "Alerts",
    "Block",
    "Bounds",
    "Calibrate",
    "Chronos",
    "Drift",
    "Evaluate",
    "Fit",
    "GarchT",
    "Ingest",
    "Multipliers",
    "Nowcast",
    "Params",
    "Performance",
    "Regimes",
    "Report",
    "Rung",
    "Severity",
    "Theta",
    "Tier",
    "Validate",
    "clock_time",
    "load_params",
    "plain",
]
