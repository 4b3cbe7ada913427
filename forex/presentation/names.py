"""What people call the names of the code: series, states, kinds of alerts, checks, tests; the words are keys of the catalogues.

Currencies are not here: CLDR has their names in every language. A name that is not here is shown as its own words.
"""

from collections.abc import Mapping
from typing import Final

SERIES: Final = {
    "usdclp": "dólar observado",
    "anchor": "dólar observado",
    "usdclp_close": "interbank close of the peso",
    "usdclp_spot": "quote of the peso at the cut-off",
    "thb": "Thai baht",
    "copper_lme": "copper (London)",
    "copper_comex": "copper (New York)",
    "copper_bcch": "copper (central bank)",
    "dxy": "dollar index (DXY)",
    "vix": "volatility index (VIX)",
    "wti": "crude oil (WTI)",
    "us_2y": "US Treasury, 2 years",
    "fed_funds": "Federal funds rate",
    "tpm": "policy rate (TPM)",
    "usd_broad": "broad dollar index",
}

STATES: Final = {
    "OK": "in order",
    "CAUTION": "with reservations",
    "FAULT": "not in order",
    "EXCELLENT": "excellent",
    "GOOD": "good",
    "DEGRADED": "degraded",
    "CRITICAL": "critical",
    "INSUFFICIENT_DATA": "insufficient data",
    "NOT_EVALUATED": "not evaluated",
    "EVALUATED": "evaluated",
    "PASS": "accepted",
    "FAIL": "not accepted",
    "INFO": "information",
    "WARNING": "warning",
    "critical": "critical",
    "warning": "warning",
    "ABSORBED": "absorbed",
    "UNAFFECTED": "unaffected",
    "QUIET": "quiet",
    "RAISED": "raised",
    "NONE": "none",
    "LOW": "low",
    "MEDIUM": "medium",
    "HIGH": "high",
    "IMPROVING": "improving",
    "STABLE": "stable",
    "WORSENING": "worsening",
    "UNKNOWN": "unknown",
    "USUAL": "usual",
    "BROKEN": "broken",
    "PUBLISHED_BETTER": "published better",
    "PUBLISHED_WORSE": "published worse",
    "NO_EVIDENCE": "no evidence of a difference",
    "READY": "ready",
    "OPTIMAL": "optimal",
    "CAUTIOUS": "cautious",
    "NOT_READY": "not ready",
}

REGIMES: Final = {
    "NORMAL": "normal",
    "HIGH_VOL": "high volatility",
    "COPPER_SHOCK": "copper shock",
    "BCCH_INTERVENTION": "central bank",
}

EPISODES: Final = {"march_2020": "March 2020", "july_2022": "July 2022"}

ALERTS: Final = {
    "BASELINE_MISSING": "no baseline",
    "DATA_QUALITY_ISSUE": "missing data",
    "DEGRADATION_CRITICAL": "critical degradation",
    "DEGRADATION_WARNING": "degradation",
    "DRIFT": "drift",
    "DXY_EXTREME": "extreme dollar index",
    "TPM_SURPRISE": "surprise in the policy rate",
    "TREND_REVERSAL": "turn of the trend",
    "VIX_SPIKE": "spike of the VIX",
    "VOLATILITY_SPIKE": "spike of volatility",
}

TIERS: Final = {"important": "important", "optional": "optional"}

CHECKS: Final = {
    "type": "values are numbers and dates are dates",
    "unique": "no value stands twice",
    "too_early": "nothing is known before it can be",
    "increasing": "dates go forward",
    "range": "values lie within their range",
    "positive": "values are positive",
    "business_day": "dates are business days",
    "max_move": "large moves are confirmed",
    "rows": "there are enough rows",
    "staleness": "the newest value is new enough",
    "longest_gap": "no gap is too long",
    "calendar_agreement": "business days have values",
    "set_aside": "few rows are set aside",
}

ASIDE: Final = {
    "wrong_type": "of another type",
    "not_a_business_day": "on a day that is no business day",
    "duplicate": "duplicates",
    "known_too_early": "known before they can be",
    "out_of_order": "out of order",
    "out_of_range": "outside of their range",
    "not_positive": "not positive",
    "reverted": "of a move that was taken back",
    "unconfirmed": "of a move that was not confirmed",
    "suspended": "of a move that waits for its confirmation",
}

FATES: Final = {
    "used": "in use",
    "flagged": "flagged",
    "left_out": "left out",
    "stops_the_run": "stops the run",
}

SIGNALS: Final = {
    "volatility": "volatility",
    "copper": "copper",
    "copper link": "copper link",
    "policy meeting": "policy meeting",
    "intervention": "intervention",
    "sales": "sales",
    "purchases": "purchases",
    "ON": "on",
    "OFF": "off",
}

TESTS: Final = {
    "ks": "distribution (Kolmogorov–Smirnov)",
    "mean": "mean",
    "scale": "scale",
    "autocorrelation": "autocorrelation",
    "variance": "variance",
}

MODELS: Final = {
    "published": "published forecast",
    "random_walk": "random walk",
    "random_walk_drift": "random walk with drift",
    "predecessor": "earlier system",
    "garch_t": "GARCH-t",
    "nowcast": "nowcast",
    "ensemble": "ensemble",
    "garch_t_conformal": "calibrated GARCH-t",
    "random_walk_nowcast": "random walk from the nowcast",
    "garch_t_nowcast": "GARCH-t from the nowcast",
}

NAMES: Final[Mapping[str, str]] = (
    SERIES | STATES | REGIMES | EPISODES | ALERTS | TIERS | CHECKS | ASIDE | FATES | SIGNALS | TESTS | MODELS
)
