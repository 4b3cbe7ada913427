"""params.yaml: one typed block per top-level key, read and validated as a whole, but for the settings that files of other packages
declare (open.py).

It takes the file and gives a frozen object and the hashes of what enters a forecast (entering.py).
"""

from forex.params.alerts import Alerts, Rung
from forex.params.calibrate import Calibrate, Multipliers
from forex.params.data import Bounds, Ingest, StoreLimits, Validate
from forex.params.drift import Drift
from forex.params.entering import ENTERING, block_hashes, content_sha256, entering_sha256, params_sha256
from forex.params.file import PARAMS_FILE, Params, load_params, parse_params, plain
from forex.params.fit import Fit
from forex.params.gate import Gate, Rule
from forex.params.open import OpenBlock, Settings
from forex.params.readiness import Readiness
from forex.params.regimes import Regimes
from forex.params.reports import Alarm, Episode, Evaluate, Limits, Overall, Performance, Report
from forex.params.types import Block, ClockTime, Tier
from forex.params.usdclp import Estimation, UsdClp

__all__ = [
    "ENTERING",
    "block_hashes",
    "content_sha256",
    "entering_sha256",
    "params_sha256",
    "PARAMS_FILE",
    "Alarm",
    "Alerts",
    "Block",
    "Bounds",
    "Calibrate",
    "ClockTime",
    "Drift",
    "Episode",
    "Estimation",
    "Evaluate",
    "Fit",
    "Gate",
    "Ingest",
    "Limits",
    "Multipliers",
    "OpenBlock",
    "Overall",
    "Params",
    "Performance",
    "Readiness",
    "Regimes",
    "Report",
    "Rule",
    "Rung",
    "Settings",
    "StoreLimits",
    "Tier",
    "UsdClp",
    "Validate",
    "load_params",
    "parse_params",
    "plain",
]
