"""`forex scoreboard`: the published forecast against every benchmark, read back from reports/validation.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.commands.tables import markdown
from forex.core.files import read_json
from forex.core.names import BENCHMARKS, PUBLISHED
from forex.timeline.calendar import horizon_days

VALIDATION = Path("reports/validation.json")
SMALLEST = 0.001  # p-values below are shown as such


def view() -> dict[str, Any]:
    """By horizon: matured forecasts, coverage by level with its standard error, and the difference to each benchmark."""
    validation = read_json(VALIDATION)
    horizons = sorted(validation["horizons"], key=horizon_days)
    return {
        "origins_from": validation["origins_from"],
        "levels": validation["levels"],
        "horizons": {horizon: _row(validation["horizons"][horizon]["models"]) for horizon in horizons},
    }


def _row(models: Mapping[str, Any]) -> dict[str, Any]:
    own = models[PUBLISHED]["overall"]
    rivals = {name: models[name] for name in BENCHMARKS if name in models}
    return {
        "forecasts": own["n"],
        "coverage": {
            name.removeprefix("coverage_"): {"share": own[name], "standard_error": own.get(f"{name}_se")}
            for name in own
            if name.startswith("coverage_") and name.removeprefix("coverage_").isdigit()
        },
        "crps": own["crps"],
        "interval_score_95": own.get("interval_score_95"),
        "half_width_95": own.get("half_width_95"),
        "miss_penalty_95": own.get("miss_penalty_95"),
        "against": {
            name: {
                "crps_pct": _excess(own, rival["overall"], "crps"),
                "interval_score_95_pct": _excess(own, rival["overall"], "interval_score_95"),
                "crps_p": rival["published_against"].get("dm_crps_holm_p"),
            }
            for name, rival in rivals.items()
        },
    }


def _excess(own: Mapping[str, Any], rival: Mapping[str, Any], score: str) -> float | None:
    """Per cent by which our mean score is above the rival's; negative is better."""
    if not rival.get(score):
        return None
    return float(100 * (own[score] / rival[score] - 1))


def text(content: Mapping[str, Any]) -> str:
    """Three Markdown tables that read well on a terminal, too: coverage, CRPS and interval score of the differences."""
    levels = [f"{100 * level:g}" for level in content["levels"]]
    coverage = [
        ["horizon", "forecasts", *(f"{level} % covers" for level in levels), "CRPS, CLP", "IS95, CLP", "width + misses"]
    ]
    crps = [["CRPS against", *BENCHMARKS]]
    interval = [["IS95 against", *BENCHMARKS]]
    for horizon, row in content["horizons"].items():
        covered = [_coverage(row["coverage"].get(level)) for level in levels]
        coverage.append(
            [
                horizon,
                str(row["forecasts"]),
                *covered,
                f"{row['crps']:.2f}",
                _plain(row["interval_score_95"]),
                _split(row["half_width_95"], row["miss_penalty_95"]),
            ]
        )
        rivals = [row["against"].get(name, {}) for name in BENCHMARKS]
        crps.append([horizon, *(_signed(rival.get("crps_pct")) + _p(rival.get("crps_p")) for rival in rivals)])
        interval.append([horizon, *(_signed(rival.get("interval_score_95_pct")) for rival in rivals)])
    return "\n\n".join(markdown(rows) for rows in (coverage, crps, interval))


def _split(half_width: float | None, misses: float | None) -> str:
    """The interval score's two parts: how wide the intervals are, and what their misses cost.

    >>> _split(9.2, 3.1)
    '18.4 + 3.1'
    """
    return "not evaluated" if half_width is None or misses is None else f"{2 * half_width:.1f} + {misses:.1f}"


def _coverage(entry: Mapping[str, float] | None) -> str:
    if entry is None:
        return "not evaluated"
    error = "" if entry["standard_error"] is None else f" ± {100 * entry['standard_error']:.1f}"
    return f"{100 * entry['share']:.1f}{error}"


def _plain(value: float | None) -> str:
    return "not evaluated" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "not evaluated" if value is None else f"{value:+.1f} %"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return f" (p < {SMALLEST:g})" if value < SMALLEST else f" (p {value:.3f})"
