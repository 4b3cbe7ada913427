"""reports/metrics/headline.json: the figures by which two runs are compared first, a part of what the other metrics files hold.

Their names and values are those of the other files, so that `dvc metrics diff` and `forex gate` speak of the same metrics. What
concerns the run's day alone, its regime and how complete its data were, stands under `forecast`.
"""

from typing import Any, Final

from forex.core.names import PUBLISHED
from forex.core.status import PASS
from forex.evaluation import scoreboard
from forex.forecast.report import REGIMES, Forecast
from forex.monitoring import performance
from forex.observations.store import TARGET
from forex.report.state import Reports

SCORES: Final = (
    "n",
    "coverage_50",
    "coverage_80",
    "coverage_95",
    "above_95",
    "below_95",
    "crps",
    "crps_skill_pct",
    "interval_score_95",
)
VERDICTS: Final = ("alarm", "degraded", "critical")
HELD: Final = "rules_held"  # how many `accept_*` are 1


def headline(reports: Reports) -> dict[str, Any]:
    """`<report>.<horizon>.published.<metric>`, where the run has it, and `forecast.<figure>`; leaves are finite numbers."""
    scored = _published(scoreboard.metrics(reports.validation)["validation"], SCORES)
    for horizon, rules in reports.validation.verdicts.items():
        if horizon in scored:
            scored[horizon][PUBLISHED][HELD] = sum(rule.verdict == PASS for rule in rules.values())
    return {
        "validation": scored,
        "performance": _published(performance.metrics(reports.performance)["performance"], VERDICTS),
        "forecast": _of_the_day(reports.forecast),
    }


def _published(
    horizons: dict[str, dict[str, dict[str, float]]], names: tuple[str, ...]
) -> dict[str, dict[str, dict[str, float]]]:
    return {
        horizon: {PUBLISHED: {name: rows[PUBLISHED][name] for name in names if name in rows[PUBLISHED]}}
        for horizon, rows in horizons.items()
        if PUBLISHED in rows
    }


def _of_the_day(forecast: Forecast) -> dict[str, Any]:
    """anchor_age in business days; how many drivers are late, and how many missing; 1 for the regime that was called, else 0."""
    return {
        "anchor_age": forecast.anchor_age,
        "drivers_late": sum(stale.series != TARGET for stale in forecast.stale),
        "drivers_missing": len(forecast.missing),
        "regime": {name: int(name == forecast.regime) for name in REGIMES},
        "regime_confidence": forecast.regime_confidence,
    }
