"""The words with which reports judge: whether there is a verdict, which one, how grave it is, for what there is evidence.

One word means the same wherever it stands; where a vocabulary has an order, its tuple has it.
"""

from typing import Final, Literal

# Whether there is a verdict at all.
EVALUATED: Final = "EVALUATED"
INSUFFICIENT_DATA: Final = "INSUFFICIENT_DATA"  # more data would give one: there is too little yet
NOT_EVALUATED: Final = "NOT_EVALUATED"  # something else is missing: a series, a setting, a benchmark

# Of the whole system, as page, sheet and terminal say it first.
OK: Final = "OK"
CAUTION: Final = "CAUTION"
FAULT: Final = "FAULT"
State = Literal["OK", "CAUTION", "FAULT"]
STATES: Final[tuple[State, ...]] = (OK, CAUTION, FAULT)  # from best to worst

# Of the performance monitor.
EXCELLENT: Final = "EXCELLENT"
GOOD: Final = "GOOD"
DEGRADED: Final = "DEGRADED"
CRITICAL: Final = "CRITICAL"
Status = Literal["EXCELLENT", "GOOD", "INSUFFICIENT_DATA", "DEGRADED", "CRITICAL"]
STATUSES: Final[tuple[Status, ...]] = (EXCELLENT, GOOD, INSUFFICIENT_DATA, DEGRADED, CRITICAL)  # from best to worst

# Of an episode, looked back on.
ABSORBED: Final = "ABSORBED"
UNAFFECTED: Final = "UNAFFECTED"
EpisodeVerdict = Literal["ABSORBED", "UNAFFECTED", "DEGRADED", "INSUFFICIENT_DATA"]

# Of the acceptance rules.
PASS: Final = "PASS"
FAIL: Final = "FAIL"
Verdict = Literal["PASS", "FAIL", "INSUFFICIENT_DATA", "NOT_EVALUATED"]

# Of alerts.
INFO: Final = "INFO"
WARNING: Final = "WARNING"
AlertSeverity = Literal["INFO", "WARNING", "CRITICAL"]
ALERT_SEVERITIES: Final[tuple[AlertSeverity, ...]] = (INFO, WARNING, CRITICAL)  # from mild to grave

# Of a check of the data: whether its failure stops the run, or leaves the series out.
CheckSeverity = Literal["critical", "warning"]

# Of drift, and where its score is going.
NONE: Final = "NONE"
LOW: Final = "LOW"
MEDIUM: Final = "MEDIUM"
HIGH: Final = "HIGH"
DriftSeverity = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
DRIFT_SEVERITIES: Final[tuple[DriftSeverity, ...]] = (NONE, LOW, MEDIUM, HIGH)  # from mild to grave
IMPROVING: Final = "IMPROVING"
STABLE: Final = "STABLE"
WORSENING: Final = "WORSENING"
UNKNOWN: Final = "UNKNOWN"
Trend = Literal["IMPROVING", "STABLE", "WORSENING", "UNKNOWN"]

# Of the market's conditions beside what is usual; HIGH and LOW are those of drift.
USUAL: Final = "USUAL"
BROKEN: Final = "BROKEN"

# What a test of equal accuracy is evidence for.
NO_EVIDENCE: Final = "NO_EVIDENCE"
PUBLISHED_BETTER: Final = "PUBLISHED_BETTER"
PUBLISHED_WORSE: Final = "PUBLISHED_WORSE"
Evidence = Literal["PUBLISHED_BETTER", "PUBLISHED_WORSE", "NO_EVIDENCE"]
BETTER: Final = "BETTER"
WORSE: Final = "WORSE"
ChallengerEvidence = Literal["BETTER", "WORSE", "NO_EVIDENCE", "NOT_EVALUATED"]
