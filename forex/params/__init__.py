"""params.yaml: one typed block per top-level key, read and validated as a whole."""

from forex.params.alerts import Alerts, Rung
from forex.params.calibrate import Calibrate, Multipliers
from forex.params.data import Bounds, Ingest, Validate
from forex.params.declared import declared_providers, provider_name
from forex.params.drift import Drift
from forex.params.fetch import Fetch, Network, Source
from forex.params.file import PARAMS_FILE, Params, load_params, parse_params, plain
from forex.params.fit import Chronos, Fit, GarchT, Nowcast, Theta
from forex.params.gate import Gate, Rule
from forex.params.ledger import Ledger
from forex.params.readiness import Readiness
from forex.params.regimes import Regimes
from forex.params.reports import Alarm, Episode, Evaluate, Performance, Report, Trade
from forex.params.types import Block, Severity, Tier, clock_time
from forex.params.usdclp import NOT_EVALUATED, Estimation, UsdClp

__all__ = [
    "NOT_EVALUATED",
    "PARAMS_FILE",
    "Alarm",
    "Alerts",
    "Block",
    "Bounds",
    "Calibrate",
    "Chronos",
    "Drift",
    "Episode",
    "Estimation",
    "Evaluate",
    "Fetch",
    "Fit",
    "GarchT",
    "Gate",
    "Ingest",
    "Ledger",
    "Multipliers",
    "Network",
    "Nowcast",
    "Params",
    "Performance",
    "Readiness",
    "Regimes",
    "Report",
    "Rule",
    "Rung",
    "Severity",
    "Source",
    "Theta",
    "Tier",
    "Trade",
    "UsdClp",
    "Validate",
    "clock_time",
    "declared_providers",
    "load_params",
    "parse_params",
    "plain",
    "provider_name",
]
